"""In which language an answer is due, and Traditional Chinese that comes out of a model that writes Simplified."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.loop.language import Script, language_of, simplified_only, to_traditional


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("How many days of leave?", "en"),
        ("特別休假有幾天？", "zh-Hant"),
        ("年假有几天？请说明", "zh-Hans"),
        ("事假", "zh-Hant"),  # no character tells: as it is written here
        ("QX-2100 的濾網多久換一次？", "zh-Hant"),
        ("What does 特休 mean in the leave policy of our company, please?", "en"),
        ("休暇はいつですか", "en"),  # Japanese: there is no better language to answer in
        ("", "en"),
        ("12345 ?!", "en"),
        ("😀", "en"),
    ],
)
def test_language_of(text: str, language: str) -> None:
    assert language_of(text) == language


def script(text: str, language: str = "zh-Hant", piece: int = 1) -> str:
    converter = Script(language)  # type: ignore[arg-type]
    pieces = [text[at : at + piece] for at in range(0, len(text), piece)]
    return "".join(map(converter.feed, pieces)) + converter.finish()


def test_simplified_becomes_what_is_written_in_taiwan() -> None:
    assert script("员工的软件和网络由信息部负责。") == "員工的軟體和網路由資訊部負責。"
    assert script("员工每年有七天特别休假[1]。", piece=3) == "員工每年有七天特別休假[1]。"


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_only_traditional_answers_are_converted(language: str) -> None:
    assert script("员工的软件", language) == "员工的软件"


def test_what_is_quoted_stays_as_it_is_written() -> None:
    assert script("手册说：「员工的软件」，员工要读。") == "手冊說：「员工的软件」，員工要讀。"


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(blacklist_categories=["Cs"]), max_size=60), st.integers(1, 7))
def test_nothing_is_lost_in_pieces_and_other_text_is_not_touched(text: str, piece: int) -> None:
    assert script(text, piece=piece) == script(text, piece=1)
    if not any(char in simplified_only() for char in text):
        assert script(text, piece=piece) == text == to_traditional(text)


def test_traditional_text_streams_without_delay() -> None:
    converter = Script("zh-Hant")
    assert [converter.feed(char) for char in "特別休假"] == list("特別休假")
