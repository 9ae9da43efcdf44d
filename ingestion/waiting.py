"""Following documents until each is ready or failed, for commands that wait."""

import time
from collections.abc import Iterator, Sequence
from uuid import UUID

from quarry import workers

from apps.knowledge.models import Document

ENDED = (Document.Status.READY, Document.Status.FAILED)
POLL_SECONDS = 0.5


def settled(documents: Sequence[UUID]) -> Iterator[Document | float]:
    """Yields each document when it has ended, and in between how far all of them are together, 0 to 1. A document
    that was deleted meanwhile counts as ended and is not told of."""
    waiting = set(documents)
    while waiting:
        found = {each.pk: each for each in Document.objects.filter(pk__in=waiting)}
        ended = [found[pk] for pk in sorted(waiting & found.keys(), key=documents.index) if found[pk].status in ENDED]
        waiting = found.keys() - {each.pk for each in ended}
        yield from ended
        if waiting:
            yield (len(documents) - len(waiting) + sum(found[pk].progress for pk in waiting)) / len(documents)
            time.sleep(POLL_SECONDS)


def anybody_reads() -> bool:
    """Whether a worker is there that reads documents."""
    return bool(workers.alive("ingestion"))
