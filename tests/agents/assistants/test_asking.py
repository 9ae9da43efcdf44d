"""What an assistant is given to do, and that it gives nobody anything."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.fields.json import KT
from django.utils import timezone
from quarry import runtime
from quarry.api import Problem
from rest_framework.test import APIClient

from agents import execution
from agents.assistants import asking
from agents.assistants.models import Trial, Version
from agents.assistants.tasks import forget
from agents.models import Run
from agents.tools import registry
from apps.accounts.models import User
from apps.audit.models import Event
from apps.knowledge.models import Collection
from tests.agents.assistants.conftest import Make

PATH = "/api/v1/assistants/legal"
pytestmark = pytest.mark.usefixtures("queue")


@pytest.fixture
def api(client_for: Any, employee: User) -> APIClient:
    return client_for(employee)  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("own", "asked", "both"),
    [
        (None, None, None),
        (["a"], None, ["a"]),
        (None, ["a"], ["a"]),
        (["a", "b"], ["b", "c"], ["b"]),
        (["a"], ["c"], []),
        ([], None, []),
        (["a"], [], []),
    ],
)
def test_collections_are_those_of_both(own: Any, asked: Any, both: Any) -> None:
    assert asking.narrowed(own, asked) == both


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@legal Is it binding?", ("legal", "Is it binding?")),
        ("@Legal, is it binding?", ("legal", "is it binding?")),
        ("＠legal　這份合約有效嗎？", ("legal", "這份合約有效嗎？")),
        ("@legal這份合約有效嗎？", ("legal", "這份合約有效嗎？")),
        ("@it-help-desk: VPN?", ("it-help-desk", "VPN?")),
        ("Ask @legal about it", ("", "Ask @legal about it")),
        ("@ada@example.test wrote", ("", "@ada@example.test wrote")),
        ("@types/node is missing", ("", "@types/node is missing")),
        ("@example.test is down", ("", "@example.test is down")),
        ("@", ("", "@")),
        ("@-x y", ("", "@-x y")),
        ("@" + "a" * 61 + " y", ("", "@" + "a" * 61 + " y")),
    ],
)
def test_who_is_named_at_the_beginning(text: str, found: tuple[str, str]) -> None:
    assert asking.mentioned(text) == found


@pytest.mark.parametrize("text", ["@legal", "@legal  ", "@legal，"])
def test_a_name_alone_is_no_question(text: str) -> None:
    with pytest.raises(Problem) as caught:
        asking.mentioned(text)
    assert caught.value.status == 400


def test_a_shared_assistant_reads_and_calls_no_more_than_its_person(
    make: Make, employee: User, administrator: User, shelve: Any, tools: Any, model: runtime.ModelInfo
) -> None:
    """An administrator builds it over everything; what an employee gets of it is what they may have anyway."""
    closed = Collection.objects.create(name="Board", visibility="groups", created_by=administrator)
    opened = Collection.objects.create(name="House", created_by=administrator)
    shelve(closed, "Unused days of leave expire in secret.", title="Secret")
    shelve(opened, "Unused days of leave expire in March.", title="House rules")
    tools["payroll"].groups.create(name="Payroll").members.add(administrator)
    made = make(administrator, collections=[str(closed.pk), str(opened.pk)], tools=["payroll", "clock"])
    assert made.published is not None
    titles = {}
    for person in (employee, administrator):
        facts = asking.task(made.published, "When do unused days of leave expire?")
        run = Run.objects.create(person=person, input={**facts, "assistant": None})
        execution.execute(run.pk)
        titles[person.name] = {each["title"] for each in run.steps.get(kind="search").result["found"]}
        functions = {each.name for each in registry.functions(person, made.published.tools)}
        assert functions == ({"clock_read"} if person == employee else {"clock_read", "payroll_read"})
    assert titles == {"Emma": {"House rules"}, "Ada": {"House rules", "Secret"}}


# The test panel


def test_a_draft_is_tried_without_being_saved(api: APIClient, make: Make, employee: User) -> None:
    made = make(employee, instructions="Be brief.")
    answer = api.post(f"{PATH}/test", {"content": "Is it binding?", "instructions": "Be bold."})
    assert answer.status_code == 202, answer.content
    run = Run.objects.get(pk=answer.json()["run"]["id"])
    assert (run.kind, run.person, run.status) == ("question", employee, "queued")
    tried = Version.objects.get(pk=run.input["assistant"]["version"])
    assert (tried.instructions, tried.name, tried.number) == ("Be bold.", "Legal", None)
    assert api.get(PATH).json()["newest"] == 1
    assert [each["number"] for each in api.get(f"{PATH}/versions").json()["results"]] == [1]
    assert Event.objects.get(action="assistant.test", object_id=str(made.pk)).facts["run"] == str(run.pk)
    assert api.get(f"/api/v1/runs/{run.pk}").status_code == 200


def test_a_saved_version_is_tried_too(api: APIClient, make: Make, employee: User) -> None:
    made = make(employee)
    api.patch(PATH, {"name": "Draft", "publish": False})
    history = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hello."}]
    run = api.post(f"{PATH}/test", {"content": "?", "version": 1, "history": history}).json()["run"]["id"]
    asked = Run.objects.get(pk=run).input
    assert (asked["assistant"]["version"], asked["history"]) == (str(made.published_id), history)
    newest = api.post(f"{PATH}/test", {"content": "?"}).json()["run"]["id"]
    assert Run.objects.get(pk=newest).input["assistant"]["name"] == "Draft"
    assert api.post(f"{PATH}/test", {"content": "?", "version": 9}).status_code == 400
    assert api.post(f"{PATH}/test", {"content": "?", "tools": ["nowhere"]}).status_code == 400
    assert api.post(f"{PATH}/test", {"content": ""}).status_code == 400
    assert (
        api.post(f"{PATH}/test", {"content": "?", "history": [{"role": "system", "content": "x"}]}).status_code == 400
    )


def test_tests_are_forgotten_after_a_day(api: APIClient, make: Make, employee: User) -> None:
    make(employee)
    for text in ("ended", "under way"):
        api.post(f"{PATH}/test", {"content": text, "name": "Tried"})
    Run.objects.alias(question=KT("input__question")).filter(question="ended").update(status="completed")
    forget()
    assert Run.objects.count() == 2
    Trial.objects.update(created_at=timezone.now() - timedelta(days=2))
    forget()
    assert [run.input["question"] for run in Run.objects.all()] == ["under way"]
    assert Version.objects.filter(assistant__slug="legal", number=None).count() == 1
    assert Version.objects.filter(assistant__slug="legal", number=1).exists()
