"""A call from a worker's thread: made in the loop, bounded, and told in words that the model can act on."""

import time
from typing import Any

from django.db import transaction
from mcp import MCPError
from pydantic import ValidationError

from agents.tools import masking
from agents.tools.mcp import faults, results
from agents.tools.mcp.faults import Fault
from agents.tools.mcp.kind import CHANGED, MISSING, STOPPED, UNSURE
from agents.tools.mcp.loop import Stopped, TooLate, loop
from agents.tools.mcp.pool import Changed, Missing, Unsure, pool
from agents.tools.models import Operation, Tool
from agents.tools.types import Context, Result, ToolError
from apps.audit import record

LONGEST_ERROR = 600


class Progress:
    """How far the server says it is, for whoever waited in vain."""

    def __init__(self) -> None:
        self.last = ""

    async def __call__(self, progress: float, total: float | None, message: str | None) -> None:
        of = f" of {total:g}" if total else ""
        self.last = f" It had come to {progress:g}{of}{f': {message[:100]}' if message else ''}."


def call(tool: Tool, operation: Operation, context: Context, arguments: dict[str, Any], repeat: bool) -> Result:
    """What the server answers. `repeat`: whether it does no harm to make the call twice."""
    progress = Progress()
    left = max(1.0, context.deadline - time.monotonic())
    work = pool.call(tool, operation.config, arguments, left, repeat, progress)
    try:
        return results.result(loop.run(work, context.deadline, context.cancelled))
    except Changed:
        suspend(operation)
        raise ToolError(CHANGED) from None
    except Missing:
        raise ToolError(MISSING) from None
    except Stopped:
        raise ToolError(STOPPED) from None
    except Unsure:
        raise ToolError(UNSURE) from None
    except (TooLate, TimeoutError):
        raise ToolError(_late(repeat, progress)) from None
    except Fault as fault:
        raise fault.told() from None
    except MCPError as error:
        raise ToolError(_refused(tool, error, repeat, progress)) from None
    except ValidationError:
        raise ToolError("The server of this tool answered in a form that cannot be read. Go on without it.") from None


def _late(repeat: bool, progress: Progress) -> str:
    if repeat:
        return f"The tool did not answer in time.{progress.last} Ask it for less, or go on without it."
    return f"The tool did not answer in time.{progress.last} {UNSURE.partition('. ')[2]}"


def _refused(tool: Tool, error: MCPError, repeat: bool, progress: Progress) -> str:
    if faults.late(error):
        return _late(repeat, progress)
    if faults.lost(error):
        return "The server of this tool ended during the call. Go on without it."
    # Hidden before it is cut: nobody would find half a key again.
    why = masking.masked(" ".join(error.message.split()), masking.values(tool))[:LONGEST_ERROR].rstrip(".")
    return f"The server refused the call: {why}. Correct it and call again, or go on without it."


@transaction.atomic
def suspend(operation: Operation) -> None:
    """Switches it off: what an administrator allowed is not what the server offers today."""
    if Operation.objects.filter(pk=operation.pk, enabled=True).update(enabled=False):
        facts = {"tool": operation.tool.slug, "function": operation.function, "why": "changed at its server"}
        record(None, "operation.suspend", operation, facts)
