// How a call reaches the engine: its error becomes ours, and a cancelled task ends its work.

import Foundation
internal import CoupletFFI

/// The engine's notebook, and who is told when it may look different.
final class Engine: @unchecked Sendable {
    let ffi: CoupletFFI.Notebook
    let changes = Changes()

    /// Over `staying`.
    private let lock = NSLock()
    /// Calls that stay attached, in this process.
    private var staying = 0

    init(_ ffi: CoupletFFI.Notebook) {
        self.ffi = ffi
    }

    /// Calls for what is done at once, on this device, whether the task is cancelled or not.
    func calling<T>(_ work: (CoupletFFI.Notebook) async throws -> T) async throws -> T {
        try await translated { try await work(ffi) }
    }

    /// Calls for what may change what is shown, even if the call fails.
    func writing<T>(_ work: (CoupletFFI.Notebook) async throws -> T) async throws -> T {
        defer { changes.rise() }
        return try await calling(work)
    }

    /// Calls for what waits for others, until the task is cancelled. The engine's work is dropped
    /// then, before this throws.
    func waiting<T>(
        _ work: (CoupletFFI.Notebook, CancelToken) async throws -> T
    ) async throws -> T {
        defer { changes.rise() }
        let token = CancelToken()
        do {
            return try await withTaskCancellationHandler {
                try await translated { try await work(ffi, token) }
            } onCancel: {
                token.cancel()
            }
        } catch {
            // Whatever else ended it meanwhile is no error then.
            try Task.checkCancellation()
            throw error
        }
    }

    func stayAttached() async throws {
        lock.withLock { staying += 1 }
        try await waiting { ffi, token in
            defer { lock.withLock { staying -= 1 } }
            try await ffi.stayAttached(cancel: token)
        }
    }

    func status() async throws -> Status {
        let read = Status(try await calling { try await $0.status() })
        // What was cancelled here is over, though the engine may not have written it down.
        let isOver = ffi.isOwner() && lock.withLock { staying == 0 }
        return isOver ? read.detached() : read
    }
}

/// Does this with the engine's error as ours.
func translated<T>(_ work: () async throws -> T) async throws -> T {
    do {
        return try await work()
    } catch {
        throw lifted(error)
    }
}

/// Does this with the engine's error as ours.
func translated<T>(_ work: () throws -> T) throws -> T {
    do {
        return try work()
    } catch {
        throw lifted(error)
    }
}

/// See `Notebook.prove`: it needs no notebook.
func proved(_ changes: [PlacedChange]) async throws -> CoupletFFI.NotebookHash {
    try await translated { try await proveExport(changes: changes.map { $0.lower() }) }
}

private func lifted(_ error: any Error) -> any Error {
    switch error {
    case let refused as CoupletFFI.CoupletError: CoupletError(refused)
    case is CoupletError, is CancellationError: error
    // A panic, without its text, which nobody has proved to be free of the notebook's.
    default: CoupletError.internal(.panicked)
    }
}

extension CoupletError.Reason {
    static let panicked = CoupletError.Reason(
        code: "panicked",
        detail: "a fault in the notebook's engine ended the call; what was written is safe",
        isRetryable: false
    )
}
