"""Asking a running Quarry over its HTTP API, as any client does, with a clock."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import httpx

ENDED = {"completed", "failed", "cancelled"}
LONGEST = 300.0


@dataclass
class Asked:
    """One question's run when it had ended, and the seconds to its first token and to its end."""

    run: dict[str, Any]
    first: float
    seconds: float

    @property
    def answer(self) -> str:
        return self.run["answer"] or f"{self.run['status']}: {self.run['error']}"

    @property
    def citations(self) -> list[dict[str, Any]]:
        return list(self.run["citations"])

    @property
    def usage(self) -> dict[str, int]:
        return self.run["usage"] or {"prompt_tokens": 0, "cached_tokens": 0, "completion_tokens": 0}


class Client:
    """A client of one installation."""

    def __init__(self, url: str, key: str) -> None:
        self.http = httpx.Client(base_url=f"{url}/api/v1", headers={"Authorization": f"Bearer {key}"}, timeout=60)
        self._texts: dict[str, str] = {}

    def ask(self, collection: str, text: str) -> Asked:
        """Asks in a new conversation over one collection, and waits for the end."""
        started = time.monotonic()
        run_id = self._start(collection, text)
        first = self._first_token(run_id, started)
        run = self._ended(run_id)
        return Asked(run, first, time.monotonic() - started)

    def stands(self, citation: dict[str, Any]) -> bool:
        """Whether the quote is what the document has at the citation's place."""
        document, place = citation["document_id"], citation["location"]
        if document not in self._texts:
            self._texts[document] = self.get(f"/documents/{document}/text")["text"]
        return bool(citation["quote"]) and self._texts[document][place["start"] : place["end"]] == citation["quote"]

    def collection(self, name: str) -> str | None:
        """The id of the collection with this name."""
        return next((str(each["id"]) for each in self.all("/collections") if each["name"] == name), None)

    def all(self, path: str) -> Iterable[dict[str, Any]]:
        """Every item of a list, page by page."""
        cursor: str | None = ""
        while cursor is not None:
            page = self.get(path, cursor=cursor) if cursor else self.get(path)
            yield from page["results"]
            cursor = page["next"]

    def get(self, path: str, **parameters: str) -> Any:
        return self.http.get(path, params=parameters).raise_for_status().json()

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return self.http.post(path, json=body).raise_for_status().json()

    def _start(self, collection: str, text: str) -> str:
        conversation = self.post("/conversations", {"collections": [collection]})["id"]
        return str(self.post(f"/conversations/{conversation}/messages", {"content": text})["run"]["id"])

    def _first_token(self, run_id: str, started: float) -> float:
        """Seconds until the first token, read from the run's event stream."""
        with self.http.stream("GET", f"/runs/{run_id}/events", timeout=LONGEST) as stream:
            for line in stream.iter_lines():
                if line.startswith("event:") and line.split(":", 1)[1].strip() in {"token", "done", "error"}:
                    return time.monotonic() - started
        return float("nan")

    def _ended(self, run_id: str) -> dict[str, Any]:
        deadline = time.monotonic() + LONGEST
        while (run := self.get(f"/runs/{run_id}"))["status"] not in ENDED and time.monotonic() < deadline:
            time.sleep(0.2)
        return dict(run)
