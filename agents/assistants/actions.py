"""Every change to assistants: permission, change and audit event in one transaction."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from quarry.api import Problem
from quarry.api.problem import not_found

import agents.actions
from agents.assistants import asking, checks, policies, selectors
from agents.assistants.models import Assistant, Trial, Version
from agents.models import Run
from apps.accounts.models import User
from apps.audit import record

CONTENT = selectors.CONTENT
TRANSLATED = ("name", "purpose", "greeting", "starters")
SHARING = ("enabled", "restricted", "groups", "editors")
Facts = Mapping[str, Any]


@transaction.atomic
def create(actor: User, slug: str, content: Facts, sharing: Facts, publish: bool = True) -> Assistant:
    """An assistant with its first version, which answers at once unless it is to stay a draft."""
    if not actor.is_active:
        raise not_found()
    checks.refuse_slug(slug)
    checks.refuse_unknown(actor, content, {})
    assistant = Assistant.objects.create(slug=slug, created_by=actor)
    version = _add_version(actor, assistant, 1, content)
    _share(assistant, sharing)
    _answer_by(assistant, version if publish else None)
    facts = {**_content(version), **_sharing(assistant), "published": publish}
    record(actor, "assistant.create", assistant, facts)
    return assistant


@transaction.atomic
def change(
    actor: User,
    assistant: Assistant,
    content: Facts,
    sharing: Facts,
    publish: bool | None = None,
    base: int | None = None,
) -> Assistant:
    """Changes what is named: content makes a new version, which answers at once unless `publish` is False; with whom
    it is shared is no part of any version. `base`: the version that the person saw, if another must be refused. Whoever
    names `publish` goes on with the newest version, which may be a draft; whoever does not changes what answers."""
    assistant = _locked(actor, assistant)
    if "editors" in sharing:
        policies.require_owner(actor, assistant)
    newest, published, shared = selectors.newest(assistant), assistant.published, _sharing(assistant)
    if base is not None and base != newest.number:
        raise Problem(409, "Somebody saved another version in the meantime. Look at it first.", code="conflict")
    old = newest if publish is not None else published or newest
    new = _next_version(actor, assistant, old, content)
    _share(assistant, sharing)
    if publish or (publish is None and new is not old):
        _answer_by(assistant, new)
    facts = _changed(_content(old), _content(new)) | _changed(shared, _sharing(assistant))
    record(actor, "assistant.change", assistant, facts | _published(published, assistant.published))
    return assistant


@transaction.atomic
def publish(actor: User, assistant: Assistant, number: int) -> Assistant:
    """Has this version answer from now on: a newer one, or an older one again."""
    assistant = _locked(actor, assistant)
    before, version = assistant.published, selectors.saved(assistant).filter(number=number).first()
    if version is None:
        raise checks.invalid("version", f"There is no version {number} of this assistant.")
    _answer_by(assistant, version)
    record(actor, "assistant.publish", assistant, _published(before, version))
    return assistant


@transaction.atomic
def delete(actor: User, assistant: Assistant) -> None:
    """Nobody finds or asks it any more. Its versions stay, so that its runs can be traced."""
    assistant = _locked(actor, assistant)
    policies.require_owner(actor, assistant)
    assistant.deleted_at = timezone.now()
    assistant.save(update_fields=["deleted_at"])
    record(actor, "assistant.delete", assistant, _content(selectors.newest(assistant)) | _sharing(assistant))


@transaction.atomic
def try_out(
    actor: User,
    assistant: Assistant,
    question: str,
    number: int | None = None,
    content: Facts | None = None,
    history: Sequence[asking.Turn] = (),
) -> Run:
    """A run of a version that need not be published, or of the newest with changes that need not be saved."""
    assistant = _locked(actor, assistant)
    version = (
        selectors.newest(assistant) if number is None else selectors.saved(assistant).filter(number=number).first()
    )
    if version is None:
        raise checks.invalid("version", f"There is no version {number} of this assistant.")
    if content:
        checks.refuse_unknown(actor, content, _content(version))
        version = _add_version(actor, assistant, None, {**_content(version), **content})
    run = agents.actions.start(actor, Run.Kind.QUESTION, asking.task(version, question, history))
    Trial.objects.create(run=run, version=version)
    record(actor, "assistant.test", assistant, {"run": str(run.pk), "version": version.number, "question": question})
    return run


def forget_trials(before: Any) -> None:
    """Deletes test runs, and versions that were only tried, from before that moment."""
    old = Trial.objects.filter(created_at__lt=before, run__status__in=Run.ENDED)
    runs, tried = list(old.values_list("run", flat=True)), list(old.values_list("version", flat=True))
    Run.objects.filter(pk__in=runs).delete()
    Version.objects.filter(pk__in=tried, number=None).delete()


def _locked(actor: User, assistant: Assistant) -> Assistant:
    """As it is now: of two who change it at once the second sees what the first did. Locked without its version, which
    PostgreSQL would look up as it was before the wait."""
    policies.require_edit(actor, assistant)
    found = Assistant.objects.select_for_update().filter(pk=assistant.pk, deleted_at=None).first()
    if found is None:
        raise not_found()
    return found


def _next_version(actor: User, assistant: Assistant, old: Version, content: Facts) -> Version:
    """A new version: the old one with the changes; itself where nothing changes."""
    before = _content(old)
    checks.refuse_unknown(actor, content, before)
    after = _without_stale(before, {**before, **{name: content[name] for name in CONTENT if name in content}}, content)
    if after == before:
        return old
    number = (selectors.newest(assistant).number or 0) + 1
    return _add_version(actor, assistant, number, after | {"note": content.get("note", "")})


def _without_stale(before: Facts, after: dict[str, Any], content: Facts) -> dict[str, Any]:
    """A text that is changed alone loses its translations: they would say what it does not say any more."""
    if "translations" in content:
        return after
    stale = {name for name in TRANSLATED if before[name] != after[name]}
    kept = {
        language: {name: text for name, text in texts.items() if name not in stale}
        for language, texts in after["translations"].items()
    }
    return after | {"translations": {language: texts for language, texts in kept.items() if texts}}


def _add_version(actor: User, assistant: Assistant, number: int | None, content: Facts) -> Version:
    fields = {name: content[name] for name in (*CONTENT, "note") if name in content}
    return Version.objects.create(assistant=assistant, number=number, created_by=actor, **fields)


def _share(assistant: Assistant, sharing: Facts) -> None:
    for name in ("enabled", "restricted"):
        setattr(assistant, name, sharing.get(name, getattr(assistant, name)))
    assistant.save(update_fields=["enabled", "restricted"])
    for name in ("groups", "editors"):
        if name in sharing:
            getattr(assistant, name).set(sharing[name])


def _answer_by(assistant: Assistant, version: Version | None) -> None:
    assistant.published = version
    assistant.save(update_fields=["published"])


def _content(version: Version) -> dict[str, Any]:
    return {name: getattr(version, name) for name in CONTENT}


def _sharing(assistant: Assistant) -> dict[str, Any]:
    groups, editors = (sorted(str(each) for each in rows.all()) for rows in (assistant.groups, assistant.editors))
    facts = {"enabled": assistant.enabled, "restricted": assistant.restricted}
    return facts | {"groups": groups, "editors": editors}


def _changed(before: Facts, after: Facts) -> dict[str, Any]:
    return {name: [before[name], after[name]] for name in before if before[name] != after[name]}


def _published(before: Version | None, after: Version | None) -> dict[str, Any]:
    if before == after:
        return {}
    return {"version": [before.number if before else None, after.number if after else None]}
