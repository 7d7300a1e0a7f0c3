// The engine's values as the app's.

internal import CoupletFFI

extension Entry {
    init(_ ffi: CoupletFFI.Entry) {
        self.init(
            id: EntryId(ffi.id),
            kind: ffi.kind.map { Kind($0) },
            kindName: ffi.kindName,
            author: PersonId(ffi.author),
            generation: Int(clamping: ffi.generation),
            day: Day(daysSince1970: ffi.day),
            text: ffi.text,
            alternatives: ffi.alternatives.map { Revision($0) },
            revisions: ffi.revisions.map { Revision($0) },
            earlier: ffi.earlier.map { Revision($0) },
            comments: ffi.comments.map { Comment($0) },
            reactions: ffi.reactions.map { Reaction($0) },
            state: ffi.state.map { EntryState($0) },
            facts: ffi.facts.map { Fact($0) },
            parts: ffi.parts.map { Part($0) },
            stances: ffi.stances.map { Stance($0) },
            shown: ffi.shown.map { Shown($0) },
            members: ffi.members.map { Member($0) },
            gestureBy: ffi.gestureBy.map { PersonId($0) },
            items: ffi.items.map { Item($0) },
            meeting: ffi.meeting.map { Meeting($0) },
            pauses: ffi.pauses.map { Pause($0) },
            seal: ffi.seal.map { Seal($0) },
            trash: ffi.trash.map { Trash($0) },
            needs: ffi.needs.map { Need($0) },
            isLong: ffi.isLong,
            content: ffi.content,
            version: Version(ffi.version)
        )
    }
}

extension EntryRow {
    init(_ ffi: CoupletFFI.EntryRow) {
        self.init(
            entry: Entry(ffi.entry),
            isUnread: ffi.isUnread,
            delivery: Delivery(ffi.delivery),
            can: Set(ffi.can.map { Verb($0) }),
            open: ffi.open.map { Open($0) },
            tags: ffi.tags.map { EntryTag($0) },
            cursor: Cursor(ffi.cursor)
        )
    }
}

extension EntryPreview {
    init(_ ffi: CoupletFFI.EntryPreview) {
        self.init(
            id: EntryId(ffi.id),
            kind: ffi.kind.map { Kind($0) },
            kindName: ffi.kindName,
            author: PersonId(ffi.author),
            day: Day(daysSince1970: ffi.day),
            text: ffi.text,
            isWhole: ffi.isWhole,
            state: ffi.state.map { EntryState($0) },
            conflicts: Int(clamping: ffi.conflicts),
            needs: Int(clamping: ffi.needs),
            trash: ffi.trash.map { Trash($0) },
            comments: Int(clamping: ffi.comments),
            reactions: ffi.reactions.map { Reaction($0) },
            items: Int(clamping: ffi.items),
            itemsDone: Int(clamping: ffi.itemsDone),
            isUnread: ffi.isUnread,
            delivery: Delivery(ffi.delivery),
            cursor: Cursor(ffi.cursor)
        )
    }
}

extension Revision {
    init(_ ffi: CoupletFFI.Revision) {
        self.init(
            rev: Int(clamping: ffi.rev),
            writer: WriterId(ffi.writer),
            text: ffi.text
        )
    }
}

extension Comment {
    init(_ ffi: CoupletFFI.Comment) {
        self.init(
            id: CommentId(ffi.id),
            author: PersonId(ffi.author),
            generation: Int(clamping: ffi.generation),
            replyTo: ffi.replyTo.map { CommentId($0) },
            range: ffi.range.map { TextRange($0) },
            text: ffi.text,
            alternatives: ffi.alternatives.map { Revision($0) },
            revisions: ffi.revisions.map { Revision($0) },
            earlier: ffi.earlier.map { Revision($0) }
        )
    }
}

extension Reaction {
    init(_ ffi: CoupletFFI.Reaction) {
        self.init(
            by: PersonId(ffi.by),
            emoji: ffi.emoji
        )
    }
}

extension Draft {
    init(_ ffi: CoupletFFI.Draft) {
        self.init(
            id: DraftId(ffi.id),
            kindName: ffi.kindName,
            day: Day(daysSince1970: ffi.day),
            entry: ffi.entry.map { EntryId($0) },
            base: ffi.base.map { Version($0) },
            text: ffi.text,
            kept: ffi.kept.map { DraftKept($0) }
        )
    }
}

extension NotebookHash {
    init(_ ffi: CoupletFFI.NotebookHash) {
        self.init(
            value: ffi.value,
            entries: Int(clamping: ffi.entries)
        )
    }
}

extension Person {
    init(_ ffi: CoupletFFI.Person) {
        self.init(
            id: PersonId(ffi.id),
            name: ffi.name
        )
    }
}

extension Device {
    init(_ ffi: CoupletFFI.Device) {
        self.init(
            id: DeviceId(ffi.id),
            person: PersonId(ffi.person),
            name: ffi.name,
            called: ffi.called,
            generation: Int(clamping: ffi.generation),
            isThis: ffi.isThis,
            since: Int(clamping: ffi.since),
            verified: ffi.verified.map { Verified($0) }
        )
    }
}

