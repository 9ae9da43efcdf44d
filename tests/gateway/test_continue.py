"""The requests that Continue, the editor extension, sends: as its sources write them, byte for byte but for the key."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from quarry import runtime

pytestmark = pytest.mark.django_db(transaction=True)
RECORDED = json.loads((Path(__file__).parent / "continue.json").read_text(encoding="utf-8"))


@pytest.fixture
def replay(url: str, key: str, model: str) -> Iterator[Any]:
    """Sends a recorded request with this installation's key and model."""
    with httpx.Client(timeout=60) as client:

        def send(name: str) -> httpx.Response:
            text = json.dumps(RECORDED[name]).replace("{key}", key).replace('"{model}"', json.dumps(model))
            asked = json.loads(text)
            headers = asked["headers"] | {"Authorization": f"Bearer {key}"}
            body = json.dumps(asked["body"]).encode() if "body" in asked else None
            answer = client.request("POST" if body else "GET", f"{url}/{asked['path']}", headers=headers, content=body)
            assert answer.status_code == 200, answer.text
            return answer

        yield send


def chunks(answer: httpx.Response) -> list[dict[str, Any]]:
    """What Continue's reader of streams finds: lines that begin with `data:`, up to the end mark."""
    assert answer.headers["Content-Type"] == "text/event-stream"
    data = [line.removeprefix("data:").strip() for line in answer.text.splitlines() if line.startswith("data:")]
    assert data[-1] == "[DONE]"
    return [json.loads(each) for each in data[:-1]]


@pytest.mark.parametrize("name", ["chat", "agent"])
def test_chats(replay: Any, name: str) -> None:
    found = chunks(replay(name))
    deltas = [chunk["choices"][0]["delta"] for chunk in found if chunk["choices"]]
    assert "".join(delta.get("content") or "" for delta in deltas) or any(delta.get("tool_calls") for delta in deltas)
    assert found[-1]["usage"]["prompt_tokens"] > 20
    assert all(not chunk["usage"] for chunk in found[:-1])


def test_autocompletion(replay: Any) -> None:
    found = chunks(replay("autocomplete"))
    text = "".join(chunk["choices"][0]["text"] for chunk in found)
    assert found[-1]["choices"][0]["finish_reason"] in ("stop", "length")
    assert not any(stop in text for stop in RECORDED["autocomplete"]["body"]["stop"])


@pytest.mark.model
def test_embeddings(replay: Any) -> None:
    found = replay("embed").json()["data"]
    vectors = [np.frombuffer(base64.b64decode(each["embedding"]), "<f4") for each in found]
    assert [vector.shape for vector in vectors] == [(runtime.embedding_space()[1],)] * 2


def test_the_list_of_models(replay: Any, model: str) -> None:
    assert model in [each["id"] for each in replay("list").json()["data"]]
