"""What a file is, by its content. The name only tells one kind of text from another."""

import io
import re
import zipfile
from pathlib import PurePath

from ingestion.parse.encoding import wide
from ingestion.parse.types import ParseError

TEXT_KINDS = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".csv": "csv",
    ".tsv": "csv",
    ".json": "json",
    ".jsonl": "json",
    ".eml": "email",
    ".htm": "html",
    ".html": "html",
    ".xhtml": "html",
}
READABLE = "PDF, Word (docx), PowerPoint (pptx), Excel (xlsx), HTML, Markdown, CSV, JSON, e-mail (eml) and plain text"

_PROGRAMS = (b"MZ", b"\x7fELF", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
_IMAGES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*", b"BM")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OFFICE = {"word/": "docx", "ppt/": "pptx", "xl/": "xlsx"}
# Possessive (`*+`) where a plain repetition could be divided in many ways: forty lines of "Name: value" took for ever.
_HTML = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?><!--.*?-->\s*)*+<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_MAIL = re.compile(rb"\A(?:[A-Za-z][\w-]*:[^\n]*\n(?:[ \t][^\n]*\n)*+){2,}+\r?\n")


def sniff(data: bytes, filename: str) -> str:
    """One of pdf, docx, pptx, xlsx, image, html, markdown, csv, json, email, text. Raises ParseError on the rest."""
    if not data:
        raise ParseError("The file is empty (0 bytes).")
    if _pdf(data):
        return "pdf"
    if data.startswith(b"PK"):
        return _archive(data)
    if data.startswith(_OLE):
        raise ParseError(_ole(data))
    if data.startswith(_PROGRAMS) and _binary(data):
        raise ParseError("The file is a program, not a document.")
    if (data.startswith(_IMAGES) and _binary(data)) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP"):
        return "image"
    if data.startswith(b"{\\rtf"):
        raise ParseError("Rich Text Format is not read; save the document as docx or PDF.")
    return _text(data, filename)


def _pdf(data: bytes) -> bool:
    """Readers accept some junk before the signature; a text about PDF files is not one."""
    head = data[:1024]
    return head.lstrip().startswith(b"%PDF-") or (b"%PDF-" in head and b"startxref" in data[-2048:])


def _text(data: bytes, filename: str) -> str:
    if not data.startswith((b"\xff\xfe", b"\xfe\xff")) and _binary(data) and not wide(data):
        raise ParseError(f"{_name(data)} Quarry reads {READABLE}.")
    suffix = PurePath(filename).suffix.lower()
    if _HTML.match(data[:4096]):
        return "html"
    if suffix == ".eml" or (suffix not in TEXT_KINDS and _looks_like_mail(data[:65536])):
        return "email"
    return TEXT_KINDS.get(suffix, "text")


def _looks_like_mail(head: bytes) -> bool:
    block = _MAIL.match(head)
    names = {line.split(b":")[0].lower() for line in block.group().splitlines()} if block else set()
    return {b"from", b"to", b"subject", b"date"} <= names


def _binary(data: bytes) -> bool:
    return b"\0" in data[:65536] or sum(byte < 9 or 14 <= byte < 27 for byte in data[:4096]) > 20


def _archive(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise ParseError(
            "The file is damaged: it starts like an Office file or ZIP archive but is not whole."
        ) from error
    if "xl/workbook.bin" in names:
        raise ParseError("This is an Excel file in the binary format (xlsb); save it as xlsx and upload it again.")
    if "[Content_Types].xml" in names:
        for folder, kind in _OFFICE.items():
            if any(name.startswith(folder) for name in names):
                return kind
    if "mimetype" in names and "content.xml" in names:
        raise ParseError("OpenDocument files are not read; save the document as docx, xlsx, pptx or PDF.")
    raise ParseError(f"The file is an archive; upload the documents in it one by one. Quarry reads {READABLE}.")


def _ole(data: bytes) -> str:
    """Old binary Office files and encrypted new ones share a container; the stream names in it are UTF-16."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return "The document is protected by a password; remove the password and upload it again."
    for stream, kind, better in (
        ("WordDocument", "Word", "docx"),
        ("Workbook", "Excel", "xlsx"),
        ("PowerPoint", "PowerPoint", "pptx"),
    ):
        if stream.encode("utf-16-le") in data:
            return f"This is a {kind} file in the old binary format; save it as {better} and upload it again."
    return "This is a file in an old binary format that is not read; save it as docx, xlsx, pptx or PDF."


def _name(data: bytes) -> str:
    """A name for what cannot be read, as precise as the content allows."""
    import puremagic

    try:
        found = puremagic.magic_string(data[:65536])
    except (puremagic.PureError, ValueError):
        found = []
    if found and found[0].name and found[0].confidence >= 0.5:
        return f"The file cannot be read: its content looks like “{found[0].name}”."
    return "The file cannot be read: its content is neither a known kind of document nor text."
