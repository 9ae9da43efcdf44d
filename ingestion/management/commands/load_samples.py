"""`manage.py load_samples`: the collection that a new installation is tried with."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.knowledge.models import Collection, Document
from ingestion.samples.load import NoAdministrator, load

OPEN = (Document.Status.QUEUED, Document.Status.PARSING, Document.Status.EMBEDDING)
SECONDS = 0.5


class Command(BaseCommand):
    help = "Loads the sample collection. A second call does nothing, also after the collection was deleted."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--wait", action="store_true", help="return when every document can be searched")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            collection = load()
        except NoAdministrator as fault:
            raise CommandError(str(fault)) from fault
        if collection is None:
            self.stdout.write("The sample collection was deleted; it is not loaded again.")
            return
        if options["wait"]:
            self._wait(collection)
        self.stdout.write(f"{collection.name}: {collection.documents.count()} documents")

    def _wait(self, collection: Collection) -> None:
        """Says how many are left whenever that changes."""
        before = -1
        while left := collection.documents.filter(status__in=OPEN).count():
            if left != before:
                self.stdout.write(f"{left} documents are being read")
            before = left
            time.sleep(SECONDS)
        failed = collection.documents.filter(status=Document.Status.FAILED)
        if failed:
            raise CommandError("\n".join(f"{document.filename}: {document.error}" for document in failed))
