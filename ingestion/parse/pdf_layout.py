"""From a page's lines to paragraphs, headings, list items and table rows."""

import re
from collections import Counter
from dataclasses import dataclass

from ingestion.parse.builder import Builder
from ingestion.parse.pdf_lines import Line, squeezed
from ingestion.parse.pdf_tables import Table, with_tables
from ingestion.parse.plain import heading_level

_PAGE_NUMBER = re.compile(
    r"^[-–—\s]*+(page|p\.|第)?\s*+\d{1,4}\s*+(頁|页)?(\s*+(of|[/,，]?\s*+共|[/,，])\s*+\d{1,4}\s*+(頁|页)?)?[-–—\s]*$",
    re.I,
)
_BULLET = re.compile(r"^([•●○▪■◦‣·*–-]|\(?\d{1,2}[.)、](?!\d)|[（(][一二三四五六七八九十\d]{1,3}[)）]|[①-⑳])\s*(?=\S)")
_SENTENCE_END = ("。", "！", "？", "；", ".", "!", "?", ":", "：", "”", "」")
_CJK = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]")
_LONGEST_HEADING = 100


@dataclass(slots=True)
class Layout:
    """What the whole document says about its headings."""

    body: float
    heading_sizes: list[float]
    bookmarks: dict[tuple[int, str], int]

    def level(self, line: Line, number: int) -> int:
        """The heading level of a line, or 0."""
        if known := self.bookmarks.get((number, squeezed(line.text))):
            return known
        if len(line.text) > _LONGEST_HEADING or not re.search(r"[^\W\d_]", line.text):
            return 0
        if line.size in self.heading_sizes:
            return min(self.heading_sizes.index(line.size) + 1, 6)
        ends = line.text.endswith(_SENTENCE_END)
        if line.bold and not ends and len(line.cells) == 1 and len(line.text) <= 60 and not _BULLET.match(line.text):
            return min(len(self.heading_sizes) + 1, 6)
        chinese = heading_level([line.text, ""]) if line.text.startswith("第") else 0
        return min(len(self.heading_sizes) + chinese, 6) if chinese else 0


def without_furniture(pages: list[list[Line]]) -> list[list[Line]]:
    """Drop running heads, running feet and page numbers: they would cut sentences that run over the page."""
    seen = Counter(key for lines in pages for key in {_furniture_key(line) for line in _edges(lines)})
    enough = max(3, len(pages) * 0.6)

    def kept(lines: list[Line]) -> list[Line]:
        edges = {id(line) for line in _edges(lines)}
        return [
            line
            for line in lines
            if id(line) not in edges
            or not (seen[_furniture_key(line)] >= enough or (len(pages) > 1 and _PAGE_NUMBER.match(line.text)))
        ]

    cleared = [kept(lines) for lines in pages]
    return cleared if any(cleared) else pages  # copies of one page repeat all that they say


def _edges(lines: list[Line]) -> list[Line]:
    """The two highest and the two lowest lines, wherever they stand in the content."""
    by_height = sorted(lines, key=lambda line: -line.top)
    return by_height if len(lines) <= 4 else by_height[:2] + by_height[-2:]


def _furniture_key(line: Line) -> str:
    return re.sub(r"\d+", "#", squeezed(line.text))


def add_page(builder: Builder, number: int, lines: list[Line], layout: Layout) -> None:
    """Add one page to the document."""
    builder.page(number)
    text: list[Line] = []
    for part in with_tables(lines):
        if isinstance(part, Line):
            text.append(part)
            continue
        _add_lines(builder, text, number, layout)
        text = []
        _add_table(builder, part)
    _add_lines(builder, text, number, layout)


def _add_table(builder: Builder, table: Table) -> None:
    """Two columns of long cells are not a table but two columns of text that were written line by line."""
    rows = [[joined(cell) for cell in row] for row in table.cells()]
    if len(rows[0]) == 2 and all(sum(map(len, column)) > 25 * len(rows) for column in zip(*rows, strict=True)):
        for column in range(2):
            builder.paragraph(joined([Line(row[column]) for row in rows]))
        return
    marked = len(rows[0]) == 2 and table.lines[0].bold and not table.lines[1].bold
    builder.table(rows, header_rows=int(marked))


def _add_lines(builder: Builder, lines: list[Line], number: int, layout: Layout) -> None:
    paragraph: list[Line] = []
    heading: list[Line] = []
    width = max((line.right for line in lines), default=0.0)
    for line in lines:
        level = layout.level(line, number)
        if level:
            _flush(builder, paragraph)
            if heading and not _continues_heading(heading[-1], line, layout, number, width):
                _flush_heading(builder, heading, layout, number)
            heading.append(line)
            continue
        _flush_heading(builder, heading, layout, number)
        if paragraph and _begins_paragraph(paragraph[-1], line, width):
            _flush(builder, paragraph)
        paragraph.append(line)
    _flush_heading(builder, heading, layout, number)
    _flush(builder, paragraph)


def _continues_heading(earlier: Line, later: Line, layout: Layout, number: int, width: float) -> bool:
    """A long heading may take two lines: the first is full, the second close to it and in the same type."""
    near = 0 <= earlier.bottom - later.top < later.size * 0.7 and earlier.right > width * 0.75
    return (
        near and earlier.size == later.size > layout.body and not layout.bookmarks.get((number, squeezed(later.text)))
    )


def _flush_heading(builder: Builder, heading: list[Line], layout: Layout, number: int) -> None:
    if heading:
        builder.heading(layout.level(heading[0], number), joined(heading))
        heading.clear()


def _flush(builder: Builder, paragraph: list[Line]) -> None:
    if paragraph:
        text = joined(paragraph)
        builder.item(text) if _BULLET.match(text) else builder.paragraph(text)
        paragraph.clear()


def _begins_paragraph(earlier: Line, later: Line, width: float) -> bool:
    if _BULLET.match(later.text) or earlier.size != later.size:
        return True
    gap = earlier.bottom - later.top
    if earlier.size and (gap > earlier.size * 0.75 or gap < -earlier.size * 3):
        return True
    short = earlier.right < width - earlier.size * 3
    indented = later.left > earlier.left + later.size * 1.5
    return earlier.text.endswith(_SENTENCE_END) and (short or indented)


def joined(lines: list[Line]) -> str:
    """The lines as one paragraph: no space between Chinese lines, words that were hyphenated made whole."""
    text = ""
    hyphen = False
    for line in lines:
        if re.search(r"[a-z]{2}-$", text) and re.match(r"[a-z]", line.text):
            text = text[:-1] + line.text
        elif hyphen and re.match(r"[A-Z\d]", line.text):
            text += "-" + line.text
        elif not text or hyphen or (_CJK.match(text[-1]) and _CJK.match(line.text[:1])):
            text += line.text
        else:
            text += " " + line.text
        hyphen = line.hyphen
    return text
