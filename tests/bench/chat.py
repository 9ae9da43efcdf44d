"""A question's way through the whole product (HTTP, queue, search, engine, stream) against the engine alone, which
reads and writes as many tokens in the same run."""

import random
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from quarry.runtime import Params, budget, select, settings
from quarry.runtime.engine.engine import Engine
from quarry.runtime.engine.job import End, Job, Piece
from quarry.runtime.engine.options import for_model
from quarry.runtime.store import Store

from ingestion.samples import Question, questions
from tests.bench.asking import Client
from tests.bench.over_the_api import Asker
from tests.bench.setup import product_alone

ASKED = 8
TOGETHER = 4


@dataclass(frozen=True)
class Timed:
    """One answer: tokens read and written, and the seconds to its first token and to its end."""

    read: int
    written: int
    first: float
    whole: float

    @property
    def rate(self) -> float:
        """Tokens a second after the first one."""
        return (self.written - 1) / max(self.whole - self.first, 1e-6)


def main() -> None:
    chosen = [question for question in questions() if question.answerable][:ASKED]
    with product_alone() as product:
        product.manage("load_samples", "--wait")
        asker = Asker(Client(product.url, product.key))
        _ask(asker, chosen[-1])
        alone = [_ask(asker, question) for question in chosen]
        begin = time.perf_counter()
        with ThreadPoolExecutor(TOGETHER) as pool:
            together = list(pool.map(lambda question: _ask(asker, question), chosen))
        seconds = time.perf_counter() - begin
    bare = _engine(alone)
    print(f"{len(chosen)} questions, about {statistics.median(t.read for t in alone):.0f} tokens read for each")
    print(f"{'':<36}{'first token s':>14}{'whole s':>10}{'tok/s':>8}{'first, ratio':>14}")
    for name, timed in {"engine alone (baseline)": bare, "product, one by one": alone}.items():
        ratio = _median(timed, "first") / _median(bare, "first")
        print(f"{name:<36}{_median(timed, 'first'):>14.2f}{_median(timed, 'whole'):>10.2f}", end="")
        print(f"{_median(timed, 'rate'):>8.1f}{ratio:>14.2f}")
    one = sum(timed.whole for timed in alone)
    print(f"{TOGETHER} at once: {seconds:.1f} s for all, one by one {one:.1f} s ({one / seconds:.2f})", end="")
    print(f"; first token {_median(together, 'first'):.1f} s in the median")


def _median(timed: list[Timed], what: str) -> float:
    return statistics.median(getattr(each, what) for each in timed)


def _ask(asker: Asker, question: Question) -> Timed:
    asked = asker.ask(question).asked
    return Timed(asked.usage["prompt_tokens"], asked.usage["completion_tokens"], asked.first, asked.seconds)


def _engine(alone: list[Timed]) -> list[Timed]:
    """The same numbers of tokens, made up, on the engine in this process."""
    current = settings.current()
    store = Store(current.models)
    model = select.current(store, current)
    store.verify(model)
    engine = Engine(store.path(model), for_model(model, budget.limit()))
    chosen = random.Random(0)
    timed = [_run(engine, [chosen.randrange(1000, 20_000) for _ in range(t.read)], t.written) for t in alone if t.read]
    engine.close()
    return timed


def _run(engine: Engine, tokens: list[int], written: int) -> Timed:
    begin, first, count = time.perf_counter(), 0.0, 0
    for message in engine.answer(Job(tokens, Params(max_tokens=max(written, 2)))):
        if isinstance(message, Piece) and not first:
            first = time.perf_counter() - begin
        if isinstance(message, End):
            count = message.usage.completion_tokens
    return Timed(len(tokens), count, first, time.perf_counter() - begin)
