// The app's log: what the engine has to say about its work.

internal import CoupletFFI

/// How much is said.
public enum LogLevel: String, Hashable, Codable, Sendable, CaseIterable {
    /// A fault.
    case error
    /// What should not be, and was coped with.
    case warn
    /// What happens now and then.
    case info
    /// What happens often.
    case debug
    /// Everything.
    case trace
}

/// Something said: ids and sentences, never the notebook's words.
public struct LogLine: Hashable, Codable, Sendable {
    /// How grave it is.
    public let level: LogLevel
    /// Which part says it.
    public let target: String
    /// What it says.
    public let text: String
}

/// Where lines go.
public protocol LogSink: Sendable {
    /// Takes a line, on a thread of the engine's own. A line that this throws at is lost, and
    /// counted in ``Log/lostLines``.
    func log(_ line: LogLine) throws
}

/// The log of the engine, one for the process.
public enum Log {
    /// Sets where lines of this level and graver go, in the place of what was set before; nothing
    /// ends it. The sink before has been given its last line when this returns. Throws if something
    /// else in this process takes the lines already.
    public static func setSink(
        _ sink: (any LogSink)?,
        most: LogLevel = .info
    ) async throws {
        let lent = sink.map { LentLogSink($0) }
        try await translated { try await setLogSink(sink: lent, most: most.lower()) }
    }

    /// How many lines were lost: because the sink threw at them, or because it was too slow.
    public static var lostLines: Int { Int(clamping: lostLogLines()) }
}

/// The app's sink as the engine calls it: nothing that it throws gets past this.
final class LentLogSink: CoupletFFI.LogSink {
    private let sink: any LogSink

    init(_ sink: any LogSink) {
        self.sink = sink
    }

    func log(line: CoupletFFI.LogLine) throws {
        do {
            try sink.log(LogLine(line))
        } catch {
            throw CoupletFFI.LogRefused.Failed(detail: String(describing: type(of: error)))
        }
    }
}
