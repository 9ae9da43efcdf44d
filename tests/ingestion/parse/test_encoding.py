"""Which bytes are which text: every encoding that a Taiwanese office meets, and what is refused rather than guessed."""

import codecs

import pytest

from ingestion.parse import ParseError
from ingestion.parse.encoding import decode, decode_as

ENGLISH = "The travel allowance is paid with the salary of the following month.\n"
TRADITIONAL = "員工請假辦法：特別休假七日，應於三日前提出申請，並經直屬主管核准。碁峯、堃、煊。\n"
PLAIN = "員工請假辦法：特別休假七日，應於三日前提出申請，並經直屬主管核准。\n"
SIMPLIFIED = "员工请假办法：年休假七天，应当提前三天提出申请，并经直属主管批准。\n"


@pytest.mark.parametrize("text", [ENGLISH, TRADITIONAL, SIMPLIFIED, ENGLISH + PLAIN])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_with_and_without_byte_order_mark(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == (text, [])


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_known_by_its_latin_letters(encoding: str) -> None:
    assert decode((ENGLISH + PLAIN).encode(encoding)) == (ENGLISH + PLAIN, [])
    with pytest.raises(ParseError):
        decode(PLAIN.encode(encoding))


def test_big_endian_marks() -> None:
    assert decode(codecs.BOM_UTF16_BE + PLAIN.encode("utf-16-be")) == (PLAIN, [])


@pytest.mark.parametrize(
    ("text", "encoding", "name"),
    [
        (PLAIN, "cp950", "Big5"),
        (PLAIN[:8], "cp950", "Big5"),
        ("休假", "cp950", "Big5"),
        (ENGLISH + PLAIN, "big5", "Big5"),
        ("香港嘅公司㗎，佢哋冇嘢做，喺呢度等緊。", "big5hkscs", "Big5 (Hong Kong)"),
        (SIMPLIFIED, "gb18030", "GB18030"),
        (SIMPLIFIED[:8], "gbk", "GB18030"),
        (ENGLISH + SIMPLIFIED, "gb2312", "GB18030"),
        ("本製品の取扱説明書をよくお読みください。", "shift_jis", "Shift JIS"),
        ("Überstunden müssen vorher geprüft werden – Grüße aus Köln.", "cp1252", "Windows-1252"),
    ],
)
def test_older_encodings_are_told_apart_and_named(text: str, encoding: str, name: str) -> None:
    assert decode(text.encode(encoding)) == (text, [f"The text was read as {name}."])


def test_what_the_file_says_of_itself_is_tried_first() -> None:
    assert decode("休假".encode("gb18030"), "gb18030") == ("休假", [])
    assert decode(PLAIN.encode("cp950"), "no-such-charset")[0] == PLAIN


@pytest.mark.parametrize("charset", ["gb2312", "GBK", "gb18030"])
def test_a_mail_that_says_gb2312_may_hold_more(charset: str) -> None:
    text = "堃经理：镕基项目"
    assert decode_as(text.encode("gb18030"), charset) == text


def test_a_wrong_charset_does_not_win_over_the_bytes() -> None:
    assert decode_as(PLAIN.encode(), "us-ascii") == PLAIN
    assert decode_as(PLAIN.encode("cp950"), "utf-8") == PLAIN


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (PLAIN.encode() * 3 + b"\xe5\xe5" + PLAIN.encode(), r"not correct UTF-8 \(first at byte 301, line 4\)"),
        (PLAIN.encode()[:-5] + b"\xff\n", "not correct UTF-8"),
        (codecs.BOM_UTF8 + b"\xff\xfe text", "not correct UTF-8"),
        (codecs.BOM_UTF16_LE + b"odd", "not correct UTF-16"),
        (bytes(range(256)) * 8, "neither a document of a known kind nor text"),
        (b"text\0" * 50, "neither a document of a known kind nor text"),
    ],
)
def test_broken_text_is_refused_and_the_place_is_named(data: bytes, sentence: str) -> None:
    with pytest.raises(ParseError, match=sentence):
        decode(data)
