"""Passages: exact places, nothing lost, sizes that suit the embedder, headings and pages carried."""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.chunk import LIMIT, OVERLAP, TARGET, Chunk, chunk, cost
from ingestion.parse import Parsed
from ingestion.parse.builder import Builder

ENGLISH = "The allowance of day {n} is paid with the salary of the following month unless the form came late. "
CHINESE = "第{n}天的差旅費於次月薪資一併發放，逾期申請者順延至再次月辦理，並須經主管核准。"


def whole(parsed: Parsed, chunks: list[Chunk]) -> None:
    """What always holds: verbatim, in order, within size, and together all of the text."""
    covered = 0
    for number, piece in enumerate(chunks):
        assert piece.ordinal == number
        assert parsed.text[piece.start : piece.end] == piece.text == piece.text.strip()
        assert cost(piece.text) <= LIMIT + 1e-6  # sums of decimal fractions
        assert not parsed.text[covered : piece.start].strip(), "nothing is lost between two passages"
        assert piece.end > covered
        covered = piece.end
    assert not parsed.text[covered:].strip()


def built(*parts: tuple[str, str]) -> Parsed:
    builder = Builder("text/plain")
    for kind, text in parts:
        if kind.startswith("h"):
            builder.heading(int(kind[1]), text)
        elif kind == "page":
            builder.page(int(text))
        else:
            getattr(builder, kind)(text)
    return builder.finish()


@pytest.mark.parametrize(
    ("sentence", "shortest", "longest"), [(ENGLISH, 1_200, 1_500), (CHINESE, 300, 430)], ids=["English", "Chinese"]
)
def test_a_long_paragraph_is_cut_at_sentences_with_an_overlap(sentence: str, shortest: int, longest: int) -> None:
    parsed = built(("paragraph", "".join(sentence.format(n=n) for n in range(100))))
    chunks = chunk(parsed)
    whole(parsed, chunks)
    assert all(shortest <= len(piece.text) <= longest for piece in chunks[:-1])
    assert all(re.search(r"[.。]$", piece.text) for piece in chunks)
    for earlier, later in pairwise(chunks):
        assert 0 < cost(parsed.text[later.start : earlier.end]) <= OVERLAP
        assert later.text.startswith(("The allowance", "第"))


@pytest.mark.parametrize("sentence", [ENGLISH, CHINESE])
def test_short_paragraphs_are_gathered_under_their_heading(sentence: str) -> None:
    sections = [part for n in range(5) for part in (("h1", f"Part {n}"), *[("paragraph", sentence.format(n=n))] * 3)]
    parsed = built(*sections)
    chunks = chunk(parsed)
    whole(parsed, chunks)
    assert [piece.heading for piece in chunks] == [f"Part {n}" for n in range(5)]
    assert all(piece.text.startswith(piece.heading) for piece in chunks)


def test_headings_are_carried_as_a_path() -> None:
    parsed = built(
        ("h1", "請假辦法"),
        ("h2", "特別休假"),
        ("paragraph", "七日。"),
        ("h3", "遞延"),
        ("paragraph", "一年。"),
        ("h2", "病假"),
        ("paragraph", "三十日。"),
        ("h1", "附則"),
        ("paragraph", "施行。"),
    )
    chunks = chunk(parsed)
    whole(parsed, chunks)
    assert [(piece.heading, piece.text) for piece in chunks] == [
        ("請假辦法 > 特別休假", "請假辦法\n\n特別休假\n\n七日。"),
        ("請假辦法 > 特別休假 > 遞延", "遞延\n\n一年。"),
        ("請假辦法 > 病假", "病假\n\n三十日。"),
        ("附則", "附則\n\n施行。"),
    ]


def test_headings_without_text_are_not_lost() -> None:
    parsed = built(("paragraph", "Text."), ("h1", "One"), ("h1", "Two"))
    chunks = chunk(parsed)
    whole(parsed, chunks)
    assert chunks[-1].text.endswith("Two")


def test_the_page_is_where_the_passage_starts() -> None:
    long = ENGLISH.format(n=1) * 8
    parsed = built(("paragraph", long), *(part for n in (1, 2, 3) for part in (("page", str(n)), ("paragraph", long))))
    chunks = chunk(parsed)
    whole(parsed, chunks)
    for piece in chunks:
        pages = [page.page for page in parsed.pages if page.start <= piece.start < page.end]
        assert piece.page == (pages[0] if pages else None)
    assert {piece.page for piece in chunks} == {None, 1, 2, 3}


@pytest.mark.parametrize(
    "row", ["品名: 球閥; 單價: 1,200; 單位: 個; 交期: 三週; 備註: 庫存", "Item: valve; price: 1,200; unit: piece"]
)
def test_table_rows_are_not_torn(row: str) -> None:
    builder = Builder("text/csv")
    for number in range(200):
        builder.row([row, str(number)])
    parsed = builder.finish()
    chunks = chunk(parsed)
    whole(parsed, chunks)
    starts, ends = {block.start for block in parsed.blocks}, {block.end for block in parsed.blocks}
    assert all(piece.start in starts and piece.end in ends for piece in chunks)
    assert all(cost(piece.text) <= TARGET for piece in chunks)


@pytest.mark.parametrize(
    "text", ["x" * 50_000, "中" * 50_000, "7" * 20_000, "，" * 20_000, "a " * 30_000, "😀" * 5_000]
)
def test_text_without_a_sentence_is_cut_by_size(text: str) -> None:
    parsed = built(("paragraph", text))
    chunks = chunk(parsed)
    whole(parsed, chunks)
    assert len(chunks) > 1


WORDS = st.sampled_from(
    ["word", "字", "請假辦法", "。", ". ", "! ", "\n", "，", "QX-2100", "…", "x" * 300, "漢" * 150, "　", " "]
)
PARTS = st.tuples(
    st.sampled_from(["paragraph", "item", "code", "h1", "h2", "h6"]),
    st.lists(WORDS, max_size=60).map("".join),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PARTS, min_size=1, max_size=30))
def test_whatever_a_document_is_made_of(parts: list[tuple[str, str]]) -> None:
    parsed = built(*parts, ("paragraph", "the end"))
    whole(parsed, chunk(parsed))


def test_a_document_of_millions_of_characters_is_cut_in_seconds() -> None:
    parsed = Parsed(text="一段沒有任何結構的文字，" * 100_000, media_type="text/plain")
    whole(parsed, chunk(parsed))
