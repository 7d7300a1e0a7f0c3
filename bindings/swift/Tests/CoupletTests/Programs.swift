// The real relay, as a process of its own, and a place where there is none.

import Dispatch
import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// What a story needs and does not find.
struct NotHere: Error {
    let what: String
}

/// A running `couplet-relay` on a port of its choice; it ends with ``close()``.
final class Relay: @unchecked Sendable {
    /// What apps are given.
    let link: String
    private let process = Process()
    private let output = Pipe()

    init(_ directory: URL) throws {
        guard let program = ProcessInfo.processInfo.environment["COUPLET_RELAY_BIN"] else {
            throw NotHere(what: "COUPLET_RELAY_BIN names no program")
        }
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = [
            "serve", "--json", "--listen", "127.0.0.1:0", "--data", directory.path,
        ]
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let line = try Self.line(of: output.fileHandleForReading)
        link = try JSONDecoder().decode(Said.self, from: line).link
    }

    func close() {
        if process.isRunning {
            // On Linux it was begun with the signals blocked that can be: it would not hear another.
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
    }

    private struct Said: Decodable {
        let link: String
    }

    private static func line(of output: FileHandle) throws -> Data {
        var line = Data()
        while let byte = try output.read(upToCount: 1), let character = byte.first {
            if character == UInt8(ascii: "\n") {
                return line
            }
            line.append(character)
        }
        throw NotHere(what: "the relay ended without a word")
    }
}

/// A place that is no relay: it hears, and never answers.
final class Silence: Sendable {
    private let socket: Int32
    private let port: UInt16

    init() throws {
        #if canImport(Glibc)
        let kind = Int32(SOCK_DGRAM.rawValue)
        #else
        let kind = SOCK_DGRAM
        #endif
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let opened = openSocket(kind)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(opened, $0, size) == 0 && getsockname(opened, $0, &size) == 0
            }
        }
        guard opened >= 0, isBound else { throw NotHere(what: "no UDP port is free") }
        socket = opened
        port = UInt16(bigEndian: address.sin_port)
    }

    /// This relay's link, with its key, at another port of this machine: here.
    func insteadOf(_ relay: Relay) throws -> String {
        let parts = relay.link.split(separator: "#", maxSplits: 1).map(String.init)
        guard parts.count == 2, let prefix = parts.first, let item = parts.last,
            var moved = Data(base64Encoded: Self.padded(item)),
            let host = moved.range(of: Data("127.0.0.1:".utf8))
        else { throw NotHere(what: "the relay's link is of another form") }
        // Ports that the system chooses have five digits; the key that follows may begin with one.
        let old = host.upperBound..<host.upperBound + 5
        let here = Data("\(port)".utf8)
        guard here.count == old.count else { throw NotHere(what: "the ports are not of one length") }
        moved.replaceSubrange(old, with: here)
        return "\(prefix)#\(Self.unpadded(moved))"
    }

    /// Returns when somebody has said something.
    func hears() async {
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
            DispatchQueue.global().async {
                var heard = [UInt8](repeating: 0, count: 2_048)
                _ = recv(self.socket, &heard, heard.count, 0)
                done.resume()
            }
        }
    }

    deinit {
        close(socket)
    }

    private static func padded(_ item: String) -> String {
        let standard = item.replacingOccurrences(of: "-", with: "+")
            .replacingOccurrences(of: "_", with: "/")
        return standard + String(repeating: "=", count: (4 - standard.count % 4) % 4)
    }

    private static func unpadded(_ bytes: Data) -> String {
        bytes.base64EncodedString().replacingOccurrences(of: "+", with: "-")
            .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
    }
}

private func openSocket(_ kind: Int32) -> Int32 {
    socket(AF_INET, kind, 0)
}
