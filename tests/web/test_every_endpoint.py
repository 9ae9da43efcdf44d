"""Every operation of the OpenAPI document, tried with ids of real things by everybody who may not: what they are told
is, byte for byte, what they are told of things that never were."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from quarry import runtime
from rest_framework.test import APIClient

from agents.approvals import mail
from agents.approvals.models import Approval, Decision, Grant
from agents.assistants.models import Assistant, Version
from agents.extraction.models import Extraction, Row
from agents.models import Run, Step
from agents.schedules.models import Delivery, Firing, Schedule
from agents.tools.models import Operation as ToolOperation
from agents.tools.models import Tool
from apps.accounts.models import ApiKey, Group, User
from apps.accounts.policies import SCOPES
from apps.audit.models import Event
from apps.chat.models import Conversation, Feedback, Message
from apps.endpoints.models import Endpoint, Place
from apps.evaluation.models import Evaluation
from apps.knowledge.models import Collection, Document
from apps.library.models import Job
from apps.tickets.actions import create as create_ticket
from apps.tickets.models import Ticket
from tests.web.operations import DAILY, OPEN, OPERATIONS, Operation, address

Ids = dict[str, str]
MISSING: Ids = {
    kind: str(uuid.UUID(int=number, version=4))
    for number, kind in enumerate(
        ["collection", "document", "conversation", "message", "run", "step", "key", "person", "job", "evaluation"]
    )
} | {
    "group": str(uuid.UUID(int=99, version=4)),
    "event": "999999",
    "model": "never-was",
    "endpoint": "gone",
    "assistant": "gone",
    "schedule": str(uuid.UUID(int=98, version=4)),
    "offer": "m",
    "tool": "never-was",
    "operation": "calculate",
    "ticket": str(uuid.UUID(int=98, version=4)),
    "link": "never-was",
    "summary": str(uuid.UUID(int=201, version=4)),
    "extraction": str(uuid.UUID(int=202, version=4)),
    "row": str(uuid.UUID(int=203, version=4)),
}
EACH = [(*key, operation) for key, operation in OPERATIONS.items()]
WITH_IDS = [(method, path, operation) for method, path, operation in EACH if operation.kind]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("queue")]


@pytest.fixture(autouse=True)
def words_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """No embedding worker runs here; a search would wait for it."""

    def unavailable(*_: Any) -> Any:
        raise runtime.ModelUnavailable("There is no embedding worker.")

    monkeypatch.setattr(runtime, "embed", unavailable)
    monkeypatch.setattr(runtime, "embedding_space", unavailable)


@pytest.fixture
def owner(db: None) -> User:
    """Whose everything is: an employee, so that no administrator's rights are in the way."""
    return User.objects.create_user("owner@example.test", "a-good-password", name="Olga")


@pytest.fixture
def reader(db: None) -> User:
    """May read the collection, as a member of its group."""
    return User.objects.create_user("reader@example.test", "a-good-password", name="Rita")


