"""The assistants that come with Quarry: made when the tables are, renewed with it until somebody changes them."""

import tomllib
from pathlib import Path
from typing import Any

from django.db import transaction

from agents.assistants import selectors
from agents.assistants.models import Assistant, Version
from apps.accounts.models import User
from apps.audit import record

FILE = Path(__file__).with_name("ready_made.toml")
CHINESE = "zh-Hant"


def after_migration(apps: Any = None, **_: Any) -> None:
    """Django's signal. Where the tables are not those of this code, it is on its way to another version."""
    if apps is not None:
        try:
            state = apps.get_model("assistants", "Version")
        except LookupError:
            return
        if {field.name for field in state._meta.fields} != {field.name for field in Version._meta.fields}:
            return
    sync()


@transaction.atomic
def sync() -> None:
    """Makes what is missing, and renews what nobody has changed. What was deleted or renamed stays so, and so does
    somebody's own assistant of the same name."""
    known = {each.slug: each for each in Assistant.objects.select_for_update()}
    for slug, content in contents().items():
        if slug not in known:
            _make(slug, content)
        elif _untouched(known[slug]) and _differs(newest := selectors.newest(known[slug]), content):
            _add(known[slug], (newest.number or 0) + 1, content)


def contents() -> dict[str, dict[str, Any]]:
    """What each of them is, by its name."""
    found = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {slug: _content(facts) for slug, facts in found.items()}


def _content(facts: dict[str, Any]) -> dict[str, Any]:
    texts = {name: value.strip() if isinstance(value, str) else value for name, value in facts.items()}
    return {"translations": {CHINESE: texts.pop(CHINESE)}, **texts}


def _untouched(assistant: Assistant) -> bool:
    """People's versions name them; another that they published is their choice as well."""
    if not assistant.ready_made or assistant.deleted_at:
        return False
    saved = selectors.saved(assistant)
    return saved[0].pk == assistant.published_id and not saved.exclude(created_by=None).exists()


def _differs(version: Version, content: dict[str, Any]) -> bool:
    return any(getattr(version, name) != value for name, value in content.items())


def _make(slug: str, content: dict[str, Any]) -> None:
    _add(Assistant.objects.create(slug=slug, ready_made=True), 1, content)


def _add(assistant: Assistant, number: int, content: dict[str, Any]) -> None:
    """On a new installation there is nobody yet to tell: it begins with these."""
    assistant.published = Version.objects.create(assistant=assistant, number=number, **content)
    assistant.save(update_fields=["published"])
    if User.objects.exists():
        record(None, "assistant.renew", assistant, {"version": number})
