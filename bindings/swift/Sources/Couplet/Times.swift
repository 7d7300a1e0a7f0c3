// Times in an entry: when two people meet, how long a pause is, and when a sealed note opens.

import Foundation
internal import CoupletFFI

/// The times of a conversation, and which it is to be.
public struct Meeting: Hashable, Codable, Sendable {
    /// Everything proposed, the earliest first.
    public let proposals: [Proposal]
    /// The time that both agree on.
    public let agreed: ItemId?
    /// Other times at which both could.
    public let alsoWorked: [ItemId]
}

/// A time that was proposed, within the years 1970 to 9999.
public struct Proposal: Hashable, Codable, Sendable, Identifiable {
    /// Its name.
    public let id: ItemId
    /// When it begins.
    public let start: Date
    /// When it ends.
    public let end: Date
    /// Its zone, by its name in the time zone database: show the hour there, and one's own.
    public let zone: String
    /// Who proposed it.
    public let by: [PersonId]
    /// What was said to it.
    public let votes: [Voted]
}

/// What a person said to a time.
public struct Voted: Hashable, Codable, Sendable {
    /// Who.
    public let by: PersonId
    /// What.
    public let vote: Vote
}

/// Whether somebody can at a time.
public enum Vote: String, Hashable, Codable, Sendable, CaseIterable {
    /// They can.
    case yes
    /// Perhaps.
    case maybe
    /// They cannot.
    case no
}

/// That somebody asked for a pause of a repair, which goes on.
public struct Pause: Hashable, Codable, Sendable {
    /// Who.
    public let by: PersonId
    /// On which day it ends by itself; nothing if it ends when they say so.
    public let until: Day?
}

/// How a note is sealed.
public struct Seal: Hashable, Codable, Sendable {
    /// From when on it opens; nothing if it opens when the other wants it.
    public let opensAt: Date?
    /// Whether its key stays with its author's devices until then.
    public let isHeldBack: Bool

    /// A seal that opens then, or when the other wants it.
    public init(opensAt: Date? = nil, isHeldBack: Bool = false) {
        self.opensAt = opensAt
        self.isHeldBack = isHeldBack
    }
}

extension Notebook {
    /// Writes a note that the other opens later: at a time, or when they want to. `whenTo` may say
    /// in words when that is.
    @discardableResult
    public func writeSealed(
        _ text: String,
        _ seal: Seal,
        whenTo: String? = nil,
        day: Day = .today
    ) async throws -> EntryRow {
        try await engine.writing {
            EntryRow(
                try await $0.writeSealed(
                    seal: seal.lower(),
                    when: whenTo,
                    day: day.daysSince1970,
                    text: text
                )
            )
        }
    }
}

extension Meeting {
    init(_ ffi: CoupletFFI.Meeting) {
        self.init(
            proposals: ffi.proposals.map { Proposal($0) },
            agreed: ffi.agreed.map { ItemId($0) },
            alsoWorked: ffi.alsoWorked.map { ItemId($0) }
        )
    }
}

extension Proposal {
    init(_ ffi: CoupletFFI.Proposal) {
        self.init(
            id: ItemId(ffi.id),
            start: ffi.start,
            end: ffi.end,
            zone: ffi.zone,
            by: ffi.by.map { PersonId($0) },
            votes: ffi.votes.map { Voted($0) }
        )
    }
}

extension Voted {
    init(_ ffi: CoupletFFI.Voted) {
        self.init(by: PersonId(ffi.by), vote: Vote(ffi.vote))
    }
}

extension Vote {
    init(_ ffi: CoupletFFI.Vote) {
        self =
            switch ffi {
            case .yes: .yes
            case .maybe: .maybe
            case .no: .no
            }
    }
}

extension Pause {
    init(_ ffi: CoupletFFI.Pause) {
        self.init(by: PersonId(ffi.by), until: ffi.until.map { Day(daysSince1970: $0) })
    }
}

extension Seal {
    init(_ ffi: CoupletFFI.Seal) {
        self.init(opensAt: ffi.opensAt, isHeldBack: ffi.isHeldBack)
    }

    func lower() -> CoupletFFI.Seal {
        CoupletFFI.Seal(opensAt: opensAt, isHeldBack: isHeldBack)
    }
}
