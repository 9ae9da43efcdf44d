"""`manage.py ingest PATH ... --collection NAME`: uploads files and folders, and waits until they can be searched."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser
from quarry.api import Problem
from quarry.embedded.terminal import say, status

from apps.accounts.command import PersonCommand
from apps.accounts.models import User
from apps.knowledge import blobs
from apps.knowledge.actions import create_collection, upload_document
from apps.knowledge.models import Collection, Document
from apps.knowledge.policies import require_edit
from apps.knowledge.selectors import named_collection
from ingestion.waiting import anybody_reads, settled


class Command(PersonCommand):
    help = "Uploads files, and folders with what is in them, and waits. Exit code 1 if any could not be read."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--collection", required=True, metavar="NAME", help="made if there is none of that name")
        parser.add_argument("--no-wait", action="store_true", help="return when everything is uploaded")

    def handle(self, *args: Any, **options: Any) -> None:
        files = [file for path in options["paths"] for file in files_in(path)]
        if not files:
            raise CommandError("There is no file to read.")
        person = self.person(options["email"])
        collection = _collection(person, options["collection"])
        refused, queued = _upload(person, collection, files)
        if queued and not anybody_reads():
            say("no worker reads documents right now; they wait in the queue", "warn")
        failed = 0 if options["no_wait"] else _wait(queued)
        if refused or failed:
            raise CommandError(f"{refused + failed} of {len(files)} files could not be read.")


def files_in(path: Path) -> Iterator[Path]:
    """The file, or the folder's files by name; hidden ones are left out."""
    if not path.exists():
        raise CommandError(f"{path} does not exist.")
    if path.is_file():
        yield path
        return
    for found in sorted(path.rglob("*")):
        if found.is_file() and not any(part.startswith(".") for part in found.relative_to(path).parts):
            yield found


def _collection(person: User, name: str) -> Collection:
    """The person's collection of that name, made if there is none."""
    found = named_collection(person, name)
    if found is None:
        say(f"making the collection {name}, which everyone may read")
        return create_collection(person, name)
    require_edit(person, found)
    return found


def _upload(person: User, collection: Collection, files: Iterable[Path]) -> tuple[int, list[UUID]]:
    """How many files were refused, and the documents to wait for."""
    refused, queued = 0, dict[UUID, None]()
    for file in files:
        try:
            document, new = upload_document(person, collection, blobs.pieces(file), filename=file.name)
        except (Problem, OSError) as error:
            refused += 1
            say(f"{file}: {error}", "bad")
            continue
        if not new and document.status == Document.Status.READY:
            say(f"{file}: is in the collection already", "dim")
        queued[document.pk] = None
    return refused, list(queued)


def _wait(documents: Sequence[UUID]) -> int:
    """Says how far it is and how each ends; returns how many failed."""
    failed = 0
    for news in settled(documents):
        if isinstance(news, float):
            status(f"{news:.0%} of {len(documents)} documents")
            continue
        status("")
        if news.status == Document.Status.FAILED:
            failed += 1
            say(f"{news.filename}: {news.error}", "bad")
        else:
            count = news.passages_count
            say(f"{news.filename}: {count} passage{'s' if count != 1 else ''}", "good")
    return failed
