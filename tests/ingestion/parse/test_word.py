"""Word documents: headings, lists, tables and what hides in corners, in English and Traditional Chinese."""

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from ingestion.parse import ParseError, parse
from tests.ingestion.making import rezipped, saved, sound, word

MAIN = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
TYPES = "[Content_Types].xml"


def test_english_and_chinese_with_headings() -> None:
    parsed = parse(
        word("# 第一章 總則", "本公司員工請假應於三日前提出。", "# Scope", "It applies to all staff."), "a.docx"
    )
    sound(parsed)
    assert parsed.text == "第一章 總則\n\n本公司員工請假應於三日前提出。\n\nScope\n\nIt applies to all staff."
    assert [(h.level, h.title) for h in parsed.headings] == [(1, "第一章 總則"), (1, "Scope")]
    assert parsed.warnings == []
    assert parsed.pages == []


def test_levels_lists_and_properties() -> None:
    document = docx.Document()
    document.core_properties.title = "員工手冊"
    document.add_heading("Handbook", 0)
    document.add_heading("Leave", 2)
    document.add_paragraph("Ask early", style="List Bullet")
    document.add_paragraph("Call in", style="List Number")
    parsed = parse(saved(document), "a.docx")
    assert parsed.text == "Handbook\n\nLeave\n\n- Ask early\n- Call in"
    assert ([h.level for h in parsed.headings], parsed.title) == ([1, 2], "員工手冊")


def test_table_rows_name_their_columns_across_merged_cells() -> None:
    document = docx.Document()
    table = document.add_table(rows=4, cols=3)
    for row, texts in enumerate(
        [["區域", "城市", "上限"], ["北部", "臺北", "3,600"], ["", "基隆", "2,800"], ["南部", "高雄", "2,800"]]
    ):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    parsed = parse(saved(document), "a.docx")
    sound(parsed)
    assert parsed.text.split("\n") == [
        "區域: 北部; 城市: 臺北; 上限: 3,600",
        "區域: 北部; 城市: 基隆; 上限: 2,800",
        "區域: 南部; 城市: 高雄; 上限: 2,800",
    ]
    assert {block.kind for block in parsed.blocks} == {"row"}


def test_two_header_rows_become_one() -> None:
    document = docx.Document()
    table = document.add_table(rows=3, cols=3)
    for row, texts in enumerate([["", "2025", ""], ["", "Q1", "Q2"], ["Sales", "7", "9"]]):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
        if row < 2:
            table.rows[row]._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
    table.cell(0, 1).merge(table.cell(0, 2))
    assert parse(saved(document), "a.docx").text == "Sales; 2025 Q1: 7; 2025 Q2: 9"


def test_a_frame_of_one_column_is_not_a_table() -> None:
    document = docx.Document()
    cell = document.add_table(rows=1, cols=1).cell(0, 0)
    cell.text = "申請書"
    cell.paragraphs[0].style = "Heading 1"
    cell.add_paragraph("First paragraph.")
    cell.add_paragraph("Second paragraph.")
    parsed = parse(saved(document), "a.docx")
    assert parsed.text == "申請書\n\nFirst paragraph.\n\nSecond paragraph."
    assert [heading.title for heading in parsed.headings] == ["申請書"]


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ("<w:ins><w:r><w:t>in</w:t></w:r></w:ins><w:del><w:r><w:delText>out</w:delText></w:r></w:del>", "in"),
        ("<w:hyperlink><w:r><w:t>link</w:t></w:r></w:hyperlink>", "link"),
        ("<w:sdt><w:sdtContent><w:r><w:t>field</w:t></w:r></w:sdtContent></w:sdt>", "field"),
        (
            "<w:r><w:ruby><w:rt><w:r><w:t>ㄅㄟˇ</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>北</w:t></w:r></w:rubyBase></w:ruby></w:r>",
            "北",
        ),
        ("<m:oMath><m:r><m:t>a+b</m:t></m:r></m:oMath>", "a+b"),
        ("<w:r><w:t>one</w:t><w:br/><w:t>two</w:t></w:r>", "one\ntwo"),
    ],
)
def test_text_in_corners(xml: str, text: str) -> None:
    document = docx.Document()
    document.add_paragraph("x")._p.addnext(parse_xml(f"<w:p {nsdecls('w', 'm')}>{xml}</w:p>"))
    assert parse(saved(document), "a.docx").text == f"x\n\n{text}"


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (b"application/vnd.ms-word.document.macroEnabled.main+xml", "form.docm"),
        (b"application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml", "form.dotx"),
    ],
)
def test_templates_and_docm_without_macros_are_read(kind: bytes, name: str) -> None:
    data = rezipped(word("Form 7"), {TYPES: lambda part: part.replace(MAIN, kind)})
    parsed = parse(data, name)
    assert (parsed.text, parsed.warnings) == ("Form 7", [])


def test_a_broken_main_part_is_said_so() -> None:
    with pytest.raises(ParseError, match="damaged or not really a Word document"):
        parse(rezipped(word("x"), {"word/document.xml": b"<w:document"}), "a.docx")
    with pytest.raises(ParseError, match="not a Word document"):
        parse(rezipped(word("x"), {TYPES: lambda part: part.replace(MAIN, b"application/xml")}), "a.docx")
