"""Parses a file in a process of its own with limits, so that no file can take a worker down."""

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ingestion.parse.child import OUT_OF_MEMORY
from ingestion.parse.types import Parsed, ParseError

logger = logging.getLogger(__name__)
_ROOT = Path(__file__).resolve().parent.parent
_POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost."""

    memory: int = 3 * 1024**3  # address space in bytes; OCR's libraries reserve a lot of it
    cpu: int = 720  # seconds; a hundred scanned pages take that long on a slow machine
    wall: int = 960  # seconds, waiting for the processor included
    output: int = 400 * 1024**2  # bytes of the result


class ParseCancelled(Exception):
    """The caller no longer wants the result."""


def parse_file(
    file: Path, filename: str, limits: Limits | None = None, cancelled: Callable[[], bool] | None = None
) -> Parsed:
    """Parse `file`, whose name was `filename`. Raises ParseError whatever happens in there: error, crash, hunger."""
    limits = limits or Limits()
    file.stat()  # a missing file is the caller's trouble, not the document's
    with tempfile.TemporaryDirectory(prefix="quarry-parse-") as folder:
        result, errors = Path(folder, "result.json"), Path(folder, "stderr")
        with errors.open("wb") as stderr:
            status = _run(_command(file, filename, result, limits), folder, stderr.fileno(), limits.wall, cancelled)
        if status != 0:
            logger.warning("Parsing %s ended with %s: %s", filename, status, _tail(errors))
            raise ParseError(explanation(status, limits))
        answer = json.loads(result.read_text(encoding="utf-8"))
    if "error" in answer:
        raise ParseError(answer["error"])
    return Parsed.from_dict(answer["parsed"])


def _command(file: Path, filename: str, result: Path, limits: Limits) -> list[str]:
    facts = {"memory": limits.memory, "cpu": limits.cpu, "output": limits.output, "parent": os.getpid()}
    arguments = [str(file), filename, str(result), json.dumps(facts)]
    return [sys.executable, "-s", "-m", "ingestion.parse.child", *arguments]


def _run(command: list[str], folder: str, stderr: int, wall: float, cancelled: Callable[[], bool] | None) -> int | None:
    """The exit status, negative for a signal, None when the time was up. Nothing of the process group survives."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=stderr,
        cwd=folder,
        env=_environment(folder),
        start_new_session=True,
    )
    deadline = time.monotonic() + wall
    try:
        while process.poll() is None:
            if time.monotonic() > deadline:
                return None
            if cancelled is not None and cancelled():
                raise ParseCancelled
            time.sleep(_POLL_SECONDS)
        return process.returncode
    finally:
        with suppress(ProcessLookupError, PermissionError):  # all gone already
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _environment(folder: str) -> dict[str, str]:
    """No secret of the worker's reaches the parser."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ}
    single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "PYTHONUTF8"), "1")
    return {**kept, **single, "PYTHONPATH": str(_ROOT), "HOME": folder, "TMPDIR": folder, "LANG": "C.UTF-8"}


def _tail(errors: Path) -> str:
    return errors.read_bytes()[-500:].decode("utf-8", errors="replace").strip()


def explanation(status: int | None, limits: Limits) -> str:
    """What the end of the process means for the person who uploaded the file."""
    if status in (None, -signal.SIGXCPU):
        return f"The file took too long to read and was given up (limit: {limits.cpu} s)."
    if status in (OUT_OF_MEMORY, -signal.SIGABRT, -signal.SIGKILL):
        return f"The file needs more memory to be read than is allowed ({limits.memory // 1024**2:,} MB)."
    if status == -signal.SIGXFSZ:
        return "The file holds too much text."
    return "The file made its parser crash; it is probably damaged."
