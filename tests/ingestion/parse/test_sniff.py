"""What a file is, by its content; and the sentence for each that is not read."""

import io
import zipfile

import pytest

from ingestion.parse import ParseError, parse
from ingestion.parse.sniff import sniff
from tests.ingestion.making import blank, pdf, sheet, slides, word


def zipped(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return file.getvalue()


def ole(stream: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + stream.encode("utf-16-le")


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (pdf(["x"]), "a.txt", "pdf"),
        (word("x"), "a.zip", "docx"),
        (sheet(["x"]), "a.docx", "xlsx"),
        (slides(("x", "y")), "a", "pptx"),
        (blank(3, 3), "a.pdf", "image"),
        (b"GIF89a" + bytes(20), "a.txt", "image"),
        (b"BMW sells cars.", "a.txt", "text"),
        (b"MZ is how programs begin.", "a.txt", "text"),
        (b"# x", "a.MD", "markdown"),
        ("名,數\n".encode("cp950"), "a.csv", "csv"),
        ("<html>".encode("utf-16"), "a.html", "html"),
        (b"<?xml version='1.0'?><html>", "a", "html"),
        (b"From: a\nTo: b\nSubject: c\nDate: d\n\nx", "a", "email"),
        (b"Name: a\nSize: b\n\nx", "a", "text"),
        ("文字".encode("utf-16-le"), "a.txt", "text"),
    ],
)
def test_kinds(data: bytes, name: str, kind: str) -> None:
    assert sniff(data, name) == kind


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"", "a.pdf", r"empty \(0 bytes\)"),
        (b"MZ\x90\0" + bytes(200), "invoice.docx", "a program, not a document"),
        (b"\x7fELF" + bytes(200), "a.txt", "a program, not a document"),
        (zipped(a=b"x"), "a.zip", "an archive; upload the documents in it one by one"),
        (zipped(inner=zipped(a=b"x")), "a.docx", "an archive; upload the documents in it one by one"),
        (zipped(mimetype=b"x", **{"content.xml": b"x"}), "a.odt", "OpenDocument"),
        (zipped(**{"[Content_Types].xml": b"x", "xl/workbook.bin": b"x"}), "a.xlsb", r"binary format \(xlsb\)"),
        (b"PK\x03\x04" + bytes(50), "a.docx", "not whole"),
        (b"{\\rtf1 x}", "a.rtf", "Rich Text Format is not read"),
        (ole("EncryptedPackage"), "a.docx", "protected by a password"),
        (ole("WordDocument"), "a.doc", "Word file in the old binary format; save it as docx"),
        (ole("Workbook"), "a.xls", "Excel file in the old binary format; save it as xlsx"),
        (ole("PowerPoint Document"), "a.ppt", "PowerPoint file in the old binary format; save it as pptx"),
        (ole("__properties"), "a.msg", "old binary format that is not read"),
        (b"fLaC" + bytes(range(256)) * 20, "a.flac", "cannot be read"),
        (b"\x1f\x8b\x08" + bytes(range(256)) * 20, "a.gz", "cannot be read"),
    ],
)
def test_what_is_not_read_is_named(data: bytes, name: str, sentence: str) -> None:
    with pytest.raises(ParseError, match=sentence):
        sniff(data, name)


@pytest.mark.parametrize(
    ("data", "name", "warning"),
    [
        (pdf(["Some text"]), "a.txt", "named .txt but is a PDF"),
        (word("x"), "a.pdf", "named .pdf but is a Word document"),
        (b"just text", "a.pdf", "named .pdf but is plain text"),
        (b"just text", "a.png", "named .png but is plain text"),
    ],
)
def test_a_wrong_suffix_is_read_and_told(data: bytes, name: str, warning: str) -> None:
    assert parse(data, name).warnings == [f"The file is {warning}; it was read as such."]


def test_right_suffixes_say_nothing() -> None:
    for data, name in [
        (word("x"), "A.DOCX"),
        (pdf(["Some text"]), "noname"),
        (b"text", "a.log"),
        (sheet(["x"]), "a.xltx"),
    ]:
        assert parse(data, name).warnings == []
