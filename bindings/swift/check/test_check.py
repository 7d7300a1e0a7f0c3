"""That the checker finds what it is there to find: `python3 -m unittest` in this directory."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from generated import Generated
from source import Source
from uses import Uses

GENERATED = """
public protocol KeyStore: AnyObject, Sendable { func load() throws  -> Data? }
open class Notebook: @unchecked Sendable {
    public static func `open`(config: Config)async throws  -> Notebook  { fatalError() }
    open func edit(entry: EntryId, base: Version? = nil)async throws  -> EntryId  { fatalError() }
}
public struct Config: Hashable {
    public let directory: String
    public let mark: String?
    public init(directory: String, mark: String? = nil) {}
}
public enum Kind { case note
 case other(/** What. */name: String) }
public func prove(changes: [Int])async throws  -> Int  { 1 }
"""

WRITTEN = """
internal import CoupletFFI

/// Kinds.
public enum Kind {
    /// One.
    case note
}

extension Kind {
    init(_ ffi: CoupletFFI.Kind) {
        self =
            switch ffi {
            case .note: .note
            case .other(let name): .note
            }
    }

    func lower() -> CoupletFFI.Kind {
        switch self {
        case .note: .other(name: "n")
        }
    }
}

/// Where it is.
public struct Place {
    init(_ ffi: CoupletFFI.Config) {
        use(ffi.directory, ffi.mark)
    }
}

final class Lent: CoupletFFI.KeyStore {
    func load() throws -> Data? { nil }
}

func uses(engine: Engine) async throws {
    let notebook = try await CoupletFFI.Notebook.open(config: CoupletFFI.Config(directory: "d"))
    try await engine.writing { EntryId(try await $0.edit(entry: entry, base: nil)) }
    _ = try await prove(changes: [])
    try await mine(of: 1)
}

func mine(of: Int) async throws {}
"""


def faults(written: str) -> list[str]:
    api = Generated.of(Source.of(Path("generated"), GENERATED))
    return Uses(api, [Source.of(Path("written"), written)]).check()


class TheChecker(unittest.TestCase):
    def finds(self, was: str, becomes: str, *said: str) -> None:
        self.assertIn(was, WRITTEN)
        found = faults(WRITTEN.replace(was, becomes))
        for each in said:
            self.assertTrue(any(each in fault for fault in found), f"{each!r} not in {found}")

    def test_what_fits_is_not_complained_of(self) -> None:
        self.assertEqual(faults(WRITTEN), [])

    def test_names_and_labels(self) -> None:
        self.finds("$0.edit(", "$0.edits(", "Notebook has no edits")
        self.finds("entry: entry,", "id: entry,", "edit(id:base:) is not edit(entry:base:)")
        self.finds("entry: entry, base: nil", "base: nil, entry: entry", "is not edit")
        self.finds("CoupletFFI.Config(", "CoupletFFI.Place(", "nothing of this name is generated")
        self.finds("(directory: ", "(path: ", "Config(path:) is not init(directory:mark:)")
        self.finds("Notebook.open", "Notebook.opened", "Notebook has no opened")
        self.finds("await prove(changes", "await prove(all", "prove(all:) is not")
        self.finds("mine(of: 1", "mine(for: 1", "mine(for:) is not mine(of:)")

    def test_what_throws_and_what_waits(self) -> None:
        self.finds("(try await $0.edit", "(await $0.edit", "edit may throw")
        self.finds("(try await $0.edit", "(try $0.edit", "edit waits")
        self.finds("try await mine", "try mine", "mine waits")

    def test_translations_are_whole(self) -> None:
        self.finds("ffi.directory, ffi.mark", "ffi.directory", "Config.mark is lost")
        self.finds("ffi.mark", "ffi.mirk", "Config has no mirk", "Config.mark is lost")
        self.finds("case .other(let name): .note", "", "Kind.other is not matched")
        self.finds(".other(let name)", ".another(let name)", "Kind has no another")
        self.finds('.other(name: "n")', '.other(of: "n")', "other(of:) is not other(name:)")
        self.finds('.other(name: "n")', ".third", "Kind has no third")

    def test_what_the_app_lends_is_whole(self) -> None:
        self.finds("func load() throws", "func loads() throws", "load() of KeyStore is not here")

    def test_what_is_generated_reaches_an_app(self) -> None:
        self.finds("try await $0.edit(entry: entry, base: nil)", "entry", "edit is generated")

    def test_what_traps(self) -> None:
        self.finds("try await mine(of: 1)", "try! await mine(of: 1)", "try! may trap")
        self.finds("mine(of: 1)", "mine(of: one!)", "! may trap")
        self.finds("mine(of: 1)", "mine(of: one as! Int)", "as! may trap")

    def test_what_is_public_says_what_it_is_and_is_ours(self) -> None:
        self.finds("/// Kinds.\n", "\n", "nothing says what it is")
        self.finds("internal import", "public import", "must not be part of the public interface")

    def test_what_is_no_swift(self) -> None:
        self.finds("try await mine(of: 1)\n}", "try await mine(of: 1)\n", ":")


class TestLinux(unittest.TestCase):
    """Where there is no Swift 6, `test-linux` says so and does not look as if it had tested."""

    def says(self, version: str | None, words: str) -> None:
        script = Path(__file__).parents[1] / "test-linux"
        with tempfile.TemporaryDirectory() as directory:
            tools = Path(directory)
            for tool in ("bash", "dirname", "sed", "head"):
                (tools / tool).symlink_to(str(shutil.which(tool)))
            if version is not None:
                (tools / "swift").write_text(f"#!/bin/sh\necho 'Swift version {version}'\n")
                (tools / "swift").chmod(0o755)
            ran = subprocess.run(
                ["bash", script, directory], env={"PATH": directory}, capture_output=True, text=True
            )
        self.assertEqual(ran.returncode, 77, ran.stderr)
        self.assertIn(words, ran.stdout)
        self.assertIn("NOT built and NOT tested", ran.stdout)

    def test_no_swift(self) -> None:
        self.says(None, "no Swift on this machine")

    def test_an_old_swift(self) -> None:
        self.says("5.10.1 (swift-5.10.1-RELEASE)", "Swift 5 is older than 6")


if __name__ == "__main__":
    unittest.main()
