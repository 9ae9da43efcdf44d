"""Reading assistants, as far as the person may."""

from typing import Any

from django.db.models import CharField, Max, OuterRef, QuerySet, Subquery, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from django.utils.translation import get_language
from quarry import runtime
from quarry.api.problem import not_found

from agents.assistants import policies
from agents.assistants.models import Assistant, Version
from apps.accounts.models import User
from apps.endpoints import selectors as endpoints

CONTENT = (
    *("name", "picture", "purpose", "instructions", "model_order", "collections", "tools", "limits", "greeting"),
    *("starters", "translations"),
)
LANGUAGES = ("en", "zh-Hant")  # of translations
# How the API calls what the column calls otherwise.
API_NAMES = {"model_order": "models"}


def assistants(person: User, editable: bool = False) -> QuerySet[Assistant]:
    """Those that the person may use, or those that they may change."""
    return _whole(policies.editable(person) if editable else policies.usable(person))


def one(person: User, slug: str) -> Assistant:
    """The assistant of this name, if the person may use or change it."""
    return _found(_whole(policies.visible(person)).filter(slug=slug).first())


def versions(person: User, slug: str) -> QuerySet[Version]:
    """All that it was, newest first, for those who may change it."""
    assistant = one(person, slug)
    policies.require_edit(person, assistant)
    return saved(assistant).select_related("created_by")


def version(person: User, slug: str, number: int) -> Version:
    found = versions(person, slug).filter(number=number).first()
    if found is None:
        raise not_found()
    return found


def difference(person: User, slug: str, before: int, after: int) -> list[dict[str, Any]]:
    """What differs between two versions, field by field."""
    old, new = version(person, slug, before), version(person, slug, after)
    return [
        {"field": API_NAMES.get(name, name), "before": getattr(old, name), "after": getattr(new, name)}
        for name in CONTENT
        if getattr(old, name) != getattr(new, name)
    ]


def answering(person: User, slug: str) -> Version | None:
    """What answers under this name, if the person may use it."""
    found = policies.usable(person).filter(slug=slug).select_related("published__assistant").first()
    return found.published if found else None


def why_not(person: User, slug: str) -> str:
    """Why an assistant that the person could use earlier does not answer them now."""
    found = Assistant.objects.filter(slug=slug).first()
    if found is None or found.deleted_at:
        return "This assistant was deleted."
    if not found.enabled or not found.published_id:
        return "This assistant is switched off."
    return "You may no longer use this assistant."


def saved(assistant: Assistant) -> QuerySet[Version]:
    """Its versions without those that were only tried, newest first."""
    return Version.objects.filter(assistant=assistant).exclude(number=None).order_by("-number")


def newest(assistant: Assistant) -> Version:
    return saved(assistant)[0]


def said_by(version: Version, field: str) -> Any:
    """A text of the assistant's in the reader's language, where it has one."""
    language = (get_language() or "").lower()
    mine: dict[str, Any] = next((texts for name, texts in version.translations.items() if name.lower() == language), {})
    return mine.get(field) or getattr(version, field)


def name_of(slug: str) -> Coalesce:
    """For a query whose column `slug` holds an assistant's name: what it is called in the reader's language, also when
    it answers no more."""
    version = Version.objects.filter(assistant__slug=OuterRef(slug)).exclude(number=None).order_by("-number")
    language = next((each for each in LANGUAGES if each.lower() == (get_language() or "").lower()), "")
    translated = KeyTextTransform("name", KeyTextTransform(language, "translations"))
    return Coalesce(
        Subquery(version.values_list(translated)[:1]),
        Subquery(version.values("name")[:1]),
        Value(""),
        output_field=CharField(),
    )


def _whole(found: QuerySet[Assistant]) -> QuerySet[Assistant]:
    known = found.select_related("published", "created_by").prefetch_related("groups", "editors")
    return known.annotate(newest_number=Max("versions__number"))


def _found(assistant: Assistant | None) -> Assistant:
    if assistant is None:
        raise not_found()
    return assistant


def usable_models() -> list[dict[str, str]]:
    """What can answer here, as `id` and `name`: for whoever chooses an assistant's models."""
    own = [each for each in runtime.models() if each["kind"] == "chat" and each["installed"]]
    remote = [{"id": name, "name": title} for name, title in endpoints.names().items()]
    return [{"id": each["id"], "name": each["name"]} for each in own] + remote
