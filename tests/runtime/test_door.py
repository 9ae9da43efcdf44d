"""The door as callers use it, on the tiny model."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from quarry import runtime
from quarry.runtime import (
    Document,
    Done,
    InvalidRequest,
    Message,
    ModelUnavailable,
    Params,
    Prefill,
    PromptTooLong,
    Token,
    Tool,
)
from quarry.runtime.store import Store

from .conftest import TINY_ID

QUESTION = [Message("system", "Be brief."), Message("user", "你好?")]
SHORT = Params(max_tokens=8)


def test_generate_streams_and_ends_with_done(configured: Store) -> None:
    info = runtime.load()
    assert info.id == TINY_ID
    events = list(runtime.generate(QUESTION, documents=[Document("1", "T", "text")], params=SHORT))
    done = events[-1]
    assert isinstance(events[0], Prefill)
    assert isinstance(done, Done)
    assert done.model == info
    assert done.usage.completion_tokens == 8
    assert all(isinstance(event, Prefill | Token) for event in events[:-1])


def test_loading_twice_is_loading_once(configured: Store) -> None:
    assert runtime.load() == runtime.load() == runtime.current_model()


def test_before_loading(configured: Store) -> None:
    assert runtime.current_model().id == TINY_ID
    assert runtime.count_tokens("hello") == runtime.count_tokens("hello") > 0
    with pytest.raises(ModelUnavailable, match="not loaded in this process"):
        runtime.generate(QUESTION)


def test_mistakes_are_raised_at_the_call(configured: Store) -> None:
    runtime.load()
    with pytest.raises(InvalidRequest, match="no message"):
        runtime.generate([])
    with pytest.raises(InvalidRequest, match="max_tokens"):
        runtime.generate(QUESTION, params=Params(max_tokens=0))
    with pytest.raises(InvalidRequest, match="top_p"):
        runtime.generate(QUESTION, params=Params(top_p=0))
    with pytest.raises(InvalidRequest, match="There is no chat model"):
        runtime.generate(QUESTION, model="gpt-9")
    with pytest.raises(ModelUnavailable, match="is not downloaded"):
        runtime.generate(QUESTION, model="granite-4.0-micro")
    with pytest.raises(PromptTooLong):
        runtime.generate([Message("user", "word " * 20_000)])


@pytest.mark.parametrize(
    ("schema", "match"),
    [
        ({"$ref": "https://example.test/schema"}, "refers to another document"),
        ({"type": "object", "const": "x" * 100_001}, "longer than"),
        ({"type": "nonsense"}, "cannot be turned into a grammar"),
        ({"const": {1, 2}}, "is not JSON"),
    ],
)
def test_schemas_that_cannot_be_used(schema: dict, match: str, configured: Store) -> None:
    runtime.load()
    with pytest.raises(InvalidRequest, match=match):
        list(runtime.generate(QUESTION, schema=schema, params=SHORT))


def test_a_schema_binds_the_answer(configured: Store) -> None:
    runtime.load()
    schema = {"type": "object", "properties": {"ok": {"enum": ["yes", "no"]}}, "required": ["ok"]}
    events = runtime.generate(QUESTION, schema=schema, params=Params(max_tokens=60))
    text = "".join(event.text for event in events if isinstance(event, Token))
    assert "".join(text.split()) in ('{"ok":"yes"}', '{"ok":"no"}')


def test_tools_do_not_disturb_an_answer_without_calls(configured: Store) -> None:
    runtime.load()
    tool = Tool("find", "Finds", {"type": "object", "properties": {}})
    done = list(runtime.generate(QUESTION, tools=[tool], params=SHORT))[-1]
    assert isinstance(done, Done)
    assert done.reason == "length"


def test_a_tampered_model_is_not_loaded(configured: Store) -> None:
    from quarry.runtime import catalogue

    path = configured.path(catalogue.find(TINY_ID))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 255
    path.write_bytes(data)
    with pytest.raises(ModelUnavailable, match="is not the file it should be"):
        runtime.load()


def test_embedding_goes_through_the_process_that_can(tmp_path: Path) -> None:
    from quarry.runtime import settings

    before = settings.current()
    asked: list[tuple] = []

    def via(texts, kind, space):
        asked.append((texts, kind, space))
        return np.ones((len(texts), 3), np.float32)

    runtime.configure(tmp_path, tmp_path / "models", embed_via=via)
    try:
        assert runtime.embed(["a", "b"], "query").shape == (2, 3)
        assert asked == [(["a", "b"], "query", None)]
    finally:
        settings.configure(before)


def test_no_reranker_means_none(configured: Store) -> None:
    assert runtime.rerank("question", ["a", "b"]) is None


def test_the_listing_says_what_is_here(configured: Store) -> None:
    entries = {entry["id"]: entry for entry in runtime.models()}
    mine, other = entries[TINY_ID], entries["granite-4.0-h-small"]
    assert mine["installed"] is mine["verified"] is mine["active"] is True
    assert other["installed"] is other["verified"] is other["active"] is False
    assert mine["source"] == "a test"


def test_importing_the_door_is_cheap() -> None:
    code = (
        "import sys, quarry.runtime; print([m for m in ('torch', 'llama_cpp', 'django', 'httpx') if m in sys.modules])"
    )
    environment = {"PYTHONPATH": str(Path(__file__).resolve().parents[2] / "platform")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.strip() == "[]"
