#if canImport(Security)
import Foundation
import Security

/// The key in the Keychain of this device: never synchronised, never in a backup of another device,
/// and there for work in the background once the phone was unlocked after it started.
public struct KeychainKeyStore: KeyStore {
    private let service: String
    private let account: String
    private let accessGroup: String?

    /// A key for each `account`, which names the notebook. Widgets and share extensions that open
    /// it name the Keychain access group that they share with the app.
    public init(
        service: String = "app.couplet",
        account: String = "notebook",
        accessGroup: String? = nil
    ) {
        self.service = service
        self.account = account
        self.accessGroup = accessGroup
    }

    /// The key, if one was kept.
    public func load() throws -> Data? {
        var query = item
        query[kSecReturnData] = true
        query[kSecMatchLimit] = kSecMatchLimitOne
        var found: CFTypeRef?
        let status = SecItemCopyMatching(query as CFDictionary, &found)
        if status == errSecItemNotFound {
            return nil
        }
        try Self.check(status)
        return found as? Data
    }

    /// Adds the key. One that is there is never replaced.
    public func keep(_ key: Data) throws {
        var added = item
        added[kSecValueData] = key
        added[kSecAttrAccessible] = kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly
        try Self.check(SecItemAdd(added as CFDictionary, nil))
    }

    /// Forgets the key, and with it whatever the notebook's store holds.
    public func destroy() throws {
        let status = SecItemDelete(item as CFDictionary)
        if status != errSecItemNotFound {
            try Self.check(status)
        }
    }

    private var item: [CFString: Any] {
        var item: [CFString: Any] = [
            kSecClass: kSecClassGenericPassword,
            kSecAttrService: service,
            kSecAttrAccount: account,
            kSecAttrSynchronizable: false,
            kSecUseDataProtectionKeychain: true,
        ]
        if let accessGroup {
            item[kSecAttrAccessGroup] = accessGroup
        }
        return item
    }

    private static func check(_ status: OSStatus) throws {
        switch status {
        case errSecSuccess: return
        case errSecInteractionNotAllowed, errSecNotAvailable: throw KeyRefused.notYet
        case errSecUserCanceled, errSecAuthFailed, errSecMissingEntitlement: throw KeyRefused.denied
        default: throw KeychainFault(status: status)
        }
    }
}

/// What the Keychain says, where it is none of the answers of a keystore.
struct KeychainFault: Error {
    let status: OSStatus
}
#endif
