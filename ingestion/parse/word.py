"""Word documents. python-docx opens the package and knows its styles; the text is walked here, because its own
`paragraph.text` leaves out tracked insertions, content controls and text boxes."""

import io
from collections.abc import Iterator
from itertools import chain, takewhile

from docx.document import Document
from docx.opc.part import PartFactory
from docx.oxml.ns import qn
from docx.package import Package
from docx.parts.document import DocumentPart
from lxml import etree

from ingestion.parse.builder import Builder
from ingestion.parse.grid import span
from ingestion.parse.types import Parsed, ParseError

_TEXT = {qn("w:t"), qn("m:t")}  # of runs, and of formulas
_SKIPPED = {
    *(qn("w:del"), qn("w:moveFrom"), qn("w:instrText"), qn("w:delText"), qn("w:pPr"), qn("w:rPr")),
    qn("w:rt"),  # the pronunciation above Chinese characters
}
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BREAKS = {qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:tab"): "\t", qn("w:noBreakHyphen"): "-"}
_CONTAINERS = {qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:moveTo"), qn("w:customXml"), qn("w:smartTag")}
# Templates, and docm files without a macro, read the same; python-docx does not know them.
for _kind in (
    "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
    "application/vnd.ms-word.document.macroEnabled.main+xml",
    "application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
):
    PartFactory.part_type_for[_kind] = DocumentPart
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def parse(data: bytes) -> Parsed:
    """Parse a docx file."""
    document = _open(data)
    builder = Builder(MEDIA_TYPE)
    builder.title = document.core_properties.title or ""
    levels = heading_styles(document)
    _add_blocks(builder, document.element.body, levels)
    _add_notes(builder, document)
    return builder.finish()


def _open(data: bytes) -> Document:
    main = Package.open(io.BytesIO(data)).main_document_part
    if not isinstance(main, DocumentPart):
        raise ParseError("The file is an Office file, but its main part is not a Word document.")
    return main.document


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


def _add_blocks(builder: Builder, parent: etree._Element, levels: dict[str, int]) -> None:
    for block in _blocks(parent):
        if block.tag == qn("w:p"):
            _add_paragraph(builder, block, levels)
        else:
            _add_table(builder, block, levels)


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
        _add_blocks(builder, box, levels)


def paragraph_text(paragraph: etree._Element) -> tuple[str, list[etree._Element]]:
    """The text as it reads with all changes accepted, and the text boxes that hang on it."""
    pieces: list[str] = []
    boxes: list[etree._Element] = []
    waiting = list(reversed(paragraph))
    while waiting:
        element = waiting.pop()
        if element.tag in _TEXT:
            pieces.append(element.text or "")
        elif element.tag in _BREAKS:
            pieces.append(_BREAKS[element.tag])
        elif element.tag == qn("w:txbxContent"):
            boxes.append(element)
        elif element.tag not in _SKIPPED and element.tag != _FALLBACK:
            waiting.extend(reversed(element))
    return "".join(pieces), boxes


def _add_table(builder: Builder, table: etree._Element, levels: dict[str, int]) -> None:
    """A table of one column is a frame around ordinary text, as forms have it."""
    rows = [list(_cells(row)) for row in _rows(table)]
    if all(len(cells) < 2 for cells in rows):
        for cell in chain.from_iterable(rows):
            _add_blocks(builder, cell, levels)
        return
    headers = [row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for row in _rows(table)]
    builder.table(_grid(rows), header_rows=len(list(takewhile(bool, headers))))


def _grid(rows: list[list[etree._Element]]) -> Iterator[list[str]]:
    """Cells that span columns are repeated; those that go on from the row above say the same as there."""
    above: list[str] = []
    for cells in rows:
        row: list[str] = []
        for cell in cells:
            goes_on = _goes_on(cell) and len(row) < len(above)
            row += [above[len(row)] if goes_on else _cell_text(cell)] * _span(cell)
        yield row
        above = row


def _goes_on(cell: etree._Element) -> bool:
    merge = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
    return merge is not None and _value(merge) != "restart"


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
    """All paragraphs of a cell, those of a table or text box inside it too."""
    paragraphs = (p for p in cell.iter(qn("w:p")) if next(p.iterancestors(_FALLBACK), None) is None)
    return " ".join(filter(None, (paragraph_text(p)[0].strip() for p in paragraphs)))


def _span(cell: etree._Element) -> int:
    return span(_value(cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")))


def _add_notes(builder: Builder, document: Document) -> None:
    """Footnotes and endnotes stand after the text."""
    for relation in document.part.rels.values():
        if not relation.is_external and relation.reltype.endswith(("/footnotes", "/endnotes")):
            notes = etree.fromstring(relation.target_part.blob, etree.XMLParser(resolve_entities=False))
            for paragraph in notes.iter(qn("w:p")):
                builder.paragraph(paragraph_text(paragraph)[0])
