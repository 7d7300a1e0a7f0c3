// Who goes, who is called what, what is not wanted any more, and what was set aside.

internal import CoupletFFI

/// Late words of a device that was taken out.
public struct Late: Hashable, Codable, Sendable {
    /// Which device.
    public let device: DeviceId
    /// How many envelopes of it lie here.
    public let envelopes: Int
    /// Whether it is for this person to keep or to discard them.
    public let isOwn: Bool
}

/// A change that no phone applies, and why.
public struct SetAside: Hashable, Codable, Sendable {
    /// Whose change.
    public let author: PersonId
    /// Why, in a sentence.
    public let detail: String
}

/// What is set aside on this device.
public struct Quarantine: Hashable, Codable, Sendable {
    /// Late words, to be kept or discarded.
    public let late: [Late]
    /// Changes that no phone applies.
    public let changes: [SetAside]
}

extension Notebook {
    /// Takes out a device of this person's. Once the relay has ordered it, the device reads nothing
    /// that is written after.
    @discardableResult
    public func remove(_ device: DeviceId) async throws -> DeviceId {
        try await engine.writing { DeviceId(try await $0.remove(device: device.lower())) }
    }

    /// Leaves: alone, at once, offline if need be, with everything that is here. What was not sent
    /// stays here.
    public func leave() async throws {
        try await engine.writing { try await $0.leave() }
    }

    /// Names this person or, if one is given, one of their devices.
    public func rename(_ name: String, device: DeviceId? = nil) async throws {
        try await engine.writing { try await $0.rename(name: name, device: device?.lower()) }
    }

    /// The invites of this person that are open.
    public func invites() async throws -> [OpenInvite] {
        try await engine.calling { try await $0.invites().map(OpenInvite.init) }
    }

    /// Withdraws an invite.
    @discardableResult
    public func revoke(_ invite: InviteId) async throws -> InviteId {
        try await engine.writing { InviteId(try await $0.revoke(invite: invite.lower())) }
    }

    /// Forgets a request to be let in.
    public func deny(_ request: RequestId) async throws {
        try await engine.writing { try await $0.deny(request: request.lower()) }
    }

    /// What is set aside here.
    public func quarantine() async throws -> Quarantine {
        try await engine.calling { Quarantine(try await $0.quarantine()) }
    }

    /// Keeps, or discards, the late words of a device of one's own that was taken out, and says how
    /// many envelopes they were.
    @discardableResult
    public func settleLate(_ device: DeviceId, isKept: Bool) async throws -> Int {
        try await engine.writing {
            Int(clamping: try await $0.settleLate(device: device.lower(), isKept: isKept))
        }
    }
}
