"""A running Quarry for tests: `manage.py up` as a person starts it, in a process group of its own."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def environment(home: Path, **more: str) -> dict[str, str]:
    """Nothing of the test run's own settings; no models, so that every start is quick."""
    mine = {
        name: value for name, value in os.environ.items() if not re.match(r"QUARRY_|DJANGO_|DATABASE_URL|REDIS_", name)
    }
    settled = {"QUARRY_HOME": str(home), "QUARRY_MODELS": str(home / "models"), "QUARRY_OFFLINE": "1"}
    return {**mine, **settled, "QUARRY_SAMPLES": "0", "NO_COLOR": "1", **more}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(condition: Callable[[], object], seconds: float = 30.0, why: str = "") -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, why or "did not come true in time"
        time.sleep(0.05)


@dataclass
class Running:
    """One `manage.py up`."""

    home: Path
    port: int
    process: subprocess.Popen[bytes]
    output: Path

    @classmethod
    def start(cls, home: Path, **more: str) -> "Running":
        port = free_port()
        output = home.with_suffix(".out")
        with output.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, str(REPOSITORY / "manage.py"), "up"],
                cwd=REPOSITORY,
                env=environment(home, **{"QUARRY_PORT": str(port), **more}),
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return cls(home, port, process, output)

    @property
    def said(self) -> str:
        return self.output.read_text()

    def get(self, path: str) -> tuple[int, dict]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def parts(self) -> dict[str, str]:
        """State of each part as /readyz tells it; empty while nobody answers."""
        try:
            return {part["name"]: part["status"] for part in self.get("/readyz")[1]["parts"]}
        except (OSError, ValueError, http.client.HTTPException):
            return {}

    def works(self) -> bool:
        """Everything but the models, which these tests do without."""
        parts = self.parts()
        return all(parts.get(name) == "ok" for name in ("database", "valkey", "ingestion"))

    def wait(self) -> "Running":
        until(lambda: self.works() or self.process.poll() is not None, 60, self.said)
        assert self.process.poll() is None, self.said
        return self

    def children(self) -> dict[int, str]:
        """Process ids and command lines of all descendants."""
        return descendants(self.process.pid)

    def child(self, words: str) -> int:
        """The one child of the supervisor whose command line has `words`."""
        found = [pid for pid, line in self.children().items() if words in line and parent(pid) == self.process.pid]
        assert len(found) == 1, (words, self.children())
        return found[0]

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """As from a terminal: the whole process group hears it."""
        os.killpg(self.process.pid, how)
        return self.process.wait(60)

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def descendants(of: int) -> dict[int, str]:
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    parents = {pid: parent(pid) for pid in pids}
    found: dict[int, str] = {}
    generation = {of}
    while generation := {pid for pid, above in parents.items() if above in generation}:
        found |= {pid: command_line(pid) for pid in generation}
    return found


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def alive(pids: dict[int, str]) -> dict[int, str]:
    """Those that still run (the dead whom nobody has collected yet do not count)."""
    return {pid: line for pid, line in pids.items() if command_line(pid) == line and line}
