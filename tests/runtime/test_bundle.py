"""Bundles for machines without a network: a whole one arrives; a tampered, cut or hostile one leaves nothing."""

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from quarry.runtime import adding, bundle, catalogue, oms, policy, settings, unpacking
from quarry.runtime.faults import DiskFull, ModelRefused
from quarry.runtime.policy import Key, Policy
from quarry.runtime.settings import Settings
from quarry.runtime.store import Store, digest
from quarry.runtime.types import InvalidRequest, ModelUnavailable

from .conftest import TINY_ID

MODEL = catalogue.find(TINY_ID)
KEY = ec.generate_private_key(ec.SECP256R1())
OWN = {"id": "our-own", "name": "Our own", "licence": "Proprietary", "kind": "chat"}
Members = list[tuple[tarfile.TarInfo, bytes]]


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[None]:
    before = settings.current()
    settings.configure(Settings(tmp_path / "home", tmp_path / "models"))
    yield
    settings.configure(before)


@pytest.fixture
def packed(tiny_store: Store, tiny_file: Path, tmp_path: Path) -> Path:
    """A signed bundle of a model of the catalogue and of one that was added."""
    own = adding.add(tiny_store, tiny_file, OWN)
    bundle.export(tiny_store, [MODEL, own], tmp_path / "models.tar", KEY)
    return tmp_path / "models.tar"


@pytest.fixture
def elsewhere(tmp_path: Path, packed: Path) -> Store:
    """Another machine."""
    settings.configure(Settings(tmp_path / "other-home", tmp_path / "other"))
    return Store(tmp_path / "other")


def nothing_in(store: Store) -> bool:
    left = [path for path in store.root.rglob("*") if path.is_file()] if store.root.exists() else []
    return left == []


def rewritten(path: Path, change: Callable[[Members], Members]) -> Path:
    with tarfile.open(path) as tar:
        members = [(member, tar.extractfile(member).read()) for member in tar]  # type: ignore[union-attr]
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as tar:
        for member, data in change(members):
            if member.isreg():
                member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path


def test_it_arrives_whole(packed: Path, elsewhere: Store, tiny_file: Path) -> None:
    seen: list[tuple[int, int]] = []
    models, signer = unpacking.unpack(elsewhere, packed, lambda done, total: seen.append((done, total)))
    assert ([model.id for model in models], signer) == ([TINY_ID, "our-own"], "")
    assert seen[-1][0] == seen[-1][1] == 2 * tiny_file.stat().st_size
    own = catalogue.find("our-own")
    assert (own.name, own.licence, own.added, own.sha256) == ("Our own", "Proprietary", True, digest(tiny_file))
    for model in (MODEL, own):
        assert elsewhere.verify(model) == digest(tiny_file)
        assert elsewhere.path(model).read_bytes() == tiny_file.read_bytes()
    assert not list(elsewhere.root.glob(".import-*"))
    unpacking.unpack(elsewhere, packed)  # a second time does no harm


def test_a_required_signature_must_be_a_trusted_one(packed: Path, elsewhere: Store, tmp_path: Path) -> None:
    stranger = ec.generate_private_key(ec.SECP384R1()).public_key()
    policy.save(Policy(True, (Key("stranger", oms.pem(stranger)),)))
    with pytest.raises(ModelRefused, match="nobody who is trusted here signed it"):
        unpacking.unpack(elsewhere, packed)
    policy.save(Policy(False, (Key("ours", oms.pem(KEY.public_key())),)))
    assert unpacking.unpack(elsewhere, packed)[1] == "ours"


def test_signatures_of_models_travel_along(tiny_store: Store, tmp_path: Path) -> None:
    tiny_store.sign(MODEL, KEY)
    bundle.export(tiny_store, [MODEL], tmp_path / "one.tar", KEY)
    settings.configure(Settings(tmp_path / "other-home", tmp_path / "other"))
    policy.save(Policy(True, (Key("ours", oms.pem(KEY.public_key())),)))
    other = Store(tmp_path / "other")
    unpacking.unpack(other, tmp_path / "one.tar")
    assert other.signature(MODEL).signer == "ours"
    assert other.verify(MODEL)


