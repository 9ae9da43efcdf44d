"""`manage.py worker`: one more inference worker, for an installation that runs elsewhere."""

from __future__ import annotations

import os
import socket
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from quarry.embedded import children
from quarry.embedded.place import make_home
from quarry.runtime import machine

NEEDED = ("DATABASE_URL", "REDIS_URL")


class Command(BaseCommand):
    help = "Runs an inference worker for the installation at DATABASE_URL and REDIS_URL, until Ctrl-C."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        missing = [name for name in NEEDED if not os.environ.get(name)]
        if missing:
            raise CommandError(
                f"{' and '.join(missing)} must say where the installation's database and Valkey are. "
                "More workers beside `manage.py up`: set QUARRY_INFERENCE_WORKERS for it instead."
            )
        make_home(settings.QUARRY_HOME)
        children.temporary(settings.QUARRY_HOME).mkdir(mode=0o700, exist_ok=True)
        name = f"inference-{socket.gethostname()}-{os.getpid()}"
        command = children.inference_worker(name)
        environment = children.child_environment(settings.QUARRY_HOME, "inference", machine.cores())
        os.chdir(children.REPOSITORY)
        os.execve(command[0], command, environment)  # noqa: S606  our own interpreter, no shell
