"""Files that were made to do harm, through the sandbox as in production: one clear sentence each, and soon."""

import io
import struct
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingestion.parse import Parsed, ParseError
from ingestion.sandbox import Limits, parse_file
from tests.ingestion.making import blank, pdf, rezipped, sheet, slides, word

CATALOGUE = b"<</Type/Catalog/Pages 2 0 R>>"
FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 4 0 R>>>>/Contents 5 0 R>>"
HELLO = b"BT /F1 12 Tf 72 700 Td (Hello there, world) Tj ET"

Read = Callable[..., Parsed]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Parses as in production, with less time and memory."""

    def parse(data: bytes, name: str, memory: int = 1024) -> Parsed:
        file = tmp_path / "file"
        file.write_bytes(data)
        return parse_file(file, name, Limits(memory=memory * 1024**2, cpu=20, wall=60))

    return parse


def raw_pdf(*objects: bytes) -> bytes:
    body = b"".join(b"%d 0 obj%s endobj\n" % (number, text) for number, text in enumerate(objects, start=1))
    return b"%PDF-1.4\n" + body + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n0\n%%%%EOF" % (len(objects) + 1)


def stream(data: bytes, more: bytes = b"") -> bytes:
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(data), more, data)


def pages(kids: bytes, count: int) -> bytes:
    return b"<</Type/Pages/Kids[" + kids + b"]/Count %d>>" % count


def deflated(gigabytes: int) -> bytes:
    """So many gigabytes of blanks as raw deflate: one packed piece, repeated."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = packer.compress(b" " * (1 << 24)) + packer.flush(zlib.Z_FULL_FLUSH)
    return piece * (64 * gigabytes) + packer.flush()


def zip_bomb(gigabytes: int) -> bytes:
    """A Word file with a part of so many gigabytes, honestly declared."""
    data = deflated(gigabytes)
    part = zipfile.ZipInfo("word/a.xml")
    part.compress_type, part.CRC = zipfile.ZIP_DEFLATED, 0
    part.compress_size, part.file_size = len(data), gigabytes << 30
    whole = word("x")
    end = whole.index(b"PK\x01\x02")  # the directory: the part goes before it, and its entry behind the others
    body = whole[:end] + part.FileHeader(zip64=False) + data
    entries, tail = whole[end : whole.index(b"PK\x05\x06")], whole[whole.index(b"PK\x05\x06") :]
    count = struct.unpack("<H", tail[10:12])[0] + 1
    sizes = struct.pack("<III", 0, len(data), gigabytes << 30)
    entry = b"PK\x01\x02" + struct.pack("<HHHHHH", 20, 20, 0, 8, 0, 33) + sizes
    entry += struct.pack("<HHHHHII", len("word/a.xml"), 0, 0, 0, 0, 0, end) + b"word/a.xml"
    directory = entries + entry
    return body + directory + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, len(directory), len(body), 0)


def nested_zips(depth: int) -> bytes:
    data = b"bottom"
    for _ in range(depth):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for copy in range(8):
                archive.writestr(f"{copy}.zip", data)
        data = file.getvalue()
    return data


LAUGHS = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY %c "%s">' % (letter, b"&%c;" % (letter - 1) * 10) for letter in range(ord("b"), ord("k"))
)
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">'


def refused() -> Iterator[tuple[str, bytes, str, str]]:
    """Label, bytes, name, and what the sentence says."""
    yield "docx bomb of 2 GB", zip_bomb(2), "a.docx", r"would unpack to 2,1\d\d MB: it is taken for a ZIP bomb"
    yield "nested archives", nested_zips(5), "a.zip", "an archive; upload the documents in it one by one"
    yield "nested archives as docx", nested_zips(3), "a.docx", "an archive"
    yield (
        "PDF stream of 1 GB",
        raw_pdf(CATALOGUE, pages(b"3 0 R", 1), PAGE, FONT, stream(b"\x78\x9c" + deflated(1), b"/Filter/FlateDecode")),
        "a.pdf",
        "needs more memory|no text",
    )
    yield "PDF of pages that are their own parent", raw_pdf(CATALOGUE, pages(b"2 0 R", 1)), "a.pdf", "damaged"
    yield (
        "PDF of 6,000 pages",
        raw_pdf(CATALOGUE, pages(b"3 0 R " * 6_000, 6_000), PAGE, FONT, stream(HELLO)),
        "a.pdf",
        "6,000 pages; the limit is 5,000",
    )
    yield (
        "billion laughs in a docx",
        rezipped(word("x"), {"word/document.xml": LAUGHS + b"]><x>&j;</x>"}),
        "a.docx",
        "document type definition",
    )
    yield (
        "outside entity in an xlsx",
        rezipped(sheet(["x"]), {"xl/workbook.xml": OUTSIDE + b"]><x>&a;</x>"}),
        "a.xlsx",
        "document type definition",
    )
    yield (
        "outside entity in a pptx",
        rezipped(slides(("x", "y")), {"ppt/presentation.xml": OUTSIDE + b"]><x>&a;</x>"}),
        "a.pptx",
        "document type definition",
    )
    yield "macros", rezipped(word("x"), {"word/vbaProject.bin": b"\0"}), "a.docm", "contains macros"
    yield "nested HTML", b"<html>" + b"<b><i>" * 100_000, "a.html", "nested too deeply"
    yield "nested JSON", b'{"a":' * 100_000, "a.json", "nested too deeply"
    yield (
        "nested comments in a mail",
        b"From: " + b"(" * 100_000 + b"\nTo: a\nSubject: b\nDate: c\n\nx",
        "a.eml",
        "nested too deeply",
    )
    yield (
        "table of a million columns",
        b"<table>" + b"<tr><td rowspan=9999 colspan=1000>x<td>y" * 9_999,
        "a.html",
        "more than 500 columns",
    )
    yield "picture bomb", blank(30_000, 8_000), "a.png", "30000 x 8000 pixels, too many"
    yield "program as docx", b"MZ\x90\0" + bytes(1_000), "a.docx", "a program, not a document"
    yield "nothing", b"", "a.pdf", "empty"


