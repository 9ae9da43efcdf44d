"""A hybrid against a dense model of the same size: memory of the context, and speed of reading and writing behind so
many tokens, for several sequences.

    python -m tests.bench.hybrid [--sizes 350m 1b] [--depths 1024 8192] [--sequences 1 4] [--write] [--flash]

Both sizes are Granite 4.0's, with random weights in Q4_K_M. `--write` puts the table and a plot into docs/. All of the
table (`--depths 1024 8192 32768 --sequences 1 4 8`) takes about an hour on two cores.
"""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isnan, nan
from pathlib import Path

from quarry.runtime import catalogue, machine

from tests.bench import models
from tests.bench.depth import ROOM, Measured, Setting, apart
from tests.bench.plot import bars
from tests.bench.tables import table

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE, PLOT = DOCS / "hybrid.md", DOCS / "images" / "hybrid.svg"
MARKS = re.compile(r"(?<=<!-- measured -->\n).*(?=<!-- end -->)", re.S)
MIB = 2**20
MEMORY_COLUMNS = 6
SPARE = 1.1  # for the buffers that it computes in


@dataclass(frozen=True)
class Pair:
    """Both models at one depth; None for what does not fit into memory."""

    size: str
    depth: int
    sequences: int
    hybrid: Measured | None
    dense: Measured | None
    context: dict[str, int]  # bytes, computed

    def row(self) -> list[str]:
        cells = [self.size, f"{self.depth:,}", str(self.sequences), *self._memory()]
        for what in ("write", "read"):
            values = [getattr(each, what) if each else None for each in (self.hybrid, self.dense)]
            cells += [_number(value) for value in values]
            ratio = values[0] / values[1] if values[0] and values[1] else nan
            cells.append("" if isnan(ratio) else f"{ratio:.1f}x")
        return cells

    def _memory(self) -> list[str]:
        hybrid, dense = self.memory("hybrid"), self.memory("dense")
        return [f"{hybrid / MIB:,.0f}", f"{dense / MIB:,.0f}", f"{hybrid / dense - 1:+.0%}"]

    def memory(self, kind: str) -> float:
        """As llama.cpp reports it; computed where it does not fit here."""
        measured: Measured | None = getattr(self, kind)
        return measured.cache if measured else self.context[kind]


HEAD = [
    "size",
    "tokens",
    "at once",
    "hybrid MiB",
    "dense MiB",
    "",
    "writes tok/s",
    "dense",
    "",
    "reads tok/s",
    "dense",
    "",
]


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.hybrid", description=__doc__)
    parser.add_argument("--sizes", nargs="+", default=["350m"], choices=["350m", "1b"])
    parser.add_argument("--depths", nargs="+", type=int, default=[1024, 8192])
    parser.add_argument("--sequences", nargs="+", type=int, default=[1, 4])
    parser.add_argument("--steps", type=int, default=16, help="tokens that each sequence writes; 0: only memory")
    parser.add_argument("--flash", action="store_true", help="with flash attention")
    parser.add_argument("--write", action="store_true", help="put the table and a plot into docs/")
    chosen = parser.parse_args(arguments)
    print(f"{machine.cores()} threads, Q4_K_M, flash attention {'on' if chosen.flash else 'off'}")
    pairs = list(_pairs(chosen))
    columns = len(HEAD) if chosen.steps else MEMORY_COLUMNS
    told = table(HEAD[:columns], [pair.row()[:columns] for pair in pairs])
    print(told)
    if chosen.write:
        _write(told, pairs)


def _pairs(chosen: argparse.Namespace) -> Iterator[Pair]:
    for size in chosen.sizes:
        for depth in chosen.depths:
            for sequences in chosen.sequences:
                # Short where it is slow: a dense model reads a few tokens a second behind 32,000 others.
                setting = Setting(
                    depth, sequences, chosen.flash, read=512 if depth < 10_000 else 128, write=chosen.steps
                )
                names = {"hybrid": f"h-{size}", "dense": size}
                context = {kind: _context_bytes(name, depth, sequences) for kind, name in names.items()}
                measured = {kind: _measured(name, setting) for kind, name in names.items()}
                yield Pair(size, depth, sequences, measured["hybrid"], measured["dense"], context)


def _measured(name: str, setting: Setting) -> Measured | None:
    """One model at this depth, or why not."""
    file = models.granite(name)
    need = file.stat().st_size + SPARE * _context_bytes(name, setting.depth + ROOM, setting.sequences)
    need += SPARE * _context_bytes(name, setting.depth, 1)  # the state that is copied into it
    if need > machine.memory():
        print(
            f"{name}, {setting.depth} tokens x {setting.sequences}: {need / 2**30:.1f} GiB do not fit here", flush=True
        )
        return None
    return apart(file, setting)


def _context_bytes(name: str, depth: int, sequences: int) -> int:
    shape = catalogue.find(f"granite-4.0-{name}").shape
    assert shape is not None
    return sequences * (shape.context_bytes(depth) + shape.state_bytes())


def _number(value: float | None) -> str:
    if value is None:
        return "does not fit"
    return "" if isnan(value) else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def _speed(measured: Measured | None) -> float:
    return 0.0 if measured is None or isnan(measured.write) else measured.write


def _write(told: str, pairs: Sequence[Pair]) -> None:
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(MARKS.sub(lambda _: f"\n{told}\n\n", text), encoding="utf-8")
    alone = [pair for pair in pairs if pair.sequences == min(each.sequences for each in pairs)]
    panels = []
    for size in dict.fromkeys(pair.size for pair in alone):
        own = [pair for pair in alone if pair.size == size]
        groups = [f"{pair.depth // 1024}k" for pair in own]
        memory = [(pair.memory("hybrid") / MIB, pair.memory("dense") / MIB) for pair in own]
        writes = [(_speed(pair.hybrid), _speed(pair.dense)) for pair in own]
        panels.append((f"{size}: context memory, MiB", groups, memory))
        if any(map(any, writes)):
            panels.append((f"{size}: tokens written a second", groups, writes))
    PLOT.write_text(bars(panels, ("hybrid", "dense"), "A hybrid and a dense model of the same size"), encoding="utf-8")
    print(f"written: {PAGE} and {PLOT}")


if __name__ == "__main__":
    main(sys.argv[1:])
