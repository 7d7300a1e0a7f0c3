import Foundation
import Observation

/// The honest state of a notebook on this device.
public struct Status: Hashable, Codable, Sendable {
    /// The notebook's name.
    public let notebook: NotebookId
    /// This device.
    public let device: DeviceId
    /// Whose it is.
    public let person: PersonId
    /// How this person stands to the other.
    public let standing: Standing
    /// Whether nothing more can be written here.
    public let isReadOnly: Bool
    /// Whether this device shares nothing until it is told to.
    public let isPaused: Bool
    /// Whether the notebook is to be gone from the relay, or is.
    public let dissolving: Dissolving?
    /// The epoch whose key is used now, from 1.
    public let epoch: Int
    /// While it waits to be let in: the short code, for the other phone to type.
    public let waitingCode: String?
    /// Changes and envelopes that the relay has not said to hold.
    public let pending: Int
    /// The relay's link.
    public let relay: String?
    /// When both sides last held the same.
    public let lastExchange: Date?
    /// Over what that was.
    public let transport: String?
    /// Whether it is in touch with the relay just now, by whichever process.
    public internal(set) var isAttached: Bool
    /// Whether a call of this process stays attached, in touch or trying again. Where none does,
    /// nothing leaves and nothing arrives before the next exchange.
    public internal(set) var isStaying: Bool
    /// If the relay did not take this device's words so far: when they are offered again.
    public let putOffUntil: Date?
    /// Envelopes that were missing after the last exchange, though another device has read them or
    /// they come before what is here: the relay keeps them back, or has lost them.
    public let withheld: Int
    /// How sure this person is of the other; nothing while nobody else is here.
    public let verified: Verified?
    /// When this person's recovery kit may be replaced without its words: one of their devices gave
    /// it notice. Whoever did not mean this keeps the kit by its words.
    public let kitDue: Date?
    /// Whether the other person is letting somebody in again in the place of this one, by a link or
    /// by a warning to the recovery kit. It takes every device of this person's out: whoever is not
    /// lost revokes the invite, or keeps the kit.
    public let isBeingReplaced: Bool
    /// How many persons belong.
    public let persons: Int
    /// How many devices belong.
    public let devices: Int

    func detached() -> Status {
        var status = self
        status.isAttached = false
        status.isStaying = false
        return status
    }
}

/// The honest state for a screen, kept up to date until the notebook is shut down: SwiftUI draws
/// anew what was read from ``current``.
@MainActor
@Observable
public final class ObservableStatus {
    /// The newest that is known.
    public private(set) var current: Status

    init(_ first: Status) {
        current = first
    }

    func show(_ status: Status) {
        if status != current {
            current = status
        }
    }
}

/// What an exchange with the relay did.
public struct Exchanged: Hashable, Codable, Sendable {
    /// Envelopes sent.
    public let sent: Int
    /// Envelopes received that were new here.
    public let received: Int
    /// Times this side waited for an answer before it sent on, handshake apart.
    public let roundTrips: Int
    /// Bytes of frames sent.
    public let bytesOut: Int
    /// Bytes of frames received.
    public let bytesIn: Int
    /// Bytes of UDP payload sent.
    public let udpOut: Int
    /// Bytes of UDP payload received.
    public let udpIn: Int
    /// How long it took, connecting included.
    public let duration: Duration
    /// Over what it was.
    public let transport: String
    /// Whether both sides held the same at its end.
    public let isCaughtUp: Bool
    /// What came of the other person, for people.
    public let arrived: Arrived
}
