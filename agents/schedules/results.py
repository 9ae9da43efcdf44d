"""What came of an occasion, as its owner may know it today: for a mail, or for another system."""

from typing import Any

from django.utils.translation import override
from quarry.api.sentences import said

from agents.schedules.models import Firing
from agents.selectors import error_of, visible_citations


def facts(firing: Firing) -> dict[str, Any]:
    """For a program. The answer is text of a model's: to be shown, not to be obeyed."""
    run, schedule = firing.run, firing.schedule
    return {
        "type": f"schedule.{firing.status}",
        "timestamp": (firing.ended_at or firing.created_at).isoformat(),
        "data": {
            "schedule": {"id": str(schedule.pk), "name": schedule.name},
            "id": str(firing.pk),
            "cause": firing.cause,
            "document": str(firing.document) if firing.document else None,
            "run": {"id": str(run.pk), "status": run.status} if run else None,
            "answer": run.answer if run else "",
            "citations": visible_citations(schedule.person, run.citations) if run else [],
            "error": _error(firing),
        },
    }


def letter(firing: Firing) -> tuple[str, str]:
    """Subject and text of a mail, in the owner's language."""
    schedule = firing.schedule
    name = " ".join(schedule.name.split())
    with override(schedule.person.language.lower() or "en"):
        told = facts(firing)["data"]
        text = told["error"]["detail"] if told["error"] else told["answer"]
        sources = [f"[{each['marker']}] {each['title']}" for each in told["citations"] if each["title"]]
        parts = [text, "\n".join(sources), "--\n" + said(f"Quarry sends you this by your schedule “{name}”.")]
    return name, "\n\n".join(part for part in parts if part)


def _error(firing: Firing) -> dict[str, Any] | None:
    if firing.run and firing.run.error:
        return error_of(firing.run)
    if firing.error:
        return {"title": said("It could not be started"), "detail": said(firing.error), "type": "about:blank"}
    return None
