#if canImport(os)
import os

/// Lines into the system's log, where Console and `log stream` show them: one category for each
/// part that says something.
public struct SystemLog: LogSink {
    private let subsystem: String

    /// Under this subsystem, which is by custom the app's own identifier.
    public init(subsystem: String = "app.couplet") {
        self.subsystem = subsystem
    }

    /// Shows a line as it is: it holds ids and sentences, never the notebook's words.
    public func log(_ line: LogLine) {
        let logger = Logger(subsystem: subsystem, category: line.target)
        logger.log(level: Self.level(of: line.level), "\(line.text, privacy: .public)")
    }

    private static func level(of level: LogLevel) -> OSLogType {
        switch level {
        case .error: .error
        case .warn: .default
        case .info: .info
        case .debug, .trace: .debug
        }
    }
}
#endif
