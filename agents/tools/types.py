"""What the loop can call, whatever stands behind it: code of ours, an HTTP service, an MCP server, a database."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from agents.loop.language import Language
from agents.loop.passages import Found
from agents.models import Run
from apps.accounts.models import User

Needs: TypeAlias = Literal["never", "always", "rule"]


class ToolError(Exception):
    """The call did not work; the text tells the model what it can do about it, and holds no secret."""


@dataclass(frozen=True)
class Context:
    """For whom, and within what, a function is called. `collections`: ids that may be searched, None for all that the
    person may read. `deadline` is of `time.monotonic`."""

    person: User
    run: Run
    collections: Sequence[str] | None
    language: Language
    cancelled: Callable[[], bool]
    deadline: float


@dataclass(frozen=True)
class Result:
    """What a call came to: `text` for the model (untrusted, of any length: the loop cuts it), `data` for people and
    programs (JSON), `found` where the text rests on passages that an answer may cite."""

    text: str
    data: Any = None
    found: Sequence[Found] = ()


@dataclass(frozen=True)
class ApprovalPolicy:
    """When a person is asked before a call. `rule` is a list of conditions, of which one is enough: see
    `agents.tools.rules`. `four_eyes`: somebody else than the one who asked must agree as well."""

    needs: Needs = "never"
    rule: Sequence[Mapping[str, Any]] = ()
    four_eyes: bool = False


@dataclass(frozen=True)
class Function:
    """One thing that can be called. `name` is the model's (`[A-Za-z0-9_-]{1,64}`), `title` people's; `parameters` is a
    JSON schema of type "object"; `writes`: it changes something, so it is never repeated without being asked for.
    `call` raises ToolError."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    call: Callable[[Context, Mapping[str, Any]], Result] = field(compare=False)
    title: str = ""
    writes: bool = False
    approval: ApprovalPolicy = ApprovalPolicy()
    operation: str = ""  # id of its row
