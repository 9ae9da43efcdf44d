"""Bytes of a text file to text: UTF-8, UTF-16/32, Big5 (CP950), GB18030, Shift JIS or Windows-1252.

Statistical guessers are poor on short Chinese files, so Big5 and GB18030 are told apart by what they share: both put
the common characters into a known area of their lead bytes, and a wrong guess lands outside of it.
"""

import codecs
import re

from ingestion.parse.limits import MAX_TEXT
from ingestion.parse.types import ParseError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ABOVE_ASCII = re.compile(r"[^\x00-\x7f]")
_NATURAL = re.compile(r".?(?:[‘’“”«»„–—…€£§°©®•·¡¿ºª\u00a0]|(?<=[A-Za-z])[À-ž]|[À-ž](?=[A-Za-z]{2}))", re.S)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MEANT = {
    **dict.fromkeys(("gb2312", "gbk", "gb_2312-80"), "gb18030"),
    "big5": "cp950",
    "iso-8859-1": "cp1252",
    "us-ascii": "utf-8",
}
UNREADABLE = "The file is neither a document of a known kind nor text in a known encoding."


def decode(data: bytes, declared: str | None = None) -> tuple[str, list[str]]:
    """Text and warnings. `declared` is what the file itself claims (an HTML or XML header). Raises ParseError."""
    if len(data) > MAX_TEXT * 4:
        raise ParseError(f"The file holds more than {MAX_TEXT // 1_000_000} million characters of text.")
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _by_mark(data, encoding), []
    for candidate in ("utf-8", declared):
        if candidate and (text := _strict(data, candidate)) is not None and not _binary(text):
            return text, []
    if (encoding := wide(data)) and (text := _strict(data, encoding)) is not None and not _binary(text):
        return text, []
    if b"\0" in data:
        raise ParseError(UNREADABLE)
    if _mostly_utf8(data):
        raise _damaged(data, "utf-8")
    return _legacy(data)


def decode_as(data: bytes, charset: str) -> str:
    """Text whose encoding a standard header names. Mail programs write "gb2312" and mean its larger successors."""
    text = _strict(data, _MEANT.get(charset.lower(), charset))
    return decode(data)[0] if text is None else text


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _binary(text: str) -> bool:
    return len(_CONTROL.findall(text[:100_000])) > len(text[:100_000]) / 200


def _by_mark(data: bytes, encoding: str) -> str:
    """A file that names its encoding by a byte order mark has to keep to it."""
    text = _strict(data, encoding)
    if text is None:
        raise _damaged(data, encoding)
    if _binary(text):
        raise ParseError(UNREADABLE)
    return text.removeprefix("\ufeff")


def _damaged(data: bytes, encoding: str) -> ParseError:
    """Says where: guessing would put words into the company's documents that nobody wrote."""
    name = encoding.upper()
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        byte, line = error.start + 1, data.count(b"\n", 0, error.start) + 1
        return ParseError(f"The text is damaged: it is not correct {name} (first at byte {byte:,}, line {line:,}).")
    return ParseError(f"The text is damaged: it is not correct {name}.")


def wide(data: bytes) -> str:
    """UTF-16 without a byte order mark: half of the bytes of its Latin letters are zero, and on one side only."""
    sample = data[:4096]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if len(data) % 2 or max(even, odd) < len(sample) / 8 or min(even, odd) > max(even, odd) / 8:
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _mostly_utf8(data: bytes) -> bool:
    """Whether nearly all bytes above ASCII form correct UTF-8 sequences, which chance does not bring about."""
    high = sum(byte >= 0x80 for byte in data)
    good = sum(len(c.encode()) for c in data.decode("utf-8", errors="ignore") if ord(c) >= 0x80)
    return good > high * 0.6


def _legacy(data: bytes) -> tuple[str, list[str]]:
    candidates = [(score(data, encoding), encoding) for encoding in ("cp950", "big5hkscs", "gb18030", "shift_jis")]
    best, encoding = max(candidates, key=lambda candidate: candidate[0])
    # Latin text has its bytes above ASCII one by one between letters; two-byte encodings have them in pairs.
    if best >= 0.6:
        return data.decode(encoding), [f"The text was read as {_NAMES[encoding]}."]
    text = _strict(data, "cp1252")
    if text is None or _binary(text) or not _european(text):
        raise _damaged(data, "utf-8")
    return text, ["The text was read as Windows-1252."]


def _european(text: str) -> bool:
    """Whether characters above ASCII stand where European texts have them: next to letters, or as punctuation."""
    high = list(_ABOVE_ASCII.finditer(text))
    return sum(bool(_NATURAL.match(text, max(match.start() - 1, 0))) for match in high) >= len(high) * 0.9


_NAMES = {"cp950": "Big5", "big5hkscs": "Big5 (Hong Kong)", "gb18030": "GB18030", "shift_jis": "Shift JIS"}
# Where each encoding keeps its common characters and its punctuation, by lead byte.
_COMMON = {
    "cp950": ((0xA1, 0xA3), (0xA4, 0xC6)),
    "big5hkscs": ((0xA1, 0xA3), (0xA4, 0xC6)),
    "gb18030": ((0xA1, 0xA3), (0xB0, 0xD7)),
    "shift_jis": ((0x81, 0x83), (0x88, 0x97)),
}


def score(data: bytes, encoding: str) -> float:
    """How natural `data` reads in a two-byte encoding: 0 (impossible) to 1."""
    text = _strict(data, encoding)
    if text is None or _binary(text):
        return 0.0
    common, total, latin_neighbours = 0, 0, 0
    previous = ""
    for character in text[:50_000]:
        if ord(character) >= 0x80:
            lead = character.encode(encoding, errors="replace")
            total += 1
            common += len(lead) == 2 and any(low <= lead[0] <= high for low, high in _COMMON[encoding])
            common -= 0xE000 <= ord(character) <= 0xF8FF  # private use: nobody writes it
            latin_neighbours += previous.isascii() and previous.isalpha()
        previous = character
    if not total or latin_neighbours > total * 0.5:
        return 0.0
    kana = sum("\u3040" <= c <= "\u30ff" for c in text) if encoding == "shift_jis" else total
    return common / total * (0.5 if kana < total / 5 else 1.0)
