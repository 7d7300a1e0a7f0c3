"""What is written by hand, against what is generated and against itself."""

from __future__ import annotations

from collections import defaultdict

from tree_sitter import Node

from generated import FUNCTIONS, Generated, Type, is_public
from source import SCOPES, Callable, Source, ancestor, callable_of, child, plain, text, walk

MODULE = "CoupletFFI"

#: Closures of these are given the engine's notebook, and a token.
LENDING = {"calling", "writing", "waiting"}

#: Variables that hold what is generated, wherever no declaration beside them says otherwise.
HELD = {"ffi": "Notebook", "engine.ffi": "Notebook", "stream": "EventStream",
        "token": "CancelToken", "held": "RecoveryWords"}

#: Names that Swift's own libraries have too, in forms of their own.
SHARED = {"first", "init", "log", "load", "next", "end", "close", "fails", "open", "write", "show",
          "edit", "keep", "map", "status", "export", "check", "line", "level", "hash", "comment",
          "cancel", "resume", "resolve"}

#: What is generated and not for apps in Swift: a process of Swift ends without it; an app knows
#: its user's day; the app's own version says which library it has.
UNUSED = {"endAllWork", "todayInUtc", "libraryVersion"}


class Uses:
    def __init__(self, api: Generated, sources: list[Source]) -> None:
        self.api = api
        self.sources = sources
        self.faults: list[str] = []
        self.used: set[str] = set()
        self.own: dict[str, list[Callable]] = defaultdict(list)
        for source in sources:
            for node in source.nodes(*FUNCTIONS):
                made = callable_of(node)
                self.own[made.name].append(made)

    def check(self) -> list[str]:
        for source in self.sources:
            self.source = source
            for node in walk(source.root):
                self.node(node)
        for name in sorted({*self.api.functions, *self.api.types["Notebook"].calls}):
            if name not in self.used | UNUSED | {"init", "uniffiCloneHandle"}:
                self.faults.append(f"{name} is generated, and no app can call it")
        return self.faults

    def fault(self, node: Node, said: str) -> None:
        line = node.start_point.row + 1
        self.faults.append(f"{self.source.path}:{line}: {said}")

    def node(self, node: Node) -> None:
        match node.type:
            case "ERROR":
                self.fault(node, "this is not Swift")
            case _ if node.is_missing:
                self.fault(node, f"something is missing here: {node.type}")
            case "bang" | "as!" if node.parent and node.parent.type != "prefix_expression":
                self.fault(node, f"{text(node)} may trap")
            case "try_operator" if "!" in text(node):
                self.fault(node, "try! may trap")
            case "import_declaration" if MODULE in text(node):
                if "internal" not in text(node).split():
                    self.fault(node, f"{MODULE} must not be part of the public interface")
            case "call_expression":
                self.call(node)
            case "navigation_expression":
                self.navigation(node)
            case "user_type" if text(node).startswith(MODULE + "."):
                self.known(node, text(node).split(".")[1].rstrip("?"))
            case "init_declaration" | "function_declaration":
                self.translation(node)
            case "class_declaration":
                self.conformance(node)
        self.documented(node)

    def known(self, node: Node, name: str) -> Type | None:
        made = self.api.types.get(name)
        if made is None:
            self.fault(node, f"nothing of this name is generated: {name}")
        return made

    def call(self, node: Node) -> None:
        callee, suffix = node.children[0], child(node, "call_suffix")
        if suffix is None:
            return
        if callee.type == "simple_identifier":
            name = plain(text(callee))
            if name in self.api.types and name not in self.declared():
                self.used_as(node, name, self.api.types[name].calls.get("init", []))
            elif name in self.api.functions:
                self.used_as(node, name, [self.api.functions[name]])
            elif name not in SHARED:
                self.used_as(node, name, self.own.get(name, []))
        elif callee.type == "navigation_expression":
            name = member(callee)
            owner = self.owner(callee)
            if owner is None:
                if name not in SHARED:
                    self.used_as(node, name, self.own.get(name, []))
            elif owner == MODULE:
                if made := self.known(node, name):
                    self.used_as(node, name, made.calls.get("init", []))
            else:
                made = self.api.types[owner]
                case = made.cases.get(name)
                calls = made.calls.get(name, []) + ([case] if case else [])
                if not calls:
                    self.fault(node, f"{owner} has no {name}")
                self.used_as(node, name, calls)

    def used_as(self, node: Node, name: str, calls: list[Callable]) -> None:
        """Checks labels, and that what may throw or wait is marked so."""
        if not calls:
            return
        self.used.add(name)
        suffix = child(node, "call_suffix")
        arguments = child(suffix, "value_arguments") if suffix else None
        given = [each for each in arguments.children if each.type == "value_argument"] \
            if arguments else []
        labels = [plain(text(each.child_by_field_name("name"))) for each in given]
        closures = sum(each.type == "lambda_literal" for each in suffix.children) if suffix else 0
        fitting = [each for each in calls if each.takes(labels, closures)]
        if not fitting:
            forms = " or ".join(sorted({each.shown() for each in calls}))
            here = "".join((each or "_") + ":" for each in labels) + "{}" * closures
            self.fault(node, f"{name}({here}) is not {forms}")
        elif all(each.throws for each in fitting) and not marked(node, "try"):
            self.fault(node, f"{name} may throw, and there is no try")
        if fitting and all(each.is_async for each in fitting) and not marked(node, "await"):
            self.fault(node, f"{name} waits, and there is no await")

    def declared(self) -> set[str]:
        """Types of our own, which hide those of the same name that are generated."""
        if not hasattr(self, "_declared"):
            nodes = (node for each in self.sources
                     for node in each.nodes("class_declaration", "protocol_declaration"))
            self._declared = {plain(text(node.child_by_field_name("name"))) for node in nodes
                              if text(node.child_by_field_name("declaration_kind")) != "extension"}
        return self._declared

    def owner(self, navigation: Node) -> str | None:
        """The generated type that this is a member of, or the module; nothing if it is ours."""
        target = text(navigation.child_by_field_name("target"))
        target = target.removeprefix("try await ").removeprefix("try ")
        if target == MODULE:
            return MODULE
        if target.startswith(MODULE + ".") and target.count(".") == 1:
            return target.split(".")[1] if target.split(".")[1] in self.api.types else None
        if target in {"$0", "$1"}:
            scope = ancestor(navigation, {"lambda_literal"})
            call = scope.parent.parent if scope and scope.parent else None
            if call is not None and called(call) in LENDING:
                return "Notebook" if target == "$0" else "CancelToken"
            return None
        if target == "ffi" and (said := parameter_type(navigation, "ffi")):
            return said if said in self.api.types else None
        if target in self.api.types and target not in self.declared():
            return target
        return HELD.get(target)

    def navigation(self, node: Node) -> None:
        is_called = node.parent is not None and node.parent.type == "call_expression" \
            and node.parent.children[0] == node
        owner, name = self.owner(node), member(node)
        if is_called or owner is None:
            return
        if owner == MODULE:
            self.known(node, name)
        elif name not in self.api.types[owner].fields | set(self.api.types[owner].cases):
            self.fault(node, f"{owner} has no {name}")

    def translation(self, node: Node) -> None:
        """A value that is translated is translated whole, and every case of it."""
        body = node.child_by_field_name("body")
        said = parameter_type(body, "ffi") if body and node.type == "init_declaration" else None
        if body and said and (made := self.api.types.get(said)):
            parts = {member(each) for each in walk(body) if each.type == "navigation_expression"
                     and text(each.child_by_field_name("target")) == "ffi"}
            for missing in sorted(made.fields - parts):
                self.fault(node, f"{said}.{missing} is lost")
            if made.cases:
                patterns = dict(matched(body))
                for name, case in made.cases.items():
                    if patterns.pop(name, None) != len(case.parameters):
                        self.fault(node, f"{said}.{name} is not matched as it is")
                for name in patterns:
                    self.fault(node, f"{said} has no {name}")
        returned = text(node).split("{")[0].partition("-> " + MODULE + ".")[2].strip()
        if body and returned in self.api.types and self.api.types[returned].cases:
            self.lowered(body, self.api.types[returned])

    def lowered(self, body: Node, made: Type) -> None:
        for each in walk(body):
            is_named = each.type == "prefix_expression" and text(each).startswith(".")
            if is_named and (name := text(each.child_by_field_name("target"))) in made.cases:
                up = each.parent
                if up is not None and up.type == "call_expression":
                    self.used_as(up, name, [made.cases[name]])
                elif made.cases[name].parameters:
                    self.fault(each, f"{made.name}.{name} carries something")
            elif is_named:
                self.fault(each, f"{made.name} has no {name}")

    def conformance(self, node: Node) -> None:
        for each in node.children:
            if each.type != "inheritance_specifier" or not text(each).startswith(MODULE + "."):
                continue
            made = self.known(each, text(each).split(".")[1])
            body = node.child_by_field_name("body")
            if made is None or made.kind != "protocol" or body is None:
                continue
            here = [callable_of(one) for one in body.children if one.type in FUNCTIONS]
            for wanted in (one for calls in made.calls.values() for one in calls):
                if wanted not in here:
                    self.fault(node, f"{wanted.shown()} of {made.name} is not here")

    def documented(self, node: Node) -> None:
        declared = FUNCTIONS | {"class_declaration", "protocol_declaration", "property_declaration",
                                "init_declaration"}
        parent = node.parent
        if node.type == "enum_entry" and parent and parent.parent and is_public(parent.parent):
            pass
        elif node.type not in declared or not is_public(node):
            return
        before = node.prev_sibling
        while before is not None and before.type in {"attribute", "directive"}:
            before = before.prev_sibling
        if before is None or not text(before).startswith("///"):
            self.fault(node, "this is public, and nothing says what it is")


