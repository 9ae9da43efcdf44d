"""Plain text: paragraphs, pages at form feeds, and the headings that people type."""

import pytest

from ingestion.parse import parse
from tests.ingestion.making import sound


def test_chinese_chapters_and_articles() -> None:
    parsed = parse(
        "第一章 總則\n第一條 目的\n本辦法規範請假。\n\n第二條 範圍\n全體員工。\n\n二、附則\n\n自公布日施行。".encode(),
        "a.txt",
    )
    sound(parsed)
    assert [(h.level, h.title) for h in parsed.headings] == [
        (1, "第一章 總則"),
        (2, "第一條 目的"),
        (2, "第二條 範圍"),
        (2, "二、附則"),
    ]
    assert (parsed.language, parsed.media_type) == ("zh-Hant", "text/plain")


def test_english_headings_and_pages() -> None:
    parsed = parse(b"Handbook\n========\nWelcome.\r\n\r\n2.1 Leave\r\n\r\nAsk early.\f## Annex\nMore.", "a.txt")
    sound(parsed)
    assert [(h.level, h.title) for h in parsed.headings] == [(1, "Handbook"), (3, "2.1 Leave"), (2, "Annex")]
    assert [(p.page, parsed.text[p.start : p.end]) for p in parsed.pages] == [
        (1, "Handbook\n\nWelcome.\n\n2.1 Leave\n\nAsk early."),
        (2, "Annex\n\nMore."),
    ]


@pytest.mark.parametrize(
    "line",
    ["第一章說明了請假的規定，並於下文詳述。", "1. Ask your manager first.", "第三條規定，員工應…", "x" * 70 + "\n---"],
)
def test_sentences_are_not_headings(line: str) -> None:
    assert parse(line.encode(), "a.txt").headings == []


def test_any_name_is_text() -> None:
    assert parse("log entry 記錄".encode(), "system.log").text == "log entry 記錄"
    assert parse(b"a: 1", "noname").title == "noname"


def test_a_list_of_fields_is_read_at_once() -> None:
    """Lines of `Name: value` look like the head of an e-mail; deciding that they are none once took for ever."""
    fields = b"Name: x\r\nKey: y\r\n" * 2_000 + b"and some text\r\n"
    assert parse(fields, "config.txt").text.startswith("Name: x\nKey: y\n")
    assert parse(b"<!---->" * 500 + b"text", "comments.txt").text.endswith("text")
