"""The kind "mcp": tools of a server that speaks the Model Context Protocol."""

import logging
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from quarry.api import Problem
from quarry.egress import EgressError

from agents.tools.kinds import Kind, Offer
from agents.tools.mcp import settings
from agents.tools.models import Operation, Tool
from agents.tools.registry import Call
from agents.tools.types import Context, Result, ToolError

if TYPE_CHECKING:
    from agents.tools.mcp.faults import Fault

IMPORT_SECONDS, LEAST_SECONDS = 60.0, 1.0
SIGN_IN = Offer(
    name="sign-in",
    description="Waits for an administrator's sign-in; the server's tools take its place then.",
    parameters={"type": "object", "properties": {}},
    title="Waits for a sign-in",
    enabled=False,
)
CHANGED = "This tool was changed at its server, and is switched off until an administrator has looked at it."
MISSING = "The server of this tool has no such tool any more. Go on without it."
UNSURE = (
    "The connection to the tool broke off during the call. It is not known whether it was carried out: "
    "do not repeat it, and say so."
)
STOPPED = "The call was stopped."
logger = logging.getLogger(__name__)


def offers(tool: Tool) -> Sequence[Offer]:
    """The server's tools. Where it waits for a sign-in something that stands for them: a tool without operations
    could not be saved, and the sign-in needs its address."""
    from agents.tools.mcp import listing, pool
    from agents.tools.mcp.faults import Fault
    from agents.tools.mcp.loop import Stopped, TooLate, loop

    try:
        settings.refuse_open(tool)
        found = loop.run(pool.pool.tools(tool), time.monotonic() + IMPORT_SECONDS, lambda: False)
    except Fault as fault:
        if fault.code == "sign-in" and tool.config.get("sign_in") == "oauth":
            return [SIGN_IN]
        raise _problem(fault) from None
    except (TooLate, Stopped):
        raise Problem(400, "The server did not answer in time.", code="unreachable") from None
    except (EgressError, ToolError) as error:
        raise Problem(400, str(error), code="unreachable") from None
    return listing.offers(tool.slug, found)


def _problem(fault: "Fault") -> Problem:
    """What an administrator reads; of a program also its last words."""
    words = "\n".join(fault.words)[-2000:]
    return Problem(400, str(fault), code="unreachable", errors={"server": [words]} if words else None)


def maker(operation: Operation) -> Call:
    """How a call of the operation is made."""
    tool, wanted, repeat = operation.tool, operation.config, not operation.writes

    def call(context: Context, arguments: Mapping[str, Any]) -> Result:
        from agents.tools.mcp import calls

        if "digest" not in wanted:
            raise ToolError("This tool waits for an administrator's sign-in. Go on without it.")
        return calls.call(tool, operation, context, dict(arguments), repeat)

    return call


KIND = Kind(
    settings.FIELDS,
    settings.check,
    offers,
    maker,
    settings.addresses,
    hidden=("oauth",),
    renewed=("oauth",),
    refuse_open=settings.refuse_open,
    forget=settings.forget,
)
