"""The one list of what can be called. Each kind of tool says how a call of one of its operations is made; whether the
person may call it is decided here, from the rows as they are now."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from django.db.models import Exists, OuterRef, Q, QuerySet

from agents.tools.models import Operation, Tool
from agents.tools.types import ApprovalPolicy, Context, Function, Needs, Result
from apps.accounts.models import User

Call: TypeAlias = Callable[[Context, Mapping[str, Any]], Result]
Maker: TypeAlias = Callable[[Operation], Call]
_makers: dict[str, Maker] = {}


def provide(kind: str, maker: Maker) -> None:
    """Says who makes the calls of a kind's operations; from `AppConfig.ready`."""
    _makers[kind] = maker


def usable(person: User) -> QuerySet[Operation]:
    """The operations that the person may have called: switched on, and open to everybody or to a group of theirs."""
    active = User.objects.filter(pk=person.pk, is_active=True)
    in_group = Tool.groups.through.objects.filter(tool=OuterRef("tool"), group__members=person.pk)
    allowed = Q(tool__restricted=False) | Q(Exists(in_group))
    found = Operation.objects.filter(Exists(active), allowed, enabled=True, tool__enabled=True)
    return found.select_related("tool").order_by("function")


def functions(person: User, wanted: Sequence[str]) -> list[Function]:
    """What the person may have called of `wanted`: slugs of tools, or `slug/operation` for one of a tool's."""
    names = set(wanted)
    return [
        function(each)
        for each in usable(person)
        if each.tool.kind in _makers and names & {each.tool.slug, f"{each.tool.slug}/{each.name}"}
    ]


def function(operation: Operation) -> Function:
    """The operation as the loop calls it."""
    needs: Needs = operation.needs_approval  # type: ignore[assignment]
    return Function(
        name=operation.function,
        description=operation.description,
        parameters=operation.parameters,
        call=_makers[operation.tool.kind](operation),
        title=str(operation),
        writes=operation.writes,
        approval=ApprovalPolicy(needs, operation.rule, operation.four_eyes),
        operation=str(operation.pk),
    )
