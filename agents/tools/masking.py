"""Keeping secrets out of what models, people and the audit log read."""

import base64
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, quote_plus, unquote, urlsplit

from quarry import secrets

from agents.tools.models import Tool

MASK = "•••"
LEAST = 6  # characters: shorter ones would mask half of every text
NAMED = re.compile(r"pass(word|wd|phrase)|secret|token|api[-_]?key|authorization|credential|private[-_]?key|密碼", re.I)
LONGEST_TEXT, MOST_ENTRIES, DEEPEST = 200, 20, 4


def values(tool: Tool) -> list[str]:
    """What of a tool's secret must never be read: the secret and the passwords in it, as they are and as HTTP writes
    them."""
    try:
        secret = secrets.decrypt(tool.secret)
    except secrets.Unreadable:
        return []
    parts = {part for part in (secret, secret.partition(":")[2], _password(secret), *_texts(secret)) if part}
    written = {form for part in parts for form in (part, quote(part, safe=""), quote_plus(part), _base64(part))}
    return sorted((form for form in written if len(form) >= LEAST), key=len, reverse=True)


def masked(value: Any, hidden: list[str]) -> Any:
    """The same without what is hidden, however deep it stands."""
    match value:
        case str():
            for each in hidden:
                value = value.replace(each, MASK)
            return value
        case Mapping():
            return {masked(key, hidden): masked(each, hidden) for key, each in value.items()}
        case list() | tuple():
            return [masked(each, hidden) for each in value]
    return value


def short(value: Any, depth: int = 0) -> Any:
    """Arguments for the audit log: the beginnings, and nothing that calls itself a secret."""
    match value:
        case str():
            return value if len(value) <= LONGEST_TEXT else f"{value[:LONGEST_TEXT]}… ({len(value)} characters)"
        case Mapping() | list() | tuple() if depth >= DEEPEST:
            return "…"
        case Mapping():
            kept = list(value.items())[:MOST_ENTRIES]
            return {str(key)[:80]: MASK if NAMED.search(str(key)) else short(each, depth + 1) for key, each in kept}
        case list() | tuple():
            return [short(each, depth + 1) for each in value[:MOST_ENTRIES]]
    return value


def _password(secret: str) -> str:
    """That of an address such as `postgresql://user:password@host/name`."""
    try:
        return unquote(urlsplit(secret).password or "")
    except ValueError:
        return ""


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _texts(secret: str) -> list[str]:
    try:
        found = json.loads(secret)
    except ValueError:
        return []
    return [each for each in found.values() if isinstance(each, str)] if isinstance(found, dict) else []
