"""The assistants that come with Quarry: there from the start, in both languages, and anybody's change stays."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from agents.assistants import actions, checks, ready_made
from agents.assistants.models import Assistant, Version
from apps.accounts.models import User
from apps.audit.models import Event

ALL = "/api/v1/assistants"
SLUGS = {"knowledge", "summariser", "analyst", "customer-service", "it-help-desk"}


@pytest.fixture
def api(client_for: Any, administrator: User) -> APIClient:
    return client_for(administrator)  # type: ignore[no-any-return]


def of(slug: str) -> Assistant:
    return Assistant.objects.get(slug=slug)


def renewed(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    """As after an update of Quarry in which they are different."""
    found = {slug: content | changes for slug, content in ready_made.contents().items()}
    with monkeypatch.context() as patch:
        patch.setattr(ready_made, "contents", lambda: found)
        ready_made.after_migration()


def test_everybody_finds_them_in_their_language(client_for: Any, stranger: User) -> None:
    api = client_for(stranger)
    english = {each["slug"]: each for each in api.get(ALL).json()["results"]}
    assert english.keys() == SLUGS
    assert all(each["ready_made"] and not each["can_edit"] for each in english.values())
    chinese = {each["slug"]: each for each in api.get(ALL, headers={"Accept-Language": "zh-TW"}).json()["results"]}
    for slug in SLUGS:
        for field in ("name", "purpose", "greeting"):
            assert english[slug][field].isascii() or "’" in english[slug][field]
            assert any("\u4e00" <= char <= "\u9fff" for char in chinese[slug][field]), (slug, field)
        assert len(english[slug]["starters"]) == len(chinese[slug]["starters"]) == 3


def test_they_are_what_anybody_could_have_made(db: None, administrator: User) -> None:
    for slug, content in ready_made.contents().items():
        checks.refuse_unknown(administrator, content, {})
        assert bool(content["tools"]) == (slug != "knowledge")
        assert checks.SLUG.fullmatch(slug)
        assert len(content["instructions"]) <= 8000


def test_a_second_time_changes_nothing(db: None) -> None:
    before = list(Version.objects.order_by("pk").values())
    ready_made.after_migration()
    assert list(Version.objects.order_by("pk").values()) == before
    assert not Event.objects.exists(), "a new installation begins with them"


def test_an_update_reaches_what_nobody_changed_and_nothing_else(
    api: APIClient, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.patch(f"{ALL}/knowledge", {"greeting": "Our own."})
    api.patch(f"{ALL}/analyst", {"greeting": "A draft.", "publish": False})
    api.delete(f"{ALL}/summariser")
    api.patch(f"{ALL}/it-help-desk", {"restricted": True})
    renewed(monkeypatch, greeting="New.")
    greetings = {each.slug: each.published.greeting for each in Assistant.objects.select_related("published")}  # type: ignore[union-attr]
    assert (greetings["knowledge"], greetings["customer-service"], greetings["it-help-desk"]) == (
        "Our own.",
        "New.",
        "New.",
    )
    assert greetings["analyst"] not in ("New.", "A draft.")
    assert of("summariser").deleted_at is not None
    assert of("it-help-desk").restricted
    renewals = Event.objects.filter(action="assistant.renew")
    assert sorted(renewals.values_list("object_label", flat=True)) == ["customer-service", "it-help-desk"]


def test_a_roll_back_is_a_choice_too(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    renewed(monkeypatch, greeting="New.")
    api.post(f"{ALL}/knowledge/publish", {"version": 1})
    renewed(monkeypatch, greeting="Newer.")
    assert of("knowledge").published.number == 1  # type: ignore[union-attr]
    assert of("analyst").published.greeting == "Newer."  # type: ignore[union-attr]


def test_somebodys_own_of_the_same_name_stays(db: None, administrator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    Assistant.objects.filter(slug="knowledge").update(slug="elsewhere")
    actions.create(administrator, "knowledge", {"name": "Mine"}, {})
    renewed(monkeypatch, greeting="New.")
    assert of("knowledge").published.name == "Mine"  # type: ignore[union-attr]
    assert not of("knowledge").ready_made
