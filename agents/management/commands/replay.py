"""`manage.py replay RUN`: an agent's run once more, with the results as they were stored."""

from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser
from quarry import events

from agents import replay, selectors
from agents.models import Run
from apps.accounts.command import PersonCommand


class Command(PersonCommand):
    help = "Replays an agent's run and says turn by turn whether the same comes out. Exit code 1 where it does not."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("run", type=UUID)

    def handle(self, *args: Any, **options: Any) -> None:
        person = self.person(options["email"])
        run = selectors.agent_runs(person, {}).filter(pk=options["run"]).first()
        if run is None:
            raise CommandError("There is no agent's run with this id.")
        self._tell(self._ended(replay.start(person, run)))

    def _ended(self, run: Run) -> dict[str, Any]:
        for event in events.follow(run.pk, ended=lambda: selectors.ended_event(run.pk)):
            if event.kind == "error":
                raise CommandError(f"{event.data['title']}. {event.data['detail']}")
        run.refresh_from_db()
        return dict(run.result or {})

    def _tell(self, result: dict[str, Any]) -> None:
        for step in result["steps"]:
            verdict = "same" if step["same"] else "different"
            other = "" if step["same_model"] else " (by another model)"
            self.stdout.write(f"step {step['ordinal']}: {verdict}{other}")
        if not result["same"]:
            raise CommandError("Something else came out.")
