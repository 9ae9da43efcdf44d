"""How a process ended, in words."""

from __future__ import annotations

import signal

CRASHES = {
    "SIGILL": "an illegal instruction",
    "SIGABRT": "an abort",
    "SIGBUS": "a bus error",
    "SIGFPE": "an arithmetic error",
    "SIGSEGV": "a segmentation fault",
}


def crash(code: int) -> str:
    """What a process crashed with, where the code that it ended with tells of a crash."""
    return CRASHES.get(_signal(code), "")


def describe_end(code: int) -> str:
    """For instance "ended with code 1" or "was ended by SIGSEGV, a segmentation fault"."""
    if code >= 0:
        return f"ended with code {code}"
    return ", ".join(filter(None, [f"was ended by {_signal(code)}", crash(code)]))


def _signal(code: int) -> str:
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
