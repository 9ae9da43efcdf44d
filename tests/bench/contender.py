"""An engine in a process of its own, told over its standard input what to answer: ours, or llama.cpp's own server
engine (`xllamacpp`). Both get the same file, threads, slots, context and prompts, as numbers of tokens."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, Protocol

REPOSITORY = Path(__file__).resolve().parents[2]
OURS, PEER = "engine", "xllamacpp"
DISK = 2**31
WARM = {"temperature": 0.7, "top_p": 0.9, "top_k": 40}
GREEDY = {"temperature": 0.0, "top_p": 1.0, "top_k": 0}


@dataclass
class Answer:
    """Seconds from the beginning of the round at which pieces arrived, and what was read and written."""

    times: list[float] = field(default_factory=list)
    written: int = 0
    cached: int = 0

    @property
    def first(self) -> float:
        return self.times[0]


def rate(answers: Sequence[Answer]) -> float:
    """Tokens a second of all together, while all of them were being written; where some waited for others to end, from
    the first token to the last. A piece may hold several tokens."""
    begin, end = max(answer.first for answer in answers), min(answer.times[-1] for answer in answers)
    if end <= begin:
        begin, end = min(answer.first for answer in answers), max(answer.times[-1] for answer in answers)
    return sum(_within(answer, begin, end) for answer in answers) / (end - begin)


def _within(answer: Answer, begin: float, end: float) -> float:
    inside = sum(begin < at <= end for at in answer.times)
    return inside * answer.written / len(answer.times)


class Contender:
    """The parent's end of such a process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def answers(
        self, prompts: Sequence[Sequence[int]], tokens: int, sampling: dict[str, float], **more: Any
    ) -> list[Answer]:
        """All prompts at once, `tokens` of answer to each."""
        told = self._ask({"prompts": prompts, "tokens": tokens, "sampling": sampling, **more})
        return [Answer(**each) for each in told["answers"]]

    def memory(self) -> int:
        """Bytes of its resident memory."""
        return int(self._ask({"memory": True})["memory"])

    def _ask(self, order: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the contender ended with code {self._process.wait()}")
        return dict(json.loads(line))


@contextmanager
def running(kind: str, model: Path, **options: Any) -> Iterator[Contender]:
    """The engine of this kind with these `Options`, ended afterwards."""
    environment = os.environ | {"PYTHONPATH": f"{REPOSITORY / 'platform'}{os.pathsep}{REPOSITORY}"}
    command = [sys.executable, "-m", "tests.bench.contender", kind, str(model), json.dumps(options)]
    process = subprocess.Popen(
        command, cwd=REPOSITORY, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield Contender(process)
    finally:
        process.communicate()


# -- in the process of its own -----------------------------------------------------------------------------------------


class Backend(Protocol):
    def answer(self, prompt: list[int], order: dict[str, Any], begin: float) -> Answer: ...
    def close(self) -> None: ...


class Ours:
    """Our engine, without anything around it."""

    def __init__(self, model: Path, options: dict[str, Any]) -> None:
        from quarry.runtime.engine.disk import DiskTier
        from quarry.runtime.engine.engine import Engine
        from quarry.runtime.engine.options import Options

        disk = options.pop("disk", None)
        self._engine = Engine(model, Options(**options), DiskTier(Path(disk), DISK) if disk else None)

    def close(self) -> None:
        self._engine.close()

    def answer(self, prompt: list[int], order: dict[str, Any], begin: float) -> Answer:
        from quarry.runtime import Params
        from quarry.runtime.engine.job import End, Job, Piece

        params = Params(max_tokens=order["tokens"], seed=1, **order["sampling"])
        answer = Answer()
        for message in self._engine.answer(Job(prompt, params, marks=order.get("marks", ()))):
            if isinstance(message, Piece):
                answer.times.append(time.perf_counter() - begin)
            elif isinstance(message, End):
                answer.written, answer.cached = message.usage.completion_tokens, message.usage.cached_tokens
        return answer


class Peer:
    """llama.cpp's server engine in this process."""

    def __init__(self, model: Path, options: dict[str, Any]) -> None:
        import xllamacpp

        params = xllamacpp.CommonParams()
        params.model.path = str(model)
        params.n_parallel = options["slots"]
        params.n_ctx = options["slots"] * options["context"]
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = options["threads"]
        params.verbosity = 0
        self._server = xllamacpp.Server(params)

    def close(self) -> None:
        """The process ends: that is enough."""

    def answer(self, prompt: list[int], order: dict[str, Any], begin: float) -> Answer:
        answer = Answer()

        def receive(event: dict[str, Any]) -> None:
            if "usage" in event:
                answer.written = event["usage"]["completion_tokens"]
                answer.cached = event["usage"]["prompt_tokens_details"]["cached_tokens"]
            elif "choices" not in event:
                raise RuntimeError(str(event))
            elif event["choices"][0]["text"]:
                answer.times.append(time.perf_counter() - begin)

        # The same samplers in the same order as ours: by default there would be more of them.
        samplers = {"samplers": ["top_k", "top_p", "temperature"], "seed": 1, **order["sampling"]}
        body = {"prompt": prompt, "n_predict": order["tokens"], "stream": True, "cache_prompt": True, **samplers}
        self._server.handle_completions(body, receive)
        return answer


def obey(backend: Backend, orders: IO[str], replies: IO[str]) -> None:
    for line in orders:
        order = json.loads(line)
        told = {"memory": _resident()} if order.get("memory") else {"answers": _round(backend, order)}
        replies.write(json.dumps(told) + "\n")
        replies.flush()


def _round(backend: Backend, order: dict[str, Any]) -> list[dict[str, Any]]:
    begin = time.perf_counter()
    answers: list[Answer] = [Answer() for _ in order["prompts"]]

    def follow(number: int) -> None:
        answers[number] = backend.answer(order["prompts"][number], order, begin)

    threads = [threading.Thread(target=follow, args=(number,)) for number in range(len(answers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [asdict(answer) for answer in answers]


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def main() -> None:
    kind, model, options = sys.argv[1:]
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints is no reply
    backend: type[Ours] | type[Peer] = Ours if kind == OURS else Peer
    contender = backend(Path(model), json.loads(options))
    obey(contender, sys.stdin, replies)
    contender.close()
    os._exit(0)  # some libraries crash when they are taken apart


if __name__ == "__main__":
    main()
