// What is said about an entry: comments and reactions, durable when the call returns.

internal import CoupletFFI

/// What can be said about an entry.
public enum Saying: Hashable, Codable, Sendable {
    /// A comment, or an answer to the comment there that is named so.
    case comment(String, replyTo: CommentId? = nil)
    /// One's own comment anew.
    case editComment(CommentId, String)
    /// An emoji.
    case react(String)
    /// An emoji taken back, on whichever device it was left.
    case unreact(String)
    /// What its kind has people do with it: on one of the things in it, with words, or neither.
    case deed(Deed, on: ItemId? = nil, words: String = "")
    /// Its being removed from sight, on today's day here.
    case trash
    /// Its being brought back.
    case restore
    /// What stands where several words or values do, as the ``Choice`` has them.
    case resolve(field: String, on: ItemId?, value: String)
    /// A comment on what stands in a page at a place, as it was shown at that version.
    case commentOn(TextRange, String, base: Version? = nil)
}

extension Notebook {
    /// Says something about an entry.
    @discardableResult
    public func say(_ saying: Saying, about entry: EntryId) async throws -> EntryRow {
        try await engine.writing {
            EntryRow(try await $0.say(entry: entry.lower(), saying: saying.lower()))
        }
    }

    /// Comments on an entry, or answers a comment there.
    @discardableResult
    public func comment(
        on entry: EntryId,
        _ text: String,
        replyTo: CommentId? = nil
    ) async throws -> EntryRow {
        try await say(.comment(text, replyTo: replyTo), about: entry)
    }

    /// Leaves an emoji on an entry.
    @discardableResult
    public func react(to entry: EntryId, _ emoji: String) async throws -> EntryRow {
        try await say(.react(emoji), about: entry)
    }

    /// Takes one's emoji back, on whichever device it was left.
    @discardableResult
    public func unreact(to entry: EntryId, _ emoji: String) async throws -> EntryRow {
        try await say(.unreact(emoji), about: entry)
    }
}
