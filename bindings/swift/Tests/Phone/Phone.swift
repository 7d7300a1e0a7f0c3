// A phone that is told what to do in JSON lines: bindings/scenarios/README.md says which.

import Couplet
import Foundation

/// A notebook, perhaps a vault, and the commands on them.
@main
enum Phone {
    static func main() async throws {
        var open = [String: Notebook]()
        while let line = readLine() {
            let command = try JSONDecoder().decode(Command.self, from: Data(line.utf8))
            var answer = Answer()
            do {
                let place = command.in ?? "notebook"
                if let opened = try await begun(command, isVault: place == "vault") {
                    open[place] = opened
                }
                guard let notebook = open[place] else {
                    throw Missing(what: "found or join comes first")
                }
                answer = try await obey(command, notebook, beside: open["vault"])
                if command.do == "shutdown" {
                    for each in open.values {
                        try await each.shutdown()
                    }
                }
            } catch let failed as CoupletError {
                answer.error = Answer.Failure(code: failed.code, detail: failed.detail)
            }
            print(String(decoding: try JSONEncoder().encode(answer), as: UTF8.self))
            fflush(nil)
            if command.do == "shutdown" {
                return
            }
        }
    }

    /// The notebook that a command begins, if it begins one.
    private static func begun(_ command: Command, isVault: Bool) async throws -> Notebook? {
        guard ["found", "join"].contains(command.do) else { return nil }
        let directory = URL(fileURLWithPath: try said(command.directory))
        let place = Config(directory: directory, isVault: isVault)
        let keys = FileKeyStore(directory.appendingPathComponent("key"))
        let name = try said(command.name)
        if command.do == "found" {
            return try await Notebook.found(place, keys: keys, name: name, relay: command.relay)
        }
        return try await Notebook.join(place, keys: keys, link: said(command.link), name: name)
    }

    private static func obey(
        _ command: Command,
        _ notebook: Notebook,
        beside vault: Notebook?
    ) async throws -> Answer {
        var answer = Answer()
        switch command.do {
        case "found", "shutdown": break
        case "join": answer.code = await notebook.status.current.waitingCode
        case "invite":
            answer.link = try await notebook.invite(isOwnDevice: command.own_device ?? false).link
        case "requests":
            answer.requests = try await notebook.requests().map {
                Answer.Asked(request: $0.id.rawValue, name: $0.name)
            }
        case "approve":
            let request = RequestId(rawValue: try said(command.request))
            try await notebook.approve(request, code: command.code)
        case "sync":
            do {
                try await notebook.sync()
            } catch CoupletError.waiting {
                // It was asked for, and somebody else lets this phone in.
            }
        case "timeline":
            answer.texts = try await notebook.timeline(limit: 1_000).map(\.text)
        case "list":
            let lines = try await notebook.timeline(limit: 1_000, filter: list(command.what))
            answer.lines = lines.map(\.id.rawValue)
        case "hash":
            let hash = try await notebook.hash()
            (answer.hash, answer.entries) = (hash.value, hash.entries)
        case "write":
            let kind = Kind(rawValue: inSwift(try said(command.kind))) ?? .note
            answer.entry = try await notebook.write(kind, said(command.text)).id.rawValue
        case "write_sealed":
            let (text, when) = (try said(command.text), try said(command.when))
            answer.entry = try await notebook.writeSealed(text, Seal(), whenTo: when).id.rawValue
        case "draft":
            answer.draft = try await notebook.draftNew(.note, said(command.text)).id.rawValue
        case "keep_drafts", "keep_seen", "drafts", "share_draft":
            guard let vault else { throw Missing(what: "there is no vault") }
            answer = try await keep(command, notebook, vault)
        default:
            answer = try await say(command, notebook, EntryId(rawValue: said(command.entry)))
        }
        return answer
    }

