"""What Quarry's own commands share: faults as sentences, and the person on whose behalf they act."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from quarry.api import Problem
from quarry.api.problem import OUTAGES

from apps.accounts.models import User
from apps.accounts.selectors import first_administrator

NOT_RUNNING = "The database does not answer. Is Quarry running? Start it with `make run`."


class HouseCommand(BaseCommand):
    """A command whose expected faults end it with a sentence and exit code 1, never with a traceback."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except Problem as problem:
            raise CommandError(problem.detail) from None
        except OUTAGES:
            raise CommandError(NOT_RUNNING) from None


class PersonCommand(HouseCommand):
    """A command that does what a person may do: `--as EMAIL`, else the first administrator."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as", dest="email", metavar="EMAIL", help="act for this person (the first administrator)")

    def person(self, email: str | None) -> User:
        """The active person with this address, or the first administrator where none is given."""
        return active_person(email) if email else self._administrator()

    def _administrator(self) -> User:
        found = first_administrator()
        if found is None:
            raise CommandError("There is nobody yet: start Quarry once, which makes the first administrator.")
        return found


def active_person(email: str) -> User:
    """The active person with this address."""
    found = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if found is None:
        raise CommandError(f"There is no active person with the address {email}.")
    return found
