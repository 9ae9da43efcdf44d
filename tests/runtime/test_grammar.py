"""Grammars and schemas from outside: what could hang or crash llama.cpp is refused before it sees it; what passes is
given to it in a process of its own, with little memory, and must do no harm."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from quarry import runtime
from quarry.runtime import InvalidRequest, Message, Params, Token, gbnf
from quarry.runtime.engine.grammars import Grammar
from quarry.runtime.engine.model import LoadedModel
from quarry.runtime.grammar import grammar
from quarry.runtime.store import Store

CHAIN = "".join(f'r{i} ::= "a" r{i + 1} "b" | "a" r{i + 1} "c"\n' for i in range(25)) + 'r25 ::= "x"'
REFUSED = {
    "left recursion": ('root ::= root "a" | "b"', "comes back to itself before anything"),
    "hidden left recursion": ('root ::= x? root "a" | "b"\nx ::= "c"*', "comes back to itself before anything"),
    "left recursion in a circle": ('root ::= a\na ::= b "x"\nb ::= root', "comes back to itself before anything"),
    "exponential": ('root ::= "a" root "b" | "a" root "c" | "x"', "two ways that begin alike"),
    "dangling else": ('root ::= "if " root | "if " root " else " root | "x"', "two ways that begin alike"),
    "classes that meet": ('root ::= [a-m] root "b" | [h-z] root "c" | "x"', "two ways that begin alike"),
    "classes that are negated": ('root ::= [^a] root "b" | "c" root "c" | "x"', "two ways that begin alike"),
    "alike in a group": ('root ::= ("a" root | "a" root "c") "d" | "x"', "two ways that begin alike"),
    "exponential without recursion": (f"root ::= r0\n{CHAIN}", "too many ways"),
    "leaves possibilities behind": ('root ::= "a" root "b"? | "x"', "before something that may be missing"),
    "repeats itself": ('root ::= "a" root* | "x"', "before something that may be missing"),
    "a million times": ('root ::= "a"{1000000}', "repeats too much"),
    "a number of a thousand digits": (f'root ::= "a"{{{"9" * 1000}}}', "repeats too much"),
    "thousands of thousands": ('root ::= (("a"{1000}){1000}){1000}', "repeats too much"),
    "nothing, for ever": ('root ::= ("a"*)*', "may be empty"),
    "an empty rule, for ever": ('root ::= x+\nx ::= "a"?', "may be empty"),
    "deep": (f"root ::= {'(' * 100_000}{')' * 100_000}", "nested too deeply"),
    "a long chain": ("root ::= r0\n" + "".join(f"r{i} ::= r{i + 1}\n" for i in range(5000)), "more than 2000 rules"),
    "a deep chain": (
        "root ::= r0\n" + "".join(f'r{i} ::= "a" r{i + 1}\n' for i in range(1500)) + 'r1500 ::= "a"',
        "deep",
    ),
    "too long": (f'root ::= "{"a" * 500_000}"', "longer than"),
    "empty": ("", 'no rule "root"'),
    "no root": ('start ::= "a"', 'no rule "root"'),
    "undefined": ("root ::= nope", '"nope", which is not defined'),
    "open text": ('root ::= "a', "cannot be read at"),
    "open bracket": ('root ::= ("a"\nx ::= "b"', "lacks a closing bracket"),
    "closed bracket": ('root ::= "a")', "closes a bracket"),
    "another language": ("start: /[a-z]+/", "begins with"),
    "NUL": ('root ::= "a\0b"', "NUL"),
    "repeats nothing": ("root ::= *", "repeats nothing"),
    "token": ("root ::= <|pad|>", "cannot be read at"),
}
FINE = {
    "JSON": (
        'root ::= object\nvalue ::= object | array | string | number | ("true" | "false" | "null") ws\n'
        'object ::= "{" ws ( string ":" ws value ("," ws string ":" ws value)* )? "}" ws\n'
        'array ::= "[" ws ( value ("," ws value)* )? "]" ws\n'
        'string ::= "\\"" ( [^"\\\\\\x7F\\x00-\\x1F] | "\\\\" (["\\\\bfnrt] | "u" [0-9a-fA-F]{4}) )* "\\"" ws\n'
        'number ::= ("-"? ([0-9] | [1-9] [0-9]{0,15})) ("." [0-9]+)? ([eE] [-+]? [0-9] [1-9]{0,15})? ws\n'
        'ws ::= | " " | "\\n" [ \\t]{0,20} # a comment'
    ),
    "arithmetic": (
        'root ::= (expr "=" ws term "\\n")+\nexpr ::= term ([-+*/] term)*\n'
        'term ::= ident | num | "(" ws expr ")" ws\nident ::= [a-z] [a-z0-9_]* ws\nnum ::= [0-9]+ ws\nws ::= [ \\t\\n]*'
    ),
    "a list": 'root ::= item+\nitem ::= "- " [^\\r\\n]+ "\\n"',
    "nested brackets": 'root ::= "(" root ")" | "x"',
    "two thousand": 'root ::= "a"{2000} [bc]{0,2000}',
    "right recursion": 'root ::= "a" root | "a" "b" root | "c"',
    "many alternatives": "root ::= " + " | ".join(f'"word {i}"' for i in range(2000)),
}
NODE = {"$ref": "#/$defs/node"}
SCHEMAS = {
    "anything": {},
    "a tree": {
        "$defs": {
            "node": {
                "anyOf": [
                    {
                        "type": "object",
                        "properties": {"kind": {"const": "add"}, "left": NODE, "right": NODE},
                        "required": ["kind", "left", "right"],
                    },
                    {
                        "type": "object",
                        "properties": {"kind": {"const": "not"}, "of": NODE},
                        "required": ["kind", "of"],
                    },
                    {"type": "object", "properties": {"kind": {"const": "leaf"}, "n": {"type": "number"}}},
                ]
            }
        },
        **NODE,
    },
    "a billion items": {"type": "array", "items": {"type": "string"}, "minItems": 10**9, "maxItems": 10**10},
    "a pattern of thousands": {"type": "string", "pattern": "^((a{50}){50}){50}$"},
    "a hundred optional properties": {
        "type": "object",
        "properties": {f"p{i}": {"type": "string"} for i in range(100)},
    },
    "a property called definitions": {
        "type": "object",
        "properties": {"definitions": {"enum": ["a"]}, "description": {"enum": ["b"]}},
        "required": ["definitions", "description"],
    },
}


@pytest.mark.parametrize(("text", "match"), REFUSED.values(), ids=REFUSED.keys())
def test_what_could_do_harm_is_refused_quickly(text: str, match: str) -> None:
    begin = time.monotonic()
    with pytest.raises(InvalidRequest, match=match):
        gbnf.check(text)
    assert time.monotonic() - begin < 5


HARMLESS = """
import json, resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (6 * 2**30, 6 * 2**30))
from quarry.runtime.engine.grammars import Grammar, token_array, CANDIDATE
from quarry.runtime.engine.model import LoadedModel
import numpy as np
model = LoadedModel(Path(sys.argv[1]))
grammar = Grammar.of(model, sys.stdin.read())
random, written = np.random.default_rng(1), 0
for step in range(400):
    candidates = np.zeros(model.vocabulary, CANDIDATE)
    candidates["id"] = np.arange(model.vocabulary)
    grammar.restrict(candidates)
    allowed = [int(c["id"]) for c in candidates if np.isfinite(c["logit"]) and not model.ends(int(c["id"]))]
    if not allowed:
        break
    # What opens comes first: nothing makes more possibilities than going deeper.
    deeper = [token for token in allowed if model.piece(token) in (b"{", b"[", b"(", b"a", b":", b",")]
    grammar.accept(int(random.choice(deeper or allowed)))
    written += 1
