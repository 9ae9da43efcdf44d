"""Thinking models: thoughts never reach the answer, however the stream is cut, and are not sent back."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quarry import runtime
from quarry.runtime import (
    Done,
    Logprob,
    Message,
    Params,
    Reasoning,
    Token,
    Tool,
    ToolCall,
    catalogue,
    pool,
    settings,
    tiny,
)
from quarry.runtime.engine.engine import Engine
from quarry.runtime.engine.job import Piece
from quarry.runtime.prompt import Renderer
from quarry.runtime.reasoning import ReasoningParser, without_reasoning
from quarry.runtime.store import Store, digest

from .conftest import TINY_ID

CASES = [
    # opened by the prompt, what is written, thoughts, answer
    (False, "<think>Let me see.</think>Ten days.", "Let me see.", "Ten days."),
    (False, "\n<think>\n先想想。\n</think>\n\n十天。", "先想想。", "十天。"),
    (True, "Let me see.\n</think>\n\nTen days.", "Let me see.", "Ten days."),
    (True, "\nSee < this </thin or </ think > that.</think>Ten.", "See < this </thin or </ think > that.", "Ten."),
    (False, "<think>a</think><response>b</response>", "a", "b"),
    (False, "<think>a</think>\n<response>b < c\n</response>\n", "a", "b < c\n\n"),
    (True, "a</think><response>b </resp", "a", "b </resp"),
    (True, "a</think><responsible>", "a", "<responsible>"),
    (False, "<think>never came to an end", "never came to an end", ""),
    (True, "never came to an end </thi", "never came to an end </thi", ""),
    (False, "<think></think>Ten.", "", "Ten."),
    (False, "No thoughts, <think> is a tag.</think>", "", "No thoughts, <think> is a tag.</think>"),
    (False, "<thin", "", "<thin"),
    (False, "Plain <response>.</response>", "", "Plain <response>.</response>"),
    (False, "<think>a</think>b<think>c</think>", "a", "b<think>c</think>"),
    (False, "", "", ""),
]


def read(opened: bool, pieces: list[Piece]) -> tuple[str, str, list[bytes]]:
    parser = ReasoningParser(opened)
    events = [event for piece in pieces for event in parser.feed(piece)] + parser.finish()
    thoughts = "".join(event.text for event in events if isinstance(event, Reasoning))
    shown = [event for event in events if isinstance(event, Piece)]
    assert all(event.text for event in events)
    return thoughts, "".join(piece.text for piece in shown), [lp.token for piece in shown for _, lp in piece.marks]


@pytest.mark.parametrize(("opened", "written", "thoughts", "answer"), CASES)
@given(data=st.data())
def test_thoughts_are_told_apart(opened: bool, written: str, thoughts: str, answer: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(written)), max_size=8)))
    parts = [written[a:b] for a, b in itertools.pairwise([0, *cuts, len(written)])]
    pieces = [Piece(part, [(0, Logprob(part.encode(), -1.0))]) for part in parts if part]
    found, shown, marks = read(opened, pieces)
    assert found.rstrip() == thoughts
    assert shown == answer
    assert all(token.decode() in written for token in marks)


def test_log_probabilities_of_thoughts_are_not_told() -> None:
    letters = [Piece(letter, [(0, Logprob(letter.encode(), -1.0))]) for letter in "<think>ab</think>\ncd"]
    assert read(False, letters) == ("ab", "cd", [b"c", b"d"])


@pytest.mark.parametrize(
    ("earlier", "left"),
    [
        ("<think>secret</think>\nTen.", "Ten."),
        ("Thoughts end with </think>, ten.", "Thoughts end with </think>, ten."),
        ("<think>secret</think><response>Ten.</response>", "Ten."),
        ("Ten.", "Ten."),
        ("A <think> tag.", "A <think> tag."),
    ],
)
def test_earlier_thoughts_are_not_sent_back(earlier: str, left: str, engine: Engine) -> None:
    assert without_reasoning(earlier) == left
    turns = [Message("user", "?"), Message("assistant", earlier), Message("user", "<think>mine</think>?")]
    tokens = Renderer(engine.model).render(turns, [], []).tokens
    prompt = b"".join(engine.model.piece(token, special=True) for token in tokens).decode()
    assert f"assistant<|end_of_role|>{left}<|end_of_text|>" in prompt
    assert "<think>mine</think>?" in prompt, "a person's words stay as they are"


# -- through the door: tiny models whose templates think --------------------------------------------------------------

OPENED = tiny.GRANITE + "{{ '<think>\\n' if add_generation_prompt else '' }}"
KNOWN = tiny.GRANITE + "{# <think> #}"
TOOL = Tool("find", "Finds", {"type": "object", "properties": {"n": {"enum": [1]}}, "required": ["n"]})


@pytest.fixture(params=[OPENED, KNOWN], ids=["opened", "not opened"])
def opened(request: pytest.FixtureRequest, tiny_store: Store, tmp_path: Path) -> Iterator[bool]:
    """A tiny model that thinks, loaded; whether its template opens the thoughts."""
    model = catalogue.find(TINY_ID)
    path = tiny.write(tiny_store.path(model), template=request.param)
    tiny_store.record(model, {model.file_name: digest(path)}, "a test", "1")
    before = settings.current()
    runtime.configure(tmp_path, tiny_store.root, TINY_ID, offline=True)
    runtime.load()
    yield request.param == OPENED
    runtime.unload()
    settings.configure(before)


def texts(events: list) -> tuple[str, str]:
    thoughts = "".join(event.text for event in events if isinstance(event, Reasoning))
    return thoughts, "".join(event.text for event in events if isinstance(event, Token))


def test_unfinished_thoughts_are_no_answer(opened: bool) -> None:
    events = list(runtime.generate([Message("user", "?")], params=Params(20, 1.0, seed=1, logprobs=0)))
    done = events[-1]
    assert isinstance(done, Done)
    assert done.reason == "length"
    thoughts, answer = texts(events)
    assert bool(thoughts) == opened
    assert bool(answer) != opened, "this model talks nonsense: it thinks only where the prompt made it"


def test_a_form_binds_the_answer_and_not_the_thoughts(opened: bool) -> None:
    events = list(runtime.generate([Message("user", "?")], grammar='root ::= "yes"', params=Params(20, 1.0, seed=1)))
    thoughts, answer = texts(events)
    assert (bool(thoughts), answer) == ((True, "") if opened else (False, "yes"))


def test_a_text_that_is_gone_on_with_has_no_thoughts(opened: bool) -> None:
    events = list(runtime.complete("<think>", grammar='root ::= "a</think>b"', params=Params(40)))
    assert texts(events) == ("", "a</think>b")


def test_tools_of_a_thinking_model(opened: bool) -> None:
    model = pool.ready(None).engine.model
    begin = {model.tokenize("<tool_call>", special=True)[0]: 100.0}
    params = Params(60, logit_bias=begin)
    events = list(runtime.generate([Message("user", "?")], tools=[TOOL], parallel=False, params=params))
    calls = [event for event in events if isinstance(event, ToolCall)]
    thoughts, answer = texts(events)
    assert answer == ""
    if opened:
        assert (set(thoughts.split("<tool_call>")), calls) == ({""}, []), "tags in thoughts call nothing"
    else:
        assert [call.arguments for call in calls] == [{"n": 1}]
