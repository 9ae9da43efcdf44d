"""Clients of a running product that ask one question and say how it ended: through OpenAI's API, or as the pages do."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Protocol

import httpx
import openai

from tests.bench.asking import ENDED
from tests.bench.whole import STAND_IN
from tests.fixtures.product import Product

PATIENCE = 300.0
ANSWERED, CANCELLED, REFUSED, FAILED, LOST = "answered", "cancelled", "refused: try again later", "failed", "lost"


@dataclass(frozen=True)
class Ended:
    """How a request ended, and the seconds to its first token. "lost" is the one end that must not be."""

    how: str
    error: str = ""
    first: float = float("nan")


class Client(Protocol):
    def __init__(self, product: Product, tokens: int) -> None: ...
    def one(self, text: str, cancel_after: int | None) -> Ended:
        """Asks, and cancels after so many pieces of the answer where that is wanted."""
        ...

    def close(self) -> None: ...


class Chats:
    """POST /v1/chat/completions with the official client; whoever cancels hangs up."""

    def __init__(self, product: Product, tokens: int) -> None:
        url = f"{product.url}/v1"
        self._client = openai.OpenAI(base_url=url, api_key=product.key, timeout=PATIENCE, max_retries=0)
        self._tokens = tokens

    def one(self, text: str, cancel_after: int | None) -> Ended:
        begin, first, pieces = time.monotonic(), float("nan"), 0
        try:
            with self._client.chat.completions.create(
                model=STAND_IN, messages=[{"role": "user", "content": text}], max_tokens=self._tokens, stream=True
            ) as stream:
                if cancel_after == 0:
                    return Ended(CANCELLED)
                for chunk in stream:
                    choice = chunk.choices[0] if chunk.choices else None
                    if choice and choice.delta.content:
                        first, pieces = first if pieces else time.monotonic() - begin, pieces + 1
                    if choice and choice.finish_reason:
                        return Ended(ANSWERED, first=first)
                    if cancel_after is not None and pieces >= cancel_after:
                        return Ended(CANCELLED, first=first)
        except openai.RateLimitError:
            return Ended(REFUSED)
        except (openai.APITimeoutError, httpx.TimeoutException):
            return Ended(LOST, f"no end within {PATIENCE:.0f} s")
        except openai.APIError as error:
            cause = f" ({error.__cause__!r})" if error.__cause__ else ""
            return Ended(FAILED, f"{error.message}{cause}"[:200], first)
        except httpx.HTTPError as error:
            return Ended(LOST, f"the connection broke: {error!r}"[:200], first)
        return Ended(LOST, "the stream ended without a reason", first)

    def close(self) -> None:
        self._client.close()


class Conversations:
    """A conversation, a message, the run's events, as the pages do it; whoever cancels says so."""

    def __init__(self, product: Product, tokens: int) -> None:
        headers = {"Authorization": f"Bearer {product.key}"}
        self._http = httpx.Client(base_url=f"{product.url}/api/v1", headers=headers, timeout=PATIENCE)

    def one(self, text: str, cancel_after: int | None) -> Ended:
        conversation = self._http.post("/conversations", json={}).raise_for_status().json()["id"]
        asked = self._http.post(f"/conversations/{conversation}/messages", json={"content": text})
        if asked.status_code == 429:
            return Ended(REFUSED)
        run = asked.raise_for_status().json()["run"]["id"]
        try:
            first = self._follow(run, cancel_after)
        except httpx.TimeoutException:
            return Ended(LOST, f"no end within {PATIENCE:.0f} s")
        return self._ended(run, first)

    def _follow(self, run: str, cancel_after: int | None) -> float:
        begin, first, pieces, event = time.monotonic(), float("nan"), 0, ""
        if cancel_after == 0:
            self._cancel(run)
        with self._http.stream("GET", f"/runs/{run}/events") as stream:
            for line in stream.iter_lines():
                event = line.partition(":")[2].strip() if line.startswith("event:") else event
                if line.startswith("data:") and event == "token":
                    first, pieces = first if pieces else time.monotonic() - begin, pieces + 1
                    if pieces == cancel_after:
                        self._cancel(run)
        return first

    def _cancel(self, run: str) -> None:
        self._http.post(f"/runs/{run}/cancel")

    def _ended(self, run: str, first: float) -> Ended:
        told = self._http.get(f"/runs/{run}").raise_for_status().json()
        if told["status"] not in ENDED:
            return Ended(LOST, f"its events ended, but it is {told['status']}", first)
        how = {"completed": ANSWERED, "cancelled": CANCELLED}.get(told["status"], FAILED)
        error = told["error"] if how == FAILED else ""
        return Ended(how, error if isinstance(error, str) else json.dumps(error), first)

    def close(self) -> None:
        self._http.close()


CLIENTS: dict[str, type[Client]] = {"chats": Chats, "conversations": Conversations}
