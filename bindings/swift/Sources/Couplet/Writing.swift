// What a notebook is for: writing, reading, and the relay in between.

import Foundation
internal import CoupletFFI

extension Notebook {
    /// Writes an entry.
    @discardableResult
    public func write(_ kind: Kind, _ text: String, day: Day = .today) async throws -> EntryRow {
        try await engine.writing {
            EntryRow(try await $0.write(kind: kind.lower(), day: day.daysSince1970, text: text))
        }
    }

    /// Writes own words anew, or a page's text merged against the version last shown.
    @discardableResult
    public func edit(
        _ entry: EntryId,
        _ text: String,
        base: Version? = nil
    ) async throws -> EntryRow {
        try await engine.writing {
            EntryRow(try await $0.edit(entry: entry.lower(), text: text, base: base?.lower()))
        }
    }

    /// Types on a page: what stood there, as it was shown at that version, gives way to other words.
    @discardableResult
    public func splice(
        _ entry: EntryId,
        at place: TextRange,
        _ insert: String,
        base: Version? = nil
    ) async throws -> EntryRow {
        let (there, shown) = (place.lower(), base?.lower())
        return try await engine.writing {
            EntryRow(
                try await $0.splice(
                    entry: entry.lower(),
                    range: there,
                    insert: insert,
                    base: shown
                )
            )
        }
    }

    /// A page of the timeline, the newest first, from a cursor on or from its beginning. A page of
    /// less than no entries has none.
    public func timeline(
        limit: Int = 50,
        before: Cursor? = nil,
        filter: Filter = Filter()
    ) async throws -> [EntryPreview] {
        try await engine.page(limit: limit, before: before, filter: filter)
    }

    /// The first page of the timeline, and again whenever it looks different.
    public func watchTimeline(
        limit: Int = 50,
        filter: Filter = Filter()
    ) -> Watch<[EntryPreview]> {
        Watch(changes: engine.changes) { [engine] in
            try await engine.page(limit: limit, before: nil, filter: filter)
        }
    }

    /// One entry whole. Whoever asks has read it.
    @discardableResult
    public func show(_ entry: EntryId) async throws -> EntryRow {
        try await engine.writing { EntryRow(try await $0.show(entry: entry.lower())) }
    }

    /// One entry whole, without its being read.
    public func entry(_ entry: EntryId) async throws -> EntryRow {
        try await engine.calling { EntryRow(try await $0.entry(entry: entry.lower())) }
    }

    /// A hash of everything shared, equal on devices that have the same notebook.
    public func hash() async throws -> NotebookHash {
        try await engine.calling { NotebookHash(try await $0.hash()) }
    }

    /// Sets or changes the relay, by its link, on this device alone.
    public func setRelay(_ link: String) async throws {
        try await engine.writing { try await $0.setRelay(link: link) }
    }

    /// Goes on at another relay, by its link, with everybody: the others hear of it at the relay of
    /// now, and each device feeds the new one. Where the relay of now does not answer any more, use
    /// ``setRelay(_:)`` on each device.
    public func moveTo(_ link: String) async throws {
        try await engine.writing { try await $0.moveTo(link: link) }
    }

    /// Lets the other person know, or not, that their words have arrived here.
    public func shareDelivery(_ isShared: Bool) async throws {
        try await engine.writing { try await $0.shareDelivery(isShared: isShared) }
    }

    /// One exchange with the relay: push, pull, stop. What a background task does: the time that
    /// it takes by default is less than any system gives it.
    @discardableResult
    public func sync(timeout: Duration = .seconds(20)) async throws -> Exchanged {
        try await engine.waiting {
            Exchanged(try await $0.sync(timeout: timeout.lower(), cancel: $1))
        }
    }

    /// Waits at the door until this device is let in, then catches up.
    @discardableResult
    public func waitToBeLetIn(timeout: Duration) async throws -> Exchanged {
        try await engine.waiting {
            Exchanged(try await $0.waitToBeLetIn(timeout: timeout.lower(), cancel: $1))
        }
    }

    /// Stays attached, whatever the network and the relay do, until the task is cancelled: it
    /// returns in no way but by throwing. What is written here meanwhile leaves at once, and
    /// ``events()`` tells what arrives. One at a time will do: run it while the app is in front.
    public func stayAttached() async throws {
        try await engine.stayAttached()
    }
}

extension Engine {
    fileprivate func page(
        limit: Int,
        before: Cursor?,
        filter: Filter
    ) async throws -> [EntryPreview] {
        try await calling {
            try await $0.timeline(
                limit: UInt32(clamping: limit),
                before: before?.lower(),
                filter: filter.lower()
            ).map { EntryPreview($0) }
        }
    }
}
