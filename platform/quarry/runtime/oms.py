"""OpenSSF model signatures (OMS v1): what `model.sig` says, and signing and checking it with a company's own key.

A signature is a Sigstore bundle around a DSSE envelope around an in-toto statement, which lists the model's files with
their digests. `model_signing` reads what this writes and the other way round. It is not used here: it hashes every file
again, which the store has done, and it asks a server for its trust data unless it is told not to.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from .faults import ModelRefused
from .types import InvalidRequest

PAYLOAD, STATEMENT = "application/vnd.in-toto+json", "https://in-toto.io/Statement/v1"
PREDICATE, BUNDLE = "https://model_signing/signature/v1.0", "application/vnd.dev.sigstore.bundle.v0.3+json"
LARGEST = 4 * 2**20
CURVES: dict[str, hashes.HashAlgorithm] = {
    "secp256r1": hashes.SHA256(),
    "secp384r1": hashes.SHA384(),
    "secp521r1": hashes.SHA512(),
}

PublicKey = EllipticCurvePublicKey | Ed25519PublicKey
PrivateKey = EllipticCurvePrivateKey | Ed25519PrivateKey


@dataclass(frozen=True, slots=True)
class Bundle:
    """A signature as it was read; nothing of it is believed yet. `certificate` tells a Sigstore identity from a key."""

    text: str
    payload: bytes
    signature: bytes
    certificate: bool


def read(path: Path) -> Bundle:
    """The signature in a file; a malformed one is refused."""
    try:
        if path.stat().st_size > LARGEST:
            raise ModelRefused(f"The signature {path.name} is absurdly large.")
        return parse(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ModelRefused(f"The signature {path.name} cannot be read.") from error


def parse(text: str) -> Bundle:
    """The signature in a text."""
    try:
        found = json.loads(text)
        envelope, material = found["dsseEnvelope"], found["verificationMaterial"]
        if envelope["payloadType"] != PAYLOAD or len(envelope["signatures"]) != 1:
            raise ModelRefused("The signature is not of a kind that is known here.")
        payload = base64.b64decode(envelope["payload"], validate=True)
        signature = base64.b64decode(envelope["signatures"][0]["sig"], validate=True)
        by_identity = "certificate" in material or "x509CertificateChain" in material
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error) as error:
        raise ModelRefused("The signature is malformed.") from error
    return Bundle(text, payload, signature, by_identity)


def covered(payload: bytes) -> dict[str, str]:
    """The files that a checked payload speaks for, with their sha256."""
    try:
        found = json.loads(payload)
        if (found["_type"], found["predicateType"]) != (STATEMENT, PREDICATE):
            raise ModelRefused("The signature is not of a kind that is known here.")
        resources = {each["name"]: each for each in found["predicate"]["resources"]}
        digests = {name: each["digest"] for name, each in resources.items() if each["algorithm"] == "sha256"}
        consistent = found["subject"][0]["digest"]["sha256"] == _root(digests, list(resources))
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise ModelRefused("The signature is malformed.") from error
    if not consistent:
        raise ModelRefused("The signature contradicts itself.")
    return digests


def statement(name: str, digests: Mapping[str, str]) -> bytes:
    """What is signed for a model of these files."""
    names = sorted(digests)
    resources = [{"name": each, "algorithm": "sha256", "digest": digests[each]} for each in names]
    how = {"method": "files", "hash_type": "sha256", "allow_symlinks": False, "ignore_paths": ["model.sig"]}
    subject = {"name": name, "digest": {"sha256": _root(digests, names)}}
    predicate = {"serialization": how, "resources": resources}
    whole = {"_type": STATEMENT, "subject": [subject], "predicateType": PREDICATE, "predicate": predicate}
    return json.dumps(whole).encode()


def sign(payload: bytes, key: PrivateKey) -> str:
    """The text of `model.sig`."""
    encoded = pae(payload)
    if isinstance(key, Ed25519PrivateKey):
        signature = key.sign(encoded)
    else:
        signature = key.sign(encoded, ECDSA(CURVES[key.curve.name]))
    envelope = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": PAYLOAD,
        "signatures": [{"sig": base64.b64encode(signature).decode(), "keyid": ""}],
    }
    material: dict[str, Any] = {"publicKey": {"hint": fingerprint(key.public_key())}, "tlogEntries": []}
    return json.dumps({"mediaType": BUNDLE, "verificationMaterial": material, "dsseEnvelope": envelope})


def signed_by(bundle: Bundle, key: PublicKey) -> bool:
    """Whether the holder of this key made the signature."""
    try:
        if isinstance(key, Ed25519PublicKey):
            key.verify(bundle.signature, pae(bundle.payload))
        else:
            key.verify(bundle.signature, pae(bundle.payload), ECDSA(CURVES[key.curve.name]))
    except InvalidSignature:
        return False
    return True


def pae(payload: bytes) -> bytes:
    """DSSE's pre-authentication encoding: the bytes that the signature is over."""
    return f"DSSEv1 {len(PAYLOAD)} {PAYLOAD} {len(payload)} ".encode() + payload


def fingerprint(key: PublicKey) -> str:
    """The sha256 of the key's PEM, as `model_signing` names keys."""
    return hashlib.sha256(pem(key).encode()).hexdigest()


def pem(key: PublicKey) -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.PEM, form).decode()


def public_key(text: str) -> PublicKey:
    """A public key from its PEM; only kinds that signatures of models are made with."""
    try:
        key = serialization.load_pem_public_key(text.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InvalidRequest("This is not a public key in PEM form.") from error
    return _known(key)


def private_key(text: bytes, password: bytes | None = None) -> PrivateKey:
    """A private key from its PEM, decrypted if need be."""
    try:
        key = serialization.load_pem_private_key(text, password or None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise InvalidRequest("This is not a private key in PEM form, or its password is another.") from error
    _known(key.public_key())
    return key  # type: ignore[return-value]  # its public half was just found to be of a known kind


def _known(key: Any) -> PublicKey:
    if isinstance(key, Ed25519PublicKey) or (isinstance(key, EllipticCurvePublicKey) and key.curve.name in CURVES):
        return key
    raise InvalidRequest(
        "Models are signed with Ed25519 or with the curves P-256, P-384 and P-521; this key is another."
    )


def _root(digests: Mapping[str, str], names: list[str]) -> str:
    return hashlib.sha256(b"".join(bytes.fromhex(digests[name]) for name in names)).hexdigest()
