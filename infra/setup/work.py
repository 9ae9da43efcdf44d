"""Jobs with progress, logs and stamps: the few tools that the steps of the set-up are made of."""

import contextlib
import hashlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "setup"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
REMIND_SECONDS = 10.0


class Trouble(Exception):
    """The set-up cannot go on; the text says why and what to do."""


def say(text: str) -> None:
    with contextlib.suppress(BrokenPipeError):
        try:
            print(text, flush=True)
        except UnicodeEncodeError:
            print(text.encode("ascii", "replace").decode(), flush=True)


@dataclass
class Stamp:
    """Remembers the inputs that something was made from; `fresh` while they are the same."""

    path: Path
    inputs: str

    def fresh(self) -> bool:
        return self.path.is_file() and self.path.read_text() == self.inputs

    def set(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(self.inputs)


def digest(paths: Iterable[Path], *words: str) -> str:
    """A digest of the files' names and contents, and of the words."""
    whole = hashlib.sha256()
    for path in sorted(paths):
        whole.update(f"{path.relative_to(ROOT)}\0".encode())
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    whole.update("\0".join(words).encode())
    return whole.hexdigest()


@dataclass
class Job:
    """Commands that run one after the other, their output in a log; `expect` says honestly how long it may take."""

    title: str
    commands: Sequence[Sequence[str | Path]]
    expect: str = ""
    stamp: Stamp | None = None
    folder: Path = ROOT
    environment: Mapping[str, str] = field(default_factory=dict)
    _index: int = -1
    _process: subprocess.Popen[bytes] | None = None
    _begin: float = 0.0

    @property
    def log(self) -> Path:
        return CACHE / "logs" / f"{re.sub(r'[^a-z0-9]+', '-', self.title.lower()).strip('-')}.log"

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._begin

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.log.write_bytes(b"")
        self._begin = time.monotonic()
        say(f"→ {self.title}{f' ({self.expect})' if self.expect else ''}")
        self._next()

    def poll(self) -> bool:
        """Whether it has ended well; a command that failed is `Trouble`."""
        code = self._process.poll() if self._process else None
        if code is None:
            return False
        if code != 0:
            raise Trouble(f"{self.title} failed with code {code}. The last lines of {self.log}:\n{self._tail(15)}")
        if self._index + 1 < len(self.commands):
            self._next()
            return False
        if self.stamp:
            self.stamp.set()
        say(f"✓ {self.title} ({duration(self.seconds)})")
        return True

    def kill(self) -> None:
        """Ends it with everything that it started."""
        if self._process is None:
            return
        for how in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
                os.killpg(self._process.pid, how)
                self._process.wait(5)

    def progress(self) -> str:
        last = self._tail(1).strip()
        return f"{self.title}: {duration(self.seconds)}{f', {last[:90]}' if last else ''}"

    def _next(self) -> None:
        self._index += 1
        command = [str(part) for part in self.commands[self._index]]
        with self.log.open("ab") as log:
            log.write(f"$ {' '.join(command)}\n".encode())
            log.flush()
            self._process = _spawn(command, log, self.folder, self.environment)

    def _tail(self, lines: int) -> str:
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - 16384))
            text = log.read().decode(errors="replace").replace("\r", "\n")
        told = [line for line in text.splitlines() if line.strip() and not line.startswith("WARNING: ")]
        return "\n".join(told[-lines:])


def _spawn(command: list[str], log: IO[bytes], folder: Path, extra: Mapping[str, str]) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", **extra}
    environment.pop("PYTHONPATH", None)
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        cwd=folder,
        env=environment,
        start_new_session=True,
    )


def together(jobs: Sequence[Job]) -> None:
    """Runs the jobs side by side (one compiles while another downloads) and says how far they are."""
    waiting = list(jobs)
    try:
        for job in waiting:
            job.start()
        reminded = time.monotonic()
        while waiting:
            waiting = [job for job in waiting if not job.poll()]
            if time.monotonic() - reminded > REMIND_SECONDS:
                reminded = time.monotonic()
                for job in waiting:
                    say(f"  … {job.progress()}")
            time.sleep(0.1)
    finally:
        for job in waiting:
            job.kill()


def capture(command: Sequence[str | Path], **more: str) -> str | None:
    """A short command's output, or None if it cannot be run or fails."""
    try:
        environment = {**os.environ, **more}
        return subprocess.run(
            [str(part) for part in command], capture_output=True, text=True, check=True, env=environment, timeout=60
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None


def duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.1f} min"


def python_version() -> str:
    return ".".join(str(part) for part in sys.version_info[:2])
