import Foundation
internal import CoupletFFI

/// Something that an app may want to show.
public enum Event: Hashable, Codable, Sendable {
    /// This entry looks different.
    case entryChanged(EntryId)
    /// Words have come further.
    case delivered
    /// Something of this person's came that no phone applies, for this reason, a sentence. It is set
    /// aside: what it would have changed stands as it did.
    case rejected(by: PersonId, detail: String)
    /// Somebody asks to be let in.
    case requests
    /// Both sides hold the same.
    case caughtUp
    /// In touch: what is written leaves at once, and what arrives is told.
    case attached
    /// Not in touch with the relay, for this reason, a stable name and a sentence: there is no
    /// network, nobody answers there, or it broke off or refused. It comes after each attempt, also
    /// if none has succeeded so far; another attempt follows by itself within half a minute. What is
    /// written meanwhile is kept, and leaves by itself: there is nothing to do.
    case detached(code: String, detail: String)
    /// The relay is there, and does not take this device's words so far, for this reason. They are
    /// kept here, and offered again by themselves while this device stays attached, not before then;
    /// what the other writes still arrives.
    case putOff(code: String, detail: String, until: Date)
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
