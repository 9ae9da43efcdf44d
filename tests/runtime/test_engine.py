"""The engine on the tiny model: real decoding, in milliseconds."""

import gc
import threading
import time
import weakref
from pathlib import Path

import numpy as np
import pytest
from quarry.runtime import EngineBusy, ModelUnavailable, Params, Prefill, PromptTooLong, tiny
from quarry.runtime.engine.engine import Engine
from quarry.runtime.engine.job import End, Job, Piece
from quarry.runtime.engine.model import LoadedModel
from quarry.runtime.engine.options import Options
from quarry.runtime.engine.penalties import rule_out

PROMPT = [1 + i * 7 % 250 for i in range(300)]
GREEDY = Params(max_tokens=40)


def ask(engine: Engine, tokens: list[int], params: Params = GREEDY, **more: object) -> tuple[str, End, list[Prefill]]:
    messages = list(engine.answer(Job(tokens, params, **more)))  # type: ignore[arg-type]
    end = messages[-1]
    assert isinstance(end, End)
    text = "".join(m.text for m in messages if isinstance(m, Piece))
    return text, end, [m for m in messages if isinstance(m, Prefill)]


def fresh(tiny_file: Path, **options: object) -> Engine:
    return Engine(tiny_file, Options(**{"context": 1024, "threads": 1, "chunk": 64} | options))  # type: ignore[arg-type]


def test_it_reads_in_chunks_and_answers(engine: Engine) -> None:
    text, end, progress = ask(engine, PROMPT)
    assert text
    assert (end.reason, end.usage.prompt_tokens, end.usage.completion_tokens) == ("length", 300, 40)
    assert [p.done for p in progress] == [0, 64, 128, 192, 256, 299, 300]
    assert {p.total for p in progress} == {300}


def test_greedy_is_the_same_every_time_and_sampling_follows_its_seed(engine: Engine) -> None:
    assert ask(engine, PROMPT)[0] == ask(engine, PROMPT)[0]
    warm = Params(max_tokens=40, temperature=2.0, seed=5)
    one, two = ask(engine, PROMPT, warm)[0], ask(engine, PROMPT, warm)[0]
    other = ask(engine, PROMPT, Params(max_tokens=40, temperature=2.0, seed=6))[0]
    assert one == two != other


def test_an_opening_is_ruled_out_where_the_model_is_not_sure_enough_of_it(engine: Engine) -> None:
    usual = ask(engine, PROMPT)[0]
    sure = ask(engine, PROMPT, Params(max_tokens=40, openings={usual[0]: 0.0}))[0]
    unsure = ask(engine, PROMPT, Params(max_tokens=40, openings={usual[0]: 1.0}))[0]
    assert sure == usual
    assert unsure
    assert unsure[0] != usual[0]


def test_openings_are_measured_against_all_other_beginnings_together() -> None:
    shares = np.array([0.4, 0.3, 0.2, 0.1], np.float32)
    kept, gone = np.log(shares), np.log(shares)
    rule_out(kept, {0: 0.39, 3: 0.0})
    rule_out(gone, {0: 0.41})
    assert np.allclose(kept, np.log(shares))
    assert gone.argmax() == 1
    assert np.isneginf(gone[0])


@pytest.mark.parametrize(
    "second", ["the same", "another end", "a longer one", "something else", "the conversation goes on"]
)
def test_what_was_read_is_not_read_again_and_changes_nothing(second: str, tiny_file: Path) -> None:
    system, marks = PROMPT[:100], (100,)
    prompt = {
        "the same": PROMPT,
        "another end": [*system, *range(1, 90)],
        "a longer one": [*PROMPT, 5, 6, 7],
        "something else": PROMPT[::-1],
        "the conversation goes on": PROMPT,
    }[second]
    engine, alone = fresh(tiny_file), fresh(tiny_file)
    ask(engine, PROMPT, marks=marks)
    if second == "the conversation goes on":
        prompt = [*engine_tokens(engine), 9, 8, 7]
    text, end, _ = ask(engine, prompt, marks=marks)
    assert text == ask(alone, prompt, marks=marks)[0]
    least = {"the same": 299, "another end": 100, "a longer one": 299, "something else": 0}
    assert end.usage.cached_tokens >= least.get(second, 330)
    assert end.usage.cached_tokens < len(prompt)
    engine.close()
    alone.close()


def engine_tokens(engine: Engine) -> list[int]:
    """Everything the context holds after a prompt and its answer."""
    return list(engine._slots[0].tokens)


def test_cancelling_while_it_writes(engine: Engine) -> None:
    asked = threading.Event()
    job = Job(PROMPT, Params(max_tokens=1500))
    messages = []
    for message in engine.answer(job, asked.is_set):
        messages.append(message)
        if isinstance(message, Piece):
            asked.set()
    end = messages[-1]
    assert isinstance(end, End)
    assert end.reason == "cancelled"
    assert end.usage.completion_tokens < 1500
    assert ask(engine, PROMPT)[1].usage.completion_tokens == 40, "the engine goes on"


def test_cancelling_in_the_middle_of_a_chunk(tmp_path: Path, tiny_file: Path) -> None:
    """A long chunk is interrupted between two operations, not at its end."""
    engine = Engine(tiny_file, Options(context=4096, threads=1, chunk=4000, micro_batch=4000))
    tokens = [1 + i % 250 for i in range(4000)]
    begin = time.monotonic()
    ask(engine, tokens, Params(max_tokens=1))
    whole = time.monotonic() - begin
    job = Job([2, *tokens[1:]], Params(max_tokens=1))
    threading.Timer(whole / 4, engine.cancel, (job,)).start()
    begin = time.monotonic()
    end = list(engine.answer(job))[-1]
    assert isinstance(end, End)
    assert end.reason == "cancelled"
    assert time.monotonic() - begin < whole * 0.8
    assert ask(engine, tokens, Params(max_tokens=1))[1].reason == "length"
    engine.close()


