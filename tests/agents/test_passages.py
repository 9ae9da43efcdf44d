"""Few passages, short, and within the budget."""

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.loop.passages import MOST, choose, window
from agents.loop.words import words

from .passages import FILTER, HOLIDAY, LEAVE, found

TEXTS = st.lists(st.sampled_from([LEAVE, FILTER, HOLIDAY, "x " * 200, "短句。" * 40, "\n"]), min_size=1, max_size=6)


def count(text: str) -> int:
    """About as a tokeniser would."""
    return len(text) // 3 + 1


@settings(max_examples=150, deadline=None)
@given(st.lists(TEXTS.map(" ".join), max_size=8), st.integers(0, 400))
def test_what_is_chosen_fits_is_distinct_and_stands_in_its_passage(texts: list[str], budget: int) -> None:
    listed = [found(text, start=7, passage_id=str(place)) for place, text in enumerate(texts)]
    chosen = choose(listed, "leave in March", budget, count)
    assert len(chosen) <= MOST
    assert sum(count(each.text) for each in chosen) <= budget
    sources = [texts[int(each.passage_id)] for each in chosen]
    assert len(set(sources)) == len(sources)
    for each, source in zip(chosen, sources, strict=True):
        assert source[each.location["start"] - 7 : each.location["end"] - 7] == each.text


def test_the_best_come_first_and_copies_once() -> None:
    chosen = choose([found(LEAVE), found(LEAVE, title="Copy"), found(FILTER)], "leave", 600, count)
    assert [each.text for each in chosen] == [LEAVE, FILTER]


def test_a_long_passage_is_cut_to_what_was_asked() -> None:
    long = "Nothing here. " * 60 + LEAVE + " More of nothing." * 60
    cut = window(found(long, start=1000), words("When do unused days of leave expire?"), 60, count)
    assert cut is not None
    assert "Unused days expire in March." in cut.text
    assert long[cut.location["start"] - 1000 : cut.location["end"] - 1000] == cut.text


def test_a_sentence_that_does_not_fit_is_left_out() -> None:
    assert window(found("x" * 900), set(), 20, count) is None
    assert choose([found("x" * 900), found(FILTER)], "filter", 40, count)[0].text == FILTER
