"""What an agent is told and offered: fixed before its first word, so that a run goes on, and is replayed, as it began.

What it may do is not fixed: whether a function may be called is asked anew at each call (`agents.tools.calling`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models.fields.json import KeyTextTransform
from django.utils import timezone
from quarry import leases, runtime

from agents.models import Run, Step
from agents.tools import registry
from agents.tools.models import Operation
from agents.tools.types import ApprovalPolicy, Function

from . import offer, toolprompt
from .language import Language, language_of
from .limits import Limits
from .query import is_follow_up
from .setup import Setup, setup_of

CONTEXT = 4096  # tokens, where nothing is known of the model
OUTSIDE = frozenset({"openapi", "mcp"})  # kinds of tools behind which there is somebody else's service
ROLE = "You are {name}, an assistant of a company's employees."


@dataclass(frozen=True)
class Offered:
    """A function as it was when the run began. `outside`: others than this installation get its arguments."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    title: str
    writes: bool
    operation: str
    tool: str
    outside: bool
    approval: Mapping[str, Any]

    def policy(self) -> ApprovalPolicy:
        """When a person is asked."""
        return ApprovalPolicy(**self.approval)

    def tool_facts(self) -> runtime.Tool:
        """As a model is told of it."""
        return runtime.Tool(self.name, self.description, toolprompt.parameters(self.parameters))


@dataclass(frozen=True)
class Plan:
    """See the module. `tools` are the names under which the registry finds the functions again; `today` is the day of
    the question as ISO writes it, empty where none was told; `first` the functions that the first turn may call, empty
    where it may call any; `far` whether it may be that no function does what is asked."""

    system: str
    today: str
    language: Language
    tools: Sequence[str]
    functions: Sequence[Offered]
    limits: Limits
    models: Sequence[str] | None
    collections: Sequence[str] | None
    context: int
    first: Sequence[str] = ()
    far: bool = False

    @property
    def day(self) -> date | None:
        """`today`."""
        return date.fromisoformat(self.today[:10]) if self.today else None

    def function(self, name: str) -> Offered | None:
        """The function of this name, if it was offered."""
        return next((each for each in self.functions if each.name == name), None)


def plan_of(run: Run) -> Plan:
    """The run's plan; made and stored if this is its beginning."""
    if run.plan is None:
        run.plan = _made(run)
        leases.held(Run.objects.filter(plan__isnull=True), run).update(plan=run.plan)
    facts = dict(run.plan)
    functions = [Offered(**each) for each in facts.pop("functions")]
    return Plan(functions=functions, limits=Limits(**facts.pop("limits")), **facts)


def _made(run: Run) -> dict[str, Any]:
    setup = setup_of(run)
    functions = registry.functions(run.person, setup.tools)
    today = timezone.localdate()
    history = run.input.get("history", [])
    before, question = [turn["content"] for turn in history if turn["role"] == "user"], run.input["question"]
    offered = offer.relevant(functions, [*before, question], _called(run))
    return {
        "system": _system(setup, today),
        "today": today.isoformat(),
        "language": language_of(run.input["question"]),
        "tools": list(setup.tools),
        "functions": _offered(offered),
        "limits": setup.limits.facts(),
        "models": setup.models,
        "collections": setup.collections,
        "context": context(),
        "first": first(offered, question, before),
        "far": far(offered, question, before),
    }


def first(functions: Sequence[offer.Described], question: str, before: Sequence[str]) -> list[str]:
    """`Plan.first`; any where the question leans on what was asked `before` and says little by itself."""
    return [] if before and is_follow_up(question) else offer.first(functions, question)


def far(functions: Sequence[offer.Described], question: str, before: Sequence[str]) -> bool:
    """`Plan.far`; later questions of a conversation may lean on the ones `before`."""
    return not before and offer.is_far(functions, question)


def _system(setup: Setup, today: date) -> str:
    role = ROLE.format(name=setup.name or "Quarry")
    return toolprompt.system(f"{role}\n\n{setup.instructions}", today)


def _called(run: Run) -> list[str]:
    """The functions that were called in the conversation before."""
    if not (thread := run.input.get("thread")):
        return []
    mine = Step.objects.filter(run__person=run.person, kind=Step.Kind.TOOL)
    earlier = mine.alias(thread=KeyTextTransform("thread", "run__input")).filter(thread=thread)
    return list(earlier.order_by("name").values_list("name", flat=True).distinct())


def _offered(functions: Sequence[Function]) -> list[dict[str, Any]]:
    rows = Operation.objects.select_related("tool").in_bulk([each.operation for each in functions])
    tools = {str(pk): row.tool for pk, row in rows.items()}
    return [
        {
            "name": each.name,
            "description": each.description,
            "parameters": each.parameters,
            "title": each.title or each.name,
            "writes": each.writes,
            "operation": each.operation,
            "tool": tools[each.operation].name,
            "outside": each.writes or tools[each.operation].kind in OUTSIDE,
            "approval": {
                "needs": each.approval.needs,
                "rule": list(each.approval.rule),
                "four_eyes": each.approval.four_eyes,
            },
        }
        for each in functions
    ]


def context() -> int:
    """How many tokens the model reads and writes together."""
    try:
        return runtime.current_model().context or CONTEXT
    except runtime.RuntimeFault:
        return CONTEXT
