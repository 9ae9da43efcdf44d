"""The turns of a conversation and the tools on offer, from OpenAI's shape into the runtime's."""

import json
import re
from typing import Any

from quarry.text import storable

from apps.gateway.fields import Fields, fields, invalid

MOST_MESSAGES, MOST_TOOLS, MOST_PARTS = 2000, 128, 1000
ROLES = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant", "tool": "tool"}
TEXT_PARTS = {"text": "text", "input_text": "text", "output_text": "text", "refusal": "refusal"}
NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)
Facts = dict[str, Any]


def messages(body: Fields) -> list[Facts]:
    """The turns, oldest first."""
    found = body.objects("messages", MOST_MESSAGES)
    if not found:
        raise invalid("messages", "messages must hold at least one message.")
    called: dict[str, str] = {}
    return [_message(each, called) for each in found]


def _message(message: Fields, called: dict[str, str]) -> Facts:
    """One turn; `called` are the names of the tools that were called so far, by the calls' ids."""
    role = ROLES[message.word("role", [*ROLES], "")] if message.has("role") else ""
    if not role:
        raise invalid(message.name("role"), f"{message.name('role')} is missing.")
    facts: Facts = {"role": role, "content": _content(message)}
    if role == "assistant" and message.has("tool_calls"):
        facts["tool_calls"] = [_call(each, called) for each in message.objects("tool_calls", MOST_TOOLS)]
    elif role == "tool":
        facts["name"] = _answered(message, called)
    if not message.has("content") and not facts.get("tool_calls"):
        raise invalid(message.name("content"), f"{message.name('content')} is missing.")
    return facts


def _content(message: Fields) -> str:
    value = message.get("content")
    if value is None or isinstance(value, str):
        return value or ""
    return "\n".join(_part(each) for each in message.objects("content", MOST_PARTS))


def _part(part: Fields) -> str:
    kind = part.get("type")
    if not isinstance(kind, str) or kind not in TEXT_PARTS:
        name = part.name("type")
        raise invalid(name, "Quarry's models read text only: images, audio and files cannot be sent to them.")
    return part.optional(TEXT_PARTS[kind])


def _call(call: Fields, called: dict[str, str]) -> Facts:
    """A call that the assistant made earlier."""
    function = fields(call.get("function"), call.name("function"))
    name, id = function.text("name"), call.text("id")
    called[id] = name
    return {"id": id, "name": name, "arguments": _arguments(function)}


def _arguments(function: Fields) -> Facts:
    try:
        found = storable(json.loads(function.optional("arguments") or "{}"))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        name = function.name("arguments")
        raise invalid(name, f"{name} must be a JSON object, written as a text.")
    return found


def _answered(message: Fields, called: dict[str, str]) -> str:
    id = message.text("tool_call_id")
    if id not in called:
        name = message.name("tool_call_id")
        raise invalid(name, f"{name} names no call of the messages before it.")
    return called[id]


def tools(body: Fields) -> list[Facts]:
    """The tools on offer."""
    found = [_tool(each) for each in body.objects("tools", MOST_TOOLS)]
    names = [tool["name"] for tool in found]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise invalid("tools", f"There are two tools by the name {twice}.")
    return found


def _tool(tool: Fields) -> Facts:
    if tool.get("type") != "function":
        raise invalid(tool.name("type"), f"{tool.name('type')} must be function; no other tools are offered.")
    function = fields(tool.get("function"), tool.name("function"))
    name = function.text("name")
    if not NAME.fullmatch(name):
        place = function.name("name")
        raise invalid(place, f"{place} may have letters, digits, dots, dashes and underlines, 64 at most.")
    parameters = function.object("parameters")
    schema = dict(parameters.found) if parameters else {"type": "object", "properties": {}}
    return {"name": name, "description": function.optional("description"), "parameters": schema}


def choice(body: Fields, offered: list[Facts]) -> tuple[str, list[str] | None]:
    """Whether tools may, must or must not be called, and the names of those among which that is: None for all."""
    if not isinstance(body.get("tool_choice"), dict):
        word = body.word("tool_choice", ["none", "auto", "required"], "auto")
        if word == "required" and not offered:
            raise invalid("tool_choice", "tool_choice asks for a tool, but there are no tools.")
        return word, None
    chosen = fields(body.get("tool_choice"), body.name("tool_choice"))
    if chosen.get("type") == "allowed_tools":
        word, names = _allowed(fields(chosen.get("allowed_tools"), chosen.name("allowed_tools")))
    else:
        word, names = "required", [_named(chosen)]
    for name in names:
        if all(tool["name"] != name for tool in offered):
            raise invalid("tool_choice", f"There is no tool by the name {name}.")
    return word, names


def _allowed(allowed: Fields) -> tuple[str, list[str]]:
    """As OpenAI's API restricts a request to some of its tools."""
    listed, name = allowed.objects("tools", MOST_TOOLS), allowed.name("tools")
    if not listed:
        raise invalid(name, f"{name} must name a tool.")
    return allowed.word("mode", ["auto", "required"], "auto"), [_named(each) for each in listed]


def _named(tool: Fields) -> str:
    return fields(tool.get("function"), tool.name("function")).text("name")