def test_closing_the_iterator_cancels(engine: Engine) -> None:
    answer = engine.answer(Job(PROMPT, Params(max_tokens=1500)))
    next(answer)
    answer.close()
    begin = time.monotonic()
    ask(engine, PROMPT, Params(max_tokens=1))
    assert time.monotonic() - begin < 2


def test_a_waiting_job_can_be_cancelled(engine: Engine) -> None:
    running = engine.answer(Job(PROMPT, Params(max_tokens=1200)))
    next(running)
    waiting = list(engine.answer(Job(PROMPT[::-1], GREEDY), lambda: True))
    running.close()
    end = waiting[-1]
    assert isinstance(end, End)
    assert end.reason == "cancelled"
    assert end.usage.completion_tokens == 0


def test_many_callers_at_once(tiny_file: Path) -> None:
    engine = fresh(tiny_file)
    prompts = [[1 + (i * k) % 250 for i in range(80)] for k in range(1, 9)]
    alone = [ask(engine, prompt)[0] for prompt in prompts]
    results: dict[int, str] = {}

    def call(number: int) -> None:
        results[number] = ask(engine, prompts[number])[0]

    threads = [threading.Thread(target=call, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [results[n] for n in range(8)] == alone
    assert engine.busy == 0
    engine.close()


def test_too_many_waiting_is_said(tiny_file: Path) -> None:
    engine = fresh(tiny_file, waiting=1)
    running, waiting = engine.answer(Job(PROMPT, Params(max_tokens=700))), []
    next(running)
    thread = threading.Thread(target=lambda: waiting.extend(engine.answer(Job(PROMPT, Params(max_tokens=1)))))
    thread.start()
    while engine.busy < 2:
        time.sleep(0.001)
    with pytest.raises(EngineBusy, match="try again in"):
        next(engine.answer(Job(PROMPT, GREEDY)))
    running.close()
    thread.join()
    engine.close()


def test_a_prompt_that_is_too_long(engine: Engine) -> None:
    with pytest.raises(PromptTooLong, match=r"has 5000 tokens, but only 2047 fit") as caught:
        next(engine.answer(Job([1] * 5000, GREEDY)))
    assert (caught.value.tokens, caught.value.limit) == (5000, 2047)


def test_an_answer_ends_with_the_context(tiny_file: Path) -> None:
    engine = fresh(tiny_file, context=512)
    _, end, _ = ask(engine, PROMPT, Params(max_tokens=5000))
    assert end.reason == "length"
    assert end.usage.prompt_tokens + end.usage.completion_tokens == engine.context.size + 1
    engine.close()


def test_stop_strings(engine: Engine) -> None:
    text, _, _ = ask(engine, PROMPT)
    stop = text[5:8]
    stopped, end, _ = ask(engine, PROMPT, Params(max_tokens=40, stop=(stop,)))
    assert stopped == text[: text.index(stop)]
    assert end.reason == "stop"


def test_a_grammar_binds_even_a_model_that_talks_nonsense(engine: Engine) -> None:
    grammar = 'root ::= "{\\"answer\\": " ("true" | "false") "}"'
    for temperature in (0.0, 1.5):
        text, end, _ = ask(engine, PROMPT, Params(max_tokens=60, temperature=temperature, seed=1), grammar=grammar)
        assert text in ('{"answer": true}', '{"answer": false}')
        assert end.reason == "stop"


def test_a_closed_engine_refuses(tiny_file: Path) -> None:
    engine = fresh(tiny_file)
    running = engine.answer(Job(PROMPT, Params(max_tokens=700)))
    next(running)
    engine.close()
    end = list(running)[-1]
    assert isinstance(end, End)
    assert end.reason == "cancelled"
    with pytest.raises(ModelUnavailable, match="unloaded"):
        next(engine.answer(Job(PROMPT, GREEDY)))


def test_a_model_is_freed_with_its_last_reader(tiny_file: Path) -> None:
    """A thread may still be rendering a prompt when the model makes room for another."""
    engine = fresh(tiny_file)
    model, gone = engine.model, weakref.ref(engine.model)
    engine.close()
    del engine
    assert model.tokenize("the end", special=False)
    del model
    gc.collect()
    assert gone() is None


def test_a_file_that_is_no_model(tmp_path: Path) -> None:
    path = tmp_path / "bad.gguf"
    path.write_bytes(b"nonsense" * 100)
    with pytest.raises(ModelUnavailable, match=r"cannot load bad\.gguf.*(magic|failed)"):
        Engine(path, Options())


def test_a_dense_model_forgets_any_tail(engine: Engine) -> None:
    assert engine.model.rewindable is False


def test_the_tiny_model_is_the_same_every_time_and_small(tmp_path: Path, tiny_file: Path) -> None:
    assert tiny.write(tmp_path / "again.gguf").read_bytes() == tiny_file.read_bytes()
    assert tiny_file.stat().st_size < 500_000


@pytest.mark.parametrize("text", ["Hello, world", "特別休假有幾天？", "🎉 émoji\n\ttabs", ""])
def test_any_text_survives_the_tokens(text: str, tiny_file: Path) -> None:
    vocabulary = LoadedModel(tiny_file)
    tokens = vocabulary.tokenize(text, special=False)
    assert b"".join(vocabulary.piece(token) for token in tokens).decode() == text
