import pytest
from quarry.runtime import catalogue
from quarry.runtime.types import InvalidRequest

SIZES = ("h-small", "h-tiny", "h-micro", "micro", "h-1b", "1b", "h-350m", "350m")


@pytest.mark.parametrize("size", SIZES)
def test_every_granite_is_there_twice(size: str) -> None:
    instruct, base = catalogue.find(f"granite-4.0-{size}"), catalogue.find(f"granite-4.0-{size}-base")
    assert (instruct.variant, base.variant) == ("instruct", "base")
    assert instruct.licence == base.licence == "Apache-2.0"
    assert instruct.sources[0].repo == f"ibm-granite/granite-4.0-{size}-GGUF"
    assert instruct.hybrid == size.startswith("h-")
    assert base.rank is None, "a Base model is never chosen unasked"


def test_ids_are_unique_and_every_entry_can_be_had() -> None:
    ids = [model.id for model in catalogue.models()]
    assert len(ids) == len(set(ids))
    for model in catalogue.models():
        assert model.sources
        assert model.size_bytes > 10e6
        assert model.sha256 is None or len(model.sha256) == 64
        assert all(source.kind != "wheels" or model.sha256 for source in model.sources), "a mirror needs a digest"


def test_a_hybrid_needs_far_less_memory_for_a_long_context() -> None:
    # Measured at 350m: 8k tokens take 224 MiB in the dense model and 54 in the hybrid, of which 21.6 are state.
    dense, hybrid = catalogue.find("granite-4.0-350m").shape, catalogue.find("granite-4.0-h-350m").shape
    assert dense
    assert hybrid
    assert dense.context_bytes(8192) == 224 * 2**20
    assert hybrid.context_bytes(8192) == 32 * 2**20
    assert hybrid.state_bytes() / 2**20 == pytest.approx(21.6, abs=0.5)


def test_memory_grows_with_the_context_and_stops_at_the_models_own() -> None:
    model = catalogue.find("granite-4.0-350m")
    assert model.memory_bytes(2048) < model.memory_bytes(8192) < model.memory_bytes(32768)
    assert model.memory_bytes(32768) == model.memory_bytes(10**6)
    assert model.memory_bytes(8192) > model.size_bytes


def test_the_starter_names_both_sources() -> None:
    starter = catalogue.find("qwen2.5-coder-1.5b-instruct")
    assert [source.kind for source in starter.sources] == ["hub", "wheels"]
    assert starter.sha256 == "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"


def test_an_unknown_id_is_answered_with_the_known_ones() -> None:
    with pytest.raises(InvalidRequest, match=r"no chat model \"gpt-9\".*granite-4.0-h-small.*qwen2.5"):
        catalogue.find("gpt-9")
