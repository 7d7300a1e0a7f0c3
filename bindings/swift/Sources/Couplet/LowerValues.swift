// The app's values as the engine's.

import Foundation
internal import CoupletFFI

extension Filter {
    func lower() -> CoupletFFI.Filter {
        CoupletFFI.Filter(
            among: among.lower(),
            kind: kind?.lower(),
            onlyUnread: onlyUnread,
            firstDay: firstDay?.daysSince1970,
            lastDay: lastDay?.daysSince1970
        )
    }
}

extension PlacedChange {
    func lower() -> CoupletFFI.PlacedChange {
        CoupletFFI.PlacedChange(volume: volume, edition: edition, bytes: bytes)
    }
}

extension Words {
    func lower() -> CoupletFFI.Words {
        CoupletFFI.Words(kind: kind.lower(), day: day.daysSince1970, text: text)
    }
}

extension Person {
    func lower() -> CoupletFFI.Person {
        CoupletFFI.Person(id: id.lower(), name: name)
    }
}

extension Export {
    /// Without what can be read out of its changes.
    func lower() -> CoupletFFI.Archive {
        CoupletFFI.Archive(
            notebook: notebook.lower(),
            person: person.lower(),
            persons: persons.map { $0.lower() },
            changes: changes.map { $0.lower() }
        )
    }
}

extension Duration {
    /// In seconds, from none to a year: the generated code traps below and far beyond.
    func lower() -> TimeInterval {
        let (seconds, attoseconds) = components
        let whole = Double(seconds) + Double(attoseconds) / 1e18
        return min(max(whole, 0), 366 * 86_400)
    }
}
