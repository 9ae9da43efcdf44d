"""What goes wrong with a server, as one kind of exception with a sentence for the administrator."""

from collections.abc import Iterator, Sequence

from mcp import MCPError
from mcp_types import CONNECTION_CLOSED, REQUEST_TIMEOUT
from quarry.egress import EgressError

from agents.tools.types import ToolError

LONGEST, FORGOTTEN = 300, "session"


class Fault(Exception):
    """The server cannot be used. The text is for an administrator; `words` are the program's own last ones."""

    def __init__(self, text: str, code: str = "server", words: Sequence[str] = ()) -> None:
        super().__init__(text)
        self.code, self.words = code, list(words)

    def told(self) -> ToolError:
        """The same for a model, which can mend nothing about it."""
        if self.code == "sign-in":
            return ToolError("This tool needs a sign-in that only an administrator can make. Go on without it.")
        return ToolError("The server of this tool cannot be used now. Go on without it, and say so.")


def refused(status: int) -> Fault:
    """The server answers that it does not know us (401), does not let us (403), or has forgotten our session (404).
    Whatever it was asked it has not done."""
    if status == 404:
        return Fault("The server has forgotten the session.", FORGOTTEN)
    if status == 401:
        return Fault("The server asks for a sign-in, or does not accept the key.", "sign-in")
    return Fault("The server does not allow that.", "forbidden")


def found_in(error: BaseException, words: Sequence[str] = ()) -> Fault:
    """What of a heap of exceptions says most."""
    causes = list(_leaves(error))
    for kind in (Fault, ToolError, EgressError, OSError, MCPError):
        for cause in causes:
            if isinstance(cause, kind):
                return _fault(cause, words)
    return Fault(f"The server does not speak MCP ({type(causes[0]).__name__}).", words=words)


def lost(error: MCPError) -> bool:
    """Whether the connection is gone, rather than the call refused."""
    return bool(error.code == CONNECTION_CLOSED)


def late(error: MCPError) -> bool:
    return bool(error.code == REQUEST_TIMEOUT)


def _fault(cause: BaseException, words: Sequence[str]) -> Fault:
    match cause:
        case Fault():
            return cause
        case ToolError() | EgressError():
            return Fault(str(cause), words=words)
        case TimeoutError():
            return Fault("The server did not answer in time.", words=words)
        case MCPError():
            return Fault(f"The server refused: {_short(cause.message)}.", words=words)
    why = getattr(cause, "strerror", None) or type(cause).__name__
    return Fault(f"The program cannot be started: {why}.", words=words)


def _short(text: str) -> str:
    return " ".join(text.split())[:LONGEST].rstrip(".")


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from _leaves(each)
    else:
        yield error
