// A phone that is told what to do in JSON lines: bindings/scenarios/README.md says which.

import Couplet
import Foundation

/// One notebook, and the commands on it.
@main
enum Phone {
    static func main() async throws {
        var notebook: Notebook?
        while let line = readLine() {
            let command = try JSONDecoder().decode(Command.self, from: Data(line.utf8))
            var answer = Answer()
            do {
                if let opened = try await open(command) {
                    notebook = opened
                }
                guard let notebook else { throw Missing(what: "found or join comes first") }
                answer = try await obey(command, notebook)
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
    private static func open(_ command: Command) async throws -> Notebook? {
        guard ["found", "join"].contains(command.do) else { return nil }
        let directory = URL(fileURLWithPath: try said(command.directory))
        let (place, name) = (Config(directory: directory), try said(command.name))
        let keys = FileKeyStore(directory.appendingPathComponent("key"))
        if command.do == "found" {
            return try await Notebook.found(place, keys: keys, name: name, relay: command.relay)
        }
        return try await Notebook.join(place, keys: keys, link: said(command.link), name: name)
    }

    private static func obey(_ command: Command, _ notebook: Notebook) async throws -> Answer {
        var answer = Answer()
        switch command.do {
        case "found": break
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
        case "write":
            let kind = command.kind == "page" ? Kind.page : Kind.note
            answer.entry = try await notebook.write(kind, said(command.text)).id.rawValue
        case "show":
            let shown = try await notebook.show(EntryId(rawValue: said(command.entry))).entry
            (answer.text, answer.version) = (shown.text, shown.version.rawValue)
        case "edit":
            let entry = EntryId(rawValue: try said(command.entry))
            let base = Version(rawValue: try said(command.base))
            try await notebook.edit(entry, said(command.text), base: base)
        case "timeline":
            answer.texts = try await notebook.timeline(limit: 1_000).map(\.text)
        case "hash":
            let hash = try await notebook.hash()
            (answer.hash, answer.entries) = (hash.value, hash.entries)
        case "shutdown": try await notebook.shutdown()
        default: throw Missing(what: "there is no \(command.do)")
        }
        return answer
    }

    private static func said(_ word: String?) throws -> String {
        guard let word else { throw Missing(what: "a command lacks a word") }
        return word
    }
}

private struct Missing: Error {
    let what: String
}

private struct Command: Decodable {
    let `do`: String
    let directory, name, relay, link, request, code, kind, text, entry, base: String?
    let own_device: Bool?
}

/// What is nothing is left out.
private struct Answer: Encodable {
    var link, code, entry, text, version, hash: String?
    var texts: [String]?
    var entries: Int?
    var requests: [Asked]?
    var error: Failure?

    struct Asked: Encodable {
        let request: String
        let name: String?
    }

    struct Failure: Encodable {
        let code: String
        let detail: String
    }
}