extension Invitation {
    init(_ ffi: CoupletFFI.Invitation) {
        self.init(
            link: ffi.link,
            expires: ffi.expires,
            entries: Int(clamping: ffi.entries)
        )
    }
}

extension OpenInvite {
    init(_ ffi: CoupletFFI.OpenInvite) {
        self.init(
            id: InviteId(ffi.id),
            isOwnDevice: ffi.isOwnDevice,
            isAgain: ffi.isAgain,
            history: History(ffi.history),
            expires: ffi.expires,
            isExpired: ffi.isExpired
        )
    }
}

extension Request {
    init(_ ffi: CoupletFFI.Request) {
        self.init(
            id: RequestId(ffi.id),
            name: ffi.name,
            isOwnDevice: ffi.isOwnDevice,
            isAgain: ffi.isAgain
        )
    }
}

extension SasEmoji {
    init(_ ffi: CoupletFFI.SasEmoji) {
        self.init(symbol: ffi.symbol, name: ffi.name)
    }
}

extension Verification {
    init(_ ffi: CoupletFFI.Verification) {
        self.init(
            number: ffi.number,
            emoji: ffi.emoji.map { SasEmoji($0) },
            verified: Verified(ffi.verified)
        )
    }
}

extension Late {
    init(_ ffi: CoupletFFI.Late) {
        self.init(
            device: DeviceId(ffi.device),
            envelopes: Int(clamping: ffi.envelopes),
            isOwn: ffi.isOwn
        )
    }
}

extension SetAside {
    init(_ ffi: CoupletFFI.SetAside) {
        self.init(
            author: PersonId(ffi.author),
            detail: ffi.detail
        )
    }
}

extension Quarantine {
    init(_ ffi: CoupletFFI.Quarantine) {
        self.init(
            late: ffi.late.map { Late($0) },
            changes: ffi.changes.map { SetAside($0) }
        )
    }
}

extension Dissolving {
    init(_ ffi: CoupletFFI.Dissolving) {
        self.init(
            by: ffi.by.map { PersonId($0) },
            until: ffi.until,
            isOver: ffi.isOver
        )
    }
}

extension Unsent {
    init(_ ffi: CoupletFFI.Unsent) {
        self.init(
            entries: Int(clamping: ffi.entries),
            drafts: Int(clamping: ffi.drafts)
        )
    }
}

extension Status {
    init(_ ffi: CoupletFFI.Status) {
        self.init(
            notebook: NotebookId(ffi.notebook),
            device: DeviceId(ffi.device),
            person: PersonId(ffi.person),
            standing: Standing(ffi.standing),
            isReadOnly: ffi.isReadOnly,
            isPaused: ffi.isPaused,
            dissolving: ffi.dissolving.map { Dissolving($0) },
            epoch: Int(clamping: ffi.epoch),
            waitingCode: ffi.waitingCode,
            pending: Int(clamping: ffi.pending),
            relay: ffi.relay,
            lastExchange: ffi.lastExchange,
            transport: ffi.transport,
            isAttached: ffi.isAttached,
            isStaying: ffi.isStaying,
            putOffUntil: ffi.putOffUntil,
            withheld: Int(clamping: ffi.withheld),
            verified: ffi.verified.map { Verified($0) },
            kitDue: ffi.kitDue,
            isBeingReplaced: ffi.isBeingReplaced,
            persons: Int(clamping: ffi.persons),
            devices: Int(clamping: ffi.devices)
        )
    }
}

extension Exchanged {
    init(_ ffi: CoupletFFI.Exchanged) {
        self.init(
            sent: Int(clamping: ffi.sent),
            received: Int(clamping: ffi.received),
            roundTrips: Int(clamping: ffi.roundTrips),
            bytesOut: Int(clamping: ffi.bytesOut),
            bytesIn: Int(clamping: ffi.bytesIn),
            udpOut: Int(clamping: ffi.udpOut),
            udpIn: Int(clamping: ffi.udpIn),
            duration: .seconds(ffi.duration),
            transport: ffi.transport,
            isCaughtUp: ffi.isCaughtUp,
            arrived: Arrived(ffi.arrived)
        )
    }
}

extension Export {
    init(_ ffi: CoupletFFI.Export) {
        self.init(
            notebook: NotebookId(ffi.notebook),
            person: PersonId(ffi.person),
            persons: ffi.persons.map { Person($0) },
            hash: ffi.hash,
            entries: ffi.entries.map { Entry($0) },
            changes: ffi.changes.map { PlacedChange($0) }
        )
    }
}

extension PlacedChange {
    init(_ ffi: CoupletFFI.PlacedChange) {
        self.init(
            volume: ffi.volume,
            edition: ffi.edition,
            bytes: ffi.bytes
        )
    }
}

extension Imported {
    init(_ ffi: CoupletFFI.Imported) {
        self.init(
            written: Int(clamping: ffi.written),
            held: Int(clamping: ffi.held)
        )
    }
}

extension LogLine {
    init(_ ffi: CoupletFFI.LogLine) {
        self.init(
            level: LogLevel(ffi.level),
            target: ffi.target,
            text: ffi.text
        )
    }
}