def _link(kind: bytes, name: str = "file-00000", target: str = "/etc/passwd") -> Callable[[Members], Members]:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return lambda members: [*members[:2], (member, b""), *members[2:]]


def _renamed(name: str) -> Callable[[Members], Members]:
    def change(members: Members) -> Members:
        members[2][0].name = name
        return members

    return change


def _manifest(change: Callable[[Any], Any]) -> Callable[[Members], Members]:
    """Another list of contents, without a signature that would give it away."""

    def altered(members: Members) -> Members:
        found = json.loads(members[0][1])
        return [(members[0][0], json.dumps(change(found) or found).encode()), *members[2:]]

    return altered


def _flipped(members: Members) -> Members:
    data = bytearray(members[2][1])
    data[-1] ^= 1
    return [*members[:2], (members[2][0], bytes(data)), *members[3:]]


def _set(found: Any, *path: Any, value: Any) -> None:
    for step in path[:-1]:
        found = found[step]
    found[path[-1]] = value


HOSTILE: dict[str, tuple[Callable[[Members], Members], str]] = {
    "a symbolic link": (_link(tarfile.SYMTYPE), "no plain file"),
    "a hard link": (_link(tarfile.LNKTYPE), "no plain file"),
    "a device": (_link(tarfile.CHRTYPE), "no plain file"),
    "a folder": (_link(tarfile.DIRTYPE, "chat"), "no plain file"),
    "a way out": (_renamed("../../outside"), "missing or another"),
    "an absolute path": (_renamed("/tmp/outside"), "missing or another"),
    "a very long name": (_renamed("n" * 500), "no plain file"),
    "an extra file at the end": (lambda m: [*m, (tarfile.TarInfo("extra"), b"x")], "does not name"),
    "a file twice": (lambda m: [*m[:3], *m[2:]], "missing or another"),
    "one file less": (lambda m: m[:-1], "missing or another"),
    "files in another order": (lambda m: [m[0], m[1], m[3], m[2]], "missing or another"),
    "no list": (lambda m: m[1:], "list of contents"),
    "other bytes": (_flipped, "not the file"),
    "another signature": (
        lambda m: [
            m[0],
            (m[1][0], oms.sign(oms.statement("bundle", {"bundle.json": "ab" * 32}), KEY).encode()),
            *m[2:],
        ],
        "not over its contents",
    ),
    "a signature that is none": (lambda m: [m[0], (m[1][0], b"{}"), *m[2:]], "malformed"),
    "a list that is none": (lambda m: [(m[0][0], b"[1]"), *m[2:]], "not sound"),
    "a list nested without end": (lambda m: [(m[0][0], b"[" * 100_000), *m[2:]], "not sound"),
    "a form to come": (_manifest(lambda f: _set(f, "format", value=2)), "form that is not known"),
    "no models": (_manifest(lambda f: _set(f, "models", value=[])), "no model"),
    "a model twice": (_manifest(lambda f: _set(f, "models", value=f["models"] * 2)), "twice"),
    "an id that is a path": (_manifest(lambda f: _set(f, "models", 1, "entry", "id", value="../x")), "not sound"),
    "a kind that is a path": (_manifest(lambda f: _set(f, "models", 1, "entry", "kind", value="..")), "not sound"),
    "a file that is a path": (
        _manifest(lambda f: _set(f, "models", 0, "files", value={"../x": {"size": 1, "sha256": "a" * 64}})),
        "not sound",
    ),
    "a hidden file": (
        _manifest(lambda f: _set(f, "models", 0, "files", value={".lock": {"size": 1, "sha256": "a" * 64}})),
        "not sound",
    ),
    "a negative size": (
        _manifest(lambda f: _set(f, "models", 0, "files", MODEL.file_name, "size", value=-1)),
        "not sound",
    ),
    "an unknown field": (_manifest(lambda f: _set(f, "models", 1, "entry", "evil", value=1)), "not sound"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_bundle_is_refused_and_leaves_nothing(
    what: str, packed: Path, elsewhere: Store, tmp_path: Path
) -> None:
    change, why = HOSTILE[what]
    with pytest.raises(ModelRefused, match=why):
        unpacking.unpack(elsewhere, rewritten(packed, change))
    assert nothing_in(elsewhere)
    assert not (tmp_path / "outside").exists()
    assert not Path("/tmp/outside").exists()


def test_a_truncated_bundle_leaves_nothing(packed: Path, elsewhere: Store) -> None:
    data = packed.read_bytes()
    for length in (0, 100, 600, 5_000, len(data) // 2, len(data) - 20_000):
        packed.write_bytes(data[:length])
        with pytest.raises((ModelRefused, ModelUnavailable)):
            unpacking.unpack(elsewhere, packed)
        assert nothing_in(elsewhere)


def test_it_cannot_say_what_a_known_model_is(packed: Path, elsewhere: Store) -> None:
    """The catalogue pins this model's digest; the bundle claims another."""

    def pretend(found: Any) -> None:
        found["models"][0]["entry"] |= {"id": "granite-4.0-h-tiny"}
        name = catalogue.find("granite-4.0-h-tiny").file_name
        found["models"][0]["files"] = {name: next(iter(found["models"][0]["files"].values()))}

    with pytest.raises(ModelRefused, match="expected 5a38b08c441ae1ad"):
        unpacking.unpack(elsewhere, rewritten(packed, _manifest(pretend)))
    assert nothing_in(elsewhere)


def test_another_model_of_the_same_id_stays(packed: Path, elsewhere: Store, tiny_file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.gguf"
    other.write_bytes(tiny_file.read_bytes() + bytes(32))
    mine = adding.add(elsewhere, other, OWN)
    with pytest.raises(ModelRefused, match='another model "our-own" here'):
        unpacking.unpack(elsewhere, packed)
    assert elsewhere.verify(mine) == digest(other)


def test_a_full_disk_is_said_before_anything_is_written(
    packed: Path, elsewhere: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 1000))  # type: ignore[attr-defined]
    with pytest.raises(DiskFull, match="the bundle needs"):
        unpacking.unpack(elsewhere, packed)
    assert nothing_in(elsewhere)


SLOW = """
import sys, time
from pathlib import Path
from quarry.runtime import settings, unpacking
from quarry.runtime.store import Store
settings.configure(settings.Settings(Path(sys.argv[1]), Path(sys.argv[2])))
def halt(done, total):
    print("half", flush=True)
    time.sleep(60)
unpacking.unpack(Store(Path(sys.argv[2])), Path(sys.argv[3]), halt)
"""


def test_a_killed_import_leaves_nothing_that_the_next_does_not_clear(
    packed: Path, elsewhere: Store, tmp_path: Path
) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", SLOW, str(tmp_path), str(elsewhere.root), str(packed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"half\n"
        child.send_signal(signal.SIGKILL)
        child.wait(10)
    assert not elsewhere.installed(MODEL)
    assert list(elsewhere.root.glob(".import-*"))
    time.sleep(0.1)
    unpacking.unpack(elsewhere, packed)
    assert elsewhere.verify(MODEL)
    assert not list(elsewhere.root.glob(".import-*"))


def test_an_export_says_what_it_cannot_do_and_leaves_nothing(tiny_store: Store, tmp_path: Path) -> None:
    target = tmp_path / "b.tar"
    with pytest.raises(ModelUnavailable, match="not downloaded"):
        bundle.export(tiny_store, [catalogue.find("granite-4.0-h-tiny")], target)
    with pytest.raises(ModelUnavailable, match="cannot be written"):
        bundle.export(tiny_store, [MODEL], tmp_path / "no" / "folder" / "b.tar")
    target.write_bytes(b"precious")
    with pytest.raises(InvalidRequest, match="exists already"):
        bundle.export(tiny_store, [MODEL], target)
    assert target.read_bytes() == b"precious"
    tiny_store.path(MODEL).write_bytes(b"tampered")
    with pytest.raises(ModelUnavailable):
        bundle.export(tiny_store, [MODEL], tmp_path / "c.tar")
    assert sorted(path.name for path in tmp_path.glob("*.tar*")) == ["b.tar"]
