"""Events arrive once, in order and to the end, whoever is slow, late, cut off or restarted."""

import asyncio
import threading
import time
import uuid
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quarry import events
from quarry.embedded import Place, Valkey
from quarry.events import Event, connection, stream

RunId = uuid.UUID


def never() -> Event | None:
    """The row of a run that goes on."""
    return None


async def never_async() -> Event | None:
    return None


@pytest.fixture
def run_id() -> RunId:
    return uuid.uuid4()


def text_of(found: list[Event]) -> str:
    return "".join(event.data["text"] for event in found if event.kind == "token")


def write_answer(run_id: RunId, pieces: list[str], pause: float = 0.0) -> None:
    with events.Publisher(run_id) as out:
        for piece in pieces:
            out.token(piece)
            time.sleep(pause)
    events.publish(run_id, "done", {"answer": "".join(pieces)})


def in_thread(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_a_late_follower_reads_everything_in_order(run_id: RunId) -> None:
    events.publish(run_id, "queued", {"position": 1})
    write_answer(run_id, ["甲", "乙", "丙"])
    found = list(events.follow(run_id, ended=never))
    assert found[0].kind == "queued"
    assert found[-1].kind == "done"
    assert text_of(found) == "甲乙丙"


def test_thoughts_are_joined_and_kept_apart_from_the_answer(run_id: RunId) -> None:
    with events.Publisher(run_id) as out:
        for piece in ("先", "想", "想"):
            out.piece("reasoning", {"text": piece})
        for piece in ("十", "天"):
            out.token(piece)
        out.piece("reasoning", {"text": ""})
    events.publish(run_id, "done", {})
    found = list(events.follow(run_id, ended=never))
    kinds = [event.kind for event in found]
    assert kinds == sorted(kinds, key=["reasoning", "token", "done"].index)
    assert "".join(event.data["text"] for event in found if event.kind == "reasoning") == "先想想"
    assert text_of(found) == "十天"


def test_tokens_are_joined_and_stay_in_order_with_other_events(run_id: RunId) -> None:
    with events.Publisher(run_id) as out:
        for _ in range(200):
            out.token("x")
        out.publish("citation", {"marker": 1})
        out.token("y")
    events.publish(run_id, "done", {})
    found = list(events.follow(run_id, ended=never))
    assert len(found) < 20
    kinds = [event.kind for event in found]
    assert text_of(found[: kinds.index("citation")]) == "x" * 200
    assert text_of(found[kinds.index("citation") :]) == "y"


def test_a_held_token_is_published_without_another_one(run_id: RunId) -> None:
    out = events.Publisher(run_id)
    out.token("a")
    out.token("b")
    time.sleep(0.2)
    assert text_of([stream.decode(e) for e in connection.client().xrange(stream.key(run_id))]) == "ab"


@settings(max_examples=25, deadline=None)
@given(pieces=st.lists(st.text(min_size=1, max_size=5), min_size=1, max_size=40), cuts=st.lists(st.integers(0, 9)))
def test_reconnecting_anywhere_leaves_no_gap_and_repeats_nothing(pieces: list[str], cuts: list[int]) -> None:
    run_id = uuid.uuid4()
    for piece in pieces:
        events.publish(run_id, "token", {"text": piece})
    events.publish(run_id, "done", {})
    found: list[Event] = []
    for cut in [*cuts, 10**6]:
        if found and found[-1].kind == "done":
            break
        for event in events.follow(run_id, found[-1].id if found else events.START, ended=never):
            found.append(event)
            cut -= 1
            if cut <= 0:
                break
    assert text_of(found) == "".join(pieces)
    assert len({event.id for event in found}) == len(found)


async def test_async_followers_read_the_same_while_it_is_written(run_id: RunId) -> None:
    pieces = [f"{n} " for n in range(60)]
    writer = in_thread(lambda: write_answer(run_id, pieces, 0.005))

    async def read() -> list[Event]:
        return [event async for event in events.follow_async(run_id, ended=never_async)]

    all_found = await asyncio.wait_for(asyncio.gather(*(read() for _ in range(5))), 20)
    writer.join()
    assert {text_of(found) for found in all_found} == {"".join(pieces)}


def test_an_ended_run_whose_stream_is_gone_still_ends(run_id: RunId) -> None:
    final = Event("", "done", {"answer": "from the row"})
    assert list(events.follow(run_id, ended=lambda: final)) == [final]


def test_a_run_whose_writer_died_before_the_end_ends_by_its_row(run_id: RunId) -> None:
    events.publish(run_id, "token", {"text": "half"})
    final = Event("", "error", {"detail": "the worker stopped"})
    assert [event.kind for event in events.follow(run_id, ended=lambda: final)] == ["token", "error"]


def test_heartbeats_come_while_nothing_happens(run_id: RunId) -> None:
    follower = events.follow(run_id, ended=never, heartbeat=0.05)
    assert next(follower).kind == events.HEARTBEAT


def test_an_ended_stream_expires_and_a_running_one_lives_longer(run_id: RunId) -> None:
    events.publish(run_id, "token", {"text": "x"})
    running = connection.client().ttl(stream.key(run_id))
    events.publish(run_id, "done", {})
    assert connection.client().ttl(stream.key(run_id)) <= stream.KEEP_ENDED < running


def test_the_cancel_flag_is_seen_and_taken_back(run_id: RunId) -> None:
    check = events.cancel_check(run_id)
    assert not check()
    events.request_cancel(run_id)
    time.sleep(0.06)
    assert check()
    events.clear_cancel(run_id)
    assert not events.is_cancelled(run_id)


def test_a_deadline_counts_as_cancelled(run_id: RunId) -> None:
    assert events.cancel_check(run_id, deadline=time.monotonic() - 1)()


@pytest.mark.parametrize("text", ["", "x", "1-", "-1", "1-2-3", "١", "$", "+", "0" * 30, str(2**64), f"1-{2**64}"])
def test_what_is_no_event_id(text: str) -> None:
    assert not events.is_event_id(text)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_valkey_takes_every_event_id(milliseconds: int, number: int) -> None:
    text = f"{milliseconds}-{number}"
    assert events.is_event_id(text)
    connection.client().xread({"no such stream": text})


def test_a_follower_of_the_last_event_knows_that_it_is_over(run_id: RunId) -> None:
    token = events.publish(run_id, "token", {"text": "x"})
    assert not events.is_over(run_id, token)
    done = events.publish(run_id, "done", {})
    assert events.is_over(run_id, done)
    assert not events.is_over(run_id, token)
    assert not events.is_over(uuid.uuid4(), events.START)


def test_a_restart_of_valkey_neither_loses_nor_repeats(
    run_id: RunId, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place.make(tmp_path_factory.mktemp("valkey"))
    server = Valkey(place)
    monkeypatch.setattr("django.conf.settings.VALKEY_URL", f"unix://{place.valkey_socket}?db=1")
    connection.client.cache_clear()
    server.start()
    try:
        found: list[Event] = []
        reader = in_thread(lambda: found.extend(events.follow(run_id, ended=never)))
        pieces = [f"{n} " for n in range(150)]
        writer = in_thread(lambda: write_answer(run_id, pieces, 0.01))
        time.sleep(0.5)
        server.stop()
        server.start()
        writer.join(30)
        reader.join(30)
        assert text_of(found) == "".join(pieces)
    finally:
        server.stop()
        connection.client.cache_clear()
