"""Who is alive: each worker says every few seconds what it is and which model it holds; the web process reads it."""

import json
import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from quarry import valkey

EVERY_SECONDS = 3
GONE_AFTER_SECONDS = 12
logger = logging.getLogger(__name__)


@dataclass
class Worker:
    """A worker process as it describes itself. `state` is starting, ready or failed; `detail` says why. `models` are
    the chat models in its memory, as `runtime.loaded` describes them."""

    role: str
    host: str = field(default_factory=socket.gethostname)
    pid: int = field(default_factory=os.getpid)
    started: float = field(default_factory=time.time)
    state: str = "starting"
    detail: str = ""
    model: str = ""
    model_sha256: str = ""
    models: list[dict[str, Any]] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"worker:{self.role}:{self.host}:{self.pid}"


def announce(worker: Worker, models: Callable[[], list[dict[str, Any]]] = list) -> threading.Event:
    """Keeps saying that `worker` is alive, and which `models` it holds, until the returned event is set."""
    stop = threading.Event()
    threading.Thread(target=_beat, args=(worker, models, stop), name="alive", daemon=True).start()
    return stop


def _beat(worker: Worker, models: Callable[[], list[dict[str, Any]]], stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            worker.models = models()
            valkey.client().set(worker.key, json.dumps(asdict(worker)), ex=GONE_AFTER_SECONDS)
        except Exception as error:
            logger.debug("Valkey did not take the sign of life: %s", error)
        stop.wait(EVERY_SECONDS)
    valkey.client().delete(worker.key)


def alive(role: str = "*") -> list[Worker]:
    """The workers that were heard of in the last seconds."""
    client = valkey.client()
    found = [client.get(key) for key in client.scan_iter(f"worker:{role}:*", count=100)]
    return [Worker(**json.loads(value)) for value in found if value]
