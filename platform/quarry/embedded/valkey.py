"""The embedded Valkey (Redis protocol): queues and streams that survive a restart."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping

from . import process, programs
from .accounts import give
from .place import Place, ServiceFault

STOP_PATIENCE = 20.0


class Valkey:
    """One Valkey server on a unix socket; `settings` override the usual ones."""

    title = "Valkey"

    def __init__(self, place: Place, settings: Mapping[str, str] | None = None) -> None:
        self.place = place
        self.log = place.logs / "valkey.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._settings = {**_SETTINGS, **(settings or {})}

    def start(self, patience: float = 60.0) -> None:
        """Starts the server and waits until it answers; reading a large file back can take a while."""
        give(self.place.valkey_data, self.place.account)
        self._spawn()
        assert self.process is not None  # noqa: S101 - _spawn set it
        deadline = time.monotonic() + patience
        while not self.healthy():
            if self.process.poll() is not None:
                raise ServiceFault(f"Valkey did not start (see {self.log}):\n{process.tail(self.log)}")
            if time.monotonic() > deadline:
                self.stop(force=True)
                raise ServiceFault(f"Valkey did not answer within {patience:.0f} s (see {self.log})")
            time.sleep(0.02)

    @property
    def running(self) -> bool:
        """Whether its process lives."""
        return self.process is not None and self.process.poll() is None

    def healthy(self) -> bool:
        """Whether the server answers now, its data read back."""
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(5)
                connection.connect(str(self.place.valkey_socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def stop(self, force: bool = False, hurry: Callable[[], bool] = lambda: False) -> bool:
        """Stops the server after it wrote its data down. True if it stopped in order."""
        if self.process is None or not self.running:
            return True
        return process.stop(self.process, signal.SIGKILL if force else signal.SIGTERM, STOP_PATIENCE, hurry)

    def _spawn(self) -> None:
        options = [part for name, value in self._settings.items() for part in (f"--{name}", value)]
        folders = ["--dir", str(self.place.valkey_data), "--unixsocket", str(self.place.valkey_socket)]
        self.process = process.spawn(
            [programs.valkey_program(self.place.account), *folders, *options],
            log=self.log,
            environment={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            account=self.place.account,
            parent_died=signal.SIGTERM,
        )


_SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "daemonize": "no",
    "appendonly": "yes",
    "save": "",
    # Queues must never be thrown away to make room.
    "maxmemory-policy": "noeviction",
    "loglevel": "notice",
}
