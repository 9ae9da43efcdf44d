"""Finds the sentences that the code says to people, by reading it: each f-string becomes a template with `{}`."""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("agents", "apps", "ingestion", "platform/quarry")
# What is only ever said on a terminal: commands and the services.
ON_A_TERMINAL = {
    "management",
    "embedded",
    "migrations",
    "bundle.py",
    "unpacking.py",
    "settings",
    "schema.py",
}
# Who speaks: the places of the sentences among the arguments.
SPEAKERS = {
    "ParseError": (0,),
    "_give_up": (1,),  # of the ingestion, with what became of a document
    "_report": (1,),
    "Problem": (1,),
    "AuthenticationFailed": (0,),
    "PermissionDenied": (0,),
    "invalid": (1,),
    "_must": (1,),
    "RuntimeFault": (0,),
    "ModelUnavailable": (0,),
    "Unloaded": (0,),
    "InvalidRequest": (0,),
    "FetchFailed": (0,),
    "HubUnreachable": (0,),
    "NotOnHub": (0,),
    "DiskFull": (0,),
    "WrongDigest": (0,),
    "ModelRefused": (0,),
    "refuse": (0,),  # of the reader of model files
    "refused": (0,),  # of schemas
    "Unanswered": (0,),
    "Unsupported": (0,),
    "EgressError": (1,),
    "Unfit": (0,),  # of OpenAPI documents
    "UnfitPaths": (0,),
    "NotYaml": (0,),
    "Fault": (0,),  # of MCP servers
    "Unreachable": (0,),
    "Checked": (2,),
    "Hits": (1,),
    "BuiltIn": (1, 2),
    "Verdict": (3,),
    "Fit": (1,),
    "fail": (1, 2),
    "end_failed": (1, 2),
    "end_steps": (1,),
    "take_back": (0,),
    "said": (0,),
}
# Of keywords, entries and attributes.
KEYS = {"stage", "error", "title", "detail", "reason", "errors", "message"}
CONSTANTS = {"TITLES", "WRONG"}
# Whose every answer is a sentence.
FAULTS = ("dimension", "head", "vocabulary", "template", "source", "node", "tensor")
RETURNED = {
    *("types.py:__str__", "chain.py:_broken", "search.py:_embedded", "selectors.py:in_use", "line.py:_late"),
    *("rules.py:fault", "schemas.py:fault"),
    "selectors.py:why_not",
    *("openai.py:refuses", "watsonx.py:refuses", "replicate.py:refuses", "sagemaker.py:refuses"),
    *(f"gguf_check.py:_{of}_faults" for of in FAULTS),
}
TO_MACHINES = {"record", "extend_schema", "decode"}
# A word alone in small letters is a name for machines.
WORDS = re.compile(r"^[A-Z].*[a-z]|[a-z] | [a-z]", re.DOTALL)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass
class Module:
    """One file, and what its names stand for."""

    path: Path
    tree: ast.Module

    def __post_init__(self) -> None:
        self.open: set[str] = set()
        self.parents = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}
        self.functions = {node.name: node for node in ast.walk(self.tree) if isinstance(node, FUNCTIONS)}

    def spoken(self) -> Iterator[ast.expr]:
        """The expressions whose values are sentences."""
        for node in ast.walk(self.tree):
            match node:
                case ast.Call():
                    name = _called(node)
                    yield from (node.args[place] for place in SPEAKERS.get(name, ()) if place < len(node.args))
                    yield from (word.value for word in node.keywords if word.arg in KEYS and name not in TO_MACHINES)
                case ast.Dict() if not self._told_to_machines(node):
                    pairs = zip(node.keys, node.values, strict=True)
                    yield from (value for key, value in pairs if isinstance(key, ast.Constant) and key.value in KEYS)
                case ast.Assign() | ast.AnnAssign():
                    yield from (value for name in KEYS | CONSTANTS for value in _assigned(node, name))
                case ast.FunctionDef() if f"{self.path.name}:{node.name}" in RETURNED:
                    yield from _returned(node)

    def read(self, expression: ast.expr | None) -> set[str]:
        """The templates of what the expression can be; none where it is not made of words in the code."""
        match expression:
            case ast.Constant(value=str(text)):
                return {text} if WORDS.search(text) else set()
            case ast.JoinedStr(values=parts):
                whole = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)
                inner = [part.value for part in parts if isinstance(part, ast.FormattedValue)]
                return {*self._all(inner), *([whole] if WORDS.search(whole) else [])}
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                joined = (a + b for a in self.read(left) or {"{}"} for b in self.read(right) or {"{}"})
                return {text for text in joined if WORDS.search(text)}
            case ast.IfExp(body=one, orelse=other):
                return self._all([one, other])
            case (
                ast.BoolOp(values=several) | ast.List(elts=several) | ast.Tuple(elts=several) | ast.Dict(values=several)
            ):
                return self._all(several)
            case ast.Name(id=name):
                return self._named(name, expression)
            case ast.Call(func=ast.Name(id=name)) if name in self.functions:
                return self._all(_returned(self.functions[name]))
            case ast.Call(func=ast.Attribute(value=ast.Name() as table, attr="get")) | ast.Subscript(value=table):
                return self.read(table)
        return set()

    def _all(self, expressions: Iterable[ast.expr]) -> set[str]:
        return {template for each in expressions for template in self.read(each)}

    def _named(self, name: str, near: ast.AST) -> set[str]:
        if name in self.open:
            return set()  # it stands for something that is made of itself
        self.open.add(name)
        try:
            return self._all(self._values(name, near)) or self._imported(name)
        finally:
            self.open.remove(name)

    def _values(self, name: str, near: ast.AST) -> list[ast.expr]:
        """All that is assigned to the name in the function around `near`, else in the module."""
        scope = near
        while scope in self.parents and not isinstance(scope, FUNCTIONS):
            scope = self.parents[scope]
        found = [value for node in ast.walk(scope) for value in _assigned(node, name)]
        return found or [value for node in self.tree.body for value in _assigned(node, name)]

    def _imported(self, name: str) -> set[str]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and any(alias.name == name for alias in node.names):
                parts = (node.module or "").split(".")
                path = ROOT.joinpath(*(["platform", *parts] if parts[0] == "quarry" else parts)).with_suffix(".py")
                other = parsed(path) if path.is_file() else None
                return (
                    other._all(value for each in other.tree.body for value in _assigned(each, name)) if other else set()
                )
        return set()

    def _told_to_machines(self, node: ast.AST) -> bool:
        while node in self.parents:
            node = self.parents[node]
            if isinstance(node, ast.Call) and _called(node) in TO_MACHINES:
                return True
        return False


@cache
def parsed(path: Path) -> Module:
    return Module(path, ast.parse(path.read_text(encoding="utf-8")))


def templates() -> dict[str, str]:
    """Every sentence of the product's code that may reach a person, and a place where it stands."""
    paths = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    sources = [parsed(path) for path in paths if not ON_A_TERMINAL & {*path.relative_to(ROOT).parts}]
    return {
        template: f"{source.path.relative_to(ROOT)}:{expression.lineno}"
        for source in sources
        for expression in source.spoken()
        for template in source.read(expression)
    }


def _called(node: ast.Call) -> str:
    return str(getattr(node.func, "id", getattr(node.func, "attr", "")))


def _returned(function: ast.AST) -> Iterator[ast.expr]:
    return (node.value for node in ast.walk(function) if isinstance(node, ast.Return | ast.Yield) and node.value)


def _assigned(node: ast.AST, name: str) -> Iterator[ast.expr]:
    """What the statement assigns to the name, or to an attribute of that name."""
    if isinstance(node, ast.Assign | ast.NamedExpr | ast.AnnAssign) and node.value is not None:
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if getattr(target, "id", getattr(target, "attr", "")) == name:
                yield node.value
