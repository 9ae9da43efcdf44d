"""The run's events over HTTP: from any point on, to the end, and nothing that the person may not read today."""

import asyncio
import json
import threading
import uuid
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from django.test import AsyncClient
from quarry import events, runtime
from quarry.events import connection as valkey
from quarry.events import stream

from agents import execution, recorder
from agents.loop import question as loop
from agents.models import Run
from apps.accounts.actions import create_api_key
from apps.accounts.models import Group, User
from apps.knowledge.models import Document
from tests.fixtures.runs import LEAVE, Ask, told

pytestmark = pytest.mark.django_db(transaction=True)
Told = tuple[str, str, dict[str, Any]]
Key = Callable[[User], dict[str, str]]


@pytest.fixture
def key() -> Key:
    """Makes the header with a key of the person's."""
    return lambda person: {"Authorization": "Bearer " + create_api_key(None, person, "test")[1]}


async def pieces(run: Run, key: dict[str, str], after: str = "") -> AsyncIterator[str]:
    """The events as they stand in the response."""
    headers = key | ({"Last-Event-ID": after} if after else {})
    response = await AsyncClient().get(f"/api/v1/runs/{run.pk}/events", headers=headers)
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "text/event-stream"
    rest = ""
    async for piece in response.streaming_content:
        rest += piece.decode()
        while "\n\n" in rest:
            block, rest = rest.split("\n\n", 1)
            yield block
    assert rest == ""


async def follow(run: Run, key: dict[str, str], after: str = "") -> list[Told]:
    """All events as (id, kind, data)."""
    found: list[Told] = []
    async for block in pieces(run, key, after):
        lines = dict(line.split(": ", 1) for line in block.split("\n"))
        if "event" in lines:
            found.append((lines.get("id", ""), lines["event"], json.loads(lines["data"])))
    return found


@pytest.fixture
def answered(ask: Ask, library: Document, employee: User, model: runtime.ModelInfo) -> Run:
    run = ask(employee)
    execution.execute(run.pk)
    run.refresh_from_db()
    return run


async def test_from_every_event_on_there_is_neither_gap_nor_repeat(answered: Run, employee: User, key: Key) -> None:
    mine = await sync_to_async(key)(employee)
    whole = await follow(answered, mine)
    assert [told_id for told_id, _, _ in whole] == [event.id for event in await sync_to_async(told)(answered)]
    assert whole[-1][1] == "done"
    for place, (after, _, _) in enumerate(whole[:-1]):
        assert await follow(answered, mine, after) == whole[place + 1 :]
    last = await AsyncClient().get(f"/api/v1/runs/{answered.pk}/events", headers=mine | {"Last-Event-ID": whole[-1][0]})
    assert (last.status_code, last.content) == (204, b"")


async def test_the_id_can_stand_in_the_address_too(answered: Run, employee: User, key: Key) -> None:
    mine = await sync_to_async(key)(employee)
    whole = await follow(answered, mine)
    response = await AsyncClient().get(f"/api/v1/runs/{answered.pk}/events?after={whole[-2][0]}", headers=mine)
    text = "".join([piece.decode() async for piece in response.streaming_content])
    assert text.count("event: ") == 1


async def test_two_who_follow_while_it_is_written_see_the_same(
    ask: Ask,
    library: Document,
    employee: User,
    model: runtime.ModelInfo,
    key: Key,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loop, "MOST_TOKENS", 200)
    run = await sync_to_async(ask)(employee)
    mine = await sync_to_async(key)(employee)

    def work() -> None:
        execution.execute(run.pk)
        connection.close()

    following = [asyncio.create_task(follow(run, mine)) for _ in range(2)]
    await asyncio.sleep(0.1)
    worker = threading.Thread(target=work)
    worker.start()
    first, second = await asyncio.wait_for(asyncio.gather(*following), 30)
    await sync_to_async(worker.join)(10)
    assert first == second
    assert [kind for _, kind, _ in first].count("done") == 1
    assert any(kind == "token" for _, kind, _ in first)


async def test_a_sign_of_life_comes_while_nothing_happens(
    ask: Ask, employee: User, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "follow_async", partial(events.follow_async, heartbeat=0.05))
    run = await sync_to_async(ask)(employee)
    seen = []
    async for block in pieces(run, await sync_to_async(key)(employee)):
        seen.append(block)
        if block == ": heartbeat":
            break
    assert seen[0] == "retry: 1000"


async def test_an_ended_run_whose_stream_has_expired_still_ends(answered: Run, employee: User, key: Key) -> None:
    await sync_to_async(valkey.client().delete)(stream.key(answered.pk))
    mine = await sync_to_async(key)(employee)
    for after in ("", "5-0"):
        [(_, kind, data)] = await follow(answered, mine, after)
        assert (kind, data["status"], data["answer"]) == ("done", "completed", answered.answer)


