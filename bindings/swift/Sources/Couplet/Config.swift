import Foundation
internal import CoupletFFI

/// Where a notebook lies on this device.
public struct Config: Hashable, Sendable {
    /// The directory of its store, which is made if it is not there. On Apple's systems it is kept
    /// out of backups: a copy that a backup brings to another phone is no second phone.
    public var directory: URL
    /// A file that no copy of ``directory`` reaches, by which a store that was restored or cloned
    /// is noticed; nothing on a platform that has no such place. On Apple's systems the key does
    /// that: it stays in the Keychain of its device.
    public var mark: URL?
    /// Whether it is a vault: a notebook of one person's devices alone, beside the notebook of two.
    public var isVault: Bool

    /// A notebook in this directory.
    public init(directory: URL, mark: URL? = nil, isVault: Bool = false) {
        self.directory = directory
        self.mark = mark
        self.isVault = isVault
    }

    func lower() -> CoupletFFI.Config {
        CoupletFFI.Config(directory: directory.path, mark: mark?.path, isVault: isVault)
    }

    /// Makes the directory, out of reach of backups, and readable in the background once the phone
    /// was unlocked.
    func prepare() throws {
        #if canImport(Darwin)
        do {
            var directory = self.directory
            try FileManager.default.createDirectory(
                at: directory,
                withIntermediateDirectories: true,
                attributes: Self.attributes
            )
            var values = URLResourceValues()
            values.isExcludedFromBackup = true
            try directory.setResourceValues(values)
        } catch {
            let detail = "the notebook's directory cannot be made, or not kept out of backups"
            let reason = CoupletError.Reason(code: "store", detail: detail, isRetryable: false)
            throw CoupletError.storage(reason)
        }
        #endif
    }

    #if canImport(Darwin)
    private static var attributes: [FileAttributeKey: Any] {
        #if os(macOS)
        return [:]
        #else
        return [.protectionKey: FileProtectionType.completeUntilFirstUserAuthentication]
        #endif
    }
    #endif
}

#if canImport(Darwin)
extension Config {
    /// The place for a notebook of the app's own, or of an app group that its widgets belong to.
    /// Nothing if this app does not belong to that group.
    public static func standard(name: String = "notebook", appGroup: String? = nil) -> Config? {
        let files = FileManager.default
        let base =
            if let appGroup {
                files.containerURL(forSecurityApplicationGroupIdentifier: appGroup)
            } else {
                files.urls(for: .applicationSupportDirectory, in: .userDomainMask).first
            }
        return base.map { Config(directory: $0.appendingPathComponent(name, isDirectory: true)) }
    }
}
#endif
