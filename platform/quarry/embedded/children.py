"""Quarry's own processes: the web server, the workers and the clock, each with its share of the processor."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..endings import describe_end
from ..runtime import machine
from . import process

REPOSITORY = Path(__file__).resolve().parents[3]
IN_HAND = 2  # runs of an inference worker for each answer at once: the others are being searched for, or end
STEADY_SECONDS = 60.0
LONGEST_PAUSE = 30.0


@dataclass(frozen=True, slots=True)
class Role:
    """One kind of process. `threads` is its share of the cores; `patience` its time to finish work at the end. `kind`
    is what several of a kind have in common, the name where there is but one."""

    name: str
    command: tuple[str, ...]
    threads: int = 1
    environment: Mapping[str, str] = field(default_factory=dict)
    niceness: int = 0
    patience: float = 5.0
    keep: tuple[int, ...] = ()
    kind: str = ""


def roles(web_socket: int) -> list[Role]:
    """All processes, in the order of their start."""
    cores = machine.cores()
    # Both hold every core when they work; the embedder then yields to the answer that somebody waits for,
    # and does not spin while it waits for its threads.
    embedder = {"OMP_WAIT_POLICY": "passive"}
    return [
        Role("web", _uvicorn(web_socket), keep=(web_socket,)),
        *inference(cores),
        Role("embed", worker("embed", "embed", "solo", 1), cores, embedder, niceness=5, patience=10.0),
        Role("ingestion", worker("ingestion", "ingestion,maintenance", "threads", 2), niceness=5, patience=15.0),
        Role("beat", (*_celery("beat"), "--pidfile=")),
    ]


def inference(cores: int) -> list[Role]:
    """`QUARRY_INFERENCE_WORKERS` of them, each with a model of its own and its part of the cores."""
    count = max(1, int(os.environ.get("QUARRY_INFERENCE_WORKERS", "1")))
    names = ["inference", *(f"inference-{number}" for number in range(2, count + 1))]
    threads = max(1, cores // count)
    return [Role(name, inference_worker(name), threads=threads, patience=20.0, kind="inference") for name in names]


def _uvicorn(web_socket: int) -> tuple[str, ...]:
    options = ("--lifespan", "off", "--no-server-header", "--timeout-graceful-shutdown", "3")
    return (sys.executable, "-m", "uvicorn", "quarry.asgi:application", "--fd", str(web_socket), *options)


def _celery(what: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "celery", "-A", "quarry.celery", what, "--loglevel", "INFO")


def inference_worker(name: str) -> tuple[str, ...]:
    """The command of an inference worker; `QUARRY_ANSWERS_AT_ONCE` says how many its model answers at once."""
    answers = max(1, int(os.environ.get("QUARRY_ANSWERS_AT_ONCE", "4")))
    return worker(name, "inference", "threads", IN_HAND * answers)


def worker(name: str, queues: str, pool: str, concurrency: int) -> tuple[str, ...]:
    """The command of a Celery worker."""
    # The workers of one installation have nothing to tell each other: without gossip they start a second sooner.
    quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    return (*_celery("worker"), "-n", f"{name}@%h", "-Q", queues, "-P", pool, "-c", str(concurrency), *quiet)


class Child:
    """A process that is started again when it ends by itself, after a pause that grows while it keeps ending."""

    def __init__(self, role: Role, home: Path) -> None:
        self.role = role
        self.log = home / "logs" / f"{role.name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._home = home
        self._started = 0.0
        self._quick_ends = 0
        self._next_start = 0.0

    def start(self) -> None:
        self._started = time.monotonic()
        role = self.role
        settled = child_environment(self._home, role.kind or role.name, role.threads)
        self.process = process.spawn(
            role.command,
            log=self.log,
            environment=settled | dict(role.environment),
            folder=REPOSITORY,
            keep=role.keep,
            niceness=role.niceness,
        )

    def look_after(self) -> str | None:
        """Starts it again if its pause is over. Returns how it ended, once, when it has just ended."""
        if self.process is not None:
            code = self.process.poll()
            return None if code is None else self._ended(code)
        if time.monotonic() >= self._next_start:
            self.start()
        return None

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        if self.process is not None:
            process.kill_group(self.process)

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def _ended(self, code: int) -> str:
        self.kill()  # what it may have left in its session
        self.process = None
        steady = time.monotonic() - self._started > STEADY_SECONDS
        self._quick_ends = 0 if steady else self._quick_ends + 1
        pause = min(LONGEST_PAUSE, 0.25 * 2**self._quick_ends)
        self._next_start = time.monotonic() + pause
        return f"{describe_end(code)}; starting it again in {pause:.1f} s (see {self.log})"


def temporary(home: Path) -> Path:
    """Where uploads wait while they arrive. The system's own folder lies in memory on many machines."""
    return home / "tmp"


def empty_temporary(home: Path) -> None:
    """At a start nobody needs what processes that were killed left there."""
    shutil.rmtree(temporary(home), ignore_errors=True)
    temporary(home).mkdir(mode=0o700)


def child_environment(home: Path, role: str, threads: int = 1) -> dict[str, str]:
    """The environment of one of our processes: this source tree, this data folder, its share of the cores."""
    path = [str(REPOSITORY / "platform"), str(REPOSITORY), os.environ.get("PYTHONPATH", "")]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(part for part in path if part),
        "PYTHONUNBUFFERED": "1",
        "QUARRY_HOME": str(home),
        "QUARRY_ROLE": role,
        "TMPDIR": str(temporary(home)),
        "OMP_NUM_THREADS": str(threads),
        "MALLOC_ARENA_MAX": "2",
        "TOKENIZERS_PARALLELISM": "false",
    }
