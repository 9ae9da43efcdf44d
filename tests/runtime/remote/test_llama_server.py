"""OpenAI's protocol against a server that is not ours: llama.cpp's own, with the tiny model."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from quarry.runtime import Call, InvalidRequest, Message, Params, PromptTooLong, Request, Token, Tool, remote
from quarry.runtime.remote import openai
from quarry.runtime.remote.line import Line

from .conftest import ask, done, endpoint, text


@pytest.fixture(scope="module")
def url(tiny_file: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, str(Path(__file__).with_name("llama_server.py")), str(tiny_file), str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_until_ready(f"http://127.0.0.1:{port}/health", process)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.kill()


def _wait_until_ready(health: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert process.poll() is None, "llama.cpp's server has ended"
        try:
            if httpx.get(health, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("llama.cpp's server is not ready")


def test_it_answers_and_counts(url: str) -> None:
    events = list(ask(endpoint(url), params=Params(max_tokens=8, temperature=1.0, seed=7)))
    last = done(events)
    assert last.usage.completion_tokens == 8
    assert last.usage.prompt_tokens > 5
    assert last.reason == "length"
    again = list(ask(endpoint(url), params=Params(max_tokens=8, temperature=1.0, seed=7)))
    assert text(again) == text(events)
    assert done(again).usage.cached_tokens > 0


def test_a_schema_binds_its_answer(url: str) -> None:
    schema = {"type": "object", "properties": {"ok": {"enum": ["yes", "no"]}}, "required": ["ok"]}
    events = list(ask(endpoint(url), schema=schema, params=Params(max_tokens=80)))
    assert json.loads(text(events))["ok"] in ("yes", "no")


def test_tools_calls_and_their_results_are_taken(url: str) -> None:
    """A model of random weights writes no call of its own; that ours are rendered shows in the prompt's length."""
    tool = Tool("calendar", "Shows a day", {"type": "object", "properties": {"day": {"type": "string"}}})
    turns = [Message("user", "When?"), Message("assistant", "", [Call("call_1", "calendar", {"day": "friday"})])]
    turns.append(Message("tool", "At noon.", name="calendar"))
    plain = done(list(ask(endpoint(url), [turns[0]], params=Params(4)))).usage.prompt_tokens
    offered = done(list(ask(endpoint(url), [turns[0]], tools=[tool], params=Params(4)))).usage.prompt_tokens
    answered = done(list(ask(endpoint(url), turns, tools=[tool], params=Params(4)))).usage.prompt_tokens
    assert plain + 20 < offered < answered


def test_log_probabilities(url: str) -> None:
    events = list(ask(endpoint(url), params=Params(max_tokens=3, logprobs=2)))
    found = [each for event in events if isinstance(event, Token) for each in event.logprobs]
    assert len(found) == 3
    assert all(each.logprob <= 0 and len(each.top) == 2 for each in found)
    assert found[0].top[0][0] == found[0].token, "greedy: the most likely one"


def test_raw_text(url: str) -> None:
    events = list(remote.generate(endpoint(url), Request(prompt="One two", params=Params(max_tokens=4))))
    assert done(events).usage.completion_tokens == 4


def test_a_prompt_that_does_not_fit(url: str) -> None:
    with pytest.raises(PromptTooLong) as caught:
        list(ask(endpoint(url), [Message("user", "word " * 3000)]))
    assert caught.value.tokens > caught.value.limit == 1024


def test_what_it_refuses_and_what_it_offers(url: str) -> None:
    with pytest.raises(InvalidRequest, match="refuses the request"):
        list(ask(endpoint(url), schema={"type": "nonsense"}))
    assert len(openai.models(Line(endpoint(url)))) == 1


def test_a_cancelled_answer_frees_the_server(url: str) -> None:
    """It has one slot: the next answer comes at once, not after the thousand tokens of the first."""
    seen = 0

    def cancelled() -> bool:
        return seen > 2

    for event in ask(endpoint(url), params=Params(max_tokens=900), cancelled=cancelled):
        seen += isinstance(event, Token)
    started = time.monotonic()
    assert done(list(ask(endpoint(url), params=Params(max_tokens=2)))).usage.completion_tokens == 2
    assert time.monotonic() - started < 5
    assert seen < 500