def member(navigation: Node) -> str:
    suffix = navigation.child_by_field_name("suffix")
    return plain(text(suffix.child_by_field_name("suffix"))) if suffix else ""


def called(call: Node) -> str:
    callee = call.children[0]
    return member(callee) if callee.type == "navigation_expression" else text(callee)


def parameter_type(node: Node, name: str) -> str | None:
    """The generated type of the parameter of this name that is in scope."""
    scope = ancestor(node, {"function_declaration", "init_declaration"})
    while scope is not None:
        for each in scope.children:
            words = text(each)
            if each.type == "parameter" and f"{name}: {MODULE}." in words:
                return words.rpartition(".")[2]
        scope = ancestor(scope, {"function_declaration", "init_declaration"})
    return None


def matched(body: Node) -> list[tuple[str, int]]:
    """The cases that a switch matches, and how much each binds."""
    patterns = []
    for each in walk(body):
        if each.type == "switch_pattern" and (pattern := child(each, "pattern")):
            name = text(child(pattern, "simple_identifier"))
            patterns.append((name, sum(one.type == "pattern" for one in pattern.children)))
    return patterns


def marked(node: Node, word: str) -> bool:
    """Whether `try` or `await` stands before this call in its statement, in a closure or out of it
    with the call. One that stands further left than it reaches is the compiler's to find."""
    scope = ancestor(node, SCOPES)
    up: Node | None = node
    while up is not None and up.parent is not None and up.parent.type not in {
        "statements", "function_body", "source_file", "class_body"
    }:
        up = up.parent
    if up is None:
        return False
    if word == "await" and any(text(each) == "async" for each in walk(up)):
        return True
    if word == "try" and text(up).startswith("async let"):
        return True
    marks = (each for each in walk(up) if each.type == word or text(each) == word)
    # A call of what another returns begins where that does: `try? await other().this()`.
    last = node.start_byte + len("try? ")
    return any(each.start_byte <= last and ancestor(each, SCOPES) == scope for each in marks)
