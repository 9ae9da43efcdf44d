"""Does the chain still hold? The hashes are computed again here, from what the database now holds."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

FIRST = "0" * 64
SELECT = "SELECT e.id, e.previous_hash, e.hash, audit_event_canonical(e) FROM audit_event e ORDER BY e.id"


@dataclass(frozen=True)
class Verdict:
    """`head` is the last event's hash: kept elsewhere, it proves later that nothing before it was changed."""

    ok: bool
    checked: int
    first_broken: int | None = None
    reason: str = ""
    head: str = FIRST


def verify() -> Verdict:
    """Walks the whole chain; finds a changed, removed, added or re-ordered row, and an end that was cut off after
    the last verification (its head is remembered in the data folder)."""
    remembered = _remembered()
    verdict = _walk(remembered)
    if verdict.ok and verdict.checked:
        _remember(verdict)
    return verdict


def _walk(remembered: tuple[int, str] | None) -> Verdict:
    previous, number = FIRST, 0
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(SELECT)
        for key, previous_hash, hash_, canonical in cursor:
            number += 1
            if reason := _broken(key, number, previous_hash, previous, hash_, canonical, remembered):
                return Verdict(False, number - 1, key, reason, previous)
            previous = hash_
    if remembered and remembered[0] > number:
        return Verdict(False, number, number + 1, f"events {number + 1} to {remembered[0]} were removed", previous)
    return Verdict(True, number, head=previous)


def _broken(
    key: int, number: int, claimed: str, previous: str, hash_: str, canonical: str, remembered: tuple[int, str] | None
) -> str:
    if key != number:
        return f"event {number} is missing"
    if claimed != previous:
        return "it does not follow the event before it"
    if hashlib.sha256((previous + canonical).encode()).hexdigest() != hash_:
        return "its content was changed after it was recorded"
    if remembered and remembered[0] == key and remembered[1] != hash_:
        return "the chain was written anew since the last verification"
    return ""


def _anchor() -> Path:
    return Path(settings.QUARRY_HOME) / "audit-head.json"


def _remembered() -> tuple[int, str] | None:
    try:
        kept = json.loads(_anchor().read_text())
        return int(kept["checked"]), str(kept["head"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _remember(verdict: Verdict) -> None:
    draft = _anchor().with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps(asdict(verdict)))
    draft.replace(_anchor())
