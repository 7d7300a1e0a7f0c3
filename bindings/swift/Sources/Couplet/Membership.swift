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
    /// How often its person was let in again after they had lost everything.
    public let generation: Int
    /// Whether it is the device that is asked.
    public let isThis: Bool
    /// The index of the statement of the membership log that let it in.
    public let since: Int
    /// If it is the other person's: how sure this one is of them.
    public let verified: Verified?
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
    /// Whether it lets in again a person who lost everything; of another's, in this one's place.
    public let isAgain: Bool
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
    /// Whether it is the other person, who lost everything and is to be let in again.
    public let isAgain: Bool
}

/// What letting in again the other person has come to.
public enum Again: Hashable, Sendable {
    /// There is a link for them.
    case link(Invitation)
    /// Their recovery kit is warned: there is a link from then on, unless its words say no.
    case notBefore(Date)
}

/// How sure this person is that the other is who they seem to be.
public enum Verified: Hashable, Codable, Sendable {
    /// Not at all: they came by the link alone, or this person came by theirs.
    case no
    /// This device let them in with the code that their phone showed.
    case code
    /// This person has compared what both phones show.
    case compared
    /// This person was sure of somebody else, whose place they have taken: compare anew.
    case changed
}

/// An emoji of those that two persons compare.
public struct SasEmoji: Hashable, Codable, Sendable {
    /// As it is shown.
    public let symbol: String
    /// What to call it on the telephone, in English.
    public let name: String
}

/// What two persons compare, in person or on the telephone.
public struct Verification: Hashable, Codable, Sendable {
    /// Sixty digits, the same on both phones for as long as both are the same persons.
    public let number: String
    /// The seven of their coming together, the same on both phones; none where this device has not
    /// been told what they are made of.
    public let emoji: [SasEmoji]
    /// How sure this person is of the other.
    public let verified: Verified
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

    /// A link for the other person, who has lost every device and their words. Whoever joins with
    /// it and is approved takes their place: reads everything, and writes none of their words of
    /// before. All devices that there were of them are taken out. If they have a recovery kit, it
    /// is warned first, and there is a link seven days later.
    public func inviteAgain() async throws -> Again {
        try await engine.writing { Again(try await $0.inviteAgain()) }
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

    /// What the two persons compare, and how sure this one is of the other; with `isConfirmed`
    /// this person says that they have compared what was shown last. Throws
    /// ``CoupletError/notFound(_:)`` while nobody else is here, and
    /// ``CoupletError/invalidInput(_:)`` if something else than what was shown last would be
    /// confirmed.
    @discardableResult
    public func verify(isConfirmed: Bool = false) async throws -> Verification {
        try await engine.writing { Verification(try await $0.verify(isConfirmed: isConfirmed)) }
    }
}
