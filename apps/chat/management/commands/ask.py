"""`manage.py ask "QUESTION"`: streams an answer and its citations to the terminal.

The answer and its citations go to standard output; what is being done meanwhile goes to standard error.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.management.base import CommandError, CommandParser
from quarry import events
from quarry.embedded.terminal import status

import agents.actions
import agents.selectors
from agents.models import Run
from apps.accounts.command import PersonCommand
from apps.accounts.models import User
from apps.chat import actions
from apps.knowledge.models import Collection
from apps.knowledge.selectors import named_collection


class Command(PersonCommand):
    help = "Asks a question and streams the answer with its citations. Exit code 1 if it cannot be answered now."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("question")
        parser.add_argument(
            "--collection", action="append", default=[], metavar="NAME", help="may be repeated; none: everything"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        person = self.person(options["email"])
        collections = [_collection(person, name) for name in options["collection"]]
        run = _ask(person, options["question"], collections)
        try:
            self._follow(person, run)
        except KeyboardInterrupt:
            agents.actions.cancel(person, run)
            raise CommandError("Stopped.") from None

    def _follow(self, person: User, run: Run) -> None:
        for event in events.follow(run.pk, ended=lambda: agents.selectors.ended_event(run.pk)):
            self._tell(agents.selectors.visible_event(person, event))

    def _tell(self, event: events.Event) -> None:
        match event.kind:
            case "token":
                status("")
                self.stdout.write(event.data["text"], ending="")
                self.stdout.flush()
            case "restart":
                self.stdout.write(f"\n\n({event.data['reason']})\n")
            case "done":
                status("")
                self.stdout.write("\n" + "".join(map(_cited, event.data["citations"])))
            case "error":
                status("")
                raise CommandError(f"{event.data['title']}. {event.data['detail']}")
            case _:
                status(_doing(event))


def _collection(person: User, name: str) -> Collection:
    found = named_collection(person, name)
    if found is None:
        raise CommandError(f"There is no collection {name!r} that this person may read.")
    return found


def _ask(person: User, question: str, collections: Sequence[Collection]) -> Run:
    if not question.strip():
        raise CommandError("There is no question.")
    conversation = actions.create_conversation(person, [each.pk for each in collections] or None)
    _, answer = actions.ask(person, conversation, question.strip())
    if answer.run is None:
        raise CommandError("The question was not taken.")
    return answer.run


def _doing(event: events.Event) -> str:
    match event.kind, event.data:
        case "queued", {"position": position}:
            return f"waiting, place {position}"
        case "step", {"kind": "search"}:
            return "searching"
        case "progress", {"done": done, "total": total}:
            return f"reading {done} of {total} tokens"
    return ""


def _cited(citation: Mapping[str, Any]) -> str:
    place = citation["location"] or {}
    where = [f"page {place['page']}"] if place.get("page") else []
    where += [place["heading"]] if place.get("heading") else []
    return f"\n[{citation['marker']}] {', '.join([citation['title'], *where])}\n    “{citation['quote']}”\n"
