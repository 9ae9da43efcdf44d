"""Clients that go away, workers that die: nothing goes on for nobody, and nobody waits for nothing."""

import asyncio
import contextlib
import json
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import openai
import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.utils import timezone
from quarry import events, valkey
from quarry.api.streaming import in_thread
from quarry.asgi import application

import agents.actions
from agents import execution, kinds, recovery
from agents.models import Run
from apps.accounts.models import User
from apps.audit.models import Event
from apps.gateway import actions
from apps.gateway.api import answering, views
from apps.gateway.api.answering import Following
from tests.agents.test_recovery import claimed, dead_process
from tests.embedded.running import until
from tests.fixtures.runs import told

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 3000


def asked(model: str, **more: Any) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": "Hello"}], "max_tokens": MANY, "n": 4} | more


def stopped(seconds: float = 20) -> Run:
    """The only run, once it was stopped."""
    until(lambda: Run.objects.filter(status="cancelled").exists(), seconds, f"{Run.objects.values('status')}")
    return Run.objects.get()


def test_a_reader_who_leaves_stops_the_answer(url: str, key: str, model: str) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    body = asked(model, stream=True)
    with (
        httpx.Client(timeout=30) as client,
        client.stream("POST", f"{url}/chat/completions", json=body, headers=headers) as answer,
    ):
        lines = answer.iter_lines()
        while '"content":"' not in next(lines) or "role" in next(lines):
            pass
    run = stopped()
    assert run.usage["completion_tokens"] < 4 * MANY
    assert Event.objects.filter(action="completion.cancel", object_id=str(run.pk)).exists()


def test_who_does_not_wait_for_the_whole_stops_it_too(url: str, key: str, model: str) -> None:
    with httpx.Client(timeout=1.0) as client, contextlib.suppress(httpx.TimeoutException):
        client.post(f"{url}/chat/completions", json=asked(model, n=16), headers={"Authorization": f"Bearer {key}"})
    assert stopped().usage["completion_tokens"] < 16 * MANY


