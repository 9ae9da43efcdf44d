"""Which settings of the engine are best on this machine: each is changed alone, the others stay as they are now.

    python -m tests.bench.settings [--models h-350m starter] [--depths 512 4096] [--sequences 1 4]

Tokens a second, read by one sequence and written by all, behind so many tokens; ratios against the first line.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from quarry.runtime import machine
from quarry.runtime.engine.options import Options, repacks

from tests.bench import models
from tests.bench.depth import Measured, Setting, apart
from tests.bench.tables import middle, table


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.settings", description=__doc__)
    parser.add_argument("--models", nargs="+", default=["h-350m"])
    parser.add_argument("--depths", nargs="+", type=int, default=[512, 4096])
    parser.add_argument("--sequences", nargs="+", type=int, default=[1, 4])
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--steps", type=int, default=16, help="tokens that each sequence writes")
    chosen = parser.parse_args(arguments)
    for name in chosen.models:
        if (file := models.by_name(name)) is None:
            print(f"{name} is not here: `make run` fetches it")
            continue
        cases = [(depth, sequences) for depth in chosen.depths for sequences in chosen.sequences]
        head = [name, *(f"{depth} x {sequences} {what}" for depth, sequences in cases for what in ("reads", "writes"))]
        measured = {
            label: [_median(file, setting, chosen.rounds) for setting in _at(setting, cases, chosen.steps)]
            for label, setting in variants().items()
        }
        now = next(iter(measured.values()))
        print(table(head, [[label, *_cells(results, now)] for label, results in measured.items()]), flush=True)


def variants() -> dict[str, Setting]:
    """What the engine does by default, and one change each."""
    ours, cores = Options(), machine.cores()
    now = Setting(0, 1, ours.flash_attention, "f16", ours.micro_batch, cores, 512, 16, repacks())
    other = {
        f"flash attention {'off' if now.flash else 'on'}": replace(now, flash=not now.flash),
        "cache q8_0, flash attention on": replace(now, cache="q8_0", flash=True),
        **{
            f"micro-batch {size}": replace(now, micro_batch=size) for size in (128, 256, 512) if size != now.micro_batch
        },
        **({f"{cores // 2} threads": replace(now, threads=cores // 2)} if cores > 1 else {}),
        f"weights {'as in the file' if now.repack else 'rearranged'}": replace(now, repack=not now.repack),
    }
    said = ", ".join(
        f"{key} {value}" for key, value in asdict(now).items() if key in {"flash", "micro_batch", "repack"}
    )
    return {f"now ({said})": now, **other}


def _at(setting: Setting, cases: Sequence[tuple[int, int]], steps: int) -> list[Setting]:
    return [replace(setting, depth=depth, sequences=sequences, write=steps) for depth, sequences in cases]


def _median(file: Path, setting: Setting, rounds: int) -> Measured:
    runs = [apart(file, setting) for _ in range(rounds)]
    return replace(runs[0], read=middle(run.read for run in runs), write=middle(run.write for run in runs))


def _cells(results: Sequence[Measured], now: Sequence[Measured]) -> list[str]:
    return [
        f"{getattr(result, what):.0f} ({getattr(result, what) / getattr(first, what):.2f})"
        for result, first in zip(results, now, strict=True)
        for what in ("read", "write")
    ]


if __name__ == "__main__":
    main(sys.argv[1:])
