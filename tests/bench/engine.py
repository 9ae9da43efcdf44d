"""How fast several answers are written at once: our engine against `xllamacpp`, llama.cpp's own server engine, and the
whole product (HTTP, queue, stream) against both, as the `openai` client sees it.

    python -m tests.bench.engine [--models h-350m smollm2 starter] [--requests 1 4 8] [--rounds 3] [--tokens 96]

Tokens a second of all requests together while all of them are being written; real sampling (temperature 0.7, top_p 0.9,
top_k 40). Each engine runs in a process of its own, and they take turns: round by round, one after the other.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from quarry.runtime import machine
from quarry.runtime.engine.options import repacks

from tests.bench import models, whole
from tests.bench.contender import OURS, PEER, WARM, rate, running
from tests.bench.tables import middle, table, tokens

SLOTS, CONTEXT, PROMPT = 8, 1024, 48
PRODUCT = "product"
Rates = dict[tuple[str, int], list[float]]


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.engine", description=__doc__)
    parser.add_argument("--models", nargs="+", default=["h-350m", "smollm2", "starter"])
    parser.add_argument("--requests", nargs="+", type=int, default=[1, 4, 8])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tokens", type=int, default=96, help="of every answer")
    parser.add_argument("--no-product", action="store_true", help="only the engines")
    chosen = parser.parse_args(arguments)
    print(f"{machine.cores()} threads, {SLOTS} slots, {chosen.tokens} tokens each, median of {chosen.rounds}")
    rows: list[list[str]] = []
    for name in chosen.models:
        if (file := models.by_name(name)) is None:
            print(f"{name} is not here: `make run` fetches it")
            continue
        rates: Rates = defaultdict(list)
        for number in range(chosen.rounds):
            for kind in (PEER, OURS):
                _round(kind, file, number, chosen, rates)
        if not chosen.no_product:
            _product(name, file, chosen, rates)
        rows += _rows(name, chosen.requests, rates)
    print(table(["model", "at once", "xllamacpp tok/s", "engine tok/s", "ratio", "product tok/s", "ratio"], rows))


def _round(kind: str, file: Path, number: int, chosen: argparse.Namespace, rates: Rates) -> None:
    options = {"slots": SLOTS, "context": CONTEXT, "threads": machine.cores()}
    ours = {"extra_buffers": repacks()} if kind == OURS else {}
    with running(kind, file, **options, **ours) as contender:
        contender.answers([tokens(PROMPT, -1)], 8, WARM)
        for count in chosen.requests:
            prompts = [tokens(PROMPT, 1000 * number + 10 * count + each) for each in range(count)]
            rates[kind, count].append(rate(contender.answers(prompts, chosen.tokens, WARM)))


def _product(name: str, file: Path, chosen: argparse.Namespace, rates: Rates) -> None:
    """The same numbers of requests, from the client's side of the HTTP connection."""
    with whole.product(name, file, QUARRY_ANSWERS_AT_ONCE=str(SLOTS)) as product:
        for number in range(chosen.rounds):
            for count in chosen.requests:
                answers = whole.chats(product, count, chosen.tokens, WARM, seed=1000 * number + 10 * count)
                rates[PRODUCT, count].append(rate(answers))


def _rows(name: str, requests: Sequence[int], rates: Rates) -> list[list[str]]:
    rows = []
    for count in requests:
        peer, ours, product = (middle(rates[kind, count]) for kind in (PEER, OURS, PRODUCT))
        figures = [f"{peer:.1f}", f"{ours:.1f}", f"{ours / peer:.2f}", f"{product:.1f}", f"{product / peer:.2f}"]
        rows.append([name, str(count), *figures])
    return rows


if __name__ == "__main__":
    main(sys.argv[1:])
