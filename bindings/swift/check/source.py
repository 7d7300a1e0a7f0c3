"""Swift as it is written: its tree, and what it declares."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import tree_sitter_swift
from tree_sitter import Language, Node, Parser

PARSER = Parser(Language(tree_sitter_swift.language()))

#: What begins a scope of its own for `try`, `await` and `$0`.
SCOPES = {"lambda_literal", "function_declaration", "init_declaration", "computed_property"}


@dataclass(frozen=True)
class Parameter:
    label: str
    is_optional: bool


@dataclass(frozen=True)
class Callable:
    """A function, a method, an initialiser or a case that carries something."""

    name: str
    parameters: tuple[Parameter, ...]
    is_async: bool = False
    throws: bool = False

    def takes(self, labels: list[str], closures: int) -> bool:
        """Whether it can be called with these labels, and so many closures after them."""
        left = list(labels)
        for parameter in self.parameters:
            if left and left[0] == parameter.label:
                left.pop(0)
            elif not left and closures:
                closures -= 1
            elif not parameter.is_optional:
                return False
        return not left and not closures

    def shown(self) -> str:
        return f"{self.name}({''.join((p.label or '_') + ':' for p in self.parameters)})"


def text(node: Node | None) -> str:
    return node.text.decode() if node is not None and node.text is not None else ""


def walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from walk(child)


def plain(name: str) -> str:
    return name.strip("`")


def ancestor(node: Node, kinds: set[str]) -> Node | None:
    up = node.parent
    while up is not None and up.type not in kinds:
        up = up.parent
    return up


def child(node: Node, kind: str) -> Node | None:
    return next((each for each in node.children if each.type == kind), None)


@dataclass(frozen=True)
class Source:
    path: Path
    root: Node

    @classmethod
    def read(cls, path: Path) -> Source:
        return cls.of(path, path.read_text())

    @classmethod
    def of(cls, path: Path, written: str) -> Source:
        return cls(path, PARSER.parse(written.encode()).root_node)

    def nodes(self, *kinds: str) -> Iterator[Node]:
        return (node for node in walk(self.root) if node.type in kinds)


def callable_of(node: Node) -> Callable:
    """A `function_declaration`, `protocol_function_declaration` or `init_declaration`."""
    kinds = [each.type for each in node.children]
    parameters: list[Parameter] = []
    for at, each in enumerate(node.children):
        if each.type != "parameter":
            continue
        outer = each.child_by_field_name("external_name") or each.child_by_field_name("name")
        label = plain(text(outer))
        is_optional = "=" in kinds[at + 1 : at + 2]
        parameters.append(Parameter("" if label == "_" else label, is_optional))
    name = plain(text(node.child_by_field_name("name")))
    return Callable(name, tuple(parameters), "async" in kinds, "throws" in kinds)


def case_of(entry: Node) -> Iterator[Callable]:
    """The cases of an `enum_entry`."""
    contents = entry.child_by_field_name("data_contents")
    labels: list[Parameter] = []
    for at, each in enumerate(contents.children if contents else ()):
        follows = contents.children[at + 1 : at + 2] if contents else []
        if each.type == "simple_identifier" and follows and follows[0].type == ":":
            labels.append(Parameter(plain(text(each)), is_optional=False))
    name = plain(text(entry.child_by_field_name("name")))
    yield Callable(name, tuple(labels))
