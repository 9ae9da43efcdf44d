"""Whether a model's signature is good, and what follows from it.

A signature may be by a company's key or by a Sigstore identity (IBM signs Granite so). It is judged anew at every
`Store.verify`, from the digests that were found and the policy as it is now: nothing is remembered that a changed
policy or a removed file could slip past. It costs milliseconds, since the model itself is not read again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from . import oms
from .catalogue import Identity
from .faults import ModelRefused
from .policy import Policy
from .types import ModelUnavailable

NAME = "model.sig"
State = Literal["unsigned", "signed", "untrusted", "invalid"]
ROOT = "https%3A%2F%2Ftuf-repo-cdn.sigstore.dev/trusted_root.json"


@dataclass(frozen=True, slots=True)
class Judgement:
    """`signed` is by a trusted signer; `untrusted` by somebody else, or by a key that nobody here knows; `invalid`
    speaks for other bytes or is broken, and is never overlooked."""

    state: State
    signer: str = ""
    reason: str = ""


def judge(folder: Path, digests: Mapping[str, str], expected: tuple[Identity, ...], policy: Policy) -> Judgement:
    """Judges the signature beside files of these digests. `expected`: who signs this model according to the
    catalogue."""
    path = folder / NAME
    if not path.exists():
        return Judgement("unsigned", reason="it bears no signature")
    try:
        bundle = oms.read(path)
        return _judged(bundle, tuple(sorted(digests.items())), expected, policy)
    except ModelRefused as error:
        return Judgement("invalid", reason=str(error))


@lru_cache(maxsize=256)
def _judged(
    bundle: oms.Bundle, digests: tuple[tuple[str, str], ...], expected: tuple[Identity, ...], policy: Policy
) -> Judgement:
    signer = _by_identity(bundle, expected + policy.identities) if bundle.certificate else _by_key(bundle, policy)
    covered = oms.covered(bundle.payload)
    for name, sha256 in digests:
        if covered.get(name) != sha256:
            return Judgement("invalid", signer, reason=f"its signature is not over these bytes of {name}")
    if signer:
        return Judgement("signed", signer)
    if bundle.certificate and expected:
        return Judgement("invalid", reason="it is signed by somebody else than its publisher")
    return Judgement("untrusted", reason="it is signed by somebody whom nobody here trusts")


def demand(name: str, judgement: Judgement, policy: Policy, was_signed: bool = False) -> None:
    """Refuses the model of this name where its signature, or the lack of one, forbids loading it."""
    if judgement.state == "invalid":
        raise ModelRefused(f"{name} is refused: {judgement.reason}. It is not loaded.")
    if judgement.state == "unsigned" and was_signed:
        raise ModelRefused(f"{name} is refused: its signature was removed. It is not loaded.")
    if policy.require_signature and judgement.state != "signed":
        raise ModelRefused(f"{name} is refused: a signature is required, and {judgement.reason}. It is not loaded.")


def _by_key(bundle: oms.Bundle, policy: Policy) -> str:
    return next((key.name for key in policy.keys if oms.signed_by(bundle, oms.public_key(key.pem))), "")


def _by_identity(bundle: oms.Bundle, trusted: tuple[Identity, ...]) -> str:
    """The trusted identity that signed; "" for a sound signature of another; a broken one is refused."""
    from sigstore.errors import Error, VerificationError
    from sigstore.models import Bundle
    from sigstore.verify import policy as rules

    try:
        found = Bundle.from_json(bundle.text)
        verifier = _verifier()
        for each in trusted:
            try:
                verifier.verify_dsse(found, rules.Identity(identity=each.identity, issuer=each.issuer))
            except VerificationError:
                continue
            return each.identity
        verifier.verify_dsse(found, _AnyIssuer())
    except (Error, ValueError, KeyError, TypeError) as error:
        raise ModelRefused(f"The signature cannot be verified: {error}") from error
    return ""


class _AnyIssuer:
    """Sound whoever signed: tells a stranger's signature from a forged one."""

    def verify(self, certificate: Any) -> None:
        return None


@cache
def _verifier() -> Any:
    """Trusts what came with the package. Sigstore's own way would ask a server, or a cache in somebody's home."""
    from sigstore.models import TrustedRoot
    from sigstore.verify import Verifier

    logging.getLogger("sigstore").setLevel(logging.ERROR)
    try:
        with resources.as_file(resources.files("sigstore._store").joinpath(ROOT)) as path:
            return Verifier(trusted_root=TrustedRoot.from_file(str(path)))
    except OSError as error:
        raise ModelUnavailable("The trust data for signatures is missing from the environment.") from error
