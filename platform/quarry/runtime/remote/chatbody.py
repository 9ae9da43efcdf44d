"""Requests in the words of OpenAI's chat API, which most services speak."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from ..prompt import with_documents
from ..types import Call, InvalidRequest, Message, Request, Tool, ToolCall

ROLES = ("system", "user", "assistant", "tool")
# What chat templates write between turns. A remote server reads these as its own markup wherever they stand, so in
# other people's text they are broken by a space that has no width.
MARKUP = re.compile(
    r"<(?=\||/?(?:tool_call|tool_response|tools|documents?|think|s|start_of_turn|end_of_turn)>)|\[(?=/?INST\])"
)


def messages(request: Request) -> list[dict[str, Any]]:
    """The conversation, with the documents before the last question."""
    if not request.messages:
        raise InvalidRequest("There is no message to answer.")
    for message in request.messages:
        if message.role not in ROLES:
            raise InvalidRequest(f'"{message.role}" is not a role; roles are {", ".join(ROLES)}.')
    turns: Sequence[Message] = request.messages
    if request.documents:
        turns = with_documents(turns, request.documents)
    return _with_ids([_turn(message) for message in turns], turns)


def inert(text: str) -> str:
    """The text, in which nothing is a server's markup any more."""
    return MARKUP.sub(lambda found: found[0] + "\u200b", text)


def tools(request: Request) -> dict[str, Any]:
    """The tools that may be called and whether they must be; nothing where there are none."""
    if not request.tools:
        return {}
    names = {tool.name for tool in request.allowed_tools}
    allowed = [_tool(tool) for tool in request.tools if tool.name in names]  # in words that every server knows
    fields: dict[str, Any] = {"tools": allowed, "tool_choice": request.choice}
    return fields | ({} if request.parallel else {"parallel_tool_calls": False})


def sampling(request: Request) -> dict[str, Any]:
    """What everybody knows, left out where it changes nothing."""
    params = request.params
    chosen = {
        "top_p": params.top_p if params.top_p < 1 else None,
        "presence_penalty": params.presence_penalty or None,
        "frequency_penalty": params.frequency_penalty or None,
        "seed": params.seed,
        "stop": list(params.stop) or None,
    }
    known = {"max_tokens": params.max_tokens, "temperature": params.temperature}
    return known | {name: value for name, value in chosen.items() if value is not None}


def logprobs(request: Request) -> dict[str, Any]:
    if request.params.logprobs is None:
        return {}
    return {"logprobs": True} | ({"top_logprobs": request.params.logprobs} if request.params.logprobs else {})


def form(request: Request) -> dict[str, Any]:
    """The schema that binds the answer."""
    if request.schema is None:
        return {}
    schema = {"name": "answer", "schema": dict(request.schema), "strict": True}
    return {"response_format": {"type": "json_schema", "json_schema": schema}}


def _turn(message: Message) -> dict[str, Any]:
    trusted = message.role in ("system", "assistant")
    turn: dict[str, Any] = {"role": message.role, "content": message.content if trusted else inert(message.content)}
    if message.tool_calls:
        turn["tool_calls"] = [_call(call) for call in message.tool_calls]
        turn["content"] = message.content or None
    return turn


def _call(call: Call | ToolCall) -> dict[str, Any]:
    arguments = json.dumps(dict(call.arguments), ensure_ascii=False)
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments}}


def _with_ids(turns: list[dict[str, Any]], said: Sequence[Message]) -> list[dict[str, Any]]:
    """Each result gets the id of the call that it answers: by the tool's name, else in the order of the calls."""
    open_calls: list[Call | ToolCall] = []
    for turn, message in zip(turns, said, strict=True):
        if message.role == "tool":
            call = next((call for call in open_calls if call.name == message.name), next(iter(open_calls), None))
            if call is None:
                raise InvalidRequest("There is a tool's result that no call asked for.")
            open_calls.remove(call)
            turn["tool_call_id"] = call.id
        elif message.tool_calls:
            open_calls = list(message.tool_calls)
    return turns


def _tool(tool: Tool) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
    return {"type": "function", "function": function}