async def test_a_run_that_is_deleted_meanwhile_ends_for_who_follows_it(ask: Ask, employee: User, key: Key) -> None:
    run = await sync_to_async(ask)(employee)
    following = asyncio.create_task(follow(run, await sync_to_async(key)(employee)))
    await asyncio.sleep(0.1)
    await Run.objects.all().adelete()
    assert (await asyncio.wait_for(following, 10))[-1][1] == "error"


@pytest.mark.parametrize(
    "bad", ["x", "-1", "1-2-3", "$", "+", "1 2", "١", "18446744073709551616", "99999999999999999999-1", "1" * 40]
)
async def test_what_is_no_event_id_is_refused(bad: str, answered: Run, employee: User, key: Key) -> None:
    mine = await sync_to_async(key)(employee)
    response = await AsyncClient().get(f"/api/v1/runs/{answered.pk}/events", query_params={"after": bad}, headers=mine)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


async def test_an_id_from_the_future_of_an_ended_run_ends_too(answered: Run, employee: User, key: Key) -> None:
    mine = await sync_to_async(key)(employee)
    found = await asyncio.wait_for(follow(answered, mine, "18446744073709551615-18446744073709551615"), 10)
    assert [kind for _, kind, _ in found] == ["done"]


async def test_who_may_not_follow(answered: Run, employee: User, stranger: User, key: Key) -> None:
    address = f"/api/v1/runs/{answered.pk}/events"
    nobody = await AsyncClient().get(address)
    assert (nobody.status_code, nobody["WWW-Authenticate"]) == (401, 'Bearer realm="quarry"')
    unknown = await AsyncClient().get(address, headers={"Authorization": "Bearer qk_unknown"})
    assert unknown.status_code == 401
    theirs = await sync_to_async(key)(stranger)
    other = await AsyncClient().get(address, headers=theirs)
    missing = await AsyncClient().get(f"/api/v1/runs/{uuid.uuid4()}/events", headers=theirs)
    assert (other.status_code, other.content) == (404, missing.content)
    _, reading = await sync_to_async(create_api_key)(None, employee, "reads", ["read"])
    assert (await AsyncClient().get(address, headers={"Authorization": f"Bearer {reading}"})).status_code == 403
    assert (await AsyncClient().post(address, headers=await sync_to_async(key)(employee))).status_code == 405


def test_a_browsers_session_follows_too(answered: Run, employee: User, client: Any) -> None:
    client.force_login(employee, backend="allauth.account.auth_backends.AuthenticationBackend")
    response = client.get(f"/api/v1/runs/{answered.pk}/events")
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-cache, no-transform"


@pytest.fixture
def cited(ask: Ask, library: Document, stranger: User) -> Run:
    """An ended run of the stranger's whose answer cites the library, for whose group they are."""
    library.collection.visibility = "groups"
    library.collection.save()
    group = Group.objects.create(name="Readers")
    group.members.add(stranger)
    library.collection.groups.add(group)
    run = ask(stranger)
    facts = {"passage_id": str(uuid.uuid4()), "document_id": str(library.pk), "title": "House rules", "score": 1.0}
    place = {"start": 0, "end": len(LEAVE)}
    made = {"marker": 1, **facts, "quote": LEAVE, "location": place}
    with events.Publisher(run.pk) as publisher:
        writer = recorder.Recorder(run, publisher)
        with writer.step("search", "search", {"query": "leave"}) as step:
            step.result = {"found": [facts]}
        with writer.step("generate", "answer", {"documents": [facts]}) as step:
            step.result = {"reason": "stop"}
        writer.publish("citation", made)
    execution.leases.claim(Run.objects.filter(pk=run.pk), status="running")
    run.refresh_from_db()
    outcome = loop.Outcome("Days expire in March [1].", [made])
    execution.finish(run, outcome)
    run.refresh_from_db()
    return run


async def test_documents_that_became_unreadable_are_withheld_everywhere(
    cited: Run, stranger: User, library: Document, key: Key, client_for: Any
) -> None:
    mine = await sync_to_async(key)(stranger)
    before = json.dumps(await follow(cited, mine))
    assert before.count("House rules") >= 5
    await sync_to_async(stranger.groups.clear)()
    after = await follow(cited, mine)
    text = json.dumps(after) + (await AsyncClient().get(f"/api/v1/runs/{cited.pk}", headers=mine)).content.decode()
    for secret in ("House rules", LEAVE, str(library.pk)):
        assert secret not in text
    [citation] = [data for _, kind, data in after if kind == "citation"]
    assert (citation["marker"], citation["withheld"], citation["quote"]) == (1, True, "")
    assert after[-1][2]["citations"] == [citation]


async def test_documents_that_were_deleted_are_withheld_as_well(
    cited: Run, stranger: User, library: Document, key: Key
) -> None:
    await Document.objects.all().adelete()
    text = json.dumps(await follow(cited, await sync_to_async(key)(stranger)))
    assert "House rules" not in text
    assert LEAVE not in text
