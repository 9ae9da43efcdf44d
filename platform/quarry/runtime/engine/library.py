"""llama.cpp in this process: loaded once, its log sent to Python's."""

from __future__ import annotations

import ctypes
import logging
import threading
from collections import deque
from functools import cache
from typing import Any

from .. import machine
from ..types import ModelUnavailable

log = logging.getLogger("quarry.runtime.llama")
ERROR_LEVEL = 4  # of ggml.h
_lock = threading.Lock()
_errors: deque[str] = deque(maxlen=3)


@cache
def llama() -> Any:
    """The low-level bindings, with the library ready for use."""
    with _lock:
        machine.share_cores()
        try:
            import llama_cpp.llama_cpp as library
        except (ImportError, OSError, RuntimeError) as error:
            raise ModelUnavailable(
                f"llama.cpp is not installed for this environment ({error}). `make run` builds it."
            ) from error
        _callback(library)
        library.llama_backend_init()
        return library


@cache
def _callback(library: Any) -> Any:
    """Kept for ever: the library calls it from its own threads."""

    def receive(level: int, text: bytes, _: ctypes.c_void_p) -> None:
        if level == ERROR_LEVEL and (line := text.decode("utf-8", "replace").strip()):
            _errors.append(line)
            log.warning("%s", line)

    callback = library.llama_log_callback(receive)
    library.llama_log_set(callback, ctypes.c_void_p(0))
    return callback


def last_errors() -> str:
    """The last lines that the library logged as errors."""
    return "; ".join(_errors)
