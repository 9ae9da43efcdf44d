"""Reading runs, as far as the person may."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet
from django.db.models.fields.json import KT
from quarry.api.sentences import said_in
from quarry.events import Event

from agents import withholding
from agents.approvals import selectors as approvals
from agents.approvals.models import Approval
from agents.loop import find
from agents.models import Run, Step
from agents.trace import sentence, step_facts
from apps.accounts.models import User
from apps.accounts.policies import require_administrator

WITHHELD: dict[str, Any] = {
    "passage_id": None,
    "document_id": None,
    "title": "",
    "quote": "",
    "location": None,
    "withheld": True,
}


def runs(person: User) -> QuerySet[Run]:
    """The person's own runs."""
    return Run.objects.filter(person=person)


def agent_runs(reader: User, filters: Mapping[str, Any]) -> QuerySet[Run]:
    """Everybody's runs of agents, for administrators. `person` is part of an address, `assistant` a slug,
    `function` the name of one that was called."""
    require_administrator(reader)
    found = Run.objects.exclude(plan__isnull=True).select_related("person")
    found = found.annotate(turns=Count("steps", distinct=True)).alias(slug=KT("input__assistant__slug"))
    exact = {"status": "status", "assistant": "slug", "after": "created_at__gte"}
    exact |= {"before": "created_at__lt"}
    found = found.filter(**{field: filters[name] for name, field in exact.items() if filters.get(name)})
    if person := filters.get("person"):
        found = found.filter(person__email__icontains=person)
    if function := filters.get("function"):
        found = found.filter(pk__in=Step.objects.filter(kind=Step.Kind.TOOL, name=function).values("run"))
    return found


def error_of(run: Run) -> dict[str, Any] | None:
    """What went wrong, for the reader."""
    return said_in(run.error, "title", "detail") if run.error else None


def thoughts(run: Run) -> str:
    """What a thinking model said to itself on the way to the run's answer, the answer's last attempt only."""
    written = [step for step in run.steps.all() if step.kind == Step.Kind.GENERATE and step.attempt == run.attempts]
    return "\n\n".join(text for step in written if (text := (step.result or {}).get("reasoning")))


def final_event(run: Run) -> Event:
    """The last event of an ended run, as its row tells it."""
    if run.status == Run.Status.FAILED:
        return Event("", "error", dict(run.error or {"title": "Failed", "detail": "", "type": "about:blank"}))
    data = {"status": run.status, "answer": run.answer, "citations": run.citations}
    data |= {"usage": run.usage, "model": run.model}
    if run.result is not None or run.kind == Run.Kind.COMPLETION:
        data |= {"result": run.result, "model_sha256": run.model_sha256}
    if run.kind in withholding.KINDS:
        data |= {"kind": run.kind}
    return Event("", "done", data)


def run_facts(person: User, run: Run) -> dict[str, Any]:
    """The whole run as the API shows it to a reader today."""
    citations = visible_citations(person, run.citations)
    return {
        "id": str(run.pk),
        "kind": run.kind,
        "status": run.status,
        "assistant": run.input.get("assistant"),
        "answer": withholding.answer(run.kind, run.answer, citations),
        "citations": citations,
        "steps": _steps(person, run),
        "result": run.result,
        "usage": run.usage,
        "model": run.model or None,
        "model_sha256": run.model_sha256 or None,
        "error": error_of(run),
        "attempts": run.attempts,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
    }


def _steps(person: User, run: Run) -> list[dict[str, Any]]:
    """The run's steps, each with what people were asked before it, if they were."""
    found = Approval.objects.filter(run=run).select_related("run__person").prefetch_related("decisions__person")
    asked = {approval.step_id: approvals.facts(person, approval) for approval in found}
    steps = run.steps.all()
    return [visible_step(person, step_facts(step)) | {"approval": asked.get(step.pk)} for step in steps]


def visible_citations(person: User, citations: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Citations whose documents the person may read today; of the others only the marker is left, because a title or
    a quote would tell of a document that is no longer theirs to know of."""
    listed = list(citations)
    readable = find.readable(person, {each["document_id"] for each in listed if each.get("document_id")})
    # What names no document stands in a text of the person's own.
    return [
        dict(each) if each["document_id"] in readable | {None} else WITHHELD | {"marker": each["marker"]}
        for each in listed
    ]


def visible_step(person: User, step: dict[str, Any]) -> dict[str, Any]:
    """A step without the documents that the person may no longer read."""
    step = step | {"result": step["result"] and said_in(step["result"], "error")}
    if simple := step.get("simple"):  # streams of an earlier version have none
        step["simple"] = simple | {"text": sentence(simple)}
    # A function's arguments are the model's own words, whatever they are called.
    own = [] if step["kind"] == Step.Kind.TOOL else [("arguments", "documents")]
    for part, key in (*own, ("result", "found")):
        listed = (step[part] or {}).get(key)
        if listed:
            readable = find.readable(person, {each["document_id"] for each in listed})
            step[part] = {**step[part], key: [each for each in listed if each["document_id"] in readable]}
            if len(step[part][key]) < len(listed):
                # What a function said of them goes with them.
                step[part] |= {name: None for name in ("text", "data") if name in step[part]}
    return step


def visible_event(person: User, event: Event) -> Event:
    """An event of the person's run as they may see it today: streams live on for a day."""
    match event.kind:
        case "citation":
            return event._replace(data=visible_citations(person, [event.data])[0])
        case "done":
            shown = visible_citations(person, event.data["citations"])
            answer = withholding.answer(event.data.get("kind", ""), event.data["answer"], shown)
            return event._replace(data=event.data | {"answer": answer, "citations": shown})
        case "step":
            return event._replace(data=visible_step(person, event.data))
        case "approval_required":
            return event._replace(data=event.data | {"reason": approvals.reason(event.data["why"])})
        case "error" | "restart":
            return event._replace(data=said_in(event.data, "title", "detail", "reason"))
    return event


def ended_event(run_id: UUID | str) -> Event | None:
    """The run's last event if it has ended, or is gone; None while it goes on."""
    run = Run.objects.filter(pk=run_id).first()
    if run is None:
        return Event("", "error", {"title": "Gone", "detail": "This run was deleted.", "type": "about:blank"})
    return final_event(run) if run.ended else None
