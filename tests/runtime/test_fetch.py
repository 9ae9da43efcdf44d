"""Downloads from a hub that behaves, and from one that does not."""

import hashlib
import shutil
import tempfile
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from quarry.runtime import catalogue, fetch, part, tiny
from quarry.runtime.catalogue import Model, Source
from quarry.runtime.faults import DiskFull, FetchFailed, HubUnreachable, WrongDigest
from quarry.runtime.store import Store

from .hub_server import REVISION, Hub


def real_model() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return tiny.write(Path(folder) / "tiny.gguf").read_bytes()


DATA = real_model() + bytes(range(256)) * 20_000  # 5 MB and a little
SHA = hashlib.sha256(DATA).hexdigest()
NAME = "owner/name/model.gguf"


@pytest.fixture
def model(hub_here: Hub) -> Model:
    hub_here.files[NAME] = DATA
    source = Source("hub", repo="owner/name", file="model.gguf")
    return replace(catalogue.find("granite-4.0-h-350m"), sources=(source,), sha256=SHA, size=len(DATA))


def downloads(hub: Hub) -> list[str | None]:
    return [asked for method, path, asked in hub.asked if method == "GET" and path.startswith("/storage")]


def test_a_file_arrives_verified(model: Model, store: Store, hub_here: Hub) -> None:
    seen: list[tuple[int, int]] = []
    path = fetch.fetch(model, store, progress=lambda done, total: seen.append((done, total)))
    assert path.read_bytes() == DATA
    assert seen[-1] == (len(DATA), len(DATA))
    assert store.manifest(model)["revision"] == REVISION
    assert store.installed(model)
    assert store.verified(model)
    assert sorted(p.name for p in path.parent.iterdir()) == [".lock", "manifest.json", "model.gguf", "verified.json"]


def test_what_is_here_is_not_fetched_again(model: Model, store: Store, hub_here: Hub) -> None:
    fetch.fetch(model, store)
    asked = len(hub_here.asked)
    fetch.fetch(model, store)
    assert len(hub_here.asked) == asked


def test_a_broken_connection_goes_on_where_it_ended(model: Model, store: Store, hub_here: Hub) -> None:
    hub_here.breaks = [1_000_000, 700_000]
    assert fetch.fetch(model, store).read_bytes() == DATA
    ranges = downloads(hub_here)
    assert ranges[0] is None
    assert ranges[1:] == ["bytes=1000000-", "bytes=1700000-"]


def test_an_interrupted_download_goes_on_in_the_next_process(model: Model, store: Store, hub_here: Hub) -> None:
    hub_here.breaks = [1_000_000] + [0] * 20
    with pytest.raises(FetchFailed, match=r"broke off|sent 1000000 of"):
        fetch.fetch(model, store)
    assert not store.path(model).exists()
    assert store.path(model).with_name("model.gguf.part").stat().st_size == 1_000_000
    hub_here.breaks = []
    assert fetch.fetch(model, store).read_bytes() == DATA
    assert downloads(hub_here)[-1] == "bytes=1000000-"


def test_a_server_without_ranges_sends_everything_again(model: Model, store: Store, hub_here: Hub) -> None:
    hub_here.ranges, hub_here.breaks = False, [1_000_000]
    assert fetch.fetch(model, store).read_bytes() == DATA


def test_wrong_bytes_are_removed(model: Model, store: Store, hub_here: Hub) -> None:
    hub_here.files[NAME] = DATA[:-1] + b"!"
    hub_here.stated[NAME] = SHA
    with pytest.raises(FetchFailed, match="it was removed"):
        fetch.fetch(model, store)
    assert [p.name for p in store.folder(model).iterdir()] == [".lock"]


def test_a_hub_that_states_another_digest_is_refused_before_the_download(
    model: Model, store: Store, hub_here: Hub
) -> None:
    hub_here.files[NAME] = DATA + b"more"
    with pytest.raises(FetchFailed, match="is pinned"):
        fetch.fetch(model, store)
    assert downloads(hub_here) == []


