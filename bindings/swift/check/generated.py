"""What UniFFI generates: every type, with what can be called and read of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from tree_sitter import Node

from source import Callable, Source, callable_of, case_of, child, plain, text

FUNCTIONS = {"function_declaration", "protocol_function_declaration"}


@dataclass
class Type:
    name: str
    kind: str
    calls: dict[str, list[Callable]] = field(default_factory=dict)
    cases: dict[str, Callable] = field(default_factory=dict)
    fields: set[str] = field(default_factory=set)


@dataclass
class Generated:
    types: dict[str, Type] = field(default_factory=dict)
    functions: dict[str, Callable] = field(default_factory=dict)

    @classmethod
    def of(cls, source: Source) -> Generated:
        api = cls()
        for node in source.root.children:
            name = plain(text(node.child_by_field_name("name")))
            if name.startswith(("FfiConverter", "Uniffi", "uniffi")) or not is_public(node):
                continue
            if node.type in {"class_declaration", "protocol_declaration"}:
                kind = text(node.child_by_field_name("declaration_kind")) or "protocol"
                if kind != "extension":
                    api.types[name] = type_of(node, name, kind)
            elif node.type == "function_declaration":
                api.functions[name] = callable_of(node)
        return api


def is_public(node: Node) -> bool:
    words = text(child(node, "modifiers")).split()
    return "public" in words or "open" in words


def type_of(node: Node, name: str, kind: str) -> Type:
    made = Type(name, kind)
    body = node.child_by_field_name("body")
    for each in body.children if body else ():
        if each.type in FUNCTIONS or each.type == "init_declaration":
            call = callable_of(each)
            made.calls.setdefault(call.name, []).append(call)
        elif each.type == "property_declaration" and is_public(each):
            made.fields.add(plain(text(each.child_by_field_name("name"))))
        elif each.type == "enum_entry":
            made.cases.update((case.name, case) for case in case_of(each))
    return made
