"""`manage.py create_api_key EMAIL`: prints the key and nothing else, so that a script can take it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError
from psycopg_pool import PoolTimeout
from quarry.api import Problem

from apps.accounts.actions import create_api_key
from apps.accounts.models import User
from apps.accounts.policies import SCOPES


class Command(BaseCommand):
    help = "Makes an API key for a person and prints it; it is not shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="command line", help="what the key is for")
        parser.add_argument(
            "--scope", action="append", default=[], choices=list(SCOPES), help="may be repeated; none: everything"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = User.objects.filter(email=options["email"].strip().lower(), is_active=True).first()
            if user is None:
                raise CommandError(f"There is no active person with the address {options['email']}.")
            _, text = create_api_key(None, user, options["name"], options["scope"])
        except Problem as problem:
            raise CommandError(problem.detail) from None
        except (OperationalError, PoolTimeout):
            raise CommandError("The database does not answer. Is Quarry running? Start it with `make run`.") from None
        self.stdout.write(text)
