"""What this process may use of the machine: cores and memory, containers respected."""

from __future__ import annotations

import os
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")
SPINS = "1000"


def share_cores() -> None:
    """Makes OpenMP's threads wait for each other without holding a core for long. Call it before loading a library.

    By default they spin for milliseconds, which is fine alone and ruinous beside another busy process: with ten
    processes on two cores a model of half a billion parameters wrote 0.7 to 1.6 tokens a second, with this 9.
    """
    os.environ.setdefault("GOMP_SPINCOUNT", SPINS)


def cores() -> int:
    """Cores this process may run on: the affinity mask, bounded by a container's quota."""
    mask = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = _cpu_quota()
    return max(1, min(mask, int(quota)) if quota else mask)


def memory() -> int:
    """Bytes of memory that a model may take now: what is available, bounded by a container's limit."""
    limit = _memory_limit()
    available = _available()
    return min(available, limit) if limit else available


def total_memory() -> int:
    """Bytes of memory of the machine or the container."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = _number(CGROUP / "memory.max") or _number(CGROUP / "memory/memory.limit_in_bytes")
    return min(total, limit) if limit else total


def _cpu_quota() -> float | None:
    try:
        quota, period = (CGROUP / "cpu.max").read_text().split()
    except (OSError, ValueError):
        return None
    return None if quota == "max" else float(quota) / float(period)


def _memory_limit() -> int | None:
    limit = _number(CGROUP / "memory.max") or _number(CGROUP / "memory/memory.limit_in_bytes")
    used = _number(CGROUP / "memory.current") or _number(CGROUP / "memory/memory.usage_in_bytes") or 0
    return max(0, limit - used + _reclaimable()) if limit else None


def _reclaimable() -> int:
    """Page cache of the container: counted as used, but given back when memory is wanted."""
    try:
        rows = dict(line.split() for line in (CGROUP / "memory.stat").read_text().splitlines())
    except (OSError, ValueError):
        return 0
    return int(rows.get("inactive_file", 0)) + int(rows.get("active_file", 0))


def _available() -> int:
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * 3 // 4


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None
