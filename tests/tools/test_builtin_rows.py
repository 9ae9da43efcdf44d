"""The rows of the built-in tools: made by the migrations, renewed by them, and never taken out of people's hands."""

from collections.abc import Callable

import pytest

from agents.tools.builtin import findings, plug, python
from agents.tools.models import Operation, Tool
from agents.tools.types import Result
from apps.accounts.models import User
from apps.tickets.models import Ticket


@pytest.mark.django_db
def test_what_administrators_decided_stays_and_our_own_words_are_renewed() -> None:
    Tool.objects.filter(slug="mail").update(enabled=False, name="Post")
    decided = {"enabled": False, "needs_approval": "never", "title": "Ours", "description": "old", "parameters": {}}
    Operation.objects.filter(name="send_mail").update(**decided)
    Operation.objects.filter(name="calculate").delete()
    tool = Tool.objects.get(slug="mail")
    Operation.objects.create(tool=tool, name="fax", function="send_fax")
    plug.synchronise()
    tool.refresh_from_db()
    row = Operation.objects.get(name="send_mail")
    assert (tool.enabled, tool.name, row.enabled, row.needs_approval, row.title) == (
        False,
        "Post",
        False,
        "never",
        "Ours",
    )
    assert (row.description, row.parameters["type"]) != ("old", {})
    assert Operation.objects.filter(name="calculate").exists()
    assert not Operation.objects.filter(name="fax").exists()


@pytest.mark.django_db
def test_a_slug_that_is_somebody_elses_is_left_to_them() -> None:
    Tool.objects.filter(slug="dates").delete()
    other = Tool.objects.create(slug="dates", name="Theirs", kind="openapi")
    plug.synchronise()
    plug.synchronise()
    assert Tool.objects.get(slug="quarry-dates").operations.count() == 4
    assert other.operations.count() == 0


def test_descriptions_are_short() -> None:
    """Small models read them all."""
    for name, task in plug.TASKS.items():
        assert len(task.offer.description) < 200, name
        for argument, schema in task.offer.parameters["properties"].items():
            assert len(schema.get("description", "")) < 60, argument


@pytest.mark.django_db
def test_the_doctor_says_where_python_cannot_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(python, "bubblewrap", lambda: None)
    assert list(findings.python_tool()) == []
    Operation.objects.filter(name="run_python").update(enabled=True)
    (finding,) = findings.python_tool()
    assert (finding.state, "bubblewrap is missing" in finding.text) == ("bad", True)
    monkeypatch.setattr(python, "bubblewrap", lambda: "/usr/bin/bwrap")
    assert [each.state for each in findings.python_tool()] == ["good"]


def test_a_ticket_is_made_by_the_tool(call: Callable[..., Result], employee: User) -> None:
    made = call("create_ticket", {"subject": "印表機故障", "text": "It is on fire."})
    ticket = Ticket.objects.get()
    assert (str(ticket.pk), ticket.subject, ticket.requester) == (made.data["id"], "印表機故障", employee)
    assert made.text == "Ticket 1 was created: 印表機故障"
