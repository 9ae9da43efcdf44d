"""Running a program for a tool: for so long, with so much output, and nothing of it stays behind."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from agents.tools.types import Context, ToolError

ROOT = Path(__file__).resolve().parents[3]
POLL = 0.02
OUTPUT = 2_000_000  # bytes of each of the two streams


@dataclass(frozen=True)
class Ended:
    """`status` is None where its time was up, negative for a signal."""

    status: int | None
    output: bytes
    errors: bytes


def run(
    command: Sequence[str],
    given: bytes,
    context: Context,
    seconds: float,
    folder: str,
    *,
    variables: Mapping[str, str],
    passed: Sequence[int] = (),
) -> Ended:
    """Runs the command in the folder with `given` to read, and the files in `passed` open. Of our own environment it
    gets nothing; with it ends whatever it started."""
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        stdin.write(given)
        stdin.seek(0)
        process = subprocess.Popen(
            command,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            cwd=folder,
            env=variables,
            start_new_session=True,
            pass_fds=passed,
        )
        status = _waited(process, context, min(context.deadline, time.monotonic() + seconds))
        stdout.seek(0)
        stderr.seek(0)
        return Ended(status, stdout.read(OUTPUT), stderr.read(OUTPUT))


def _waited(process: subprocess.Popen[bytes], context: Context, deadline: float) -> int | None:
    try:
        while process.poll() is None:
            if context.cancelled():
                raise ToolError("The call was stopped.")
            if time.monotonic() > deadline:
                return None
            time.sleep(POLL)
        return process.returncode
    finally:
        with suppress(ProcessLookupError, PermissionError):  # all gone already
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def python_variables(folder: str) -> Mapping[str, str]:
    """What a Python of ours needs, and no secret of the worker's."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "PYTHONUTF8"), "1")
    return {**kept, **single, "PYTHONPATH": str(ROOT), "HOME": folder, "TMPDIR": folder, "LANG": "C.UTF-8"}
