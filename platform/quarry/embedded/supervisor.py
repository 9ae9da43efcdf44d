"""One process that starts everything in order, keeps it running, and stops it in order. No Django in here.

Start: lock, web socket, PostgreSQL and Valkey, `prepare` (migrations), then web, workers and beat. Stop: beat and web
(no new work), workers (which finish or give back theirs), Valkey, PostgreSQL. Every child dies with this process.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..endings import describe_end
from . import logs, process, web_socket
from .children import Child, Role, empty_temporary, roles
from .lock import HomeLock
from .once import Once
from .place import Place, ServiceFault, make_home
from .postgres import Postgres
from .readiness import Readiness
from .signals import Interrupted, Signals
from .terminal import Stopwatch, say
from .valkey import Valkey

Service = Postgres | Valkey
ROTATE_SECONDS = 10.0
SERVICE_PAUSE_SECONDS = 5.0


@dataclass
class Plan:
    """What the supervisor is told: `prepare` brings the database up to date and returns what to say when ready;
    `once` are commands to run when Quarry is ready."""

    home: Path
    prepare: Callable[[], Sequence[str]]
    once: Sequence[Once] = ()
    host_header: str = "localhost"
    own_database: bool = True
    own_valkey: bool = True
    roles: Callable[[int], list[Role]] = field(default=roles)


class Supervisor:
    """Runs one plan; `run` returns the exit code when everything has ended."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.clock = Stopwatch()
        self.signals = Signals()
        make_home(plan.home)
        self.lock = HomeLock(plan.home)
        empty_temporary(plan.home)
        self.place = Place.make(plan.home)
        self.socket, note = web_socket.bind()
        self.address = web_socket.address(self.socket)
        self.lock.write(address=self.address)
        self.services: list[Service] = []
        self.children: list[Child] = []
        self._ready_message: Sequence[str] = ()
        self._service_pause = 0.0
        self._rotated = 0.0
        if note:
            say(note, "warn")

    def run(self) -> int:
        process.adopt_orphans()
        code = 0
        try:
            with self.signals.interruptible():
                self._start()
            self._watch()
        except Interrupted:
            pass
        except (ServiceFault, LookupError) as fault:
            say(str(fault), "bad")
            code = 1
        finally:
            self._stop()
        return code

    def _start(self) -> None:
        self._start_services()
        self._ready_message = self.plan.prepare()
        self.children = [Child(role, self.plan.home) for role in self.plan.roles(self.socket.fileno())]
        for child in self.children:
            child.start()
        say("web server, workers and clock started; the models are being loaded", "dim")

    def _start_services(self) -> None:
        if self.plan.own_database:
            self.services.append(Postgres(self.place))
        if self.plan.own_valkey:
            self.services.append(Valkey(self.place))
        for service in self.services:
            service.start()
        if self.services:
            names = " and ".join(service.title for service in self.services)
            where = f", data in {self.place.data}" if self.place.data != self.place.home else ""
            say(f"{names} answer{where} ({self.clock})", "good")

    def _watch(self) -> None:
        readiness = Readiness(*web_socket.loopback(self.socket), self.plan.host_header)
        ready = False
        while not self.signals.stops:
            self._look_after()
            if not ready and (ready := readiness.check()):
                self._say_ready()
                self._run_once()
            self.signals.wait(1.0 if ready and all(child.alive for child in self.children) else 0.4)

    def _look_after(self) -> None:
        for service in self.services:
            if not service.running and time.monotonic() > self._service_pause:
                self._restart(service)
        for child in self.children:
            ended = child.look_after()
            if ended:
                say(f"{child.role.name} {ended}", "bad")
        for command in self.plan.once:
            command.look_after()
        process.reap_strays(self._known())
        if time.monotonic() - self._rotated > ROTATE_SECONDS:
            logs.rotate(self.place.logs)
            self._rotated = time.monotonic()

    def _restart(self, service: Service) -> None:
        code = service.process.poll() if service.process else None
        say(f"{service.title} {describe_end(code or 0)}; starting it again", "bad")
        clock = Stopwatch()
        try:
            with self.signals.interruptible():
                service.start()
        except ServiceFault as fault:
            say(f"{fault}\nTrying again in {SERVICE_PAUSE_SECONDS:.0f} s.", "bad")
            self._service_pause = time.monotonic() + SERVICE_PAUSE_SECONDS
        else:
            say(f"{service.title} answers again ({clock})", "good")

    def _say_ready(self) -> None:
        say("")
        say(f"Quarry is ready: {self.address}   (after {self.clock})", "bold")
        self._say_message()
        say(f"Logs: {self.place.logs}   Stop: Ctrl-C")
        say("")

    def _say_message(self) -> None:
        for line in self._ready_message:
            say(line, "bold")
        self._ready_message = ()

    def _run_once(self) -> None:
        for command in self.plan.once:
            command.start(self.plan.home)

    def _known(self) -> set[int]:
        own = [*self.services, *self.children, *self.plan.once]
        return {each.process.pid for each in own if each.process is not None}

    def _stop(self) -> None:
        self._say_message()  # a password that was made up must be seen even if the start went wrong
        say("stopping (Ctrl-C again stops at once)", "dim")
        clock = Stopwatch()
        for command in self.plan.once:
            command.stop()
        front = [child for child in self.children if child.role.name in {"beat", "web"}]
        self._stop_children(front)
        self._stop_children([child for child in self.children if child not in front])
        for service in reversed(self.services):
            service.stop(force=self.signals.force, hurry=lambda: self.signals.force)
        process.reap_strays(set())
        self.socket.close()
        self.lock.release()
        say(f"stopped after {clock}", "good")

    def _stop_children(self, children: Sequence[Child]) -> None:
        for child in children:
            child.ask_to_stop()
        begin = time.monotonic()
        while not self.signals.force:
            late = [child for child in children if child.alive and time.monotonic() - begin > child.role.patience]
            for child in late:
                say(f"{child.role.name} still works; its work goes on at the next start", "warn")
                child.kill()
            if not any(child.alive for child in children):
                break
            self.signals.wait(0.1)
        for child in children:
            child.kill()
