"""Models share the memory: what is not used makes room, and what cannot fit is refused before it is loaded."""

import threading
from dataclasses import dataclass, field

import pytest
from quarry import runtime
from quarry.runtime import EngineBusy, Message, ModelUnavailable, Params, Token, budget, catalogue, machine, pool
from quarry.runtime.budget import Budget
from quarry.runtime.engine.job import End, Job
from quarry.runtime.engine.options import SMALLEST_CONTEXT, for_model, layout
from quarry.runtime.settings import SLOTS
from quarry.runtime.store import Store, digest

from .conftest import TINY_ID

OTHER_ID = "granite-4.0-h-350m-base"
GIB = 2**30


@dataclass(eq=False)
class Weight:
    """Something that takes room."""

    name: str
    busy: int = 0
    closed: list[str] = field(default_factory=list)

    def close(self) -> None:
        self.closed.append(self.name)


def take(models: Budget, name: str, size: int) -> Weight:
    return models.take(name, Weight, lambda _: (size, lambda: Weight(name)))


def test_the_longest_unused_makes_room() -> None:
    models = Budget(lambda: 100)
    a, b = take(models, "a", 40), take(models, "b", 40)
    assert models.get("a", Weight) is a, "used again: b is the older one now"
    take(models, "c", 40)
    assert b.closed == ["b"]
    assert list(models.members()) == ["a", "c"]
    assert take(models, "a", 40) is a, "what is loaded is not loaded again"


def test_what_is_at_work_stays() -> None:
    models = Budget(lambda: 100)
    take(models, "a", 60).busy = 1
    with pytest.raises(EngineBusy):
        take(models, "b", 60)
    assert list(models.members()) == ["a"]


def test_what_can_never_fit_is_refused_and_harms_nobody() -> None:
    models = Budget(lambda: 100)
    take(models, "a", 40)
    with pytest.raises(ModelUnavailable, match=r"b needs 2\.0 GiB"):
        take(models, "b", 2 * GIB)
    assert list(models.members()) == ["a"]


def test_memory_that_others_use_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    models = Budget(lambda: 10 * GIB)
    monkeypatch.setattr(machine, "memory", lambda: GIB)
    with pytest.raises(ModelUnavailable, match=r"only 1\.0 GiB are free now"):
        take(models, "a", 2 * GIB)


def test_a_failed_load_takes_no_room() -> None:
    models = Budget(lambda: 100)

    def fail() -> Weight:
        raise ModelUnavailable("broken file")

    with pytest.raises(ModelUnavailable, match="broken file"):
        models.take("a", Weight, lambda _: (90, fail))
    take(models, "b", 90)


def test_two_threads_load_once() -> None:
    models, made = Budget(lambda: 100), []

    def load() -> Weight:
        made.append(1)
        return Weight("a")

    threads = [threading.Thread(target=models.take, args=("a", Weight, lambda _: (1, load))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1]


# -- how a model is laid out -------------------------------------------------------------------------------------------


def test_short_memory_gives_first_fewer_answers_then_shorter_ones_then_none() -> None:
    dense = catalogue.find("granite-4.0-350m")
    least, one = dense.memory_bytes(SMALLEST_CONTEXT), dense.memory_bytes(8192)
    assert layout(dense, 64 * GIB) == (8192, SLOTS)
    assert layout(dense, one) == (8192, 1)
    context, slots = layout(dense, (least + one) // 2)
    assert slots == 1
    assert SMALLEST_CONTEXT < context < 8192
    with pytest.raises(ModelUnavailable, match=r"needs .* GiB of memory.*choose a smaller model"):
        layout(dense, least - 1)


@pytest.mark.parametrize("model_id", ["granite-4.0-350m", "granite-4.0-h-1b", "qwen2.5-coder-1.5b-instruct"])
@pytest.mark.parametrize("gib", [3, 6, 16, 64])
def test_slots_context_and_checkpoints_stay_within_the_room(model_id: str, gib: int) -> None:
    model = catalogue.find(model_id)
    options = for_model(model, gib * GIB)
    assert model.memory_bytes(options.context, options.slots) + options.checkpoints <= gib * GIB


# -- through the door --------------------------------------------------------------------------------------------------


@pytest.fixture
def two(configured: Store) -> Store:
    """A second model beside the first, of the same bytes."""
    other = catalogue.find(OTHER_ID)
    configured.folder(other).mkdir(parents=True)
    configured.path(other).write_bytes(configured.path(catalogue.find(TINY_ID)).read_bytes())
    configured.record(other, {other.file_name: digest(configured.path(other))}, "a test", "1")
    return configured


def say(model: str | None = None) -> str:
    events = runtime.generate([Message("user", "Hello")], model=model, params=Params(max_tokens=12))
    return "".join(event.text for event in events if isinstance(event, Token))


def test_another_installed_model_is_loaded_when_it_is_asked_for(two: Store) -> None:
    runtime.load()
    assert say(OTHER_ID) == say()
    assert [each["id"] for each in runtime.loaded()] == [OTHER_ID, TINY_ID]
    facts = runtime.loaded()[0]
    assert facts["slots"] == SLOTS
    assert facts["stats"]["jobs"] == 1
    assert facts["memory_bytes"] > 0


def test_models_take_turns_where_only_one_fits(two: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    one = catalogue.find(TINY_ID).memory_bytes()
    monkeypatch.setattr(budget.models, "_limit", lambda: int(one * 1.5))
    runtime.load()
    first = say()
    stale = pool.ready(None)
    assert say(OTHER_ID) == first
    assert [each["id"] for each in runtime.loaded()] == [OTHER_ID]
    assert runtime.current_model().id == TINY_ID
    job = Job(stale.renderer.render([Message("user", "Hello")], [], []).tokens, Params(max_tokens=12))
    end = list(stale.answer(job))[-1]
    assert isinstance(end, End)
    assert end.usage.completion_tokens == 12, "it is loaded again rather than failing"
    assert [each["id"] for each in runtime.loaded()] == [TINY_ID]
