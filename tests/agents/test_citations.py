"""A quote stands in the document, word for word, where its citation says."""

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.loop.citations import LONGEST_QUOTE, citation, citations
from agents.loop.passages import choose

from .passages import FILTER, HOLIDAY, LEAVE, found

SENTENCES = st.sampled_from([LEAVE, FILTER, HOLIDAY, "No. 5 e.g. here.", "第一章\n", "😀 𠮷字。", " \n\n ", "x"])
TEXTS = st.one_of(
    st.lists(SENTENCES, min_size=1, max_size=8).map(" ".join),
    st.text(min_size=1, max_size=300),
).filter(str.strip)


@settings(max_examples=200, deadline=None)
@given(before=st.text(max_size=20), text=TEXTS, claims=st.lists(TEXTS, max_size=3), budget=st.integers(5, 60))
def test_every_quote_is_verbatim_at_its_offsets(before: str, text: str, claims: list[str], budget: int) -> None:
    document = f"{before}{text} and so on"
    passage = found(text, start=len(before))
    windows = choose([passage], " ".join(claims), budget, lambda part: len(part.split()))
    for each in [passage, *windows]:
        made = citation(1, each, claims)
        place = made["location"]
        assert document[place["start"] : place["end"]] == made["quote"]
        assert 0 < len(made["quote"]) <= LONGEST_QUOTE


def test_the_quote_is_the_sentence_that_says_it() -> None:
    assert citation(1, found(LEAVE), ["Unused days are lost in March"])["quote"] == "Unused days expire in March."
    assert citation(1, found(HOLIDAY), ["特别休假有七天"])["quote"] == "員工到職滿一年者，每年給予特別休假七日。"


def test_page_and_heading_are_kept() -> None:
    passage = found(LEAVE, location={"start": 100, "end": 100 + len(LEAVE), "page": 3, "heading": "Leave"})
    assert citation(1, passage, ["Unused days expire"])["location"] == {
        "start": 155,
        "end": 183,
        "page": 3,
        "heading": "Leave",
    }


def test_one_citation_a_marker_in_order() -> None:
    made = citations([found(LEAVE), found(FILTER)], {2: ["The filter"], 1: ["seven days", "March"]})
    assert [each["marker"] for each in made] == [1, 2]
    assert [each["passage_id"] for each in made] == [found(LEAVE).passage_id, found(FILTER).passage_id]
