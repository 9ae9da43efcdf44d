"""Whether people are asked before a call, what they are shown, and what the model is told of their answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agents.approvals import selectors as approved
from agents.approvals.models import Approval, Decision
from agents.models import Step
from agents.tools import rules
from agents.tools.schemas import described
from agents.tools.types import ApprovalPolicy, Function, Result, ToolError

from . import addresses
from .plan import Offered
from .transcript import Transcript, Wanted

REFUSED = "The person refused this. Do not call it again in this form. {note}"
EXPIRED = "Nobody agreed to this in time, so it was not done. Say so in the answer."
MAY_HAVE = "The work was interrupted while this was carried out: it may or may not have happened, and is not repeated."


@dataclass
class Job:
    """A call that is about to be made."""

    wanted: Wanted
    offered: Offered
    function: Function
    step: Step | None = None
    result: Result | None = None
    error: ToolError | None = None

    @property
    def writes(self) -> bool:
        """Whether it changes something, by what was known then or is known now."""
        return self.offered.writes or self.function.writes


def why(job: Job, transcript: Transcript) -> tuple[str, list[str]]:
    """Why people are asked before this call, and about which addresses; empty where they are not. What was decided
    when the run began holds, and so does what an administrator has decided since."""
    if job.offered.outside or job.writes:
        parameters = job.function.parameters
        strange = addresses.strange(job.wanted.arguments, parameters, transcript.said_by_person)
        if strange:
            return Approval.Why.ADDRESS, strange
    policies = asking(job)
    four_eyes = any(policy.four_eyes for policy in policies)
    if not policies or (not four_eyes and approved.granted(transcript.run, job.offered.operation)):
        return "", []
    always = any(policy.needs == "always" for policy in policies)
    return (Approval.Why.POLICY if always else Approval.Why.RULE), []


def question(job: Job, why: str, details: Sequence[str]) -> dict[str, Any]:
    """The fields of an approval: what people are shown, and the digest of what exactly they agree to."""
    offered, arguments = job.offered, job.wanted.arguments
    return {
        "operation": offered.operation,
        "function": offered.name,
        "tool": offered.tool,
        "title": offered.title[:200],
        "effect": job.function.description[:1000],
        "writes": job.writes,
        "why": why,
        "details": list(details),
        "arguments": plainly(arguments, job.function.parameters),
        "digest": job.wanted.digest,
        "needed": 2 if any(policy.four_eyes for policy in asking(job)) else 1,
    }


def asking(job: Job) -> list[ApprovalPolicy]:
    """The policies by which people are asked before this call: as it was when the run began, and as it is now."""
    both = (job.offered.policy(), job.function.approval)
    return [policy for policy in both if rules.asks(policy, job.wanted.arguments)]


def plainly(arguments: Mapping[str, Any], parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The arguments as people read them, in the order of the function's own description; all of them."""
    schemas = described(parameters)
    return [
        {"name": name, "label": _label(name, schemas.get(name, {})), "value": value}
        for name, value in _ordered(arguments, parameters).items()
    ]


def _ordered(value: Any, schema: Any) -> Any:
    """The value with the names of its objects in the order of its schema, and those that it does not know behind."""
    schema = schema if isinstance(schema, Mapping) else {}
    if isinstance(value, Mapping):
        known: Mapping[str, Any] = schema.get("properties") or {}
        names = [*(name for name in known if name in value), *(name for name in value if name not in known)]
        return {name: _ordered(value[name], known.get(name)) for name in names}
    if isinstance(value, list):
        return [_ordered(each, schema.get("items")) for each in value]
    return value


def _label(name: str, found: Mapping[str, Any]) -> str:
    return str(found.get("title") or found.get("description") or name)[:200]


def refusal(approval: Approval) -> str:
    if approval.status == Approval.Status.EXPIRED:
        text = EXPIRED
    else:
        refused = approval.decisions.filter(verdict=Decision.Verdict.REJECT).first()
        text = REFUSED.format(note=f"They say: {refused.note}" if refused and refused.note else "").strip()
    return f"{MAY_HAVE} {text}" if approval.why == Approval.Why.INTERRUPTED else text
