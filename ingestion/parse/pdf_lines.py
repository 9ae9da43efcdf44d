"""The lines of a PDF page with the facts that layout needs: place, size, weight and the gaps between cells."""

import ctypes
import re
import unicodedata
from dataclasses import dataclass, field
from itertools import pairwise

import pypdfium2
import pypdfium2.raw as pdfium

_CELL_GAP = 0.75  # of the type size: wider than any space between words
# Chinese PDFs often map their glyphs to radicals that merely look like the characters (⽂ for 文), Latin ones to
# ligatures; a search for the word would not find either.
_HYPHEN = re.compile(r"[\x02\ufffe\u00ad]")
_LOOKALIKES = re.compile(r"[\u2e80-\u2fdf\ufb00-\ufb06\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class Cell:
    """A piece of a line between wide gaps, and where it stands."""

    text: str
    left: float
    right: float
    hyphen: bool = False


@dataclass(slots=True)
class Line:
    """One line. `cells` holds its pieces where wide gaps divide it."""

    text: str
    size: float = 0.0
    bold: bool = False
    left: float = 0.0
    right: float = 0.0
    top: float = 0.0
    bottom: float = 0.0
    hyphen: bool = False  # the line ends within a word
    cells: list[Cell] = field(default_factory=list)


def page_lines(page: pypdfium2.PdfPage) -> list[Line]:
    """All lines of a page that hold text, in reading order."""
    textpage = page.get_textpage()
    try:
        text = textpage.get_text_range()
        lines, start = [], 0
        for raw in re.split(r"(?<=\n)", text):
            if raw.strip("\r\n \x02\ufffe"):
                lines.append(_line(textpage, raw.rstrip("\r\n"), start))
            start += len(raw)
    finally:
        textpage.close()
    return in_reading_order(lines)


def squeezed(text: str) -> str:
    """Without any white space: what two spellings of one heading share."""
    return re.sub(r"\s+", "", readable(text))


def readable(text: str) -> str:
    """With look-alike characters replaced by what they stand for, and no spaces between Chinese characters."""
    text = _LOOKALIKES.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    return re.sub(r"(?<=[\u3001-\u9fff\uff01-\uff5e]) +(?=[\u3001-\u9fff\uff01-\uff5e])", "", text)


def in_reading_order(lines: list[Line]) -> list[Line]:
    """A page's content comes in reading order from nearly every program (columns one after the other). Where it jumps
    up again and again without moving to the right, it does not, and position decides."""
    jumps = sum(
        later.top > earlier.top + earlier.size and later.left < earlier.right for earlier, later in pairwise(lines)
    )
    if len(lines) < 4 or jumps <= len(lines) / 4:
        return lines
    return sorted(lines, key=lambda line: (-round(line.top / 3), line.left))


def _line(textpage: pypdfium2.PdfTextPage, raw: str, start: int) -> Line:
    inked = [start + index for index, character in enumerate(raw) if not character.isspace()]
    size = _size(textpage, inked[len(inked) // 2])
    first, last = _box(textpage, inked[0]), _box(textpage, inked[-1])
    return Line(
        text=_whole(raw),
        size=size,
        bold=_bold(textpage, inked[0]) and _bold(textpage, inked[-1]),
        left=first[0],
        right=last[1],
        top=max(first[3], last[3]),
        bottom=min(first[2], last[2]),
        hyphen=_breaks_word(raw),
        cells=_cells(textpage, raw, start, size),
    )


def _size(textpage: pypdfium2.PdfTextPage, index: int) -> float:
    """The visible size: many programs set type at size 1 and scale it, so the box's height is a floor."""
    nominal = pdfium.FPDFText_GetFontSize(textpage, index)
    if nominal <= 2:
        _, _, bottom, top = _box(textpage, index)
        nominal = (top - bottom) * 0.85
    return round(nominal * 2) / 2


def _bold(textpage: pypdfium2.PdfTextPage, index: int) -> bool:
    if pdfium.FPDFText_GetFontWeight(textpage, index) >= 600:
        return True
    buffer, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    pdfium.FPDFText_GetFontInfo(textpage, index, buffer, 128, flags)
    return b"bold" in buffer.value.lower() or b"black" in buffer.value.lower()


def _box(textpage: pypdfium2.PdfTextPage, index: int) -> tuple[float, float, float, float]:
    """Left, right, bottom, top of the type, not of the ink: those of a comma and of an A on one line are the same."""
    box = pdfium.FS_RECTF()
    pdfium.FPDFText_GetLooseCharBox(textpage, index, box)
    return box.left, box.right, box.bottom, box.top


def _cells(textpage: pypdfium2.PdfTextPage, raw: str, start: int, size: float) -> list[Cell]:
    """The pieces between gaps that are wider than the type size."""
    cells, begin = [], len(raw) - len(raw.lstrip())
    for gap in re.finditer(r"(?<=\S)\s+(?=\S)", raw):
        before, after = _box(textpage, start + gap.start() - 1), _box(textpage, start + gap.end())
        if after[0] - before[1] >= size * _CELL_GAP:
            cells.append(_cell(textpage, raw, start, begin, gap.start()))
            begin = gap.end()
    return [*cells, _cell(textpage, raw, start, begin, len(raw.rstrip()))]


def _cell(textpage: pypdfium2.PdfTextPage, raw: str, start: int, begin: int, end: int) -> Cell:
    left, right = _box(textpage, start + begin)[0], _box(textpage, start + end - 1)[1]
    return Cell(_whole(raw[begin:end]), left, right, _breaks_word(raw[begin:end]))


def _whole(raw: str) -> str:
    """The text without PDFium's marks for a hyphen at a line's end; one before a number or a name was meant."""
    raw = re.sub(r"[\x02\ufffe](?=\s*[A-Z\d])", "-", raw.rstrip())
    return readable(_HYPHEN.sub("", raw).strip())


def _breaks_word(raw: str) -> bool:
    return _HYPHEN.fullmatch(raw.rstrip()[-1:]) is not None
