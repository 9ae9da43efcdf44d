"""PDF by PDFium: text by page in reading order, headings by bookmarks and type size, tables by the gaps in lines."""

from collections import Counter
from collections.abc import Iterator

import pypdfium2
import pypdfium2.raw as pdfium

from ingestion.parse import ocr
from ingestion.parse.builder import Builder
from ingestion.parse.limits import MAX_OCR_PAGES, MAX_PAGES
from ingestion.parse.pdf_layout import Layout, add_page, without_furniture
from ingestion.parse.pdf_lines import Line, page_lines, squeezed
from ingestion.parse.types import Parsed, ParseError

MEDIA_TYPE = "application/pdf"
_LONGEST_SIDE = 3_000  # pixels of a page that is drawn for OCR, whatever size the file claims
_SCAN_CHARACTERS = 8  # a page with fewer has at most a stamp or a page number on top of its picture


def parse(data: bytes) -> Parsed:
    """Parse a PDF; pages that are only pictures go through OCR where it is installed."""
    document = _open(data)
    if len(document) > MAX_PAGES:
        raise ParseError(f"The document has {len(document):,} pages; the limit is {MAX_PAGES:,}.")
    builder = Builder(MEDIA_TYPE)
    builder.title = _title(document)
    pages, scanned = [], []
    for number, page in enumerate(document, start=1):
        lines = page_lines(page)
        if sum(len(line.text) for line in lines) < _SCAN_CHARACTERS and _has_picture(page):
            scanned.append(number)
        pages.append(lines)
        page.close()
    _read_scans(document, pages, scanned, builder)
    pages = without_furniture(pages)
    layout = Layout(_body_size(pages), _heading_sizes(pages), _bookmarks(document))
    for number, lines in enumerate(pages, start=1):
        add_page(builder, number, lines, layout)
    return builder.finish()


def _open(data: bytes) -> pypdfium2.PdfDocument:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "assword" in str(error) or "ecurity" in str(error):
            raise ParseError("The PDF is encrypted; remove its password and upload it again.") from error
        raise ParseError("The PDF is damaged: it cannot be opened.") from error
    if len(document) == 0:
        raise ParseError("The PDF has no pages.")
    return document


def _title(document: pypdfium2.PdfDocument) -> str:
    """The title in the file's properties, unless it is one that programs make up."""
    title = document.get_metadata_value("Title").strip()
    made_up = ("untitled", "microsoft word", "microsoft powerpoint", "(anonymous)", "document")
    return "" if title.lower().startswith(made_up) or title.lower().endswith((".doc", ".docx", ".pdf")) else title


def _has_picture(page: pypdfium2.PdfPage) -> bool:
    return any(True for _ in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3))


def _read_scans(document: pypdfium2.PdfDocument, pages: list[list[Line]], scanned: list[int], builder: Builder) -> None:
    """Fill the scanned pages by OCR, or say that they could not be read."""
    if not scanned:
        return
    if not ocr.available():
        if len(scanned) == len(pages):
            raise ParseError("The PDF has no text layer: it is a scan, and text recognition (OCR) is not installed.")
        builder.warn(f"Scanned pages without text were left out: {_listed(scanned)}.")
        return
    if len(scanned) > MAX_OCR_PAGES:
        raise ParseError(f"The PDF has {len(scanned)} scanned pages; text recognition takes up to {MAX_OCR_PAGES}.")
    for number in scanned:
        page = document[number - 1]
        scale = min(150 / 72, _LONGEST_SIDE / max(*page.get_size(), 1.0))
        pages[number - 1] = ocr.read(page.render(scale=scale, rev_byteorder=True).to_numpy())
        page.close()
    builder.warn(f"Text recognition (OCR) read the scanned pages: {_listed(scanned)}.")


def _listed(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers[:20])) + (", ..." if len(numbers) > 20 else "")


def _sizes(pages: list[list[Line]]) -> Counter[float]:
    sizes: Counter[float] = Counter()
    for line in _all(pages):
        sizes[line.size] += len(line.text)
    return sizes


def _body_size(pages: list[list[Line]]) -> float:
    """The size that most characters are set in."""
    common = _sizes(pages).most_common(1)
    return common[0][0] if common else 10.0


def _heading_sizes(pages: list[list[Line]]) -> list[float]:
    """Sizes clearly above the body's, largest first; what fills a fifth of the document is no heading."""
    sizes, body = _sizes(pages), _body_size(pages)
    total = sum(sizes.values())
    return sorted((size for size, count in sizes.items() if size >= body * 1.12 and count < total / 5), reverse=True)


def _all(pages: list[list[Line]]) -> Iterator[Line]:
    for lines in pages:
        yield from lines


def _bookmarks(document: pypdfium2.PdfDocument) -> dict[tuple[int, str], int]:
    """(page, title without spaces) -> level, from the document's outline."""
    found: dict[tuple[int, str], int] = {}
    for bookmark in document.get_toc(max_depth=6):
        destination = bookmark.get_dest()
        index = destination.get_index() if destination else None
        if index is not None:
            found[index + 1, squeezed(bookmark.get_title())] = bookmark.level + 1
    return found
