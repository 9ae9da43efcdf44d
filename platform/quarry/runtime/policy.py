"""Whose signatures this installation trusts, and whether a model must bear one.

Kept in `<home>/model-policy.json`, not in the folder of the models: that folder may be shared, or written by whoever
the signature is to protect from. A file that cannot be read stops every model, since it may have asked for signatures.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from . import oms, settings
from .catalogue import Identity
from .jsonfile import write_json
from .types import InvalidRequest, ModelUnavailable

MOST_SIGNERS = 100


@dataclass(frozen=True, slots=True)
class Key:
    """A company's own signing key, by the name that people gave it."""

    name: str
    pem: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Policy:
    """`identities` are trusted for every model, beside those that the catalogue names for its own."""

    require_signature: bool = False
    keys: tuple[Key, ...] = ()
    identities: tuple[Identity, ...] = ()


def path() -> Path:
    return settings.current().home / "model-policy.json"


def current() -> Policy:
    """This installation's policy; where none was made, signatures are checked but not asked for."""
    try:
        return parse(json.loads(path().read_text(encoding="utf-8")))
    except FileNotFoundError:
        return Policy()
    except (OSError, ValueError, InvalidRequest) as error:
        raise ModelUnavailable(f"The policy for models in {path()} cannot be read; no model is loaded.") from error


def parse(value: Any) -> Policy:
    """A policy from plain values, checked."""
    try:
        keys = tuple(Key(str(each["name"]), oms.pem(oms.public_key(each["pem"]))) for each in value.get("keys", []))
        identities = tuple(Identity(str(i["identity"]), str(i["issuer"])) for i in value.get("identities", []))
        required = value.get("require_signature", False)
    except (AttributeError, KeyError, TypeError) as error:
        raise InvalidRequest("A signer is a key with a name and its PEM, or an identity with its issuer.") from error
    if not isinstance(required, bool) or len(keys) + len(identities) > MOST_SIGNERS:
        raise InvalidRequest("A signature is required or not, and at most a hundred signers are trusted.")
    if len({key.name for key in keys}) < len(keys):
        raise InvalidRequest("Two keys have the same name.")
    return Policy(required, keys, identities)


def save(policy: Policy) -> None:
    """Replaces the policy; models that are loaded stay until their workers start again."""
    path().parent.mkdir(parents=True, exist_ok=True)
    write_json(path(), asdict(policy))
