"""A task for three tools from its question to its answer, on real parts, while worker after worker is killed under it.

The policy is found in an uploaded document, the days that are left in a PostgreSQL database, and the leave is booked
with a service over HTTP once its person has agreed. Only the model plays a part, behind a remote endpoint: what it says
next follows from what the tools have said.
"""

import json
import os
import re
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
import pytest
from quarry.embedded import Place

from tests.fixtures.leave_database import ACCOUNTS, READER, LeaveDatabase, leave_database
from tests.fixtures.leave_service import KEY, LeaveService, Received, leave_service
from tests.fixtures.product import Product, wait_for
from tests.fixtures.scripted_endpoint import MODEL, SECONDS, Call, ScriptedEndpoint, scripted_endpoint

pytestmark = pytest.mark.model
LIN = {"email": "lin@example.test", "name": "Lin", "password": "Marble-and-shale-3"}
RULE = "Up to five unused days of annual leave are carried over until the end of March."
POLICY = f"# Annual leave\n\n## Carrying over\n\n{RULE}\n\n## Sick leave\n\nA doctor's note is due on the third day.\n"
QUESTION = "I am lin. May I carry days of leave over? Book 2027-03-01 to 2027-03-03 if I have enough left."
SQL = "SELECT entitled - taken AS remaining FROM hr.account WHERE employee = 'lin'"
DAYS = {"employee": "lin", "from": "2027-03-01", "to": "2027-03-03"}
ANSWER = f"{RULE} [1] You had 5 days left. Your leave is booked as L-0001."
SEARCHED, ASKED, BOOKED = 1, 2, 3  # turns of the model: how many results it has read by then


def clerk(results: list[str]) -> Call | str:
    """The part: each turn uses what the one before has brought."""
    match results:
        case []:
            return "search_knowledge", json.dumps({"query": "carry over unused days of annual leave"})
        case [policy]:
            assert RULE in policy
            return "query", json.dumps({"sql": SQL})
        case [_, rows]:
            return "bookLeave", json.dumps(DAYS | {"note": f"{_remaining(rows)} days were left"})
        case [_, rows, booking]:
            number = re.search(r"L-\d{4}", booking)
            told = f"Your leave is booked as {number[0]}." if number else "Nothing was booked."
            return f"{RULE} [1] You had {_remaining(rows)} days left. {told}"
    return "There was more than I asked for."


def _remaining(rows: str) -> str:
    found = re.search(r"remaining\n(\d+)\n", rows)
    return found[1] if found else "no"


@pytest.fixture(scope="module")
def database(product: Product) -> Iterator[LeaveDatabase]:
    with leave_database(Place.of(product.running.home).sockets) as made:
        yield made


@pytest.fixture
def service() -> Iterator[LeaveService]:
    with leave_service() as running:
        yield running


@dataclass
class Desk:
    """The assistant at work: the product, its person's client, and the far sides."""

    product: Product
    person: httpx.Client
    model: ScriptedEndpoint
    slug: str
    document: str

    def ask(self) -> str:
        """The run of the question."""
        thread = self.person.post("/conversations", json={"assistant": self.slug}).json()["id"]
        answer = self.person.post(f"/conversations/{thread}/messages", json={"content": QUESTION})
        assert answer.status_code == 202, answer.text
        return str(answer.json()["run"]["id"])

    def run(self, run: str) -> dict[str, Any]:
        found: dict[str, Any] = self.person.get(f"/runs/{run}").json()
        return found

    def becomes(self, run: str, status: str) -> dict[str, Any]:
        """The run, once it has come so far."""
        wait_for(lambda: self.run(run)["status"] == status, SECONDS, lambda: str(self.run(run)))
        return self.run(run)

    def holder(self, run: str) -> str:
        """The worker that has the run in hand."""
        with psycopg.connect(Place.of(self.product.running.home).addresses.database) as connection:
            row = connection.execute("SELECT lease_owner FROM agents_run WHERE id = %s", [run]).fetchone()
        return str(row[0]) if row else "there is no such run"

    def kill_the_worker(self) -> None:
        os.kill(self.product.running.child("-Q inference"), signal.SIGKILL)

    def waiting(self) -> list[dict[str, Any]]:
        """What the person is asked."""
        found: list[dict[str, Any]] = self.person.get("/approvals").json()["results"]
        return [each for each in found if each["status"] == "pending"]

    def decide(self, approval: dict[str, Any], decision: str, note: str = "") -> None:
        path = f"/runs/{approval['run']}/approvals/{approval['step']}"
        answer = self.person.post(path, json={"decision": decision, "note": note})
        assert answer.status_code == 202, answer.text

    def assert_cited(self, run: dict[str, Any]) -> None:
        """The rule, and nothing else, as its person finds it in the document."""
        [citation] = run["citations"]
        assert (citation["marker"], citation["document_id"], citation["quote"]) == (1, self.document, RULE)
        text = self.person.get(f"/documents/{self.document}/text").json()["text"]
        assert RULE in text[citation["location"]["start"] : citation["location"]["end"]]


