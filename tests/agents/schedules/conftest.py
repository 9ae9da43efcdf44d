"""Schedules as people make them, and the far ends of their deliveries: real servers on this machine."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from agents.models import Run
from agents.schedules import actions, firing
from agents.schedules.models import Firing, Schedule
from apps.accounts.models import User

Make = Callable[..., Schedule]
DAILY = {"kind": "daily", "at": "08:30"}


@pytest.fixture
def api(client_for: Any, employee: User) -> APIClient:
    return client_for(employee)  # type: ignore[no-any-return]


@pytest.fixture
def make(queue: None, employee: User) -> Make:
    """The employee's schedule, every morning unless the test says otherwise."""

    def made(person: User = employee, **more: Any) -> Schedule:
        return actions.create(person, {"name": "Morning", "prompt": "What is new?", "trigger": DAILY, **more})[0]

    return made


def due(schedule: Schedule) -> None:
    """Has the schedule's time come just now."""
    Schedule.objects.filter(pk=schedule.pk).update(next_at=timezone.now())


def end(answer: str = "All is well.", status: str = "completed", **more: Any) -> Run:
    """Ends the run that waits as its worker would, and lets the schedule see it."""
    run = Run.objects.get(status="queued")
    Run.objects.filter(pk=run.pk).update(status=status, answer=answer, ended_at=timezone.now(), **more)
    firing.look()
    run.refresh_from_db()
    return run


def states(schedule: Schedule) -> list[str]:
    """How each occasion stands, oldest first."""
    return list(Firing.objects.filter(schedule=schedule).order_by("created_at").values_list("status", flat=True))


@dataclass
class Mailbox:
    port: int = 0
    letters: list[bytes] = field(default_factory=list)
    refuse: bool = False


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    """A server that speaks as much SMTP as it takes to be handed a mail."""
    box = Mailbox()

    class Handler(socketserver.StreamRequestHandler):
        def say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

        def handle(self) -> None:
            self.say("220 here")
            for line in self.rfile:
                word = line.split()[0].upper()
                if word == b"RCPT" and box.refuse:
                    self.say("451 try later")
                elif word == b"DATA":
                    self.say("354 go on")
                    box.letters.append(self.text())
                    self.say("250 taken")
                elif word == b"QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 fine")

        def text(self) -> bytes:
            lines = iter(self.rfile.readline, b".\r\n")
            return b"".join(lines)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        box.port = server.server_address[1]
        settings.QUARRY_SMTP_URL = f"smtp://127.0.0.1:{box.port}"
        yield box
        server.shutdown()
