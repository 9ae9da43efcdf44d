"""What a running product holds: files, threads and memory of its processes, and what its models and queues hold."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.bench.tables import table
from tests.fixtures.product import Product

ROLES = ("web", "inference", "ingestion", "beat")
SAMPLE = re.compile(r"^(quarry_\w+)(?:\{([^}]*)\})? (\S+)$", re.M)
# Of what /metrics tells, what must be the same at the end or bounded.
TOLD = ("quarry_queue_length", "quarry_model_busy", "quarry_model_checkpoints", "quarry_model_checkpoint_bytes")
Counts = dict[str, float]


@dataclass(frozen=True)
class Process:
    """One of the product's processes, as /proc shows it."""

    pid: int
    role: str

    def facts(self) -> Counts:
        folder = Path("/proc", str(self.pid))
        threads = re.search(r"^Threads:\s+(\d+)", (folder / "status").read_text(), re.M)
        anonymous = re.search(r"^RssAnon:\s+(\d+)", (folder / "status").read_text(), re.M)
        return {
            f"{self.role}: open files": len(os.listdir(folder / "fd")),
            f"{self.role}: threads": int(threads[1]) if threads else 0,
            f"{self.role}: memory of its own, MiB": int(anonymous[1]) / 1024 if anonymous else 0,
        }


def processes(product: Product, role: str) -> Iterator[Process]:
    """The product's processes of this role; their children are none of them."""
    wanted = (f"QUARRY_HOME={product.running.home}".encode(), f"QUARRY_ROLE={role}".encode())
    found: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            variables = (folder / "environ").read_bytes().split(b"\0")
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
        if all(each in variables for each in wanted):
            found[int(folder.name)] = parent
    yield from (Process(pid, role) for pid, parent in sorted(found.items()) if parent not in found)


def take(product: Product) -> Counts:
    """All counts now."""
    counts: Counts = {}
    for role in ROLES:
        for process in processes(product, role):
            counts |= process.facts()
    return counts | _told(product)


def idle(product: Product) -> bool:
    """Whether nothing waits and nothing is under way."""
    told = _told(product)
    return not any(value for name, value in told.items() if name.startswith(TOLD[:2]))


def _told(product: Product) -> Counts:
    text = product.api.get(f"{product.url}/metrics").text
    counts: Counts = {}
    for name, labels, value in SAMPLE.findall(text):
        if name in TOLD:
            queue = re.search(r'queue="(\w+)"', labels)
            counts[f"{name} {queue[1]}" if queue else name] = float(value)
    return counts


def compared(seen: Mapping[str, Counts]) -> str:
    """A table of the counts, a column for each moment."""
    names = sorted({name for counts in seen.values() for name in counts})
    rows = [[name, *(_number(counts.get(name)) for counts in seen.values())] for name in names]
    return table(["", *seen], rows)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}"