print(written)
"""


@pytest.mark.parametrize(
    "text",
    [*FINE.values(), *map(json.dumps, SCHEMAS.values())],
    ids=[*FINE.keys(), *SCHEMAS.keys()],
)
def test_what_passes_does_no_harm(text: str, tiny_file: Path) -> None:
    text = text if text.startswith("root") else grammar(json.loads(text))
    gbnf.check(text)
    platform = {"PYTHONPATH": str(Path(__file__).resolve().parents[2] / "platform"), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", HARMLESS, str(tiny_file)]
    done = subprocess.run(command, input=text, capture_output=True, text=True, env=platform, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) > 0


# -- what schemas allow ------------------------------------------------------------------------------------------------


def accepts(tiny_file: Path, schema: dict, text: str) -> bool:
    made = Grammar.of(LoadedModel(tiny_file), grammar(schema))
    try:
        end = made._model.tokenize("<|end_of_text|>", special=True)[0]
        return made.read(text.encode()) and made.allows(end)
    finally:
        made.close()


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        (SCHEMAS["a tree"], '{"kind": "not", "of": {"kind": "leaf", "n": 1}}', '{"kind": "not", "of": 1}'),
        (SCHEMAS["a property called definitions"], '{"definitions": "a", "description": "b"}', '{"description": "b"}'),
        # A definition called like one of the converter's own rules, and two of the same name in different places.
        (
            {"properties": {"x": {"$ref": "#/$defs/string"}}, "required": ["x"], "$defs": {"string": {"const": 1}}},
            '{"x": 1}',
            '{"x": "y"}',
        ),
        (
            {
                "properties": {"x": {"$ref": "#/$defs/a/t"}, "y": {"$ref": "#/$defs/b~1c/t"}},
                "required": ["x", "y"],
                "$defs": {"a": {"t": {"const": 1}}, "b/c": {"t": {"const": 2}}},
            },
            '{"x": 1, "y": 2}',
            '{"x": 1, "y": 1}',
        ),
        ({"properties": {"x": {"enum": ["台", "b"]}}, "required": ["x"]}, '{\n  "x": "台"\n}', '{"x": "c"}'),
        ({"type": "array", "items": {"type": "integer"}, "maxItems": 2}, "[1, 2]", "[1, 2, 3]"),
        # Things that are only called like a reference, beside a reference.
        (
            {
                "properties": {"$ref": {"type": "integer"}, "$ref$": {"$ref": "#/$defs/t"}, "default": {"const": 2}},
                "required": ["$ref", "$ref$", "default"],
                "$defs": {"t": {"const": 1}},
            },
            '{"$ref": 7, "$ref$": 1, "default": 2}',
            '{"$ref$": 1, "default": 2}',
        ),
        ({"properties": {"$ref": {}}, "required": ["$ref"]}, '{"$ref": {}}', '{"$ref$": {}}'),
        (
            {"properties": {"x": {"const": {"$ref": "#/a"}, "default": {"$ref": 1}}}},
            '{"x": {"$ref": "#/a"}}',
            '{"x": 1}',
        ),
        ({"enum": ["$ref", "$ref$"]}, '"$ref$"', '"$ref$$"'),
    ],
)
def test_a_schema_means_what_it_says(schema: dict, good: str, bad: str, tiny_file: Path) -> None:
    assert accepts(tiny_file, schema, good)
    assert not accepts(tiny_file, schema, bad)


@pytest.mark.parametrize("reference", ["#/$defs/none", "#/$defs/list/7", "other.json", "https://example.test/s"])
def test_references_that_lead_nowhere(reference: str) -> None:
    with pytest.raises(InvalidRequest, match="refers to"):
        grammar({"properties": {"x": {"$ref": reference}}, "$defs": {"list": [1]}})


def test_a_schema_without_end_or_bottom() -> None:
    deep: dict = {}
    for _ in range(5000):
        deep = {"type": "array", "items": deep}
    with pytest.raises(InvalidRequest, match="nested too deeply"):
        grammar(deep)
    with pytest.raises(InvalidRequest, match="comes back to itself"):
        grammar({"$ref": "#"})


# -- through the door --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("most", [31, 32, 33, 41, 64, 200])
@pytest.mark.parametrize(
    "schema", [{"type": "string"}, {"type": "array", "items": {"type": "string"}}], ids=["text", "list"]
)
def test_bounds_of_every_size_give_a_grammar(schema: dict[str, Any], most: int) -> None:
    bounded = schema | {"maxLength" if schema["type"] == "string" else "maxItems": most}
    assert grammar({"type": "object", "properties": {"a": bounded}})


def test_a_grammar_binds_an_answer(configured: Store) -> None:
    runtime.load()
    events = runtime.generate([Message("user", "?")], grammar='root ::= "yes" | "no"', params=Params(20, 1.0, seed=1))
    assert "".join(event.text for event in events if isinstance(event, Token)) in ("yes", "no")


def test_grammars_that_cannot_be_used_are_said_at_the_call(configured: Store) -> None:
    runtime.load()
    with pytest.raises(InvalidRequest, match="not of both"):
        runtime.generate([Message("user", "?")], grammar='root ::= "a"', schema={"type": "object"})
    with pytest.raises(InvalidRequest, match="cannot be read at"):
        runtime.generate([Message("user", "?")], grammar='root ::= "a')
    with pytest.raises(InvalidRequest, match="two ways"):
        runtime.complete("x", grammar='root ::= "a" root "b" | "a" root "c" | "x"')
    assert list(runtime.generate([Message("user", "?")], params=Params(2))), "the engine goes on"
