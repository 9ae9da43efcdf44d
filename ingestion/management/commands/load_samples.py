"""`manage.py load_samples`: the collection that a new installation is tried with."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from apps.accounts.command import HouseCommand
from apps.knowledge.models import Collection, Document
from ingestion.samples.load import NoAdministrator, load
from ingestion.waiting import settled


class Command(HouseCommand):
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
        """Names each document as it becomes searchable."""
        failed = []
        for news in settled([document.pk for document in collection.documents.order_by("created_at")]):
            if isinstance(news, Document):
                self.stdout.write(f"{news.filename}: {news.status}")
                failed += [news] if news.status == Document.Status.FAILED else []
        if failed:
            raise CommandError("\n".join(f"{document.filename}: {document.error}" for document in failed))
