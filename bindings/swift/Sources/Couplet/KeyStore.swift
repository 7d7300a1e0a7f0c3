// Where the key of a notebook's store is kept: what the app lends to the engine.

import Foundation
internal import CoupletFFI

/// Where the key of a notebook's store is kept: the Keychain, or a file on a server or in a test.
///
/// Both functions are called on a thread of the engine's own, never while it holds a lock, and may
/// take as long as a person takes to unlock a phone. Whatever they throw becomes the
/// ``CoupletError`` of the call that needed the key. A trap, such as that of `fatalError`, ends
/// the app, as it does everywhere in Swift.
public protocol KeyStore: Sendable {
    /// The 32 bytes that were kept; nothing if none ever were. Throws ``KeyRefused``.
    func load() throws -> Data?

    /// Keeps these 32 bytes where no backup reaches, before it returns. The notebook is lost
    /// without them. Throws ``KeyRefused``.
    func keep(_ key: Data) throws
}

/// Why a keystore gives no key. Anything else that it throws is a fault of the app.
public enum KeyRefused: Error, Hashable, Sendable {
    /// The phone was not unlocked since it started, or something like it: it may later.
    case notYet
    /// The person, or the system, said no.
    case denied
    /// There was one, and it is gone for good.
    case gone
}

/// A keystore for a machine that has none: the key in a file that only this user reads. On Apple's
/// systems it is `KeychainKeyStore`.
public struct FileKeyStore: KeyStore {
    private let file: URL

    /// The key is in this file, or will be.
    public init(_ file: URL) {
        self.file = file
    }

    /// What stands in the file, if there is one.
    public func load() throws -> Data? {
        FileManager.default.fileExists(atPath: file.path) ? try Data(contentsOf: file) : nil
    }

    /// Makes the file, which is whole when it is there.
    public func keep(_ key: Data) throws {
        let files = FileManager.default
        try files.createDirectory(
            at: file.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        let part = file.appendingPathExtension("part")
        if files.fileExists(atPath: part.path) {
            try files.removeItem(at: part)
        }
        let ours: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
        guard files.createFile(atPath: part.path, contents: nil, attributes: ours) else {
            throw CocoaError(.fileWriteUnknown)
        }
        let writing = try FileHandle(forWritingTo: part)
        try writing.write(contentsOf: key)
        try writing.synchronize()
        try writing.close()
        try files.moveItem(at: part, to: file)
    }
}

/// The app's keystore as the engine calls it: nothing that it throws gets past this.
final class LentKeyStore: CoupletFFI.KeyStore {
    private let keys: any KeyStore

    init(_ keys: any KeyStore) {
        self.keys = keys
    }

    func load() throws -> Data? {
        try answered { try keys.load() }
    }

    func keep(key: Data) throws {
        try answered { try keys.keep(key) }
    }

    private func answered<T>(_ call: () throws -> T) throws -> T {
        do {
            return try call()
        } catch KeyRefused.notYet {
            throw CoupletFFI.KeyRefused.NotYet
        } catch KeyRefused.denied {
            throw CoupletFFI.KeyRefused.Denied
        } catch KeyRefused.gone {
            throw CoupletFFI.KeyRefused.Gone
        } catch {
            // Without what it says, which may be what no log should hold.
            throw CoupletFFI.KeyRefused.Failed(detail: String(describing: type(of: error)))
        }
    }
}
