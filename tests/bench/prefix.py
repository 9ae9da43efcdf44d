"""How soon the first token comes where a hybrid has read most of the prompt before: 2,000 tokens that many prompts
share, and 40 new ones; `xllamacpp` on the same file beside it.

    python -m tests.bench.prefix [--model h-350m] [--shared 2000] [--new 40] [--rounds 3]

"another slot": the prefix was read by a conversation that still has its slot, so the state is copied from a checkpoint.
"disk": by a process that has ended since.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from quarry.runtime import machine
from quarry.runtime.engine.options import repacks

from tests.bench import models
from tests.bench.contender import GREEDY, OURS, PEER, Answer, Contender, running
from tests.bench.tables import middle, table, tokens

COLD, FOLLOW, SLOT, DISK = "cold", "the conversation goes on", "another slot", "disk, after a restart"
CHECKPOINTS = 512 * 2**20
Seconds = dict[tuple[str, str], list[Answer]]


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.prefix", description=__doc__)
    parser.add_argument("--model", default="h-350m")
    parser.add_argument("--shared", type=int, default=2000)
    parser.add_argument("--new", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args(arguments)
    file = models.by_name(chosen.model)
    if file is None:
        print(f"{chosen.model} is not here")
        return
    told: Seconds = defaultdict(list)
    for number in range(chosen.rounds):
        for kind in (PEER, OURS):
            with TemporaryDirectory(prefix="quarry-bench-") as folder:
                _round(kind, file, chosen, number, Path(folder), told)
    print(f"{chosen.model}: {chosen.shared} tokens shared, {chosen.new} new, {machine.cores()} threads, ", end="")
    print(f"median of {chosen.rounds}")
    print(table(["", "first token s", "ratio to cold", "read anew"], _rows(told, chosen)))


def _round(kind: str, file: Path, chosen: argparse.Namespace, number: int, folder: Path, told: Seconds) -> None:
    options = {"slots": 2, "context": chosen.shared + 10 * chosen.new + 200, "threads": machine.cores()}
    if kind == OURS:
        options |= {"checkpoints": CHECKPOINTS, "extra_buffers": repacks(), "disk": str(folder)}
    prefix, marks = tokens(chosen.shared, number), [chosen.shared]

    def ask(contender: Contender, *ends: int) -> list[Answer]:
        prompts = [[*prefix, *tokens(chosen.new, 1000 * (number + 1) + end)] for end in ends]
        return contender.answers(prompts, 8, GREEDY, marks=marks)

    with running(kind, file, **options) as contender:
        contender.answers([tokens(64, -1)], 4, GREEDY)
        told[kind, COLD] += ask(contender, 1)
        told[kind, SLOT] += ask(contender, 2)
        told[kind, FOLLOW] += contender.answers([_longer(prefix, number, chosen)], 8, GREEDY, marks=marks)
    if kind == OURS:
        with running(kind, file, **options) as contender:
            contender.answers([tokens(64, -1)], 4, GREEDY)
            told[kind, DISK] += ask(contender, 3)


def _longer(prefix: list[int], number: int, chosen: argparse.Namespace) -> list[int]:
    """The second conversation's prompt with more behind it."""
    return [*prefix, *tokens(chosen.new, 1000 * (number + 1) + 2), *tokens(chosen.new, 1000 * (number + 1) + 9)]


def _rows(told: Seconds, chosen: argparse.Namespace) -> list[list[str]]:
    rows = []
    for (kind, case), answers in told.items():
        first, cold = (middle(answer.first for answer in each) for each in (answers, told[kind, COLD]))
        length = chosen.shared + chosen.new * (2 if case == FOLLOW else 1)
        read = length - middle(answer.cached for answer in answers)
        rows.append([f"{kind}, {case}", f"{first:.2f}", f"{first / cold:.3f}", f"{read:.0f}"])
    return rows


if __name__ == "__main__":
    main(sys.argv[1:])
