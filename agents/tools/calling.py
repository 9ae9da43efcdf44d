"""Calling a function, for whoever calls one: the loop, a test of an administrator's, a program over MCP.

What a call may do is decided here, from the rows as they are at this moment: an offer that was made a minute ago, or
an approval that was given yesterday, opens nothing that has been closed since. Whether a person must agree first is
not asked here: see `agents.tools.rules`.
"""

import hashlib
import json
import logging
import time
import traceback
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from quarry.api.problem import OUTAGES, Problem
from quarry.text import storable

from agents.tools import masking, rates, registry, schemas
from agents.tools.models import Operation
from agents.tools.types import Context, Function, Result, ToolError
from apps.audit import record

SECONDS = 30.0  # for one call, where its tool says nothing else
LONGEST_TEXT = LONGEST_DATA = 1_000_000  # characters
LONGEST_ERROR = 2000
logger = logging.getLogger(__name__)


def call(function: Function, context: Context, arguments: Mapping[str, Any]) -> Result:
    """What the function answers, within its bounds, or a ToolError that the model can act on. A function without a row
    is the caller's own, for which neither permission nor rate is asked. Kinds must end by `context.deadline`, which is
    made earlier here where the tool's own time is shorter, and when `context.cancelled()` says so."""
    operation = _permitted(function, context) if function.operation else None
    schemas.refuse(function.parameters, arguments)
    if operation is None:
        return _bounded(_carried_out(function, _hurried(context, SECONDS), arguments), [])
    rates.take(operation.tool, context.person)
    return _recorded(function, operation, _hurried(context, operation.tool.timeout), arguments)


def trial(function: Function, operation: Operation, context: Context, arguments: Mapping[str, Any]) -> Result:
    """A call of an administrator's, to see what it does before others may: switched off or restricted does not matter.
    Whether they may is asked by `agents.tools.actions.test`."""
    schemas.refuse(function.parameters, arguments)
    rates.take(operation.tool, context.person)
    return _recorded(function, operation, _hurried(context, operation.tool.timeout), arguments)


def _permitted(function: Function, context: Context) -> Operation:
    found = registry.usable(context.person).filter(pk=function.operation).first()
    if found is None:
        raise ToolError(f"The tool {function.name} is not available. Go on without it.")
    return found


def _hurried(context: Context, seconds: float) -> Context:
    return replace(context, deadline=min(context.deadline, time.monotonic() + seconds))


def _recorded(function: Function, operation: Operation, context: Context, arguments: Mapping[str, Any]) -> Result:
    """The call with its audit event, whatever becomes of it."""
    hidden, started = masking.values(operation.tool), time.monotonic()
    # Hidden before it is cut, here and below: nobody would find half a key again.
    facts = _facts(operation, context, arguments) | {"arguments": masking.short(masking.masked(arguments, hidden))}
    try:
        result = _bounded(_carried_out(function, context, arguments), hidden)
    except ToolError as error:
        said = masking.masked(str(error), hidden)[:LONGEST_ERROR]
        outcome = {"status": "failed", "error": said[:300], "seconds": round(time.monotonic() - started, 3)}
        record(context.person, "tool.call", operation, facts | outcome)
        raise ToolError(said) from None
    outcome = {"status": "completed", "seconds": round(time.monotonic() - started, 3), "size": len(result.text)}
    record(context.person, "tool.call", operation, facts | outcome | {"result_sha256": _digest(result.text)})
    return result


def _carried_out(function: Function, context: Context, arguments: Mapping[str, Any]) -> Result:
    try:
        return function.call(context, arguments)
    except (ToolError, *OUTAGES):
        raise
    except Problem as problem:
        raise ToolError(problem.detail) from None
    except Exception as error:
        # Without its message, which can hold an address with a key in it.
        frames = "".join(traceback.format_tb(error.__traceback__))
        logger.error("The function %s failed: %s\n%s", function.name, type(error).__name__, frames)
        raise ToolError(f"The tool {function.name} failed. Do not repeat this call; go on without it.") from None


def _bounded(result: Result, hidden: list[str]) -> Result:
    """The result without secrets, and no longer than can be kept."""
    text, data = (masking.masked(storable(each), hidden) for each in (result.text, result.data))
    if len(text) > LONGEST_TEXT:
        text = f"{text[:LONGEST_TEXT]}\n[The rest is left out: {len(text) - LONGEST_TEXT} characters.]"
    written = json.dumps(data, default=str)
    data = json.loads(written) if len(written) <= LONGEST_DATA else None
    return replace(result, text=text, data=data)


def _facts(operation: Operation, context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    written = json.dumps(arguments, sort_keys=True, ensure_ascii=False)
    return {
        "tool": operation.tool.slug,
        "function": operation.function,
        "run": None if context.run._state.adding else str(context.run.pk),  # a trial has none
        "arguments_sha256": _digest(written),
        "arguments_size": len(written),
    }


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
