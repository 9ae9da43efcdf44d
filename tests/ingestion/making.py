"""Files as people's programs write them, made in memory."""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import docx
import numpy as np
import openpyxl
import pptx
import pypdfium2
from PIL import Image
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from ingestion.parse import Block, Heading, Parsed
from ingestion.samples import FOLDER

Change = Callable[[bytes], bytes]


def saved(document: Any) -> bytes:
    """The bytes of a docx, openpyxl or pptx document."""
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def word(*paragraphs: str) -> bytes:
    """A Word document; a paragraph that starts with # is a heading."""
    document = docx.Document()
    for text in paragraphs:
        document.add_heading(text[2:], 1) if text.startswith("# ") else document.add_paragraph(text)
    return saved(document)


def sheet(*rows: Sequence[Any]) -> bytes:
    """A workbook with one sheet."""
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    return saved(workbook)


def slides(*pages: tuple[str, str]) -> bytes:
    """A presentation of slides with title and text."""
    presentation = pptx.Presentation()
    for title, text in pages:
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text, slide.placeholders[1].text = title, text
    return saved(presentation)


def pdf(*pages: Sequence[str], chinese: bool = False, **more: Any) -> bytes:
    """A PDF with a page for each list of lines; the first line of each page is set larger. Chinese is set in a font
    that is only named and reached through a CMap, as Acrobat and many Taiwanese programs do it."""
    if chinese:
        pdfmetrics.registerFont(UnicodeCIDFont("MSung-Light"))
    file = io.BytesIO()
    canvas = Canvas(file, invariant=True, **more)
    for lines in pages:
        for number, line in enumerate(lines):
            canvas.setFont("MSung-Light" if chinese else "Helvetica", 18 if number == 0 else 11)
            canvas.drawString(72, 760 - 30 * number, line)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def rezipped(data: bytes, changes: Mapping[str, bytes | Change]) -> bytes:
    """An Office file with parts changed or added."""
    file = io.BytesIO()
    left = dict(changes)
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            change = left.pop(name, None)
            new.writestr(name, old.read(name) if change is None else _changed(change, old.read(name)))
        for name, change in left.items():
            new.writestr(name, _changed(change, b""))
    return file.getvalue()


def _changed(change: bytes | Change, before: bytes) -> bytes:
    return change if isinstance(change, bytes) else change(before)


def sample_page(name: str, dots: int = 110) -> Image.Image:
    """The first page of a sample PDF as a scanner sees it. The font is in the file: none of the system is needed."""
    with pypdfium2.PdfDocument(FOLDER / "files" / name) as document:
        return document[0].render(scale=dots / 72).to_pil().convert("L")


def picture(image: Image.Image, kind: str = "PNG", **more: Any) -> bytes:
    """An image file."""
    file = io.BytesIO()
    image.save(file, kind, **more)
    return file.getvalue()


def blank(width: int, height: int) -> bytes:
    """A white picture of any size, small as a file."""
    return picture(Image.fromarray(np.full((height, width), 255, np.uint8)))


def cut(parsed: Parsed, place: Block | Heading) -> str:
    """What stands at a place."""
    return parsed.text[place.start : place.end]


def sound(parsed: Parsed) -> None:
    """What holds for every parsed document: blocks in order and not overlapping, headings and pages at their text."""
    ends = [0]
    for block in parsed.blocks:
        assert ends[-1] <= block.start < block.end <= len(parsed.text)
        assert cut(parsed, block).strip("\n") == cut(parsed, block)
        ends.append(block.end)
    between = "".join(parsed.text[end : block.start] for end, block in zip(ends, parsed.blocks, strict=False))
    assert not between.strip()
    headings = [(block.start, block.end) for block in parsed.blocks if block.kind == "heading"]
    assert [(heading.start, heading.end) for heading in parsed.headings] == headings
    assert all(cut(parsed, heading)[:300] == heading.title for heading in parsed.headings)
    for earlier, later in zip(parsed.pages, parsed.pages[1:], strict=False):
        assert earlier.page < later.page
        assert earlier.start <= earlier.end <= later.start
