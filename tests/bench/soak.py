"""Many requests over a few connections, some cancelled at random, while the inference worker is killed once: does every
request end, and does anything stay behind?

    python -m tests.bench.soak [--requests 200] [--connections 16] [--client chats|conversations] [--model smollm2]

Every request must end in an answer, in its cancellation, or in one clear error. Processes, open files, threads, memory
and kept states are counted before, in the middle (with the new worker) and after.
"""

import argparse
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from quarry.workers import EVERY_SECONDS

from tests.bench import counts, models, whole
from tests.bench.clients import CLIENTS, Client, Ended
from tests.bench.tables import middle
from tests.fixtures.product import Product, wait_for

CANCELLED = 0.25  # of the requests
KILL_AT = 0.25
SETTLE_SECONDS = 120


@dataclass
class Course:
    """What happens along the way: called after each request that ended."""

    total: int
    kill: Callable[[], None]
    look: Callable[[], None]
    ended: int = 0

    def __post_init__(self) -> None:
        self._lock = threading.Lock()

    def step(self) -> None:
        with self._lock:
            self.ended += 1
            kill, look = self.ended == int(self.total * KILL_AT), self.ended == int(self.total * 0.6)
        if kill:
            self.kill()
        if look:
            self.look()


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.soak", description=__doc__)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--client", choices=[*CLIENTS], default="chats")
    parser.add_argument("--model", default="smollm2", help="smollm2, starter, or a size of Granite")
    parser.add_argument("--tokens", type=int, default=48, help="of an answer, at most")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    file = models.by_name(chosen.model)
    if file is None:
        print(f"{chosen.model} is not here")
        return
    with whole.product(chosen.model, file) as product:
        _soak(product, chosen)


def _soak(product: Product, chosen: argparse.Namespace) -> None:
    client = CLIENTS[chosen.client](product, chosen.tokens)
    client.one("Warm up.", cancel_after=None)
    seen = {"before": counts.take(product)}
    course = Course(chosen.requests, lambda: _kill(product), lambda: seen.update(middle=counts.take(product)))
    begin = time.monotonic()
    with ThreadPoolExecutor(chosen.connections) as pool:
        ends = list(pool.map(lambda number: _one(client, number, chosen.seed, course), range(chosen.requests)))
    seconds = time.monotonic() - begin
    client.close()
    wait_for(lambda: counts.idle(product), SETTLE_SECONDS, lambda: f"still busy: {counts.take(product)}")
    time.sleep(2 * EVERY_SECONDS)  # until the workers have told how they are now
    seen["after"] = counts.take(product)
    _report(ends, seconds, chosen)
    print(counts.compared(seen))


def _one(client: Client, number: int, seed: int, course: Course) -> Ended:
    chance = random.Random(seed * 10_000 + number)
    cancel_after = chance.randrange(0, 20) if chance.random() < CANCELLED else None
    ended = client.one(f"Question {number}: what is {number} plus {chance.randrange(99)}?", cancel_after)
    course.step()
    return ended


def _kill(product: Product) -> None:
    for process in counts.processes(product, "inference"):
        os.kill(process.pid, signal.SIGKILL)
        print(f"killed the inference worker, process {process.pid}", flush=True)


def _report(ends: Sequence[Ended], seconds: float, chosen: argparse.Namespace) -> None:
    print(f"{len(ends)} requests over {chosen.connections} connections in {seconds:.0f} s")
    for how, number in Counter(ended.how for ended in ends).most_common():
        print(f"{number:6}  {how}")
    for error, number in Counter(ended.error for ended in ends if ended.error).most_common():
        print(f"{number:6}  error: {error}")
    print(f"first token {middle(ended.first for ended in ends):.2f} s in the median")
    lost = sum(ended.how == "lost" for ended in ends)
    print(f"{lost} requests without an end" if lost else "every request ended in an answer or in one clear error")


if __name__ == "__main__":
    main(sys.argv[1:])
