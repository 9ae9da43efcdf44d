"""`manage.py create_api_key EMAIL`: prints the key and nothing else, so that a script can take it."""

from typing import Any

from django.core.management.base import CommandParser

from apps.accounts.actions import create_api_key
from apps.accounts.command import HouseCommand, active_person
from apps.accounts.policies import SCOPES


class Command(HouseCommand):
    help = "Makes an API key for a person and prints it; it is not shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="command line", help="what the key is for")
        parser.add_argument(
            "--scope", action="append", default=[], choices=list(SCOPES), help="may be repeated; none: everything"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        _, text = create_api_key(None, active_person(options["email"]), options["name"], options["scope"])
        self.stdout.write(text)
