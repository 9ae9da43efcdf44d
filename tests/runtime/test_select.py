"""Which model a machine gets. The machine's figures are set; everything else is real."""

import pytest
from quarry.runtime import catalogue, hub, machine, select
from quarry.runtime.faults import FetchFailed
from quarry.runtime.settings import Settings
from quarry.runtime.store import Store
from quarry.runtime.types import InvalidRequest, ModelUnavailable

from .conftest import TINY_ID
from .hub_server import Hub


@pytest.fixture
def sized(monkeypatch: pytest.MonkeyPatch):
    def set_machine(cores: int, gib: float) -> None:
        monkeypatch.setattr(machine, "cores", lambda: cores)
        monkeypatch.setattr(machine, "total_memory", lambda: int(gib * 2**30))

    return set_machine


def asking(store: Store, model: str | None = None, offline: bool = False) -> Settings:
    return Settings(store.root.parent, store.root, model, offline)


@pytest.mark.parametrize(
    ("cores", "gib", "expected"),
    [
        (2, 24, "granite-4.0-h-1b"),
        (2, 2, "granite-4.0-h-350m"),
        (1, 24, "granite-4.0-h-350m"),
        (4, 24, "granite-4.0-h-tiny"),
        (4, 6, "granite-4.0-h-1b"),
        (64, 64, "granite-4.0-h-small"),
    ],
)
def test_the_best_that_fits(cores: int, gib: float, expected: str, sized) -> None:
    sized(cores, gib)
    fitting = [m.id for m in select._ranked() if not m.starter and select.fit(m).fits]
    assert fitting[0] == expected


def test_a_model_that_does_not_fit_says_why(sized) -> None:
    sized(2, 24)
    assert "GiB of memory" in select.fit(catalogue.find("granite-4.0-h-small")).reason
    assert "too slow" in select.fit(catalogue.find("granite-4.0-h-tiny")).reason


def test_without_a_hub_the_starter_and_a_plain_sentence(sized, store: Store, monkeypatch) -> None:
    sized(2, 24)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    choice = select._best(store, offline=False)
    assert choice.model.id == "qwen2.5-coder-1.5b-instruct"
    assert choice.sentence == (
        "Granite 4.0 H-1B would suit this machine, but the model hub cannot be reached: "
        "Quarry answers with Qwen2.5-Coder 1.5B (starter)."
    )


def test_offline_never_asks_the_hub(sized, store: Store, hub_here: Hub) -> None:
    sized(2, 24)
    assert "QUARRY_OFFLINE is set" in select._best(store, offline=True).sentence
    with pytest.raises(FetchFailed, match="QUARRY_OFFLINE=1"):
        select.choose(store, asking(store, TINY_ID, offline=True))
    assert hub_here.asked == []


def test_granite_is_downloaded_where_the_hub_has_it(sized, store: Store, hub_here: Hub, tiny_file) -> None:
    sized(2, 2)
    name = "ibm-granite/granite-4.0-h-350m-GGUF/granite-4.0-h-350m-Q4_K_M.gguf"
    hub_here.files[name] = tiny_file.read_bytes()
    choice = select.choose(store, asking(store))
    assert choice.model.id == TINY_ID
    assert store.verify(choice.model) == hub_here.digest(name)
    asked = len(hub_here.asked)
    assert select.current(store, asking(store)).id == TINY_ID
    assert select.choose(store, asking(store)).model.id == TINY_ID
    assert len(hub_here.asked) == asked, "the second start asks nobody"


def test_quarry_model_overrides(tiny_store: Store) -> None:
    assert select.current(tiny_store, asking(tiny_store, "granite-4.0-h-small")).id == "granite-4.0-h-small"
    with pytest.raises(InvalidRequest, match=r"granite-4\.0-h-tiny"):
        select.current(tiny_store, asking(tiny_store, "no-such-model"))


def test_nothing_downloaded_is_a_plain_error(store: Store) -> None:
    with pytest.raises(ModelUnavailable, match="make run"):
        select.current(store, asking(store))


def test_the_hub_is_given_up_within_seconds() -> None:
    assert hub.PROBE_SECONDS <= 3
