"""Assistants with tools for tests: real functions in small, and models that are made to call them."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from quarry import runtime

from agents import execution
from agents.models import Run
from agents.tools import registry
from agents.tools.models import Operation, Tool
from agents.tools.types import Context, Result, ToolError

DAY = {"type": "object", "properties": {"day": {"enum": ["monday", "friday"], "title": "Day"}}, "required": ["day"]}
INFO = runtime.ModelInfo("scripted", "0" * 64, 4096, (100.0, 1000.0))
Said = str | list[str | tuple[str, dict[str, Any]]]
done: list[tuple[str, dict[str, Any]]] = []  # the calls that really happened
_lock = threading.Lock()


def maker(operation: Operation) -> Callable[[Context, Mapping[str, Any]], Result]:
    """A function that does what its row's `config` says: `text`, `error`, `seconds`, and is remembered in `done`."""

    def call(context: Context, arguments: Mapping[str, Any]) -> Result:
        with _lock:
            done.append((operation.function, dict(arguments)))
        time.sleep(operation.config.get("seconds", 0))
        if error := operation.config.get("error"):
            raise ToolError(error)
        return Result(operation.config.get("text", "It was done."))

    return call


registry.provide("test", maker)


def operation(function: str, tool: str = "office", **fields: Any) -> Operation:
    """A function of the tool, which is made with its first one."""
    row, _ = Tool.objects.get_or_create(slug=tool, defaults={"name": tool.title(), "kind": "test"})
    facts = {"name": function, "function": function, "parameters": DAY, "writes": False, "description": function}
    return Operation.objects.create(tool=row, **facts | fields)


def carried_out(run: Run) -> Run:
    """The run after a worker has taken it, if it waits for one."""
    execution.execute(run.pk)
    run.refresh_from_db()
    return run


class Script:
    """A model that says what it is told to: at the runtime's door, for what holds whatever a model says."""

    def __init__(self, *turns: Said | Callable[[Sequence[runtime.Message]], Said]) -> None:
        self.turns = list(turns)
        self.read: list[Sequence[runtime.Message]] = []
        self.choices: list[runtime.ToolChoice] = []
        self.offered: list[list[str]] = []
        self.allowed: list[list[runtime.Tool]] = []

    def __call__(self, messages: Sequence[runtime.Message], **more: Any) -> Iterator[runtime.Event]:
        self.read.append(messages)
        self.choices.append(more["choice"])
        told = [tool.name for tool in more["tools"]]
        allowed = [tool.name for tool in more["allowed"]]
        self.allowed.append(more["allowed"])
        assert set(allowed) <= set(told)
        self.offered.append(allowed)
        turn = self.turns.pop(0) if self.turns else "That is all."
        said = turn(messages) if callable(turn) else turn
        for piece in [said] if isinstance(said, str) else said:
            yield runtime.Token(piece) if isinstance(piece, str) else runtime.ToolCall("x", *piece)
        yield runtime.Done("stop" if isinstance(said, str) else "tool_calls", runtime.Usage(10, 0, 5), INFO)


def made_to_call(generate: Callable[..., Any], turns: int = 1) -> Callable[..., Any]:
    """The real engine, with a grammar that lets a model of random weights do nothing but call, for so many turns."""
    left = [turns]

    def door(messages: Sequence[runtime.Message], **more: Any) -> Any:
        left[0] -= 1
        if left[0] >= 0 and more["tools"]:
            more |= {"choice": "required", "parallel": False}
        elif more["tools"]:
            more |= {"choice": "none"}
        return generate(messages, **more)

    return door
