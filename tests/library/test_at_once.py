"""Several at one model: two downloads, a removal in between, a store that cannot be written."""

import os
import threading
from collections.abc import Callable

import pytest
from quarry.runtime import catalogue, fetch
from quarry.runtime import store as module
from quarry.runtime.store import Store
from quarry.runtime.types import ModelUnavailable

from tests.runtime.hub_server import Hub

from .conftest import TINY

MODEL = catalogue.find(TINY)
FILE = "ibm-granite/granite-4.0-h-350m-GGUF/granite-4.0-h-350m-Q4_K_M.gguf"


def together(*works: Callable[[], object]) -> list[Exception]:
    failures: list[Exception] = []

    def guarded(work: Callable[[], object]) -> None:
        try:
            work()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return failures


def test_two_pulls_download_once(store: Store, hub_here: Hub, tiny_bytes: bytes) -> None:
    hub_here.files[FILE] = tiny_bytes + bytes(2_000_000)
    pull = lambda: fetch.fetch(MODEL, store)  # noqa: E731
    assert together(pull, pull, pull) == []
    downloads = [path for method, path, _ in hub_here.asked if method == "GET" and path.startswith("/storage")]
    assert len(downloads) == 1
    assert store.verify(MODEL)


def test_verifying_and_removing_while_pulls_come_and_go(store: Store, hub_here: Hub, tiny_bytes: bytes) -> None:
    """Whatever the order, each ends in success or a sentence, and what is left is whole or nothing."""
    hub_here.files[FILE] = tiny_bytes
    pull, remove = (lambda: fetch.fetch(MODEL, store)), (lambda: store.remove(MODEL))
    for _ in range(12):
        failures = together(pull, remove, lambda: store.verify(MODEL), pull, remove)
        assert all(isinstance(error, ModelUnavailable) for error in failures), failures
        left = {path.name for path in store.folder(MODEL).glob("*")} - {".lock", "verified.json"}  # no part of a model
        assert not left or store.installed(MODEL), left
    fetch.fetch(MODEL, store)
    assert store.verify(MODEL)


def test_who_waits_for_a_download_can_give_up(store: Store, tiny_bytes: bytes) -> None:
    class GivenUp(Exception):
        pass

    def give_up(done: int, total: int) -> None:
        raise GivenUp

    with store.lock(MODEL), pytest.raises(GivenUp):
        fetch.fetch(MODEL, store, progress=give_up)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_store_as_an_ordinary_user(installed: Store) -> None:
    _read_only(installed)


def test_a_store_that_cannot_be_written_verifies_and_refuses_changes(
    installed: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    (installed.folder(MODEL) / "verified.json").unlink()
    monkeypatch.setattr(module, "write_json", refuse)
    assert installed.verify(MODEL)
    assert installed.verify(MODEL), "and again, with nothing remembered"
    assert not (installed.folder(MODEL) / "verified.json").exists()


def _read_only(store: Store) -> None:
    for folder in (store.folder(MODEL), store.root):
        folder.chmod(0o500)
    try:
        assert store.verify(MODEL)
        with pytest.raises((ModelUnavailable, OSError)):
            store.remove(MODEL)
        assert store.installed(MODEL)
    finally:
        for folder in (store.root, store.folder(MODEL)):
            folder.chmod(0o700)
