"""Questions to begin with: those whose answer stands in sample documents that the person can read."""

import hashlib
from functools import cache

from apps.accounts.models import User
from apps.knowledge import selectors
from apps.knowledge.models import Document
from ingestion.samples import Question, manifest, questions


def starters(person: User) -> list[Question]:
    """In the order of the list; none where the sample documents are not loaded, not ready or not readable."""
    prints = _fingerprints()
    ready = selectors.documents(person).filter(sha256__in=prints.values(), status=Document.Status.READY)
    found = set(ready.values_list("sha256", flat=True))
    return [q for q in questions() if q.starter and all(prints[each.file] in found for each in q.evidence)]


@cache
def _fingerprints() -> dict[str, str]:
    return {each.path.name: hashlib.sha256(each.path.read_bytes()).hexdigest() for each in manifest().documents}
