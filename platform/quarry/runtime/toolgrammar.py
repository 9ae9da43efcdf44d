"""The grammar of tool calls, and the signs in an answer by which it begins to hold.

A plain answer stays free. From a call's tag on, or where a fence or the whole answer begins as a call of an offered
tool, the model can only write calls: valid JSON, an existing name, and arguments that have the form of the tool's
schema.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import grammar, reasoning
from .engine.grammars import Trigger
from .types import InvalidRequest, Request, Tool, ToolChoice

LISTED = "<|tool_call|>"
TAGS = re.compile(rb"(?:```[a-zA-Z_]{0,12}\s{0,4})?<tool_call>|<\|tool_call\|>")
FORMS = r"""
root ::= {root}
blank ::= [ \t\r\n]{{0,4}}
tagged ::= "<tool_call>" blank call blank "</tool_call>"
listed ::= "<|tool_call|>" blank list
fenced ::= "```" [a-zA-Z_]{{0,12}} blank (calls | list | tagged | doubled) blank "```"
doubled ::= "{{" call "}}"
wrapped ::= "<tools>" blank (calls | list | doubled) blank "</tools>"
calls ::= call{more_calls}
list ::= "[" space call{more_items} blank "]"
"""


@dataclass(frozen=True, slots=True)
class Rules:
    """A grammar, and from where on it holds; none and a trigger: what must not be written."""

    grammar: str | None = None
    trigger: Trigger | None = None


def rules(tools: Sequence[Tool], choice: ToolChoice, parallel: bool, template: str | None, opened: bool) -> Rules:
    """What binds an answer to a request with these tools. `opened`: the prompt left the model thinking."""
    thoughts = _thoughts(template, opened)
    if choice == "none":
        return Rules(None, Trigger(TAGS, *thoughts))
    text = _grammar(tools, parallel, LISTED in (template or ""), choice)
    if choice == "required":
        return Rules(text, Trigger(None, *thoughts) if opened else None)
    return Rules(text, Trigger(_signs(tools), *thoughts))


def _thoughts(template: str | None, opened: bool) -> tuple[bytes, bytes]:
    """The tags of `Trigger` between which nothing is a call."""
    if opened:
        return reasoning.CLOSE.encode(), b""
    if reasoning.thinks(template):
        return reasoning.CLOSE.encode(), reasoning.OPEN.encode()
    return b"", b""


def check(request: Request) -> None:
    """Refuses what cannot be offered."""
    names = [tool.name for tool in request.tools]
    for tool in request.allowed or ():
        if tool.name not in names:
            raise InvalidRequest(f'There is no tool by the name "{tool.name}".')
    if names and not request.allowed_tools:
        raise InvalidRequest("None of the tools may be called.")
    if request.choice == "required" and not names:
        raise InvalidRequest("A tool must be called, but none is offered.")
    if "" in names:
        raise InvalidRequest("A tool needs a name.")
    if twice := [name for name in names if names.count(name) > 1]:
        raise InvalidRequest(f'Two tools are called "{twice[0]}".')


def _grammar(tools: Sequence[Tool], parallel: bool, lists: bool, choice: ToolChoice) -> str:
    call = re.sub(r"^root ::=", "call ::=", grammar.convert(_schema(tools)), flags=re.MULTILINE)
    once = "listed" if lists else "tagged"
    forms = [once, "tagged", "fenced", "wrapped", "calls", "list", "doubled"] if choice == "auto" else [once, "fenced"]
    form = " | ".join(dict.fromkeys(forms))
    return call + FORMS.format(
        root=f"({form}) (blank (tagged | fenced)){{0,64}} blank" if parallel else f"({form}) blank",
        more_calls=" (blank call){0,64}" if parallel else "",
        more_items=' (blank "," blank call){0,64}' if parallel else "",
    )


def _schema(tools: Sequence[Tool]) -> Mapping[str, Any]:
    """Any of the calls."""
    definitions, calls = grammar.Definitions(), []
    for tool in tools:
        arguments = definitions.tame({**tool.parameters, "type": "object"})
        fields = {"name": {"const": tool.name}, "arguments": arguments}
        calls.append({"type": "object", "properties": fields, "required": list(fields)})
    return {"anyOf": calls, "$defs": definitions.found}


def _signs(tools: Sequence[Tool]) -> re.Pattern[bytes]:
    """A call's tag; or JSON that names an offered tool and is about to give its arguments."""
    names = "|".join(re.escape(json.dumps(tool.name, ensure_ascii=False)) for tool in tools)
    beginning = r"(?:\A\s*|```[a-zA-Z_]{0,12}\s{0,4}|<tools>\s{0,4})"
    call = rf'\{{\s{{0,24}}"name"\s{{0,4}}:\s{{0,4}}(?:{names})\s{{0,4}},\s{{0,24}}"arguments"\s{{0,4}}:'
    return re.compile(TAGS.pattern + b"|" + rf"{beginning}[\[{{]?\s{{0,24}}{call}".encode())
