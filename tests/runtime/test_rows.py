"""Every row of Granite 4.0's table: dense, hybrid, and both with experts, Base and Instruct, each made with random
weights and taken through all that the engine does with a model. The published files run too, where they can be had."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from quarry import runtime
from quarry.runtime import Done, Message, Params, Prefill, Token, catalogue, hub, machine, settings, tiny
from quarry.runtime.engine.context import Context, Part
from quarry.runtime.engine.engine import Engine
from quarry.runtime.engine.job import Job, Piece
from quarry.runtime.engine.library import llama
from quarry.runtime.engine.model import LoadedModel
from quarry.runtime.engine.options import Options
from quarry.runtime.fetch import fetch
from quarry.runtime.random_weights import Shape
from quarry.runtime.store import Store
from quarry.runtime.templates import GRANITE

from .conftest import put
from .test_batching import text
from .test_engine import ask

GREEDY, LONG = Params(max_tokens=40), Params(max_tokens=400)
SYSTEM = [3 + i % 200 for i in range(150)]
PROMPTS = [[*SYSTEM, *(1 + (i * k) % 250 for i in range(40 + 9 * k))] for k in (1, 2, 3)]
STABLE = len(SYSTEM)
ONLY_RECURRENT = 1  # LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY


@dataclass(frozen=True)
class Row:
    """A shape as Base (without a chat template) or Instruct. `id`: a model of the catalogue of this architecture and
    without a pinned digest, in whose place the file may stand; there is none for the dense one with experts, since
    Granite 4.0 has no such row. Its router works with 32-bit floats, which llama.cpp sums up in another order where a
    piece of a prompt is in the same batch: so many letters (`same`) are alike before that is heard."""

    shape: Shape
    architecture: str
    instruct: bool
    id: str = ""
    same: int = 2000


ROWS = {
    "dense-instruct": Row(tiny.DENSE, "granite", True, "granite-4.0-1b"),
    "dense-base": Row(tiny.DENSE, "granite", False, "granite-4.0-1b-base"),
    "hybrid-instruct": Row(tiny.HYBRID, "granitehybrid", True, "granite-4.0-h-350m"),
    "hybrid-base": Row(tiny.HYBRID, "granitehybrid", False, "granite-4.0-h-350m-base"),
    "hybrid-experts-instruct": Row(tiny.HYBRID_EXPERTS, "granitehybrid", True, "granite-4.0-h-350m"),
    "hybrid-experts-base": Row(tiny.HYBRID_EXPERTS, "granitehybrid", False, "granite-4.0-h-350m-base"),
    "dense-experts-instruct": Row(tiny.DENSE_EXPERTS, "granitemoe", True, same=20),
    "dense-experts-base": Row(tiny.DENSE_EXPERTS, "granitemoe", False, same=20),
}


@pytest.fixture(scope="module", params=ROWS)
def row(request: pytest.FixtureRequest) -> Row:
    return ROWS[request.param]


@pytest.fixture(scope="module")
def file(row: Row, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.write(
        tmp_path_factory.mktemp("row") / "row.gguf", template=GRANITE if row.instruct else None, shape=row.shape
    )


def engine(file: Path, **options: Any) -> Engine:
    """Without flash attention, which rounds otherwise where a prompt is read in pieces of other lengths: with random
    weights the second best token is never far."""
    defaults = {"context": 1024, "threads": 1, "chunk": 32, "flash_attention": False}
    return Engine(file, Options(**defaults | options))


@pytest.fixture(scope="module")
def alone(file: Path) -> Iterator[Engine]:
    """One answer at a time, and nothing remembered: what every other way must equal."""
    running = engine(file, slots=1, checkpoints=0)
    yield running
    running.close()


def test_it_is_what_it_claims_to_be(row: Row, file: Path) -> None:
    model = LoadedModel(file, Options())
    assert model.metadata("general.architecture") == row.architecture
    assert model.rewindable is not row.shape.hybrid
    assert int(model.metadata(f"{row.architecture}.expert_count") or 0) == row.shape.experts
    assert model.template == (GRANITE if row.instruct else None)


def test_the_answer_depends_on_the_whole_prompt(alone: Engine) -> None:
    """Random, but not deaf: a change at the very beginning is heard at the end."""
    assert ask(alone, [*PROMPTS[0]], GREEDY)[0] != ask(alone, [250, *PROMPTS[0][1:]], GREEDY)[0]


def test_together_they_say_what_each_says_alone(row: Row, file: Path, alone: Engine) -> None:
    together = engine(file, slots=3)
    said = [each[: row.same] for each in answers_at_once(together)]
    together.close()
    assert said == [ask(alone, prompt, LONG)[0][: row.same] for prompt in PROMPTS]
    assert len(set(said)) == len(PROMPTS)


def answers_at_once(running: Engine) -> list[str]:
    """Each begins while the ones before it are being written, so that every prompt is read in pieces of one length."""
    heard = [running.answer(Job(prompt, LONG)) for prompt in PROMPTS]
    begun = [next(message.text for message in each if isinstance(message, Piece)) for each in heard]
    assert running.busy == len(PROMPTS)
    return [first + text(list(rest)) for first, rest in zip(begun, heard, strict=True)]


def test_a_restored_state_continues_as_the_cold_one(row: Row, file: Path, alone: Engine) -> None:
    """The stable beginning comes back from a checkpoint after others had the slot, and so does a whole conversation."""
    remembering = engine(file, slots=1)
    ask(remembering, PROMPTS[0], GREEDY, marks=(STABLE,))
    ask(remembering, [9, *PROMPTS[1]], GREEDY)
    said, end, _ = ask(remembering, PROMPTS[2], GREEDY, marks=(STABLE,))
    assert end.usage.cached_tokens >= STABLE
    assert said == ask(alone, PROMPTS[2], GREEDY)[0]
    ask(remembering, [9, *PROMPTS[1]], GREEDY)
    said, end, _ = ask(remembering, PROMPTS[0], GREEDY, marks=(STABLE,))
    assert end.usage.cached_tokens >= (len(PROMPTS[0]) - 1 if row.shape.hybrid else STABLE)
    assert said == ask(alone, PROMPTS[0], GREEDY)[0]
    remembering.close()


# -- memory ------------------------------------------------------------------------------------------------------------


def read(context: Context, sequence: int, tokens: int) -> None:
    for start in range(0, tokens, 50):
        context.read([Part(sequence, start, [1 + i % 250 for i in range(50)], logits=False)])


def recurrent_bytes(context: Context, sequence: int) -> int:
    return int(llama().llama_state_seq_get_size_ext(context.handle, sequence, ONLY_RECURRENT))


def test_only_attention_layers_need_more_memory_for_more_tokens(row: Row, file: Path) -> None:
    model = LoadedModel(file, Options())
    context = Context(model, Options(context=512, slots=2))
    read(context, 0, 100)
    read(context, 1, 400)
    short, long = len(context.save(0)), len(context.save(1))
    shape = row.shape
    cache = 2 * shape.attention_layers * shape.kv_heads * shape.head_size * 2  # K and V in 16 bits, a token
    assert cache * 300 <= long - short < (cache + 32) * 300  # beside it only each token's place
    if shape.hybrid:
        state = (shape.layers - shape.attention_layers) * shape.inner * shape.state_size * 4
        assert recurrent_bytes(context, 0) == recurrent_bytes(context, 1) > state
    context.close()


# -- through the door --------------------------------------------------------------------------------------------------

QUESTION = [Message("system", "Be brief."), Message("user", "What is the barrier code? 請問代碼？")]


def answer(**more: Any) -> tuple[str, Done]:
    events = list(runtime.generate(QUESTION, params=GREEDY, **more))
    assert isinstance(events[0], Prefill)
    done = events[-1]
    assert isinstance(done, Done)
    return "".join(each.text for each in events if isinstance(each, Token)), done


@pytest.fixture
def at_the_door(row: Row, file: Path, store: Store, tmp_path: Path) -> Iterator[Row]:
    before = settings.current()
    put(store, row.id, file)
    runtime.configure(tmp_path, store.root, row.id, offline=True)
    runtime.load()
    yield row
    runtime.unload()
    settings.configure(before)


# Granite 4.0 publishes no dense model with experts: no catalogue entry, hence no door.
@pytest.mark.parametrize("row", [name for name, row in ROWS.items() if row.id], indirect=True, scope="module")
def test_it_answers_through_the_door(at_the_door: Row) -> None:
    first, done = answer()
    again, known = answer()
    assert first
    assert first == again
    assert done.model.id == at_the_door.id
    assert done.usage.completion_tokens == GREEDY.max_tokens
    assert known.usage.cached_tokens > 0


# -- the published files -----------------------------------------------------------------------------------------------

PUBLISHED = ("granite-4.0-h-350m", "granite-4.0-h-1b", "granite-4.0-h-micro", "granite-4.0-h-tiny")


@pytest.fixture(params=PUBLISHED)
def published(request: pytest.FixtureRequest, models_folder: Path, tmp_path: Path) -> Iterator[str]:
    """A real Granite, loaded through the door: from the store, or from the hub where that is asked for."""
    model, store = catalogue.find(request.param), Store(models_folder)
    if not store.installed(model):
        if os.environ.get("QUARRY_TEST_REAL_MODELS") != "1":
            pytest.skip("the published model is not installed, and QUARRY_TEST_REAL_MODELS=1 is not set to fetch it")
        if not hub.reachable():
            pytest.skip("the published model is not installed, and the model hub cannot be reached")
        fetch(model, store)
    before = settings.current()
    runtime.configure(tmp_path, models_folder, model.id, offline=True)
    runtime.load()
    yield model.id
    runtime.unload()
    settings.configure(before)


@pytest.mark.model
def test_a_published_model_answers_and_is_remembered(published: str, models_folder: Path) -> None:
    question = [
        Message("system", "You answer in one short sentence."),
        Message("user", "What is the capital of France?"),
    ]
    said: list[str] = []
    for _ in range(2):
        events = list(runtime.generate(question, params=Params(max_tokens=40)))
        said.append("".join(each.text for each in events if isinstance(each, Token)))
    assert "Paris" in said[0]
    assert said[0] == said[1]
    assert events[-1].usage.cached_tokens > 0
    assert events[-1].model.id == published


@pytest.mark.model
def test_published_models_answer_several_at_once_as_alone(published: str, models_folder: Path) -> None:
    runtime.unload()
    model = catalogue.find(published)
    running = engine(Store(models_folder).path(model), slots=3, checkpoints=0, threads=machine.cores())
    said = answers_at_once(running)
    assert said == [ask(running, prompt, LONG)[0] for prompt in PROMPTS]
    running.close()
