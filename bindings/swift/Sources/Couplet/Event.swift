internal import CoupletFFI

/// Something that an app may want to show.
public enum Event: Hashable, Codable, Sendable {
    /// This entry looks different.
    case entryChanged(EntryId)
    /// Words have come further.
    case delivered
    /// Somebody asks to be let in.
    case requests
    /// Both sides hold the same.
    case caughtUp
    /// The relay answers.
    case attached
    /// The relay does not answer any more, for this reason, a stable name and a sentence; it is
    /// tried again.
    case detached(code: String, detail: String)
    /// So many events are not among these, because more happened than was asked for in time.
    /// Everything is in the store: show it anew.
    case behind(missed: Int)
}

/// What happens from ``Notebook/events()`` on, in order.
///
/// The engine is asked for events when the loop over this asks for one, and never waits for it: a
/// loop that is slow is told by ``Event/behind(missed:)`` that it missed something. It ends with
/// the notebook's shutdown, and when the task that waits in it is cancelled. Loop over it once; who
/// else wants to know calls ``Notebook/events()`` too.
public struct Events: AsyncSequence, Sendable {
    /// What is looped over.
    public typealias Element = Event

    private let stream: EventStream

    init(_ stream: EventStream) {
        self.stream = stream
    }

    /// So many events that nobody caused, for tests and measurements.
    static func rehearsal(_ count: UInt32) throws -> Events {
        Events(try translated { try EventStream.rehearsal(count: count) })
    }

    /// What the loop asks.
    public func makeAsyncIterator() -> Iterator {
        Iterator(stream)
    }

    /// What the loop asks.
    public struct Iterator: AsyncIteratorProtocol {
        private let stream: EventStream
        private var batch: ArraySlice<CoupletFFI.Event> = []

        init(_ stream: EventStream) {
            self.stream = stream
        }

        /// The next event; nothing when it is over.
        public mutating func next() async throws -> Event? {
            if Task.isCancelled {
                return nil
            }
            if batch.isEmpty {
                batch = try await pulled(stream)[...]
            }
            return batch.popFirst().map { Event($0) }
        }
    }
}

/// The next events of the engine's stream; none at all when it is over. Cancelling ends the stream.
func pulled(_ stream: EventStream) async throws -> [CoupletFFI.Event] {
    try await withTaskCancellationHandler {
        try await translated { try await stream.nextBatch(most: eventsOfOneCall) }
    } onCancel: {
        stream.cancel()
    }
}

private let eventsOfOneCall: UInt32 = 256