@pytest.fixture(scope="module")
def person(product: Product) -> Iterator[httpx.Client]:
    """Lin, by a key of her own."""
    create(product, "people", LIN)
    key = product.manage("create_api_key", LIN["email"], "--name", "tests").strip()
    with httpx.Client(base_url=product.api.base_url, headers={"Authorization": f"Bearer {key}"}, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def policy(product: Product) -> Iterator[tuple[str, str]]:
    """The collection and the document of the policy."""
    collection = product.collection("Leave policy")
    document = product.upload(collection, "annual-leave.md", POLICY.encode())
    assert product.settled(document)["status"] == "ready"
    yield collection, document
    product.api.delete(f"/collections/{collection}")


@pytest.fixture(scope="module")
def personnel(product: Product, database: LeaveDatabase) -> Iterator[str]:
    """The tool that asks the database."""
    create(product, "tools", {"name": "Personnel", "slug": "personnel", "kind": "sql", **database.settings})
    yield "personnel/query"
    product.api.delete("/tools/personnel")


@pytest.fixture
def desk(
    product: Product, person: httpx.Client, policy: tuple[str, str], personnel: str, service: LeaveService
) -> Iterator[Desk]:
    """Set up by an administrator over the API, under a name that no other test has had, and taken away again."""
    slug = f"clerk-{service.place.rpartition(':')[2]}"
    booking = {"name": "Leave", "kind": "openapi", "document": service.document, "needs_approval": ["bookLeave"]}
    booking |= {"auth": {"type": "bearer", "value": KEY}, "egress": {"allow": [service.place]}}
    tools = ["knowledge-search", personnel, f"{slug}/bookLeave"]
    clerk_ = {"name": "Leave clerk", "instructions": "Answer questions about leave, and book it.", "tools": tools}
    with scripted_endpoint(clerk) as model:
        endpoint = {"name": "A part", "kind": "vllm", "base_url": model.url, "model": MODEL, "allow_private": True}
        create(product, "endpoints", endpoint | {"slug": slug})
        create(product, "tools", booking | {"slug": slug})
        create(product, "assistants", clerk_ | {"slug": slug, "model": f"endpoint/{slug}", "collections": [policy[0]]})
        yield Desk(product, person, model, slug, policy[1])
    for what in ("assistants", "tools", "endpoints"):
        product.api.delete(f"/{what}/{slug}")


def create(product: Product, what: str, body: dict[str, Any]) -> None:
    answer = product.api.post(f"/{what}", json=body)
    assert answer.status_code == 201, answer.text


def test_killed_before_every_tool_and_after_the_last_it_answers_with_everything_done_once(
    desk: Desk, database: LeaveDatabase, service: LeaveService
) -> None:
    times = database.times_read()
    desk.model.hold(SEARCHED, BOOKED)
    run = desk.ask()
    desk.model.reached(SEARCHED)
    desk.kill_the_worker()
    desk.model.let(SEARCHED)

    waiting = desk.becomes(run, "awaiting_approval")
    assert waiting["attempts"] == 2
    assert desk.holder(run) == ""
    desk.kill_the_worker()  # which has nothing of this run in hand
    [approval] = desk.waiting()
    assert {each["name"]: each["value"] for each in approval["arguments"]} == DAYS | {"note": "5 days were left"}
    assert (approval["why"], approval["needed"], service.bookings) == ("policy", 1, {})
    desk.decide(approval, "approve")

    desk.model.reached(BOOKED)
    desk.kill_the_worker()
    desk.model.let(BOOKED)
    ended = desk.becomes(run, "completed")
    assert ended["answer"] == ANSWER
    desk.assert_cited(ended)
    assert traced(ended) == [
        ("agent", "completed"),
        ("search_knowledge", "completed"),
        ("agent", "failed"),
        ("agent", "completed"),
        ("query", "completed"),
        ("agent", "completed"),
        ("bookLeave", "completed"),
        ("agent", "failed"),
        ("agent", "completed"),
    ]
    assert ended["attempts"] == 3  # two workers died over it; that it waited for a person counts as none
    assert ended["steps"][6]["approval"]["status"] == "approved"
    assert database.times_read() == times + 1
    assert bookings(service) == [DAYS]
    assert audited(desk, run) == [("approval.request", "policy"), ("approval.approve", "policy")]


def test_killed_while_it_books_it_asks_whether_that_was_done_and_books_once(desk: Desk, service: LeaveService) -> None:
    booked, go_on = threading.Event(), threading.Event()

    def keep_back(received: Received) -> None:
        if received.method == "POST":
            booked.set()
            go_on.wait(SECONDS)

    service.before_reply = keep_back
    run = desk.ask()
    desk.becomes(run, "awaiting_approval")
    desk.decide(desk.waiting()[0], "approve")
    assert booked.wait(SECONDS)
    desk.kill_the_worker()
    go_on.set()

    desk.becomes(run, "awaiting_approval")
    [approval] = desk.waiting()
    assert approval["why"] == "interrupted"
    [number] = service.bookings
    desk.decide(approval, "reject", f"It is booked: {number}.")
    ended = desk.becomes(run, "completed")
    assert ended["answer"] == ANSWER
    desk.assert_cited(ended)
    assert bookings(service) == [DAYS]
    assert audited(desk, run)[-2:] == [("approval.request", "interrupted"), ("approval.reject", "interrupted")]


def test_the_role_of_the_database_can_only_read(product: Product, desk: Desk, database: LeaveDatabase) -> None:
    delete = {"operation": "query", "arguments": {"sql": "DELETE FROM hr.account"}}
    assert product.api.post("/tools/personnel/test", json=delete).json()["ok"] is False
    with database.connect(READER) as connection:
        for statement in ("DELETE FROM hr.account", "INSERT INTO hr.account VALUES ('sam', 1, 0)"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
    assert database.accounts() == ACCOUNTS


def traced(run: dict[str, Any]) -> list[tuple[str, str]]:
    starts = [step["started"] for step in run["steps"]]
    assert starts == sorted(starts)
    return [(step["name"], step["status"]) for step in run["steps"]]


def bookings(service: LeaveService) -> list[dict[str, Any]]:
    """What was booked; nobody has tried it twice either."""
    assert [each.method for each in service.received] == ["POST"] * len(service.bookings)
    return [{name: each[name] for name in DAYS} for each in service.bookings.values()]


def audited(desk: Desk, run: str) -> list[tuple[str, str]]:
    """What the audit log says of the run's approvals, all of it Lin's, oldest first."""
    found = desk.product.api.get("/audit", params={"action": "approval"}).json()["results"]
    mine = [each for each in reversed(found) if each["facts"]["run"] == run]
    assert {each["actor"]["email"] for each in mine} == {LIN["email"]}
    assert desk.product.api.post("/audit/verify").json()["ok"] is True
    return [(each["action"], each["facts"]["why"]) for each in mine]