def test_who_goes_before_it_has_begun_stops_it_too(
    url: str, key: str, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete = actions.complete

    def slowly(*given: Any) -> Any:
        time.sleep(2)
        return complete(*given)

    monkeypatch.setattr(actions, "complete", slowly)
    with httpx.Client(timeout=0.5) as client, contextlib.suppress(httpx.TimeoutException):
        client.post(f"{url}/chat/completions", json=asked(model, n=16), headers={"Authorization": f"Bearer {key}"})
    assert (stopped().usage or {}).get("completion_tokens", 0) < 16 * MANY


async def test_a_crowd_that_comes_and_goes_leaves_nothing_behind(url: str, key: str, model: str) -> None:
    async with openai.AsyncOpenAI(base_url=url, api_key=key, max_retries=0, timeout=60) as client:

        async def one(number: int) -> None:
            stream = await client.chat.completions.create(**asked(model, n=1, max_tokens=200, stream=True))
            async with stream:
                async for _ in stream:
                    if number % 2:
                        break

        await asyncio.gather(*[one(number) for number in range(12)])
    await in_thread(lambda: until(lambda: not Run.objects.exclude(status__in=Run.ENDED).exists(), 20))
    assert await in_thread(lambda: set(Run.objects.values_list("status", flat=True))) <= {"completed", "cancelled"}


# A worker that dies


def begun(person: User, stream: bool) -> Run:
    """A completion that a worker took which is dead now."""
    params = {"max_tokens": 5}
    facts = {"model": None, "messages": [{"role": "user", "content": "Hello"}], "tools": [], "choice": "auto"}
    facts |= {"parallel": True, "schema": None, "params": params, "n": 1, "stream": stream}
    return claimed(Run.objects.create(person=person, kind="completion", input=facts), dead_process())


def test_a_stream_of_which_something_was_sent_ends_with_one_error(employee: User) -> None:
    run = begun(employee, stream=True)
    events.publish(run.pk, "token", {"choice": 0, "text": "half an ans"})
    for _ in range(2):
        recovery.recover()
    run.refresh_from_db()
    assert (run.status, run.error["type"]) == ("failed", "urn:quarry:problem:interrupted")
    assert [event.kind for event in told(run)] == ["token", "error"]
    assert Event.objects.get(action="completion.fail").object_id == str(run.pk)


@pytest.mark.parametrize("stream", [True, False])
def test_what_nobody_has_read_is_begun_again(employee: User, worker: Any, stream: bool) -> None:
    run = begun(employee, stream)
    events.publish(run.pk, "progress", {"stage": "reading", "done": 1, "total": 2})
    recovery.recover()
    until(lambda: Run.objects.get(pk=run.pk).ended)
    run.refresh_from_db()
    assert (run.status, run.attempts, run.usage["completion_tokens"]) == ("completed", 2, 5)


def test_no_connection_stays_when_the_answers_are_over(client: openai.OpenAI, model: str) -> None:
    """Neither of a follower of events nor of somebody who waits for a task's result."""

    def left() -> int:
        return sum(each["cmd"] in {"xread", "unsubscribe"} for each in valkey.client().client_list())

    before = left()
    for _ in range(6):
        assert list(client.chat.completions.create(**asked(model, n=1, max_tokens=3, stream=True)))
    until(lambda: left() <= before, 5, "connections were left open")


async def test_who_waits_longer_than_the_view_lasts_still_hears_the_end(employee: User, worker: Any) -> None:
    """Django runs an async view in a context of its own, under the middleware's thread; both are gone when the stream
    that the view has returned goes on waiting for its first event."""
    run = await Run.objects.acreate(person=employee, kind="completion", input={})

    async def view() -> Following:
        following = Following(employee, run)
        assert await following.next(0.05) is None
        return following

    following = await sync_to_async(lambda: async_to_sync(view)())()
    assert await following.next(3) is None  # the row was asked in the meantime
    await sync_to_async(agents.actions.cancel)(employee, run)
    event = await following.next(10)
    assert event is not None
    assert event.kind in events.TERMINAL


def test_an_error_in_the_middle_of_a_stream_is_an_event(
    client: openai.OpenAI, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execution, "finish", lambda *_: 1 / 0)
    stream = client.chat.completions.create(**asked(model, n=1, max_tokens=5, stream=True))
    assert next(stream).choices
    with pytest.raises(openai.APIError) as caught:
        list(stream)
    assert caught.value.type == "server_error"
    assert "division" not in json.dumps(caught.value.body)


def test_stopped_by_its_owner_it_ends_for_its_reader(client: openai.OpenAI, model: str, employee: User) -> None:
    reasons = []
    for chunk in client.chat.completions.create(**asked(model, stream=True)):
        if not reasons:
            agents.actions.cancel(employee, Run.objects.get())
        reasons.append(chunk.choices[0].finish_reason)
    assert [reason for reason in reasons if reason] == ["stop"] * 4


def test_what_took_too_long_is_an_answer_cut_off(
    client: openai.OpenAI, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    brief = replace(kinds._kinds[Run.Kind.COMPLETION], seconds=1.0, seconds_of=None)
    monkeypatch.setitem(kinds._kinds, Run.Kind.COMPLETION, brief)
    made = client.chat.completions.create(**asked(model, n=16))
    assert {choice.finish_reason for choice in made.choices} == {"length"}
    assert any(choice.message.content for choice in made.choices)
    run = Run.objects.get()
    assert (run.status, run.usage["completion_tokens"] < 16 * MANY) == ("completed", True)


def test_a_day_later_the_words_are_gone_and_the_audit_log_is_not(
    client: openai.OpenAI, model: str, employee: User
) -> None:
    for _ in range(2):
        client.chat.completions.create(**asked(model, n=1, max_tokens=2))
    question = Run.objects.create(person=employee, status="completed", ended_at=timezone.now() - timedelta(days=9))
    old = Run.objects.filter(kind="completion").first()
    assert old is not None
    Run.objects.filter(pk=old.pk).update(ended_at=timezone.now() - actions.KEEP - timedelta(minutes=1))
    actions.forget()
    assert not Run.objects.filter(pk=old.pk).exists()
    assert Run.objects.filter(kind="completion").count() == 1
    assert Run.objects.filter(pk=question.pk).exists(), "a conversation's answers stay"
    assert Event.objects.filter(action="completion.answer").count() == 2


@pytest.mark.parametrize("gone", ["before the head", "in the middleware"])
async def test_who_goes_between_the_view_and_the_first_word_stops_it_too(
    key: str, model: str, monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    """The body is never begun then, so that nothing in it ends the run."""
    leaving, answered = asyncio.Event(), views.streamed
    messages = [{"type": "http.request", "body": json.dumps(asked(model, stream=True)).encode()}]

    async def streamed(*given: Any) -> Any:
        response = await answered(*given)
        if gone == "in the middleware":
            leaving.set()
        return response

    async def receive() -> Any:
        if messages:
            return messages.pop()
        await leaving.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        leaving.set()
        await asyncio.sleep(60)

    monkeypatch.setattr(views, "streamed", streamed)
    monkeypatch.setattr(answering, "UNREAD_SECONDS", 1.0)
    scope = {"type": "http", "method": "POST", "path": "/v1/chat/completions", "query_string": b""}
    headers = [(b"host", b"localhost"), (b"authorization", f"Bearer {key}".encode())]
    await application(scope | {"headers": headers}, receive, send)
    assert leaving.is_set()
    await in_thread(stopped)
