"""The catalogue as this installation sees it: what is here, what fits, what is in use."""

from __future__ import annotations

from typing import Any

from . import policy, select, settings, signatures
from .catalogue import Model, models
from .embedding import space
from .faults import ModelRefused
from .store import Store
from .types import RuntimeFault


def listing() -> list[dict[str, Any]]:
    """One entry a model, plain values only."""
    current = settings.current()
    store = Store(current.models)
    active = {model.id for model in (_chat(store, current), _embedding(store)) if model}
    rules = policy.current()
    return [_entry(model, store, model.id in active, rules) for model in models()]


def _chat(store: Store, current: settings.Settings) -> Model | None:
    try:
        return select.current(store, current)
    except RuntimeFault:
        return None


def _embedding(store: Store) -> Model | None:
    try:
        return space.chosen(store)
    except RuntimeFault:
        return None


def _entry(model: Model, store: Store, active: bool, rules: policy.Policy) -> dict[str, Any]:
    verdict, manifest = select.fit(model), store.manifest(model)
    source, signed = model.sources[0], store.signature(model)
    return {
        "id": model.id,
        "name": model.name,
        "kind": model.kind,
        "family": model.family,
        "architecture": model.architecture,
        "variant": model.variant,
        "hybrid": model.hybrid,
        "parameters": model.parameters,
        "size_bytes": model.size_bytes,
        "memory_bytes": model.memory_bytes(),
        "context": model.context,
        "licence": model.licence,
        "source": manifest.get("source") or str(source),
        "revision": manifest.get("revision") or source.version or source.revision,
        "sha256": _digest(model, store),
        "installed": store.installed(model),
        "verified": store.verified(model),
        "added": model.added,
        "signature": signed.state,
        "signer": signed.signer,
        "refused": _refusal(model, store, signed, rules),
        "fits": verdict.fits,
        "reason": verdict.reason,
        "active": active,
    }


def _refusal(model: Model, store: Store, signed: signatures.Judgement, rules: policy.Policy) -> str:
    """Why the model will not be loaded although it is here, as far as one can tell without reading it."""
    if not store.installed(model):
        return ""
    try:
        signatures.demand(model.name, signed, rules, bool(store.manifest(model).get("signed")))
    except ModelRefused as error:
        return str(error)
    return ""


def _digest(model: Model, store: Store) -> str | None:
    try:
        return store.pinned(model)
    except RuntimeFault:
        return model.sha256
