// Who belongs, and how things stand, as values, and the calls that have to do with it.

import Foundation
internal import CoupletFFI

/// A person, and what they call themselves.
public struct Person: Hashable, Codable, Sendable, Identifiable {
    /// Which.
    public let id: PersonId
    /// What they call themselves.
    public let name: String
}

/// A device that belongs to the notebook.
public struct Device: Hashable, Codable, Sendable, Identifiable {
    /// Its key, which names it.
    public let id: DeviceId
    /// Whose it is.
    public let person: PersonId
    /// What its person is called, as far as this device can read it.
    public let name: String?
    /// What the device is called, if it was given a name.
    public let called: String?
    /// Whether it is the device that is asked.
    public let isThis: Bool
    /// The index of the statement of the membership log that let it in.
    public let since: Int
}

/// How much of what is here a newcomer reads.
public enum History: String, Hashable, Codable, Sendable, CaseIterable {
    /// Everything.
    case all
    /// What is written from here on.
    case fromHere
}

/// How a person stands to the other.
public enum Standing: String, Hashable, Codable, Sendable, CaseIterable {
    /// Not let in so far.
    case waiting
    /// Alone, and nobody is invited.
    case solo
    /// Alone, and somebody is invited.
    case pairing
    /// Both are here.
    case together
    /// One of the two has left, or this device was taken out.
    case apart
}

/// An invitation to hand over.
public struct Invitation: Hashable, Sendable {
    /// Holds a secret: show it to one person, and keep it out of logs.
    public let link: String
    /// When it is of no use any more.
    public let expires: Date
    /// How many entries the newcomer will read.
    public let entries: Int
}

extension Invitation: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Without the link, which is a secret.
    public var description: String { "Invitation(expires: \(expires), entries: \(entries))" }
    /// Without the link, which is a secret.
    public var debugDescription: String { description }
    /// Without the link, which is a secret.
    public var customMirror: Mirror {
        Mirror(self, children: ["expires": expires, "entries": entries])
    }
}

/// An invite of one's own that is open, and what the newcomer will read.
public struct OpenInvite: Hashable, Codable, Sendable, Identifiable {
    /// Its name.
    public let id: InviteId
    /// Whether it is for a device of one's own.
    public let isOwnDevice: Bool
    /// What the newcomer will read.
    public let history: History
    /// When it is of no use any more.
    public let expires: Date
    /// Whether that is so.
    public let isExpired: Bool
}

/// Somebody who asks to be let in.
public struct Request: Hashable, Codable, Sendable, Identifiable {
    /// Its name.
    public let id: RequestId
    /// What the person calls themselves.
    public let name: String?
    /// Whether it is a device of one's own.
    public let isOwnDevice: Bool
}

/// The safety number of the two persons, to be compared in person.
public struct SafetyNumber: Hashable, Codable, Sendable {
    /// The number, the same on both persons' phones.
    public let value: String
    /// Whether this person has said that it was compared.
    public let isVerified: Bool
}

extension Notebook {
    /// A single-use link, for the partner or for another device of one's own. Where entries are
    /// here already, `history` must say how much of them the newcomer reads.
    public func invite(
        isOwnDevice: Bool = false,
        history: History? = nil
    ) async throws -> Invitation {
        try await engine.writing {
            Invitation(try await $0.invite(isOwnDevice: isOwnDevice, history: history?.lower()))
        }
    }

    /// Who asks to be let in by this device, as far as is known here.
    public func requests() async throws -> [Request] {
        try await engine.calling { try await $0.requests().map(Request.init) }
    }

    /// Lets somebody in, with the code that the other phone shows, or without one on the strength
    /// of the link alone.
    public func approve(_ request: RequestId, code: String? = nil) async throws {
        try await engine.writing { try await $0.approve(request: request.lower(), code: code) }
    }

    /// Asks with another link, while this device still waits to be let in.
    public func askAgain(link: String, name: String) async throws {
        try await engine.writing { try await $0.askAgain(link: link, name: name) }
    }

    /// What the persons call themselves.
    public func persons() async throws -> [Person] {
        try await engine.calling { try await $0.persons().map(Person.init) }
    }

    /// The devices that belong, in the order in which they were let in.
    public func devices() async throws -> [Device] {
        try await engine.calling { try await $0.devices().map(Device.init) }
    }

    /// The safety number of the two persons, and whether it was compared; with `isConfirmed` this
    /// person says that it was. Throws ``CoupletError/notFound(_:)`` while nobody else is here.
    @discardableResult
    public func verify(isConfirmed: Bool = false) async throws -> SafetyNumber {
        try await engine.writing { SafetyNumber(try await $0.verify(isConfirmed: isConfirmed)) }
    }
}
