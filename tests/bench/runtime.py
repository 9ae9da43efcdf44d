"""The engine against llama.cpp without us: a bare loop over its functions, and the bindings' own `Llama` class.

All three read the same tokens and write greedily. Run it on a quiet machine: beside other work every figure sinks.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quarry import runtime
from quarry.runtime import Params, budget, machine, select, settings
from quarry.runtime.engine import library
from quarry.runtime.engine.engine import Engine
from quarry.runtime.engine.job import End, Job, Piece
from quarry.runtime.engine.options import Options, for_model
from quarry.runtime.store import Store

PROMPT, ANSWER, ROUNDS = 256, 32, 3
TEXTS = 64


@dataclass(frozen=True)
class Run:
    """Seconds to the first token, and tokens a second after it."""

    first: float
    decode: float

    @property
    def prefill(self) -> float:
        return PROMPT / self.first


def main() -> None:
    current = settings.current()
    store = Store(current.models)
    model = select.current(store, current)
    store.verify(model)
    print(f"{model.name}, {PROMPT} tokens read, {ANSWER} written, {machine.cores()} threads, median of {ROUNDS}")
    _generation(store.path(model), for_model(model, budget.limit()))
    _embedding()


# -- generating --------------------------------------------------------------------------------------------------------


def _generation(path: Path, options: Options) -> None:
    """One contender after the other: together their weights would compete for memory and threads."""
    contenders: dict[str, Callable[[Path, Options], Iterator[Callable[[list[int]], Run]]]] = {
        "bare loop": _bare,
        "Llama class, its defaults": _llama_class,
        "engine": _engine,
    }
    results = {name: [*_rounds(contender, path, options)] for name, contender in contenders.items()}
    again = _again(path, options)
    print(f"{'':28}{'first token s':>14}{'prefill tok/s':>15}{'decode tok/s':>14}{'against bare':>14}")
    bare = _median(results["bare loop"])
    for name, runs in results.items():
        run = _median(runs)
        ratio = f"{run.prefill / bare.prefill:.2f}/{run.decode / bare.decode:.2f}"
        print(f"{name:28}{run.first:14.2f}{run.prefill:15.0f}{run.decode:14.1f}{ratio:>14}")
    print(f"{'engine, prompt known':28}{again:14.2f}")


def _rounds(contender: Callable[..., Iterator[Callable]], path: Path, options: Options) -> Iterator[Run]:
    for attempt in contender(path, options):
        for number in range(ROUNDS):
            yield attempt(_tokens(number))


def _tokens(seed: int) -> list[int]:
    """Different tokens each time, so that nothing is remembered."""
    chosen = random.Random(seed)
    return [chosen.randrange(1000, 20_000) for _ in range(PROMPT)]


def _median(runs: list[Run]) -> Run:
    return Run(statistics.median(r.first for r in runs), statistics.median(r.decode for r in runs))


def _engine(path: Path, options: Options) -> Iterator[Callable[[list[int]], Run]]:
    engine = Engine(path, options)
    yield lambda tokens: _answer(engine, tokens)
    engine.close()


def _answer(engine: Engine, tokens: list[int]) -> Run:
    """Tokens are counted by the engine: several of them may make one piece of text."""
    begin, first = time.perf_counter(), 0.0
    for message in engine.answer(Job(tokens, Params(max_tokens=ANSWER))):
        if isinstance(message, Piece) and not first:
            first = time.perf_counter()
        if isinstance(message, End):
            written = message.usage.completion_tokens
    return Run(first - begin, (written - 1) / (time.perf_counter() - first))


def _again(path: Path, options: Options) -> float:
    """Seconds to the first token of a prompt that was just answered."""
    engine = Engine(path, options)
    _answer(engine, _tokens(0))
    seconds = _answer(engine, _tokens(0)).first
    engine.close()
    return seconds


def _bare(path: Path, options: Options) -> Iterator[Callable[[list[int]], Run]]:
    """The least that decodes: no queue, no text, no stop, no cancelling."""
    llama = library.llama()
    params = llama.llama_model_default_params()
    params.use_extra_bufts = options.extra_buffers
    model = llama.llama_model_load_from_file(str(path).encode(), params)
    settings_ = llama.llama_context_default_params()
    settings_.n_ctx, settings_.n_batch = options.context, PROMPT
    settings_.n_threads = settings_.n_threads_batch = options.threads
    settings_.flash_attn_type = int(options.flash_attention)
    context = llama.llama_init_from_model(model, settings_)
    sampler = llama.llama_sampler_init_greedy()
    yield lambda tokens: _timed(_bare_tokens(llama, context, sampler, tokens))
    llama.llama_sampler_free(sampler)
    llama.llama_free(context)
    llama.llama_model_free(model)


def _bare_tokens(llama: Any, context: Any, sampler: Any, tokens: list[int]) -> Iterator[None]:
    llama.llama_memory_clear(llama.llama_get_memory(context), True)
    batch = (llama.llama_token * len(tokens))(*tokens)
    for _ in range(ANSWER):
        llama.llama_decode(context, llama.llama_batch_get_one(batch, len(batch)))
        batch = (llama.llama_token * 1)(llama.llama_sampler_sample(sampler, context, -1))
        yield None


def _llama_class(path: Path, options: Options) -> Iterator[Callable[[list[int]], Run]]:
    library.llama()  # the same log and the same waiting threads for all
    from llama_cpp import Llama

    model = Llama(str(path), n_ctx=options.context, verbose=False)

    def marks(tokens: list[int]) -> Iterator[None]:
        model.reset()
        for number, _ in enumerate(model.generate(tokens, temp=0.0, repeat_penalty=1.0), 1):
            yield None
            if number == ANSWER:
                return

    yield lambda tokens: _timed(marks(tokens))
    model.close()


def _timed(marks: Iterator[None]) -> Run:
    begin = time.perf_counter()
    times = [time.perf_counter() for _ in marks]
    return Run(times[0] - begin, (len(times) - 1) / (times[-1] - times[0]))


# -- embedding ---------------------------------------------------------------------------------------------------------


def _embedding() -> None:
    """Our door against the library's own call, on passages of mixed lengths in two languages."""
    from quarry.runtime import embedding

    texts, embedder = _passages(), embedding.load()
    name, _ = runtime.embedding_space()
    raw = [embedder.model.passage_prompt + text for text in texts]
    ours: list[float] = []
    theirs: list[float] = []
    runtime.embed(texts[:8], "passage")
    for _ in range(ROUNDS):
        theirs.append(_rate(lambda: embedder.encoder.encode(raw, normalize_embeddings=True, show_progress_bar=False)))
        ours.append(_rate(lambda: runtime.embed(texts, "passage")))
    one, two = statistics.median(theirs), statistics.median(ours)
    print(f"\n{name}, {TEXTS} passages, median of {ROUNDS}")
    print(
        f"{'SentenceTransformer.encode':28}{one:10.1f} passages/s\n{'embed':28}{two:10.1f} passages/s ({two / one:.2f})"
    )


def _rate(action: Callable[[], object]) -> float:
    begin = time.perf_counter()
    action()
    return TEXTS / (time.perf_counter() - begin)


def _passages() -> list[str]:
    chosen = random.Random(1)
    english = "Employees who have worked for a year may take ten days of annual leave, with notice to their manager. "
    chinese = "員工服務滿一年者，得請特別休假十日，並應於三日前告知主管，遇有緊急情形不在此限。"
    return [
        (chosen.choice((english, chinese)) * chosen.randint(1, 10))[: chosen.randint(80, 700)] for _ in range(TEXTS)
    ]


if __name__ == "__main__":
    main()
