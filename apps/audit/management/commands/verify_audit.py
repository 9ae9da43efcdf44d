"""`manage.py verify_audit`: walks the whole hash chain; exit code 1 where it is broken."""

from typing import Any

from django.core.management.base import CommandError

from apps.accounts.command import HouseCommand
from apps.audit import chain


class Command(HouseCommand):
    help = "Computes every hash of the audit log again and says where the chain is broken, if it is."

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = chain.verify()
        if not verdict.ok:
            raise CommandError(
                f"BROKEN at event {verdict.first_broken}: {verdict.reason}. {verdict.checked} were sound."
            )
        self.stdout.write(f"Sound: {verdict.checked} events. Head: {verdict.head}")
