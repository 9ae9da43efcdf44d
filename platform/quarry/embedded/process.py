"""Starting and stopping child processes so that none outlives its parent and none hears the terminal's Ctrl-C."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from .accounts import Account

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(how: signal.Signals = signal.SIGKILL, niceness: int = 0) -> Callable[[], None]:
    """A function for the child, before exec: the kernel sends it `how` when the thread that started it ends."""
    parent = os.getpid()

    def ask() -> None:
        be_nice(niceness)
        if _libc:
            _libc.prctl(PR_SET_PDEATHSIG, int(how), 0, 0, 0)
        if os.getppid() != parent:  # it died in between, so that nobody will tell us
            os.kill(os.getpid(), how)

    return ask


def be_nice(niceness: int) -> None:
    """Lets other processes go first. Linux compares niceness only within a session where it groups processes by
    session (sched(7), "autogroup"), and our children have one each: so the group is told as well."""
    os.nice(niceness)
    for _ in range(5 if niceness else 0):
        try:
            Path("/proc/self/autogroup").write_text(str(niceness))
        except BlockingIOError:  # the kernel takes one such change in a tenth of a second
            time.sleep(0.12)
        except OSError:  # no such kernel
            return
        else:
            return


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    account: Account | None = None,
    parent_died: signal.Signals = signal.SIGKILL,
    keep: Sequence[int] = (),
    niceness: int = 0,
) -> subprocess.Popen[bytes]:
    """Starts a child in a session of its own, its output appended to `log`. Call it from a thread that stays."""
    other = account if account and account.other else None
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=folder or "/",
            start_new_session=True,
            pass_fds=keep,
            preexec_fn=die_with_parent(parent_died, niceness),
            user=other.uid if other else None,
            group=other.gid if other else None,
            extra_groups=[] if other else None,
            umask=0o077 if other else -1,
        )


def stop(
    process: subprocess.Popen[bytes], how: signal.Signals, patience: float, hurry: Callable[[], bool] = lambda: False
) -> bool:
    """Asks a child to stop and waits. After `patience` seconds, or when `hurry` says so, its group is killed."""
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(how)
    deadline = time.monotonic() + patience
    while process.poll() is None:
        if time.monotonic() > deadline or hurry():
            kill_group(process)
            return False
        time.sleep(0.02)
    return True


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kills a child and whatever it started in its session, at once."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def adopt_orphans() -> None:
    """From now on the children of our dead children become ours, so that `reap_strays` finds them."""
    if _libc:
        _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def reap_strays(known: set[int]) -> int:
    """Kills children that we did not start (their parent died); returns how many there were."""
    try:
        children = {int(pid) for pid in Path("/proc/thread-self/children").read_text().split()}
    except OSError:  # no Linux, or a kernel without this list
        return 0
    strays = children - known
    for pid in strays:
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    return len(strays)


def tail(log: Path, lines: int = 8) -> str:
    """The last lines of a log file, for an error message."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 8192))
            text = file.read().decode(errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])
