import Foundation

/// Something that is shown: as it is, and again whenever it looks different.
///
/// Nothing is read before the loop over this asks. A loop that is slow is given the newest and not
/// what was in between. It ends with the notebook's shutdown, and when the task that waits in it is
/// cancelled; every loop is told everything.
public struct Watch<Value: Equatable & Sendable>: AsyncSequence, Sendable {
    /// What is looped over.
    public typealias Element = Value

    let changes: Changes
    let read: @Sendable () async throws -> Value

    /// What the loop asks.
    public func makeAsyncIterator() -> Iterator {
        Iterator(signals: changes.listen().makeAsyncIterator(), read: read)
    }

    /// What the loop asks.
    public struct Iterator: AsyncIteratorProtocol {
        private var signals: AsyncStream<Void>.Iterator
        private let read: @Sendable () async throws -> Value
        private var last: Value?
        private var isFirst = true

        init(
            signals: AsyncStream<Void>.Iterator,
            read: @escaping @Sendable () async throws -> Value
        ) {
            self.signals = signals
            self.read = read
        }

        /// The value when it looks different; nothing when it is over.
        public mutating func next() async throws -> Value? {
            while true {
                if !isFirst {
                    guard await signals.next() != nil else { return nil }
                }
                isFirst = false
                do {
                    let value = try await read()
                    if value != last {
                        last = value
                        return value
                    }
                } catch CoupletError.closed {
                    return nil
                }
            }
        }
    }
}

/// Says that something may look different, to whoever listens, and that it is over.
final class Changes: @unchecked Sendable {
    /// Over `listeners`, `named` and `isOver`; nothing is called while it is held.
    private let lock = NSLock()
    private var listeners: [Int: AsyncStream<Void>.Continuation] = [:]
    private var named = 0
    private var isOver = false

    /// Signals from here on; those that nobody waits for are one.
    func listen() -> AsyncStream<Void> {
        let (stream, listener) = AsyncStream.makeStream(
            of: Void.self,
            bufferingPolicy: .bufferingNewest(1)
        )
        let name: Int? = lock.withLock {
            guard !isOver else { return nil }
            named += 1
            listeners[named] = listener
            return named
        }
        if let name {
            listener.onTermination = { [weak self] _ in self?.forget(name) }
        } else {
            listener.finish()
        }
        return stream
    }

    func rise() {
        let listening = lock.withLock { Array(listeners.values) }
        for listener in listening {
            listener.yield()
        }
    }

    /// Ends every loop, those that begin later too.
    func end() {
        let listening = lock.withLock {
            isOver = true
            return Array(listeners.values)
        }
        for listener in listening {
            listener.finish()
        }
    }

    private func forget(_ name: Int) {
        // What is let go of is let go of after the lock.
        _ = lock.withLock { listeners.removeValue(forKey: name) }
    }
}
