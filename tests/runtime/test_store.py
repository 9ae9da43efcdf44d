import os
from pathlib import Path

import pytest
from quarry.runtime import catalogue
from quarry.runtime import store as store_module
from quarry.runtime.store import Store
from quarry.runtime.types import ModelUnavailable

from .conftest import TINY_ID


def test_a_changed_file_is_not_loaded(tiny_store: Store) -> None:
    model = catalogue.find(TINY_ID)
    sha = tiny_store.verify(model)
    assert len(sha) == 64
    path = tiny_store.path(model)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert not tiny_store.verified(model)
    with pytest.raises(ModelUnavailable, match="is not the file it should be"):
        tiny_store.verify(model)


def test_a_file_is_read_once_until_it_changes(tiny_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Path] = []
    real = store_module.digest
    monkeypatch.setattr(store_module, "digest", lambda path, progress=None: read.append(path) or real(path, progress))
    model = catalogue.find(TINY_ID)
    tiny_store.verify(model)
    assert read == []
    os.utime(tiny_store.path(model))
    tiny_store.verify(model)
    tiny_store.verify(model)
    assert len(read) == 1


def test_a_missing_file_is_said(tiny_store: Store) -> None:
    model = catalogue.find(TINY_ID)
    tiny_store.path(model).unlink()
    assert not tiny_store.installed(model)
    with pytest.raises(ModelUnavailable, match="is missing"):
        tiny_store.verify(model)


def test_what_was_never_downloaded_is_said(store: Store) -> None:
    with pytest.raises(ModelUnavailable, match="is not downloaded"):
        store.verify(catalogue.find(TINY_ID))


def test_a_store_that_cannot_be_written_still_verifies(tiny_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    model = catalogue.find(TINY_ID)
    (tiny_store.folder(model) / "verified.json").unlink()
    monkeypatch.setattr(store_module, "write_json", refuse)
    assert tiny_store.verify(model)


def test_the_pinned_digest_wins_over_the_manifest(store: Store) -> None:
    model = catalogue.find("granite-4.0-h-tiny")
    store.folder(model).mkdir(parents=True)
    store.path(model).write_bytes(b"something else")
    store.record(model, {model.file_name: store_module.digest(store.path(model))}, "a test", "1")
    with pytest.raises(ModelUnavailable, match="expected 5a38b08c441ae1ad"):
        store.verify(model)
