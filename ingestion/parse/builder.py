"""Builds the canonical text piece by piece, so that every offset is right by construction."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import zip_longest

from ingestion.parse.language import detect
from ingestion.parse.limits import MAX_BLOCKS, MAX_TEXT
from ingestion.parse.types import Block, BlockKind, Heading, Page, Parsed, ParseError

# Control characters (but tab and newline), lone surrogates and non-characters: PostgreSQL refuses the first and the
# second, and none of them is text. Nor are the invisible ones that turn the reading direction (a quote would look
# other than it is) and the tag characters, by which a file can whisper to a model what no reader sees.
_UNWANTED = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2060\ufeff\ufffe\uffff\ud800-\udfff"
    r"\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]"
)
_LINE_BREAKS = re.compile(r"\r\n|[\r\v\f\x85\u2028]")  # PowerPoint breaks lines by vertical tabs
_SPACES = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f]+")
_BLANK_LINES = re.compile(r"\n{3,}")


def clean(text: str) -> str:
    """Newlines as LF, no control characters, composed accents, runs of spaces as one."""
    text = _LINE_BREAKS.sub("\n", text).replace("\u2029", "\n\n")
    text = unicodedata.normalize("NFC", _UNWANTED.sub("", text))
    lines = (_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n ")


def clean_code(text: str) -> str:
    """Like `clean`, but the indentation stays."""
    text = _UNWANTED.sub("", _LINE_BREAKS.sub("\n", text).expandtabs(4))
    return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")


class Builder:
    """Collects blocks in reading order; `finish` hands out the parsed document."""

    def __init__(self, media_type: str) -> None:
        self.media_type = media_type
        self.title = ""
        self.warnings: list[str] = []
        self._parts: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._headings: list[Heading] = []
        self._pages: list[Page] = []
        self._page: tuple[int, int] | None = None

    def warn(self, sentence: str) -> None:
        """Add a warning once."""
        if sentence not in self.warnings:
            self.warnings.append(sentence)

    def page(self, number: int) -> None:
        """What follows stands on this page (slide, sheet)."""
        self._close_page()
        self._page = (number, self._length)

    def heading(self, level: int, title: str) -> None:
        """Add a heading; levels are clamped to 1..6 and line breaks inside the title become spaces."""
        title = clean(title).replace("\n", " ")
        if span := self._add("heading", title):
            self._headings.append(Heading(min(max(level, 1), 6), title[:300], *span))

    def paragraph(self, text: str) -> None:
        """Add a paragraph."""
        self._add("paragraph", clean(text))

    def item(self, text: str) -> None:
        """Add a list item (it keeps its bullet or number, if the caller gives one)."""
        self._add("item", clean(text))

    def code(self, text: str) -> None:
        """Add preformatted text."""
        self._add("code", clean_code(text))

    def row(self, cells: Sequence[str], header: Sequence[str] = ()) -> None:
        """Add a table row as a line that can be understood alone: `header: value; header: value`."""
        self._add("row", row_text(cells, header))

    def table(self, rows: Iterable[Sequence[str]], *, header_rows: int = 0) -> None:
        """Add a table; see `split_header` for what becomes the header where the file does not say so."""
        header, body = split_header([list(row) for row in rows], header_rows)
        for cells in body:
            self.row(cells, header)

    @property
    def empty(self) -> bool:
        """Whether nothing was added yet."""
        return not self._blocks

    def finish(self) -> Parsed:
        """The parsed document; a file without any text is an error."""
        self._close_page()
        text = "".join(self._parts)
        if not text.strip():
            raise ParseError("The file contains no text.")
        title = self.title or next((h.title for h in self._headings), "")
        return Parsed(
            text=text,
            media_type=self.media_type,
            title=clean(title).replace("\n", " ")[:300],
            language=detect(text),
            pages=self._pages,
            headings=self._headings,
            blocks=self._blocks,
            warnings=self.warnings,
        )

    def _add(self, kind: BlockKind, text: str) -> tuple[int, int] | None:
        if not text:
            return None
        if self._blocks:
            tight = kind in ("row", "item") and self._blocks[-1].kind == kind
            self._append("\n" if tight else "\n\n")
        if len(self._blocks) >= MAX_BLOCKS:
            raise ParseError(f"The document has more than {MAX_BLOCKS:,} paragraphs; split it.")
        start = self._length
        self._append(text)
        self._blocks.append(Block(kind, start, self._length))
        return start, self._length

    def _append(self, text: str) -> None:
        self._length += len(text)
        if self._length > MAX_TEXT:
            raise ParseError(f"The document holds more than {MAX_TEXT // 1_000_000} million characters of text.")
        self._parts.append(text)

    def _close_page(self) -> None:
        if self._page is None:
            return
        number, start = self._page
        # The blank line between two pages belongs to neither.
        first = next((block.start for block in reversed_until(self._blocks, start)), start)
        self._pages.append(Page(number, first, self._length))
        self._page = None


def reversed_until(blocks: list[Block], start: int) -> list[Block]:
    """The blocks from `start` on, in order (found from the end: pages are short)."""
    found: list[Block] = []
    for block in reversed(blocks):
        if block.start < start:
            break
        found.append(block)
    return found[::-1]


def row_text(cells: Sequence[str], header: Sequence[str] = ()) -> str:
    """One table row in one line; cells without a header stand alone, empty cells are left out."""
    pieces = []
    for column, cell in enumerate(cells):
        value = clean(cell).replace("\n", " ")
        name = clean(header[column]).replace("\n", " ") if column < len(header) else ""
        if value:
            pieces.append(f"{name}: {value}" if name and name != value else value)
    return ("; " if header else " | ").join(pieces)


def split_header(rows: list[list[str]], marked: int = 0) -> tuple[list[str], list[list[str]]]:
    """Header and body; the first `marked` rows are the header for certain. Where none is marked, the first row is it
    only if it looks like one: three columns or more, nearly all filled, distinct, without numbers. Two columns are
    mostly `name: value` pairs, so the name leads."""
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if len(rows) < 2:
        return [], rows
    if 0 < marked < len(rows):
        return _stacked(rows[:marked]), rows[marked:]
    first = [cell.strip() for cell in rows[0]]
    if len(first) > 2 and _looks_like_header(first):
        return first, rows[1:]
    if all(len(row) == 2 for row in rows):
        return [], [[f"{row[0].strip()}: {row[1].strip()}"] if all(c.strip() for c in row) else row for row in rows]
    return [], rows


def _stacked(rows: list[list[str]]) -> list[str]:
    """Several header rows as one: `2025` above `Q1` names its column `2025 Q1`."""
    columns = zip_longest(*rows, fillvalue="")
    return [" ".join(dict.fromkeys(filter(None, (cell.strip() for cell in column)))) for column in columns]


def _looks_like_header(cells: list[str]) -> bool:
    filled = [cell for cell in cells if cell]
    distinct = len(set(filled)) == len(filled)
    plain = [cell for cell in filled if not re.fullmatch(r"(19|20)\d\d\s?年?度?", cell)]  # years may head columns
    numbers = [cell for cell in plain if cell[0].isdigit() or re.fullmatch(r"[-+$€£¥%,.\d\s/:NTUSD]+", cell)]
    return len(filled) >= max(2, len(cells) - 1) and distinct and len(numbers) < 2 and max(map(len, filled)) <= 80
