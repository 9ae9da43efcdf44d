"""Every change to the models of this installation: permission, change and audit event in one transaction.

The API, the page and `manage.py models` call the same functions. Work that takes minutes is a `Job`, see `work.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from quarry.api import Problem
from quarry.api.problem import not_found
from quarry.celery import app
from quarry.runtime import adding, bundle, catalogue, describe, oms, policy, signatures, unpacking
from quarry.runtime.catalogue import Model
from quarry.runtime.jsonfile import write_json
from quarry.runtime.store import Progress

from apps.accounts.models import User
from apps.accounts.policies import require_administrator
from apps.audit import record
from apps.library import selectors
from apps.library.faults import as_problem
from apps.library.models import Job

EVENTS = {"pull": "model.pull", "verify": "model.verify", "add": "model.add"}


def pull(actor: User, model_id: str, send: bool = True) -> Job:
    """Downloads and verifies a model of the catalogue."""
    require_administrator(actor)
    model = _known(model_id)
    if model.added:
        raise Problem(409, f"{model.name} was added by hand and can be had from nowhere else.")
    return _begin(actor, Job.Kind.PULL, model.id, {}, send)


def verify(actor: User, model_id: str, send: bool = True) -> Job:
    """Reads every byte of a model again and asks for its signature."""
    require_administrator(actor)
    return _begin(actor, Job.Kind.VERIFY, _installed(model_id).id, {}, send)


def add(actor: User, facts: Mapping[str, str], path: Path | None = None) -> Job:
    """Takes in an administrator's own GGUF: a file of the folder for arrivals, or, from the command line, of any path.
    Over the network no path is taken: it would tell what lies on the server."""
    require_administrator(actor)
    store = selectors.store()
    with as_problem():
        describe.refuse_clash(store.root, facts["id"], facts["kind"])
        source = path or adding.arrived(store, facts["incoming"])
    known = {key: facts[key] for key in ("id", "name", "licence", "kind")}
    return _begin(actor, Job.Kind.ADD, facts["id"], {"path": str(source), "entry": known}, send=path is None)


def _begin(actor: User, kind: str, model_id: str, facts: dict[str, Any], send: bool) -> Job:
    """A new job, or the one of the same kind that is under way already."""
    try:
        with transaction.atomic():
            job = Job.objects.create(model=model_id, kind=kind, facts=facts, requested_by=actor)
            record(actor, EVENTS[kind], job, {"model": model_id})
    except IntegrityError:
        return _under_way(kind, model_id)
    if send:
        transaction.on_commit(lambda: enqueue(job))
    return job


def _under_way(kind: str, model_id: str) -> Job:
    found = Job.objects.filter(model=model_id, status__in=Job.ACTIVE).first()
    if found is None or found.kind != kind:
        raise Problem(409, "Something else is being done with this model. Wait for it, or cancel it.")
    return found


def enqueue(job: Job) -> None:
    """Sends the job to a worker; one that is lost on the way is found by `recovery`."""
    app.send_task("library.work", args=[str(job.pk)], ignore_result=True)


@transaction.atomic
def cancel(actor: User, job: Job) -> Job:
    """Ends a job: who works on it notices within a second. What was downloaded stays for the next attempt."""
    require_administrator(actor)
    ended = {"status": Job.Status.CANCELLED, "ended_at": timezone.now(), "lease_owner": "", "lease_until": None}
    if Job.objects.filter(pk=job.pk, status__in=Job.ACTIVE).update(**ended):
        record(actor, "model.cancel", job, {"kind": job.kind})
    job.refresh_from_db()
    return job


@transaction.atomic
def remove(actor: User, model_id: str) -> None:
    """Deletes a model's files. One that a worker holds, or that the search index was made with, stays."""
    require_administrator(actor)
    model = _known(model_id)
    if user := selectors.in_use(model):
        raise Problem(409, f"{model.name} is in use by {user}. Use another model first.")
    if Job.objects.filter(model=model.id, status__in=Job.ACTIVE).exists():
        raise Problem(409, "Something else is being done with this model. Wait for it, or cancel it.")
    record(actor, "model.remove", model.id, {"model": model.id, "sha256": selectors.digest(model)})
    with as_problem():
        selectors.store().remove(model)


@transaction.atomic
def use(actor: User, model_id: str) -> Model:
    """Records which chat model the workers load when they start the next time."""
    require_administrator(actor)
    model = _installed(model_id)
    if model.kind != "chat":
        raise Problem(400, f"{model.name} is not a model that writes answers.")
    if selectors.named_by_environment():
        raise Problem(409, "QUARRY_MODEL names the model of this installation; unset it to choose here.")
    with as_problem():
        rules, judgement = policy.current(), selectors.store().signature(model)
        signatures.demand(model.name, judgement, rules)
    record(actor, "model.use", model.id, {"model": model.id})
    with as_problem():
        write_json(selectors.store().root / "chat" / "chosen.json", {"id": model.id})
    return model


@transaction.atomic
def change_policy(actor: User, wanted: Mapping[str, Any]) -> policy.Policy:
    """Replaces the rules about signatures."""
    require_administrator(actor)
    with as_problem():
        new = policy.parse(dict(wanted))
    facts = {
        "require_signature": new.require_signature,
        "keys": {key.name: oms.fingerprint(oms.public_key(key.pem)) for key in new.keys},
        "identities": [asdict(each) for each in new.identities],
    }
    record(actor, "model.policy", "policy", facts)
    with as_problem():
        policy.save(new)
    return new


@transaction.atomic
def sign(actor: User, model_id: str, key: oms.PrivateKey) -> str:
    """Signs a model, verified anew, with the company's key; returns the fingerprint."""
    require_administrator(actor)
    model, store = _installed(model_id), selectors.store()
    fingerprint = oms.fingerprint(key.public_key())
    with as_problem():
        store.sign(model, key)
    record(actor, "model.sign", model.id, {"model": model.id, "key": fingerprint})
    return fingerprint


@transaction.atomic
def export(
    actor: User, model_ids: Sequence[str], to: Path, key: oms.PrivateKey | None, progress: Progress | None = None
) -> None:
    """Writes models into a bundle for a machine without a hub."""
    require_administrator(actor)
    models = [_installed(each) for each in model_ids]
    with as_problem():
        bundle.export(selectors.store(), models, to, key, progress)
    record(actor, "model.export", to.name, {"models": [model.id for model in models], "signed": key is not None})


def import_bundle(actor: User, path: Path, progress: Progress | None = None) -> list[Model]:
    """Takes in a bundle, whole or not at all; a refused one is recorded."""
    require_administrator(actor)
    try:
        with as_problem():
            models, signer = unpacking.unpack(selectors.store(), path, progress)
    except Problem as problem:
        record(actor, "model.import_failed", path.name, {"error": problem.detail})
        raise
    record(actor, "model.import", path.name, {"models": [model.id for model in models], "signer": signer})
    return models


def _known(model_id: str) -> Model:
    model = catalogue.named(model_id)
    if model is None:
        raise not_found()
    return model


def _installed(model_id: str) -> Model:
    model = _known(model_id)
    if not selectors.store().installed(model):
        raise Problem(409, f"{model.name} is not downloaded.")
    return model
