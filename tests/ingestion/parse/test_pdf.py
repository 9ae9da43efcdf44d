"""PDF: pages, headings, tables, Chinese through CMaps, scans through OCR."""

import re

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption

from ingestion.parse import ParseError, ocr, parse, pdf, pdf_layout
from tests.ingestion import making
from tests.ingestion.making import sound

LEAVE = ["員工請假辦法", "員工到職滿一年者，每年給予特別休假七日；滿三年者，每年給予特別休假十四日。"]
MANUAL = ["Service Manual", "Replace the intake filter every 750 hours.", "Use oil of grade VG 46 only."]


def test_pages_and_headings() -> None:
    parsed = parse(making.pdf(MANUAL, ["Storage", "Store spare belts in a dry room."]), "a.pdf")
    sound(parsed)
    assert [(page.page, parsed.text[page.start : page.end].split("\n")[0]) for page in parsed.pages] == [
        (1, "Service Manual"),
        (2, "Storage"),
    ]
    assert [heading.title for heading in parsed.headings] == ["Service Manual", "Storage"]
    assert "Replace the intake filter every 750 hours." in parsed.text
    assert (parsed.language, parsed.media_type) == ("en", "application/pdf")


def test_chinese_in_a_font_that_is_only_named() -> None:
    parsed = parse(making.pdf(LEAVE, chinese=True), "a.pdf")
    sound(parsed)
    assert parsed.text == "\n\n".join(LEAVE)
    assert [heading.title for heading in parsed.headings] == LEAVE[:1]


@pytest.mark.parametrize(
    ("cmap", "encoding", "ordering"),
    [("ETen-B5-H", "big5", "CNS1"), ("UniCNS-UTF16-H", "utf-16-be", "CNS1"), ("GBK-EUC-H", "gbk", "GB1")],
)
def test_chinese_bytes_of_older_programs(cmap: str, encoding: str, ordering: str) -> None:
    text = "員工請假辦法" if ordering == "CNS1" else "员工请假办法"
    assert parse(cid_pdf(text.encode(encoding), cmap, ordering), "a.pdf").text == text


def cid_pdf(text: bytes, cmap: str, ordering: str) -> bytes:
    """A page whose text is in the bytes of a predefined CMap, without an embedded font."""
    content = b"BT /F1 12 Tf 72 700 Td <" + text.hex().encode() + b"> Tj ET"
    info = f"<</Registry(Adobe)/Ordering({ordering})/Supplement 0>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 4 0 R>>>>/Contents 6 0 R>>",
        f"<</Type/Font/Subtype/Type0/BaseFont/MingLiU/Encoding/{cmap}/DescendantFonts[5 0 R]>>".encode(),
        f"<</Type/Font/Subtype/CIDFontType0/BaseFont/MingLiU/CIDSystemInfo{info}/FontDescriptor 7 0 R>>".encode(),
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/FontDescriptor/FontName/MingLiU/Flags 4/Ascent 800/Descent -200/CapHeight 700/StemV 80>>",
    ]
    return raw_pdf(objects)


def raw_pdf(objects: list[bytes]) -> bytes:
    """A PDF of these objects; the first is the catalogue. Readers rebuild the table that is left out."""
    body = b"".join(b"%d 0 obj%s endobj\n" % (number, text) for number, text in enumerate(objects, start=1))
    return b"%PDF-1.4\n" + body + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n0\n%%%%EOF" % (len(objects) + 1)


def test_a_scan_is_read_by_ocr() -> None:
    assert ocr.available()
    scan = making.picture(making.sample_page("supplier-code-of-conduct-zh.pdf"), "PDF", resolution=110)
    parsed = parse(scan, "scan.pdf")
    sound(parsed)
    assert parsed.warnings == ["Text recognition (OCR) read the scanned pages: 1."]
    assert "供應商行為準則" in parsed.text
    assert "不得僱用未滿16歲的童工" in re.sub(r"\s", "", parsed.text)
    assert len(parsed.blocks) > 10, "paragraphs stay apart"
    assert (parsed.language, [page.page for page in parsed.pages]) == ("zh-Hant", [1])


def test_too_many_scans_and_pages_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    scan = making.picture(making.sample_page("supplier-code-of-conduct-zh.pdf", 20), "PDF")
    monkeypatch.setattr(pdf, "MAX_OCR_PAGES", 0)
    with pytest.raises(ParseError, match="1 scanned pages; text recognition takes up to 0"):
        parse(scan, "scan.pdf")
    monkeypatch.setattr(pdf, "MAX_PAGES", 1)
    with pytest.raises(ParseError, match="2 pages; the limit is 1"):
        parse(making.pdf(MANUAL, MANUAL), "a.pdf")


def test_a_password_is_named_and_a_lock_on_printing_is_none() -> None:
    with pytest.raises(ParseError, match="encrypted; remove its password"):
        parse(making.pdf(MANUAL, encrypt=StandardEncryption("secret", ownerPassword="boss")), "a.pdf")
    locked = making.pdf(MANUAL, encrypt=StandardEncryption("", ownerPassword="boss", canPrint=0))
    assert "VG 46" in parse(locked, "a.pdf").text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"%PDF-1.7\n" + b"garbage " * 50, "damaged"),
        (making.pdf(MANUAL)[:400], "damaged"),
        (raw_pdf([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>"]), "no pages|damaged"),
        (making.pdf([]), "no text"),
    ],
)
def test_broken_files_are_said_so(data: bytes, sentence: str) -> None:
    with pytest.raises(ParseError, match=sentence):
        parse(data, "a.pdf")


def test_junk_before_the_signature_is_forgiven() -> None:
    assert "VG 46" in parse(b"junk\n" + making.pdf(MANUAL), "a.pdf").text


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("- 3 -", True),
        ("Page 3 of 10", True),
        ("第 3 頁，共 10 頁", True),
        ("第3頁/共10頁", True),
        ("3 / 10", True),
        ("3 apples", False),
        ("第三章", False),
        ("1" + " " * 50_000 + "x", False),
    ],
)
def test_a_page_number_is_known_by_its_form(line: str, is_one: bool) -> None:
    assert bool(pdf_layout._PAGE_NUMBER.match(line)) is is_one