@pytest.fixture
def real(owner: User, reader: User, client_for: Any) -> Ids:
    """One of each thing, all of it the owner's."""
    api = client_for(owner)
    group = Group.objects.create(name="Board")
    group.members.add(reader)
    collection = Collection.objects.create(name="Plans", visibility="groups", created_by=owner)
    collection.groups.add(group)
    file = SimpleUploadedFile("secret.txt", b"The secret plan of leave.", "text/plain")
    document = api.post(f"/api/v1/collections/{collection.pk}/documents", {"file": file}, format="multipart").json()
    conversation = Conversation.objects.create(person=owner)
    asked = api.post(f"/api/v1/conversations/{conversation.pk}/messages", {"content": "Leave?"}).json()
    run = Run.objects.get()
    step = Step.objects.create(run=run, ordinal=1, kind="search", name="search", started=timezone.now())
    shown = {"function": "book", "tool": "Leave", "title": "Book", "writes": True, "why": "policy", "digest": "0" * 64}
    later = timezone.now() + timedelta(hours=1)
    approval = Approval.objects.create(run=run, step=step, operation=uuid.uuid4(), expires_at=later, **shown)
    extraction = Extraction.objects.create(
        run=Run.objects.create(person=owner, kind="extraction", status="completed"),
        title="Secret",
        schema_text='{"properties": {}}',
    )
    return {
        "collection": str(collection.pk),
        "document": document["id"],
        "conversation": str(conversation.pk),
        "message": asked["answer"]["id"],
        "run": str(run.pk),
        "step": str(step.pk),
        "key": str(ApiKey.objects.get(user=owner).pk),
        "person": str(owner.pk),
        "group": str(group.pk),
        "model": "granite-4.0-h-350m",
        "offer": "m",
        "job": str(Job.objects.create(model="granite-4.0-h-350m", kind="pull", requested_by=owner).pk),
        "assistant": _assistant(api, group),
        "schedule": api.post("/api/v1/schedules", DAILY).json()["id"],
        "extraction": str(extraction.pk),
        "row": str(Row.objects.create(extraction=extraction, document_id=document["id"], ordinal=0).pk),
        "summary": api.post("/api/v1/summaries", {"text": "The secret plan of leave."}).json()["id"],
        "endpoint": Endpoint.objects.create(slug="vllm", name="vLLM", kind="vllm", model="m").slug,
        "link": mail.token(owner, approval),
        "event": str(Event.objects.get(action="document.upload").pk),
        "tool": Tool.objects.get(slug="calculator").slug,
        "operation": "calculate",
        "ticket": str(create_ticket(owner, "The printer", "It is on fire.").pk),
        "evaluation": str(Evaluation.objects.create(benchmark="office", model="granite-4.0-h-350m").pk),
    }


def _assistant(api: APIClient, group: Group) -> str:
    """For the group alone to use, and for the owner to change."""
    facts = {"slug": "plans", "name": "Plans", "restricted": True, "groups": [str(group.pk)]}
    return str(api.post("/api/v1/assistants", facts).json()["slug"])


def call(client: APIClient, method: str, path: str, operation: Operation, ids: Ids) -> Any:
    parts = {"{step}": ids["step"], "{name}": ids["operation"], "{row}": ids["row"]}
    url = address(path)
    for part, value in (parts | dict.fromkeys(("{number}", "{a}", "{b}"), "1")).items():
        url = url.replace(part, value)
    if operation.kind:
        url = url.replace("{id}", ids[operation.kind]).replace("{slug}", ids[operation.kind])
        url = url.replace("{token}", ids[operation.kind])
    assert "{" not in url, "the table does not say whose id this is"
    body, form = dict(operation.body), "json"
    if "file" in body:
        body["file"], form = SimpleUploadedFile("new.txt", body["file"], "text/plain"), "multipart"
    return getattr(client, method)(url, body if method not in ("get", "delete") else None, format=form)


def stored() -> dict[str, list[dict[str, Any]]]:
    """All rows that somebody without permission could have changed."""
    models = [User, Group, Collection, Document, Conversation, Message, Feedback, Run, Step, Job, Endpoint, Place]
    models += [Tool, ToolOperation, Ticket, Approval, Decision, Grant]
    models += [Assistant, Version, Schedule, Firing, Delivery]
    rows = {model.__name__: list(model._default_manager.order_by("pk").values()) for model in models}
    keys = ApiKey.objects.exclude(name="test")
    return rows | {"members": list(User.groups.through.objects.values()), "ApiKey": list(keys.values())}


def refused_alike(client: APIClient, real: Ids, operations: list[tuple[str, str, Operation]], status: int = 0) -> None:
    """The real id and one that never was get the same answer, `status` or the operation's own, and nothing happens."""
    before = stored()
    for method, path, operation in operations:
        answers = [call(client, method, path, operation, ids) for ids in (real, MISSING)]
        for answer in answers:
            assert answer.status_code == (status or operation.employee), f"{method} {path}: {answer.status_code}"
            assert answer["Content-Type"] == "application/problem+json", f"{method} {path}"
        real_one, missing = [(answer.content, sorted(answer.headers.items())) for answer in answers]
        assert real_one == missing, f"{method} {path} tells that the thing is there"
    assert stored() == before


