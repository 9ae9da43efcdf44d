"""Signatures of models: a company's own key, IBM's Sigstore identity, and everything that can be wrong with them."""

import json
import shutil
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from model_signing import hashing, signing, verifying
from quarry.runtime import catalogue, oms, policy, settings, signatures
from quarry.runtime.catalogue import Identity
from quarry.runtime.faults import ModelRefused
from quarry.runtime.policy import Key, Policy
from quarry.runtime.settings import Settings
from quarry.runtime.store import Store, digest
from quarry.runtime.types import InvalidRequest, ModelUnavailable

from .conftest import TINY_ID

# A real signature by somebody of IBM: test data of sigstore/model-transparency (Apache-2.0, The Sigstore Authors).
SIGNED = Path(__file__).with_name("signed")
IBM = Identity("stefanb@us.ibm.com", "https://sigstore.verify.ibm.com/oauth2")
MODEL = catalogue.find(TINY_ID)
Private = oms.PrivateKey


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Any:
    before = settings.current()
    settings.configure(Settings(tmp_path / "home", tmp_path / "models"))
    yield
    settings.configure(before)


def keys() -> list[Private]:
    curves = [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()]
    return [*(ec.generate_private_key(curve) for curve in curves), ed25519.Ed25519PrivateKey.generate()]


def private_pem(key: Any, password: bytes | None = None) -> bytes:
    how = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how)  # type: ignore[no-any-return]


def trust(*trusted: Private, required: bool = False) -> None:
    policy.save(Policy(required, tuple(Key(f"key {n}", oms.pem(key.public_key())) for n, key in enumerate(trusted))))


def sign(store: Store, key: Private, digests: dict[str, str] | None = None) -> Path:
    path = store.folder(MODEL) / signatures.NAME
    digests = digests or {MODEL.file_name: digest(store.path(MODEL))}
    path.write_text(oms.sign(oms.statement(MODEL.id, digests), key))
    return path


@pytest.mark.parametrize("number", range(4))
def test_a_companys_own_signature(tiny_store: Store, number: int) -> None:
    key = keys()[number]
    sign(tiny_store, key)
    assert tiny_store.signature(MODEL).state == "untrusted"
    tiny_store.verify(MODEL)  # nobody asked for a signature
    trust(key, required=True)
    assert tiny_store.verify(MODEL)
    assert (tiny_store.signature(MODEL).state, tiny_store.signature(MODEL).signer) == ("signed", "key 0")


def test_without_a_signature_or_with_a_strangers_it_is_refused_where_one_is_required(tiny_store: Store) -> None:
    mine, stranger = keys()[:2]
    tiny_store.verify(MODEL)  # remembered in verified.json, which must not help later
    trust(mine, required=True)
    with pytest.raises(ModelRefused, match="a signature is required, and it bears no signature"):
        tiny_store.verify(MODEL)
    sign(tiny_store, stranger)
    with pytest.raises(ModelRefused, match="signed by somebody whom nobody here trusts"):
        tiny_store.verify(MODEL)
    sign(tiny_store, mine)
    assert tiny_store.verify(MODEL)
    trust(stranger, required=True)  # trust is withdrawn: the next start refuses
    with pytest.raises(ModelRefused, match="nobody here trusts"):
        tiny_store.verify(MODEL)


def test_a_removed_signature_is_noticed_even_where_none_is_required(tiny_store: Store) -> None:
    key = keys()[0]
    trust(key)
    path = sign(tiny_store, key)
    tiny_store.verify(MODEL)
    path.unlink()
    with pytest.raises(ModelRefused, match="its signature was removed"):
        tiny_store.verify(MODEL)


