"""States on the disk: found again by the exact tokens, across a restart, and never trusted when they are damaged."""

import time
from pathlib import Path

import pytest
from quarry.runtime import Params
from quarry.runtime.engine.checkpoints import Checkpoints
from quarry.runtime.engine.disk import SUFFIX, DiskTier
from quarry.runtime.engine.engine import Engine
from quarry.runtime.engine.options import Options

from .test_engine import ask

SYSTEM = [3 + i % 200 for i in range(200)]


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{SUFFIX}"))


def written(folder: Path, count: int) -> list[Path]:
    deadline = time.monotonic() + 5
    while len(found := files(folder)) < count and time.monotonic() < deadline:
        time.sleep(0.01)
    return found


def test_what_memory_has_no_room_for_is_found_on_the_disk(tmp_path: Path) -> None:
    disk = DiskTier(tmp_path / "states", 10**6)
    kept = Checkpoints(limit=150, disk=disk)
    kept.add([1, 2, 3], b"a" * 100)
    kept.add([9, 9], b"b" * 100)
    assert not kept.holds([1, 2, 3])
    written(tmp_path / "states", 1)
    found = kept.find([1, 2, 3, 4])
    assert found
    assert (found.length, found.state) == (3, b"a" * 100)
    assert kept.holds([1, 2, 3]), "used again, so it is in memory again"
    assert kept.find([1, 2, 4, 4]) is None
    assert kept.find([1, 2, 3]) is None, "the last token is always read"
    kept.close()
    assert len(files(tmp_path / "states")) == 2, "at the end all of them are on the disk"


def test_the_disk_keeps_within_its_limit_and_drops_the_oldest(tmp_path: Path) -> None:
    disk = DiskTier(tmp_path, 3000)
    for number in range(20):
        while not disk.put(bytes([number] * 8), bytes(range(256)) * 2, patience=1):
            pass
    disk.close()
    assert 0 < disk.size() <= 3000
    assert disk.find(bytes([19] * 8), 0)
    assert disk.find(bytes([0] * 8), 0) is None


@pytest.mark.parametrize("damage", ["truncated", "other tokens", "changed", "empty"])
def test_a_damaged_state_is_no_state(damage: str, tmp_path: Path) -> None:
    disk = DiskTier(tmp_path, 10**6)
    disk.put(b"12345678", b"state" * 100)
    (path,) = written(tmp_path, 1)
    data = bytearray(path.read_bytes())
    if damage == "truncated":
        data = data[:-5]
    elif damage == "other tokens":
        data[9] ^= 1
    elif damage == "changed":
        data[-6] ^= 255
    else:
        data = bytearray()
    path.write_bytes(data)
    assert disk.find(b"12345678abcd", 0) is None
    assert files(tmp_path) == [], "and it is removed"


def test_only_the_owner_may_read_them(tmp_path: Path) -> None:
    disk = DiskTier(tmp_path / "states", 10**6)
    disk.put(b"12345678", b"state")
    (path,) = written(tmp_path / "states", 1)
    assert path.stat().st_mode & 0o077 == 0
    assert (tmp_path / "states").stat().st_mode & 0o077 == 0


def test_after_a_restart_a_known_beginning_is_not_read_again(tiny_file: Path, tmp_path: Path) -> None:
    def engine() -> Engine:
        options = Options(context=1024, slots=2, threads=1, chunk=64)
        return Engine(tiny_file, options, DiskTier(tmp_path, 10**9))

    first = engine()
    cold, end, _ = ask(first, [*SYSTEM, 7, 8, 9], Params(max_tokens=40), marks=(200,))
    assert end.usage.cached_tokens == 0
    first.close()
    second = engine()
    warm, end, _ = ask(second, [*SYSTEM, 7, 8, 9], Params(max_tokens=40), marks=(200,))
    assert end.usage.cached_tokens >= 200
    assert warm == cold
    assert second.checkpoints.facts()["hits"] == 1
    second.close()