def test_the_table_knows_every_operation() -> None:
    """Add a new operation to tests/web/operations.py: then everything below is tried with it."""
    document = yaml.safe_load(Client().get("/api/v1/schema").content)
    found = {(method, path) for path, methods in document["paths"].items() for method in methods}
    assert found - OPEN == {(method, address(path)) for method, path in OPERATIONS}


def test_nobody(real: Ids) -> None:
    refused_alike(APIClient(), real, EACH, 401)


def test_an_employee_outside_the_group(real: Ids, client_for: Any, stranger: User) -> None:
    refused_alike(client_for(stranger), real, [each for each in WITH_IDS if each[2].employee != 200])


def test_what_an_employee_may_do_without_owning_anything(client_for: Any, stranger: User) -> None:
    client = client_for(stranger)
    for method, path, operation in EACH:
        answer = call(client, method, path, operation, MISSING)
        expected = 404 if (method, path) == ("get", "/groups/{id}") else operation.employee
        assert answer.status_code == expected, f"{method} {path}: {answer.status_code}"


def test_who_may_only_read(real: Ids, client_for: Any, reader: User) -> None:
    client, before = client_for(reader), stored()
    for method, path, operation in WITH_IDS:
        answer = call(client, method, path, operation, real)
        assert answer.status_code == operation.reader, f"{method} {path}: {answer.status_code}"
    assert stored() == before


def test_a_key_without_the_scope(real: Ids, client_for: Any, owner: User, administrator: User) -> None:
    for scope in SCOPES:
        guarded = [each for each in EACH if each[2].scope == scope]
        for person in (owner, administrator):
            refused_alike(client_for(person, *(SCOPES.keys() - {scope})), real, guarded, 403)


def test_administrators_read_no_conversations(real: Ids, client_for: Any, administrator: User) -> None:
    private = [each for each in WITH_IDS if each[2].scope == "chat" or each[2].kind == "key"]
    refused_alike(client_for(administrator), real, private, 404)


def test_a_closed_account(real: Ids, client_for: Any, owner: User) -> None:
    client = client_for(owner)
    User.objects.filter(pk=owner.pk).update(is_active=False)
    refused_alike(client, real, EACH, 401)


def test_a_step_of_somebody_elses_run_is_none_of_mine(real: Ids, client_for: Any, stranger: User) -> None:
    mine = Run.objects.create(person=stranger, kind="question", input={}, status="awaiting_approval")
    path, client = f"/api/v1/runs/{mine.pk}/approvals", client_for(stranger)
    answers = [client.post(f"{path}/{ids['step']}", {"decision": "approve"}) for ids in (real, MISSING)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content


def test_ids_in_bodies_tell_nothing_either(real: Ids, client_for: Any, stranger: User) -> None:
    client = client_for(stranger)
    for path, status in (("search", 200), ("conversations", 400)):
        answers = [
            client.post(f"/api/v1/{path}", {"query": "secret plan", "collections": [ids["collection"]]})
            for ids in (real, MISSING)
        ]
        assert [answer.status_code for answer in answers] == [status, status]
        assert answers[0].content == answers[1].content


def test_lists_and_counts_leave_out_what_may_not_be_read(real: Ids, client_for: Any, stranger: User) -> None:
    client = client_for(stranger)
    for path in ("collections", "conversations", "groups", "api-keys"):
        text = client.get(f"/api/v1/{path}").content.decode()
        assert not [kind for kind in ("collection", "document", "conversation", "person") if real[kind] in text]
        assert "Plans" not in text
        assert "reader@example.test" not in text
    name = client.post("/api/v1/collections", {"name": "Plans"})
    assert name.status_code == 201, "a name that is taken elsewhere would tell that it exists"