def test_a_signature_over_other_bytes_is_refused_whatever_the_policy(tiny_store: Store) -> None:
    key = keys()[0]
    trust(key)
    sign(tiny_store, key, {MODEL.file_name: "ab" * 32})
    with pytest.raises(ModelRefused, match="not over these bytes"):
        tiny_store.verify(MODEL)
    sign(tiny_store, key, {"another.gguf": digest(tiny_store.path(MODEL))})
    with pytest.raises(ModelRefused, match="not over these bytes"):
        tiny_store.verify(MODEL)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", "{" * 5000, '{"dsseEnvelope": 1, "verificationMaterial": {}}', "\x00"]
)
def test_what_is_no_signature_is_refused(tiny_store: Store, text: str) -> None:
    (tiny_store.folder(MODEL) / signatures.NAME).write_text(text)
    with pytest.raises(ModelRefused, match="signature"):
        tiny_store.verify(MODEL)


def test_one_changed_bit_of_a_signed_statement_is_no_longer_trusted(tiny_store: Store) -> None:
    key = keys()[0]
    trust(key, required=True)
    path = sign(tiny_store, key, {MODEL.file_name: "ab" * 32})
    bundle = json.loads(path.read_text())
    true = oms.statement(MODEL.id, {MODEL.file_name: digest(tiny_store.path(MODEL))})
    forged = json.loads(oms.sign(true, keys()[1]))
    bundle["dsseEnvelope"]["payload"] = forged["dsseEnvelope"]["payload"]
    path.write_text(json.dumps(bundle))
    with pytest.raises(ModelRefused, match="nobody here trusts"):
        tiny_store.verify(MODEL)


def test_who_tampers_is_refused_although_the_signature_is_fine(tiny_store: Store) -> None:
    key = keys()[0]
    trust(key, required=True)
    sign(tiny_store, key)
    data = bytearray(tiny_store.path(MODEL).read_bytes())
    data[-1] ^= 1
    tiny_store.path(MODEL).write_bytes(data)
    with pytest.raises(ModelRefused, match="is not the file it should be"):
        tiny_store.verify(MODEL)
    tiny_store.record(MODEL, {MODEL.file_name: digest(tiny_store.path(MODEL))}, "a test", "1")
    with pytest.raises(ModelRefused, match="not over these bytes"):  # the manifest is forged as well
        tiny_store.verify(MODEL)


def test_refusals_are_told(tiny_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from quarry.runtime import store as module

    told: list[tuple[str, str]] = []
    monkeypatch.setattr(module, "_observers", [lambda model, why: told.append((model.id, why))])
    trust(required=True)
    with pytest.raises(ModelRefused):
        tiny_store.verify(MODEL)
    assert [name for name, _ in told] == [TINY_ID]
    assert "a signature is required" in told[0][1]


# -- the policy's file


@pytest.mark.parametrize("text", ["{", "[]", '{"require_signature": "no"}', '{"keys": [{"name": "x", "pem": "y"}]}'])
def test_a_policy_that_cannot_be_read_stops_every_model(tiny_store: Store, text: str) -> None:
    policy.path().parent.mkdir(parents=True, exist_ok=True)
    policy.path().write_text(text)
    with pytest.raises(ModelUnavailable, match="cannot be read; no model is loaded"):
        tiny_store.verify(MODEL)


def test_a_policy_survives_being_written() -> None:
    key = keys()[3]
    wanted = Policy(True, (Key("ours", oms.pem(key.public_key())),), (IBM,))
    policy.save(wanted)
    assert policy.current() == wanted


def test_keys_of_other_kinds_are_refused() -> None:
    weak = rsa.generate_private_key(65537, 2048)
    with pytest.raises(InvalidRequest, match="this key is another"):
        oms.public_key(oms.pem(weak.public_key()))  # type: ignore[arg-type]
    with pytest.raises(InvalidRequest, match="this key is another"):
        oms.private_key(private_pem(weak))
    locked = private_pem(keys()[0], b"secret")
    assert oms.private_key(locked, b"secret")
    with pytest.raises(InvalidRequest, match="its password is another"):
        oms.private_key(locked, b"wrong")


# -- the same as everybody else's


@pytest.mark.parametrize("number", range(3))
def test_the_reference_library_accepts_our_signatures_and_we_accept_its(tmp_path: Path, number: int) -> None:
    key = keys()[number]
    folder = tmp_path / "model"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.gguf").write_bytes(b"weights")
    (folder / "deep" / "b.json").write_bytes(b"{}")
    digests = {"a.gguf": digest(folder / "a.gguf"), "deep/b.json": digest(folder / "deep" / "b.json")}
    (tmp_path / "public.pem").write_text(oms.pem(key.public_key()))
    (tmp_path / "private.pem").write_bytes(private_pem(key))
    signature = folder / signatures.NAME
    ignoring = hashing.Config().set_ignored_paths(paths=[signature])

    signature.write_text(oms.sign(oms.statement("model", digests), key))
    theirs = verifying.Config().use_elliptic_key_verifier(public_key=tmp_path / "public.pem")
    theirs.set_hashing_config(ignoring).verify(folder, signature)

    signature.unlink()
    signer = signing.Config().use_elliptic_key_signer(private_key=tmp_path / "private.pem")
    signer.set_hashing_config(ignoring).sign(folder, signature)
    ours = Policy(True, (Key("ours", oms.pem(key.public_key())),))
    assert signatures.judge(folder, digests, (), ours).state == "signed"


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither a network nor the cache in somebody's home, where a trust root could have been laid."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    signatures._verifier.cache_clear()
    signatures._judged.cache_clear()


@pytest.fixture
def by_ibm(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SIGNED, tmp_path / "signed"))