    /// What is said about an entry that is there.
    private static func say(
        _ command: Command,
        _ notebook: Notebook,
        _ entry: EntryId
    ) async throws -> Answer {
        var answer = Answer()
        switch command.do {
        case "show":
            let row = try await notebook.show(entry)
            let shown = row.entry
            answer.can = row.can.map { inJSON($0.rawValue) }
            (answer.text, answer.version) = (shown.text, shown.version.rawValue)
            answer.state = shown.state.map { inJSON($0.rawValue) }
            answer.parts = shown.parts.map(\.text)
        case "edit":
            let base = Version(rawValue: try said(command.base))
            try await notebook.edit(entry, said(command.text), base: base)
        case "comment": try await notebook.comment(on: entry, said(command.text))
        case "act":
            guard let deed = Deed(rawValue: inSwift(try said(command.deed))) else {
                throw Missing(what: "there is no such deed")
            }
            try await notebook.act(on: entry, deed, said(command.words))
        case "trash": try await notebook.trash(entry)
        case "restore": try await notebook.restore(entry)
        case "resolve":
            for case .choose(let choice) in try await notebook.entry(entry).entry.needs {
                try await notebook.resolve(choice, in: entry, with: said(command.text))
            }
        case "keep_left_over":
            for case .leftOver(let words) in try await notebook.entry(entry).entry.needs {
                try await notebook.keepLeftOver(words, in: entry)
                answer.kept = words.text
            }
        case "erase": answer.done = try await notebook.erase(entry).isDoneHere
        default: throw Missing(what: "there is no \(command.do)")
        }
        return answer
    }

    /// What goes between the notebook and the vault.
    private static func keep(
        _ command: Command,
        _ notebook: Notebook,
        _ vault: Notebook
    ) async throws -> Answer {
        var answer = Answer()
        if command.do == "keep_drafts" {
            try await notebook.keepDrafts(in: vault)
            return answer
        }
        if command.do == "keep_seen" {
            answer.read = try await notebook.keepSeen(in: vault)
            return answer
        }
        let kept = try await notebook.draftsWith(vault)
        if command.do == "drafts" {
            answer.drafts = kept.map { Answer.Kept(draft: $0.id.rawValue, text: $0.text) }
            return answer
        }
        for draft in kept where draft.id.rawValue == command.draft {
            try await notebook.takeUp(draft)
            answer.entry = try await notebook.shareDraft(draft.id).id.rawValue
        }
        return answer
    }

    private static func list(_ what: String?) throws -> Filter {
        switch what {
        case "unread": Filter(onlyUnread: true)
        case "removed": Filter(among: .removed)
        case "in-need": Filter(among: .inNeed)
        default: throw Missing(what: "there is no such list")
        }
    }

    private static func said(_ word: String?) throws -> String {
        guard let word else { throw Missing(what: "a command lacks a word") }
        return word
    }

    /// `one-answered` as Swift has it.
    private static func inSwift(_ name: String) -> String {
        let parts = name.split(separator: "-").map(String.init)
        return (parts.first ?? "") + parts.dropFirst().map(\.capitalized).joined()
    }

    /// `oneAnswered` as everybody has it.
    private static func inJSON(_ name: String) -> String {
        name.reduce(into: "") { said, letter in
            said += letter.isUppercase ? "-\(letter.lowercased())" : String(letter)
        }
    }
}

private struct Missing: Error {
    let what: String
}

private struct Command: Decodable {
    let `do`: String
    let `in`: String?
    let directory, name, relay, link, request, code, kind, text, entry, base: String?
    let deed, words, when, what, draft: String?
    let own_device: Bool?
}

/// What is nothing is left out.
private struct Answer: Encodable {
    var link, code, entry, text, version, hash, state, draft, kept: String?
    var texts, parts, lines, can: [String]?
    var entries, read: Int?
    var done: Bool?
    var requests: [Asked]?
    var drafts: [Kept]?
    var error: Failure?

    struct Asked: Encodable {
        let request: String
        let name: String?
    }

    struct Kept: Encodable {
        let draft: String
        let text: String
    }

    struct Failure: Encodable {
        let code: String
        let detail: String
    }
}
