// What is one of several, up to the app with `init` and down to the engine with `lower`.

internal import CoupletFFI

extension Delivery {
    init(_ ffi: CoupletFFI.Delivery) {
        self =
            switch ffi {
            case .device: .device
            case .relay: .relay
            case .partner: .partner
            }
    }
}

extension Verb {
    init(_ ffi: CoupletFFI.Verb) {
        self =
            switch ffi {
            case .comment: .comment
            case .reply: .reply
            case .editComment: .editComment
            case .react: .react
            case .unreact: .unreact
            case .trash: .trash
            case .restore: .restore
            case .edit: .edit
            case .resolve: .resolve
            case .keepLeftOver: .keepLeftOver
            case .erase: .erase
            }
    }
}

extension History {
    init(_ ffi: CoupletFFI.History) {
        self =
            switch ffi {
            case .all: .all
            case .fromHere: .fromHere
            }
    }

    func lower() -> CoupletFFI.History {
        switch self {
        case .all: .all
        case .fromHere: .fromHere
        }
    }
}

extension Verified {
    init(_ ffi: CoupletFFI.Verified) {
        self =
            switch ffi {
            case .no: .no
            case .code: .code
            case .compared: .compared
            case .changed: .changed
            }
    }
}

extension Again {
    init(_ ffi: CoupletFFI.Again) {
        self =
            switch ffi {
            case .link(let invitation): .link(Invitation(invitation))
            case .notBefore(let due): .notBefore(due)
            }
    }
}

extension Standing {
    init(_ ffi: CoupletFFI.Standing) {
        self =
            switch ffi {
            case .waiting: .waiting
            case .solo: .solo
            case .pairing: .pairing
            case .together: .together
            case .apart: .apart
            }
    }
}

extension LogLevel {
    init(_ ffi: CoupletFFI.LogLevel) {
        self =
            switch ffi {
            case .error: .error
            case .warn: .warn
            case .info: .info
            case .debug: .debug
            case .trace: .trace
            }
    }

    func lower() -> CoupletFFI.LogLevel {
        switch self {
        case .error: .error
        case .warn: .warn
        case .info: .info
        case .debug: .debug
        case .trace: .trace
        }
    }
}

extension CoupletError {
    init(_ ffi: CoupletFFI.CoupletError) {
        func reason(_ code: String, _ detail: String) -> Reason {
            Reason(code: code, detail: detail, isRetryable: ffi.isRetryable())
        }
        self =
            switch ffi {
            case .InvalidInput(let code, let detail): .invalidInput(reason(code, detail))
            case .NotAllowed(let code, let detail): .notAllowed(reason(code, detail))
            case .NotFound(let code, let detail): .notFound(reason(code, detail))
            case .Waiting(let code, let detail): .waiting(reason(code, detail))
            case .Network(let code, let detail): .network(reason(code, detail))
            case .Storage(let code, let detail): .storage(reason(code, detail))
            case .Busy(let code, let detail): .busy(reason(code, detail))
            case .Key(let code, let detail): .key(reason(code, detail))
            case .Incompatible(let code, let detail): .incompatible(reason(code, detail))
            case .Cancelled(let code, let detail): .cancelled(reason(code, detail))
            case .Closed(let code, let detail): .closed(reason(code, detail))
            case .Internal(let code, let detail): .internal(reason(code, detail))
            }
    }
}

extension Event {
    init(_ ffi: CoupletFFI.Event) {
        self =
            switch ffi {
            case .entryChanged(let entry): .entryChanged(EntryId(entry))
            case .delivered: .delivered
            case .rejected(let by, let detail): .rejected(by: PersonId(by), detail: detail)
            case .requests: .requests
            case .caughtUp: .caughtUp
            case .attached: .attached
            case .detached(let reason, let detail): .detached(code: reason, detail: detail)
            case .putOff(let reason, let detail, let until):
                .putOff(code: reason, detail: detail, until: until)
            case .behind(let missed): .behind(missed: Int(clamping: missed))
            }
    }
}

extension Saying {
    func lower() -> CoupletFFI.Saying {
        switch self {
        case .comment(let text, let replyTo): .comment(replyTo: replyTo?.lower(), text: text)
        case .editComment(let comment, let text): .editComment(comment: comment.lower(), text: text)
        case .react(let emoji): .react(emoji: emoji, isWanted: true)
        case .unreact(let emoji): .react(emoji: emoji, isWanted: false)
        case .deed(let deed, let thing, let words):
            .do(deed: deed.lower(), on: thing?.lower(), words: words)
        case .trash: .trash
        case .restore: .restore
        case .resolve(let field, let thing, let value):
            .resolve(field: field, on: thing?.lower(), value: value)
        case .commentOn(let place, let text, let base):
            .commentOn(range: place.lower(), base: base?.lower(), text: text)
        }
    }
}
