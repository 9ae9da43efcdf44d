"""Watches /readyz while Quarry starts, and tells the person what has come up and what is still awaited."""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass, field

from .terminal import say

REMIND_SECONDS = 15.0
ABSENT = "no such worker is running"
LABELS = {
    "database": "database",
    "valkey": "Valkey",
    "inference": "answering",
    "embed": "search",
    "ingestion": "reading",
}


@dataclass
class Readiness:
    """`host_header` is a name under which the web server accepts requests."""

    host: str
    port: int
    host_header: str = "localhost"
    _said: dict[str, tuple[str, str]] = field(default_factory=dict)
    _reminded: float = field(default_factory=time.monotonic)

    def check(self) -> bool:
        """Asks once, says what is new, and returns whether everything is ready."""
        status, parts = self.ask()
        for part in parts:
            self._say_if_new(part)
        if status != 200:
            self._remind(parts)
        return status == 200

    def ask(self) -> tuple[int, list[dict[str, str]]]:
        """The status and the parts; 0 when nobody answers."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=2)
        try:
            connection.request("GET", "/readyz", headers={"Host": self.host_header})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read()).get("parts", [])
        except (OSError, ValueError, http.client.HTTPException):
            return 0, []
        finally:
            connection.close()

    def _say_if_new(self, part: dict[str, str]) -> None:
        name, news = part["name"], (part["status"], part["detail"])
        if self._said.get(name) == news or news[1] == ABSENT or name in {"database", "valkey"}:
            return
        self._said[name] = news
        kind = {"ok": "good", "starting": "dim"}.get(part["status"], "bad")
        say(f"{LABELS.get(name, name)} ({name} worker): {part['detail']}", kind)

    def _remind(self, parts: list[dict[str, str]]) -> None:
        if time.monotonic() - self._reminded < REMIND_SECONDS:
            return
        self._reminded = time.monotonic()
        waiting = ", ".join(part["name"] for part in parts if part["status"] != "ok") or "the web server"
        say(f"still waiting for: {waiting}", "dim")
