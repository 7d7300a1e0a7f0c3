import Foundation

/// Why a call did not do what it was asked. Nothing was changed, unless ``detail`` says so.
///
/// The case says what to do, and a `switch` over it is exhaustive; `localizedDescription` is a
/// sentence for people; ``code`` is the finer name, stable, for programs. No text in it is the
/// notebook's. What to do about each is in docs/ERRORS.md.
///
/// A call whose task is cancelled throws `CancellationError`, as every call does.
public enum CoupletError: Error, Hashable, Codable, Sendable {
    /// What was given cannot be used: ask the person for something else.
    case invalidInput(Reason)
    /// The notebook's rules forbid it, or the relay does: trying again does not help.
    case notAllowed(Reason)
    /// There is no such thing here.
    case notFound(Reason)
    /// This device waits to be let in: the person who invited has to approve it.
    case waiting(Reason)
    /// The relay was not reached, or is full or busy: what was written is kept and sent later.
    case network(Reason)
    /// The disk is full (`disk_full`, which may pass), or the store is damaged.
    case storage(Reason)
    /// Another process has the notebook, or somebody was quicker: try again.
    case busy(Reason)
    /// The keystore gave no key (`key_not_yet` may pass), or one that does not fit.
    case key(Reason)
    /// It needs a newer version of the app.
    case incompatible(Reason)
    /// The engine ended the call; the task that made it was not cancelled.
    case cancelled(Reason)
    /// The notebook was shut down.
    case closed(Reason)
    /// A fault of this library, or of what the app gave it to call: report it.
    case `internal`(Reason)

    /// What every case says.
    public struct Reason: Hashable, Codable, Sendable {
        /// The finer stable name.
        public let code: String
        /// A sentence for people.
        public let detail: String
        /// Whether the same call may succeed later.
        public let isRetryable: Bool
    }

    /// What this case says.
    public var reason: Reason {
        switch self {
        case .invalidInput(let reason), .notAllowed(let reason), .notFound(let reason),
            .waiting(let reason), .network(let reason), .storage(let reason), .busy(let reason),
            .key(let reason), .incompatible(let reason), .cancelled(let reason),
            .closed(let reason), .internal(let reason):
            reason
        }
    }

    /// The finer stable name, the same as `couplet --json` gives.
    public var code: String { reason.code }

    /// A sentence for people.
    public var detail: String { reason.detail }

    /// Whether the same call may succeed later.
    public var isRetryable: Bool { reason.isRetryable }
}

extension CoupletError: LocalizedError {
    /// A sentence for people: what `localizedDescription` gives.
    public var errorDescription: String? { detail }
}
