// The names of things, each a type of its own: one cannot be given where another is asked for.

/// A notebook's name.
public struct NotebookId: RawRepresentable, Hashable, Codable, Sendable {
    /// The name as text.
    public let rawValue: String
    /// The notebook of this name.
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// A device's key, which names it.
public struct DeviceId: RawRepresentable, Hashable, Codable, Sendable {
    /// The key's text.
    public let rawValue: String
    /// The device of this key.
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// One of the two persons: 0 for whoever began the notebook, 1 for the other.
public struct PersonId: RawRepresentable, Hashable, Codable, Sendable {
    /// 0 or 1.
    public let rawValue: UInt8
    /// The person of this number.
    public init(rawValue: UInt8) { self.rawValue = rawValue }
}

/// The name of an entry, the same on every phone; where one is asked for, its beginning will do.
public struct EntryId: RawRepresentable, Hashable, Codable, Sendable {
    /// The name as text.
    public let rawValue: String
    /// The entry of this name.
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// The name of a comment; where one is asked for, its beginning will do.
public struct CommentId: RawRepresentable, Hashable, Codable, Sendable {
    /// The name as text.
    public let rawValue: String
    /// The comment of this name.
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// The name of words or an item in an entry; where one is asked for, its beginning will do.
public struct ItemId: RawRepresentable, Hashable, Codable, Sendable {
    /// The name as text.
    public let rawValue: String
    /// What has this name.
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// The name of a draft on this device.
public struct DraftId: RawRepresentable, Hashable, Codable, Sendable {
    /// The name as text.
    public let rawValue: String
    /// The draft of this name.
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// The name of somebody's request to be let in.
public struct RequestId: RawRepresentable, Hashable, Codable, Sendable {
    /// The name as text.
    public let rawValue: String
    /// The request of this name.
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// The name of an invite in the membership log.
public struct InviteId: RawRepresentable, Hashable, Codable, Sendable {
    /// The name as text.
    public let rawValue: String
    /// The invite of this name.
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// Who wrote: one install on one device.
public struct WriterId: RawRepresentable, Hashable, Codable, Sendable {
    /// The name as text.
    public let rawValue: String
    /// The writer of this name.
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// A state of an entry as it was shown: give it back with an edit of what is shown.
public struct Version: RawRepresentable, Hashable, Codable, Sendable {
    /// The state as text.
    public let rawValue: String
    /// The state of this text.
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// A place in the timeline: give it back for the page that follows.
public struct Cursor: RawRepresentable, Hashable, Codable, Sendable {
    /// The place as text.
    public let rawValue: String
    /// The place of this text.
    public init(rawValue: String) { self.rawValue = rawValue }
}