def test_a_damaged_part_gets_a_second_attempt_from_the_beginning(model: Model, store: Store, hub_here: Hub) -> None:
    hub_here.breaks = [1_000_000] + [0] * 20
    with pytest.raises(FetchFailed):
        fetch.fetch(model, store)
    hub_here.breaks = []
    damaged = store.path(model).with_name("model.gguf.part")
    damaged.write_bytes(b"x" * 1_000_000)
    assert fetch.fetch(model, store).read_bytes() == DATA


def test_without_a_pinned_digest_the_hubs_counts_and_is_kept(model: Model, store: Store, hub_here: Hub) -> None:
    unpinned = replace(model, sha256=None)
    fetch.fetch(unpinned, store)
    assert store.pinned(unpinned) == SHA
    hub_here.files[NAME] = b"another version"
    assert store.verify(unpinned) == SHA


def test_without_any_digest_nothing_is_fetched(model: Model, store: Store, hub_here: Hub) -> None:
    hub_here.stated[NAME] = "not-a-digest"
    with pytest.raises(FetchFailed, match="states no digest"):
        fetch.fetch(replace(model, sha256=None), store)


def test_a_missing_file_and_a_missing_hub(model: Model, store: Store, hub_here: Hub, monkeypatch) -> None:
    del hub_here.files[NAME]
    with pytest.raises(FetchFailed, match="answers 404"):
        fetch.fetch(model, store)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(FetchFailed, match=r"127\.0\.0\.1 cannot be reached"):
        fetch.fetch(model, store)


def test_no_room_is_said_before_the_first_byte(model: Model, store: Store, hub_here: Hub, monkeypatch) -> None:
    usage = shutil.disk_usage("/")._replace(free=1_000_000)
    monkeypatch.setattr(part.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(DiskFull, match=r"0\.0 GB free"):
        fetch.fetch(model, store)
    assert downloads(hub_here) == []


def test_a_full_disk_keeps_what_it_has(tmp_path: Path) -> None:
    limited = part.Part(tmp_path / "file")

    def blocks():
        yield b"x" * 10
        raise OSError(28, "No space left on device")

    with pytest.raises(DiskFull, match="is full"):
        limited.append(blocks(), 100, None)
    assert limited.size == 10


def test_many_at_once_download_once(model: Model, store: Store, hub_here: Hub) -> None:
    told: list[str] = []
    threads = [threading.Thread(target=lambda: fetch.fetch(model, store, tell=told.append)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.path(model).read_bytes() == DATA
    assert len(downloads(hub_here)) == 1


def test_a_folder_without_code_and_pickles(model: Model, store: Store, hub_here: Hub) -> None:
    names = ("config.json", "model.safetensors", "1_Pooling/config.json")
    files = {f"owner/folder/{name}": name.encode() * 50 for name in names}
    refused = {f"owner/folder/{name}": b"x" for name in ("code.py", "pytorch_model.bin", "onnx/config.json")}
    hub_here.files |= files | refused
    folder = replace(model, sources=(Source("hub", repo="owner/folder"),), sha256=None, kind="embedding")
    fetch.fetch(folder, store)
    assert set(store.manifest(folder)["files"]) == set(names)
    assert store.verify(folder) == store.pinned(folder)


def test_a_small_file_that_is_not_what_the_listing_says(model: Model, store: Store, hub_here: Hub, monkeypatch) -> None:
    hub_here.files |= {"owner/folder/model.safetensors": b"w" * 99, "owner/folder/config.json": b"{}"}
    folder = replace(model, sources=(Source("hub", repo="owner/folder"),), sha256=None, kind="embedding")
    monkeypatch.setattr(fetch, "_git_blob", lambda _: "0" * 40)
    with pytest.raises(FetchFailed, match=r"config\.json is not what the hub states"):
        fetch.fetch(folder, store)


def test_the_faults_are_told_apart() -> None:
    assert issubclass(HubUnreachable, FetchFailed)
    assert issubclass(WrongDigest, FetchFailed)
