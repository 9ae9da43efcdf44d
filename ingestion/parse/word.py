"""Word documents. python-docx opens the package and knows its styles; the text is walked here, because its own
`paragraph.text` leaves out tracked insertions, content controls and text boxes."""

import io
from collections.abc import Iterator

import docx
from docx.document import Document
from docx.oxml.ns import qn
from lxml import etree

from ingestion.parse.builder import Builder
from ingestion.parse.types import Parsed

_SKIPPED = {qn("w:del"), qn("w:moveFrom"), qn("w:instrText"), qn("w:delText"), qn("w:pPr"), qn("w:rPr")}
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BREAKS = {qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:tab"): "\t", qn("w:noBreakHyphen"): "-"}
_CONTAINERS = {qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:moveTo"), qn("w:customXml"), qn("w:smartTag")}
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def parse(data: bytes) -> Parsed:
    """Parse a docx file."""
    document = docx.Document(io.BytesIO(data))
    builder = Builder(MEDIA_TYPE)
    builder.title = document.core_properties.title or ""
    levels = heading_styles(document)
    for block in _blocks(document.element.body):
        if block.tag == qn("w:tbl"):
            _add_table(builder, block)
        else:
            _add_paragraph(builder, block, levels)
    _add_notes(builder, document)
    return builder.finish()


def heading_styles(document: Document) -> dict[str, int]:
    """Style id -> heading level, following `basedOn`: Word's names are English inside whatever language it shows."""
    parents, levels = {}, {}
    for style in document.styles.element.iter(qn("w:style")):
        identifier = style.get(qn("w:styleId"), "")
        name = _value(style.find(qn("w:name"))).lower()
        outline = _value(style.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}"))
        parents[identifier] = _value(style.find(qn("w:basedOn")))
        if name == "title":
            levels[identifier] = 1
        elif name.startswith("heading ") and name[8:].isdecimal():
            levels[identifier] = int(name[8:])
        elif outline.isdecimal() and int(outline) < 9:
            levels[identifier] = int(outline) + 1
    for identifier in parents:
        ancestor, steps = identifier, 0
        while ancestor and ancestor not in levels and steps < 20:
            ancestor, steps = parents.get(ancestor, ""), steps + 1
        if ancestor in levels:
            levels[identifier] = levels[ancestor]
    return levels


def _value(element: etree._Element | None) -> str:
    return "" if element is None else str(element.get(qn("w:val"), ""))


def _blocks(parent: etree._Element) -> Iterator[etree._Element]:
    """Paragraphs and tables in order, through content controls and tracked insertions."""
    for child in parent:
        if child.tag in (qn("w:p"), qn("w:tbl")):
            yield child
        elif child.tag in _CONTAINERS:
            yield from _blocks(child)


def _add_paragraph(builder: Builder, paragraph: etree._Element, levels: dict[str, int]) -> None:
    text, boxes = paragraph_text(paragraph)
    properties = paragraph.find(qn("w:pPr"))
    style = outline = numbering = None
    if properties is not None:
        style, outline = properties.find(qn("w:pStyle")), properties.find(qn("w:outlineLvl"))
        numbering = properties.find(qn("w:numPr"))
    level = int(_value(outline)) + 1 if _value(outline).isdecimal() else levels.get(_value(style), 0)
    if 1 <= level <= 9 and text.strip():
        builder.heading(level, text)
    elif numbering is not None or "list" in _value(style).lower():
        builder.item(f"- {text}" if text.strip() else "")
    else:
        builder.paragraph(text)
    for box in boxes:
        for block in _blocks(box):
            _add_paragraph(builder, block, levels) if block.tag == qn("w:p") else _add_table(builder, block)


def paragraph_text(paragraph: etree._Element) -> tuple[str, list[etree._Element]]:
    """The text as it reads with all changes accepted, and the text boxes that hang on it."""
    pieces: list[str] = []
    boxes: list[etree._Element] = []
    waiting = list(reversed(paragraph))
    while waiting:
        element = waiting.pop()
        if element.tag == qn("w:t"):
            pieces.append(element.text or "")
        elif element.tag in _BREAKS:
            pieces.append(_BREAKS[element.tag])
        elif element.tag == qn("w:txbxContent"):
            boxes.append(element)
        elif element.tag not in _SKIPPED and element.tag != _FALLBACK:
            waiting.extend(reversed(element))
    return "".join(pieces), boxes


def _add_table(builder: Builder, table: etree._Element) -> None:
    rows, marked = [], False
    for number, row in enumerate(_rows(table)):
        rows.append([text for cell in _cells(row) for text in [_cell_text(cell)] * _span(cell)])
        marked |= number == 0 and row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
    builder.table(rows, marked_header=marked)


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    for child in table:
        if child.tag == qn("w:tr"):
            yield child
        elif child.tag in _CONTAINERS:
            yield from _rows(child)


def _cells(row: etree._Element) -> Iterator[etree._Element]:
    for child in row:
        if child.tag == qn("w:tc"):
            yield child
        elif child.tag in _CONTAINERS:
            yield from _cells(child)


def _cell_text(cell: etree._Element) -> str:
    """All paragraphs of a cell, those of a table inside it too."""
    return " ".join(filter(None, (paragraph_text(p)[0].strip() for p in cell.iter(qn("w:p")))))


def _span(cell: etree._Element) -> int:
    value = _value(cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}"))
    return min(int(value), 50) if value.isdecimal() else 1


def _add_notes(builder: Builder, document: Document) -> None:
    """Footnotes and endnotes stand after the text."""
    for relation in document.part.rels.values():
        if not relation.is_external and relation.reltype.endswith(("/footnotes", "/endnotes")):
            notes = etree.fromstring(relation.target_part.blob, etree.XMLParser(resolve_entities=False))
            for paragraph in notes.iter(qn("w:p")):
                builder.paragraph(paragraph_text(paragraph)[0])
