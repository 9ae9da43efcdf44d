"""Marks of a summary's sentences: they are ours alone."""

from typing import Any

import pytest

from agents import withholding
from agents.models import Run
from agents.summaries.cited import Cited
from agents.summaries.lines import Text
from tests.agents.summaries.texts import lines


def test_a_number_in_brackets_of_the_document_is_no_mark() -> None:
    said = lines("Earlier work [12] has shown that pumps fail.", "See [1] for the plan of the plant.")
    cited = Cited([Text("Report", " ".join(line.text for line in said))], "en")
    first, second = (cited.mark(line) for line in said)
    assert first == "Earlier work (12) has shown that pumps fail. [1]"
    assert second == "See (1) for the plan of the plant. [2]"
    assert cited.citations()[0]["quote"] == said[0].text, "which stays as the document has it"
    hidden = [{"marker": 1}, {"marker": 2, "withheld": True}]
    assert withholding.answer(Run.Kind.SUMMARY, f"{first} {second}", hidden) == first


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("zh-Hans", "休假申請由人力資源部的軟體處理。", "休假申请由人力资源部的软件处理。[1]"),
        ("zh-Hant", "休假申请由人力资源部的软件处理。", "休假申請由人力資源部的軟體處理。[1]"),
        ("en", "休假申請由人力資源部的軟體處理。", "休假申請由人力資源部的軟體處理。[1]"),
    ],
)
def test_what_is_quoted_is_in_the_script_that_was_asked_for(language: Any, text: str, expected: str) -> None:
    [line] = lines(text)
    cited = Cited([Text("手冊", text)], language)
    assert cited.mark(line) == expected
    assert cited.citations()[0]["quote"] == text
