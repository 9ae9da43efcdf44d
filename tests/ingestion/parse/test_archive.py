"""What an Office file may not hold; nothing of it is opened before this was looked at."""

import io
import struct
import zipfile
from collections.abc import Callable

import pytest

from ingestion.parse import ParseError, archive, parse
from tests.ingestion.making import rezipped, sheet, slides, word

MAKERS = [word, lambda text: sheet([text, "x"]), lambda text: slides((text, "x"))]


def bomb(megabytes: int) -> bytes:
    """A Word file whose text unpacks to so much."""
    file = io.BytesIO(word("x"))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as package, package.open("word/more.xml", "w") as part:
        for _ in range(megabytes):
            part.write(b" " * 1_000_000)
    return file.getvalue()


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_UNPACKED", 30_000_000)
    with pytest.raises(ParseError, match=r"would unpack to 41 MB: it is taken for a ZIP bomb"):
        parse(bomb(40), "a.docx")
    with pytest.raises(ParseError, match="ZIP bomb"):
        parse(bomb(25), "a.docx")  # small enough, but a thousandfold of its packed size
    assert parse(bomb(5), "a.docx").text == "x"


def test_a_part_that_is_larger_than_it_claims() -> None:
    data = bomb(3)
    honest, lie = struct.pack("<I", 3_000_000), struct.pack("<I", 1_000)
    assert data.count(honest) >= 1
    with pytest.raises(ParseError, match="damaged"):
        parse(data.replace(honest, lie), "a.docx")


def test_too_many_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_ARCHIVE_FILES", 10)
    with pytest.raises(ParseError, match="more than any document should"):
        parse(rezipped(word("x"), {f"word/{n}.xml": b"<x/>" for n in range(10)}), "a.docx")


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("dtd", ['<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>', "<!DOCTYPE x>"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_type_definitions_are_refused(make: Callable[[str], bytes], dtd: str, encoding: str) -> None:
    evil = f'<?xml version="1.0" encoding="{encoding}"?>{" " * 2_000_000}{dtd}<x>&a;</x>'.encode(encoding)
    with pytest.raises(ParseError, match="document type definition"):
        parse(rezipped(make("x"), {"docProps/app.xml": evil}), "a.docx")


def test_entities_behind_another_suffix_are_not_expanded() -> None:
    """The check goes by the part's name; whoever names it otherwise meets a parser that expands nothing."""
    name, body = b"word/document.bin", b"word/document.xml"

    def evil(part: bytes) -> bytes:
        head, _, rest = part.partition(b"<w:document")
        return (
            head
            + b'<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]><w:document'
            + rest.replace(b"marker", b"&a;")
        )

    document = word("marker", "the end")
    with zipfile.ZipFile(io.BytesIO(document)) as package:
        text = evil(package.read(body.decode()))
    changes = {
        name.decode(): text,
        "[Content_Types].xml": lambda part: part.replace(body, name),
        "_rels/.rels": lambda part: part.replace(body, name),
    }
    assert parse(rezipped(document, changes), "a.docx").text == "the end"


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("part", ["word/vbaProject.bin", "xl/VBAPROJECT.BIN", "xl/macrosheets/sheet1.xml"])
def test_macros_are_refused(make: Callable[[str], bytes], part: str) -> None:
    with pytest.raises(ParseError, match="contains macros; save it without macros"):
        parse(rezipped(make("x"), {part: b"\0"}), "a.xlsm")


def test_renamed_macros_are_refused() -> None:
    override = b'<Override PartName="/word/m.bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>'
    changes = {"word/m.bin": b"\0", "[Content_Types].xml": lambda part: part.replace(b"</Types>", override)}
    with pytest.raises(ParseError, match="contains macros"):
        parse(rezipped(word("x"), changes), "a.docm")


@pytest.mark.parametrize("place", [0.3, 0.6, 0.9])
def test_broken_containers_are_said_so(place: float) -> None:
    data = word("x" * 5_000)
    with pytest.raises(ParseError, match="damaged"):
        parse(data[: int(len(data) * place)], "a.docx")


def test_flipped_bytes_are_noticed() -> None:
    data = bytearray(word(*(f"paragraph {n}" for n in range(500))))
    start = data.index(b"word/document.xml") + 200
    data[start : start + 20] = bytes(20)
    with pytest.raises(ParseError, match="damaged"):
        parse(bytes(data), "a.docx")


def test_a_password_on_the_container() -> None:
    data = bytearray(word("x"))
    for place in (data.index(b"PK\x03\x04") + 6, data.index(b"PK\x01\x02") + 8):
        data[place] |= 1
    with pytest.raises(ParseError, match="protected by a password"):
        parse(bytes(data), "a.docx")