CASES = list(refused())


@pytest.mark.parametrize(("data", "name", "sentence"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_refused_with_a_sentence(data: bytes, name: str, sentence: str, read: Read) -> None:
    began = time.monotonic()
    with pytest.raises(ParseError, match=sentence) as raised:
        read(data, name)
    assert time.monotonic() - began < 40
    text = str(raised.value)
    assert text[0].isupper()
    assert text[-1] == "."
    assert "Error" not in text.replace("PdfiumError", ""), "no name of the library's for the person"


def read_anyway() -> Iterator[tuple[str, bytes, str, str]]:
    """Label, bytes, name, and what is read of it."""
    yield (
        "PDF that claims 100 million pages",
        raw_pdf(CATALOGUE, pages(b"3 0 R", 10**8), PAGE, FONT, stream(HELLO)),
        "a.pdf",
        "Hello there, world",
    )
    yield (
        "PDF with an endless array",
        raw_pdf(CATALOGUE, pages(b"3 0 R", 1)[:-2] + b"/X" + b"[" * 100_000 + b">>", PAGE, FONT, stream(HELLO)),
        "a.pdf",
        "Hello there, world",
    )
    yield (
        "three copies of a page",
        pdf(["Certificate", "This is to certify."], *[["Certificate", "This is to certify."]] * 2),
        "a.pdf",
        "This is to certify.",
    )
    yield "laughing svg", LAUGHS + b"]><svg><text>&j;</text></svg>", "a.svg", "&j;"
    yield "outside entity in an svg", OUTSIDE + b"]><svg><text>&a;</text></svg>", "a.svg", "&a;"
    yield "laughing xhtml", LAUGHS + b"]><html><body>see &j;</body></html>", "a.html", "see"
    yield "nested quotes", b">" * 90 + b" x", "a.md", "x"
    yield "open brackets", b"[" * 2_000 + b"x", "a.md", "x"
    yield "open comments", b"text\n\n" + b"<!--" * 50_000, "a.md", "text"
    yield "lists twelve deep", b"".join(b"  " * n + b"- level %d\n" % n for n in range(12)), "a.md", "level 11"
    yield (
        "menus in menus",
        b"<html><p>text</p>" + (b"<div class=menu>" * 200 + b"x" * 400 + b"</div>" * 200) * 10,
        "a.html",
        "text",
    )
    yield (
        "mails in mails",
        b"From: a\nTo: b\nSubject: c\nDate: d\n"
        + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(300))
        + b"\nhello",
        "a.eml",
        "From: a",
    )
    yield "Big5 text", "員工請假應於三日前提出申請。".encode("big5"), "a.txt", "員工請假應於三日前提出申請。"
    yield "PDF named .txt", pdf(["Hello there, world"]), "a.txt", "Hello there, world"


ANYWAY = list(read_anyway())


@pytest.mark.parametrize(("data", "name", "text"), [case[1:] for case in ANYWAY], ids=[case[0] for case in ANYWAY])
def test_read_without_harm(data: bytes, name: str, text: str, read: Read) -> None:
    parsed = read(data, name)
    assert text in parsed.text
    assert "root:" not in parsed.text
    assert len(parsed.text) < 10 * len(data) + 1_000


@pytest.mark.parametrize(
    "name", ["../../../etc/passwd", "a\x1b[31m.txt", "\u202etxt.exe", "x" * 255, "請假辦法.txt", "-rf", "$(id)", "a\nb"]
)
def test_names_are_only_names(name: str, read: Read) -> None:
    assert read(b"text", name).text == "text"