def digests_of(folder: Path) -> dict[str, str]:
    return {name: digest(folder / name) for name in ("signme-1", "signme-2")}


@pytest.mark.usefixtures("no_network")
def test_a_real_sigstore_identity_is_verified_offline(by_ibm: Path, tmp_path: Path) -> None:
    found = signatures.judge(by_ibm, digests_of(by_ibm), (IBM,), Policy())
    assert (found.state, found.signer) == ("signed", IBM.identity)
    trusted = signatures.judge(by_ibm, digests_of(by_ibm), (), Policy(identities=(IBM,)))
    assert trusted.state == "signed"
    assert not (tmp_path / "nobody").exists()


@pytest.mark.usefixtures("no_network")
def test_a_wrong_signer_is_refused(by_ibm: Path) -> None:
    granite = catalogue.find("granite-4.0-h-tiny").signers
    assert [each.identity for each in granite] == ["Granite-sign@ibm.com", "Granite-verify@ibm.com"]
    found = signatures.judge(by_ibm, digests_of(by_ibm), granite, Policy())
    assert (found.state, found.reason) == ("invalid", "it is signed by somebody else than its publisher")
    other_issuer = (replace(IBM, issuer="https://accounts.google.com"),)
    assert signatures.judge(by_ibm, digests_of(by_ibm), other_issuer, Policy()).state == "invalid"
    assert signatures.judge(by_ibm, digests_of(by_ibm), (), Policy()).state == "untrusted"


@pytest.mark.usefixtures("no_network")
def test_a_sigstore_signature_over_other_bytes_or_forged_is_refused(by_ibm: Path) -> None:
    digests = digests_of(by_ibm)
    assert signatures.judge(by_ibm, digests | {"signme-1": "cd" * 32}, (IBM,), Policy()).state == "invalid"
    path = by_ibm / signatures.NAME
    bundle = json.loads(path.read_text())
    fake = oms.sign(oms.statement("signed", digests | {"evil": "cd" * 32}), keys()[0])
    bundle["dsseEnvelope"]["payload"] = json.loads(fake)["dsseEnvelope"]["payload"]
    path.write_text(json.dumps(bundle))
    found = signatures.judge(by_ibm, digests, (IBM,), Policy())
    assert found.state == "invalid"
    assert "cannot be verified" in found.reason
