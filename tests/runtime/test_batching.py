"""Several answers at once from one context: each as if it were alone, and nobody starves."""

import threading
from pathlib import Path

import pytest
from quarry.runtime import Params, Prefill
from quarry.runtime.engine.batch import LEAST, PAUSE, Pace, turn
from quarry.runtime.engine.checkpoints import Checkpoints
from quarry.runtime.engine.engine import Engine
from quarry.runtime.engine.job import End, Job, Piece, Queued
from quarry.runtime.engine.options import Options

from .test_engine import ask

PROMPTS = [[1 + (i * k) % 250 for i in range(60 + 7 * k)] for k in range(1, 9)]


def fresh(tiny_file: Path, **options: object) -> Engine:
    """Without flash attention: it rounds otherwise in pieces of other lengths, which depend on who else is there."""
    defaults: dict[str, object] = {"context": 1024, "slots": 4, "threads": 1, "chunk": 64, "flash_attention": False}
    return Engine(tiny_file, Options(**defaults | options))  # type: ignore[arg-type]


def at_once(engine: Engine, jobs: list[Job]) -> list[list[object]]:
    """Everything that each job's caller hears."""
    heard: list[list[object]] = [[] for _ in jobs]

    def follow(number: int) -> None:
        heard[number].extend(engine.answer(jobs[number]))

    threads = [threading.Thread(target=follow, args=(number,)) for number in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return heard


def text(heard: list[object]) -> str:
    return "".join(message.text for message in heard if isinstance(message, Piece))


@pytest.mark.parametrize("params", [Params(max_tokens=50), Params(max_tokens=50, temperature=1.5, seed=11)])
def test_together_they_say_what_each_says_alone(params: Params, tiny_file: Path) -> None:
    engine, alone = fresh(tiny_file), fresh(tiny_file, slots=1)
    heard = at_once(engine, [Job(prompt, params) for prompt in PROMPTS])
    assert [text(each) for each in heard] == [ask(alone, prompt, params)[0] for prompt in PROMPTS]
    engine.close()
    alone.close()


def test_running_answers_go_on_while_a_long_prompt_is_read(tiny_file: Path) -> None:
    engine = fresh(tiny_file, context=4096)
    running = engine.answer(Job(PROMPTS[0], Params(max_tokens=3000)))
    while not isinstance(next(running), Piece):
        pass
    log: list[str] = []
    long = threading.Thread(target=lambda: _follow(engine, [1 + i % 250 for i in range(3500)], log))
    long.start()
    for message in running:
        log += ["written"] if isinstance(message, Piece) else []
        if "answered" in log:
            break
    running.close()
    long.join()
    reading = log[log.index("read") : log.index("answered")]
    assert reading.count("written") > 10, log
    assert reading.count("read") > 5, log
    engine.close()


def test_prompts_take_turns() -> None:
    waiting = {"whole book": (5.0, 9000), "question": (9.9, 80), "forgotten": (3.0, 500), "letter": (9.8, 400)}
    order = sorted(waiting, key=lambda name: turn(*waiting[name], late=8.0))
    assert order == ["forgotten", "whole book", "question", "letter"]


def test_a_short_question_does_not_wait_for_a_long_prompt(tiny_file: Path) -> None:
    engine = fresh(tiny_file, context=4096)
    long = engine.answer(Job([1 + i % 250 for i in range(3900)], Params(max_tokens=1)))
    assert isinstance(next(long), Prefill)
    order: list[str] = []
    reading = threading.Thread(target=lambda: order.extend(["long" for message in long if isinstance(message, End)]))
    reading.start()
    ask(engine, PROMPTS[0][::-1], Params(max_tokens=1))
    order.append("short")
    reading.join()
    assert order == ["short", "long"]
    engine.close()


def _follow(engine: Engine, prompt: list[int], log: list[str]) -> None:
    for message in engine.answer(Job(prompt, Params(max_tokens=1))):
        log.append("read" if isinstance(message, Prefill) else "answered" if isinstance(message, End) else "")


def test_who_waits_hears_the_place(tiny_file: Path) -> None:
    engine = fresh(tiny_file, slots=1)
    running = engine.answer(Job(PROMPTS[0], Params(max_tokens=900)))
    next(running)
    heard: list[list[object]] = [[], []]
    threads = []
    for number in range(2):
        job = Job(PROMPTS[number + 1], Params(max_tokens=2))
        threads.append(threading.Thread(target=lambda n=number, j=job: heard[n].extend(engine.answer(j))))
        threads[-1].start()
        while engine.busy < number + 2:
            pass
    running.close()
    for thread in threads:
        thread.join()
    places = [[message.position for message in each if isinstance(message, Queued)] for each in heard]
    assert places == [[1], [2, 1]]
    engine.close()


def test_one_bad_job_harms_no_other(tiny_file: Path) -> None:
    engine = fresh(tiny_file)
    nothing = Job(PROMPTS[1], Params(max_tokens=10), grammar='root ::= "a" [^\\x00-\\U0010FFFF]')
    good = Job(PROMPTS[0], Params(max_tokens=50))
    results: list[object] = []

    def follow_bad() -> None:
        try:
            results.extend(engine.answer(nothing))
        except Exception as error:
            results.append(error)

    thread = threading.Thread(target=follow_bad)
    thread.start()
    answer = text(list(engine.answer(good)))
    thread.join()
    assert answer == ask(engine, PROMPTS[0], Params(max_tokens=50))[0]
    assert engine.busy == 0
    engine.close()


def test_a_second_conversation_reads_only_what_is_new(tiny_file: Path) -> None:
    """The stable beginning is known in every slot; the restored answer is the cold one."""
    engine, alone = fresh(tiny_file, slots=2), fresh(tiny_file, slots=1, checkpoints=0)
    system = [3 + i % 200 for i in range(200)]
    first, second = [*system, *PROMPTS[0]], [*system, *PROMPTS[1]]
    ask(engine, first, marks=(200,))
    running = engine.answer(Job([*PROMPTS[5]], Params(max_tokens=900)))  # takes one of the two slots
    next(running)
    said, end, _ = ask(engine, second, marks=(200,))
    assert end.usage.cached_tokens >= 200
    assert said == ask(alone, second)[0]
    running.close()
    engine.close()
    alone.close()


def test_a_conversation_goes_on_although_others_had_its_slot(tiny_file: Path) -> None:
    engine, alone = fresh(tiny_file, slots=1), fresh(tiny_file, slots=1, checkpoints=0)
    ask(engine, PROMPTS[0], Params(max_tokens=30))
    so_far = list(engine._slots[0].tokens)
    ask(engine, PROMPTS[1])
    said, end, _ = ask(engine, [*so_far, 7, 8, 9])
    assert end.usage.cached_tokens == len(so_far)
    assert said == ask(alone, [*so_far, 7, 8, 9])[0]
    engine.close()
    alone.close()


def test_an_interrupted_prompt_leaves_nothing_wrong_behind(tiny_file: Path) -> None:
    engine, alone = fresh(tiny_file, slots=1, chunk=512), fresh(tiny_file, slots=1)
    prompt = [1 + i % 250 for i in range(900)]
    job = Job(prompt, Params(max_tokens=1))
    answer = engine.answer(job)
    next(answer)
    answer.close()
    assert ask(engine, prompt)[0] == ask(alone, prompt)[0]
    engine.close()
    alone.close()


# -- checkpoints -------------------------------------------------------------------------------------------------------


def test_checkpoints_keep_the_longest_prefix_and_stay_within_their_room() -> None:
    kept = Checkpoints(limit=1000)
    kept.add([1, 2, 3], b"a" * 100)
    kept.add([1, 2, 3, 4, 5], b"b" * 100)
    kept.add([9, 9], b"c" * 100)
    assert kept.find([1, 2, 3, 4, 5, 6]).state[:1] == b"b"  # type: ignore[union-attr]
    assert kept.find([1, 2, 3, 4, 7]).state[:1] == b"a"  # type: ignore[union-attr]
    assert kept.find([1, 2, 3]) is None, "the last token is always read"
    assert kept.find([1, 2, 3, 4, 7], longer_than=3) is None
    for number in range(50):
        kept.add([number] * 8, b"d" * 100)
        assert kept.size <= 1000
    assert kept.find([1, 2, 3, 4, 5, 6]) is None, "the oldest went"
    kept.add([5] * 4, b"e" * 5000)
    assert not kept.holds([5] * 4)
    kept.clear()
    assert (len(kept), kept.size) == (0, 0)


def test_the_pace_follows_what_was_measured() -> None:
    pace = Pace(chunk=256)
    assert pace.beside() >= LEAST
    for _ in range(20):
        pace.measured(100, 1.0)
    assert pace.beside() == pytest.approx(100 * PAUSE, abs=1)
    for _ in range(40):
        pace.measured(256, 0.001)
    assert pace.beside() == 256
