"""Where sentences begin and end, in English and Chinese."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.loop.sentences import sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("第一句。第二句！第三句？", ["第一句。", "第二句！", "第三句？"]),
        (
            "Dr. Lin uses e.g. No. 5 of 2.5 kg. Then she rests.",
            ["Dr. Lin uses e.g. No. 5 of 2.5 kg.", "Then she rests."],
        ),
        ("1. First\n2. Second", ["1. First", "2. Second"]),
        ("他說：「好。」然後走了。", ["他說：「好。」", "然後走了。"]),
        ("No end", ["No end"]),
        ("a line\n\n  another  \n", ["a line", "another"]),
        ("", []),
        ("。\n", ["。"]),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert [span.of(text) for span in sentences(text)] == expected


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("aB1 .!?。！？」\n\t\"'(e.g"), max_size=60))
def test_sentences_are_in_order_apart_trimmed_and_leave_nothing_out(text: str) -> None:
    spans = sentences(text)
    assert all(span.of(text) == span.of(text).strip() != "" for span in spans)
    assert all(one.end <= two.start for one, two in pairwise(spans))
    assert "".join("".join(span.of(text) for span in spans).split()) == "".join(text.split())
