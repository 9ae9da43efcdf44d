"""PowerPoint: each slide is a page with its title as heading; tables, grouped shapes and speaker's notes are read."""

import io
from collections.abc import Iterable, Iterator
from typing import Any

from pptx.opc.constants import CONTENT_TYPE as CT
from pptx.opc.package import PartFactory
from pptx.package import Package
from pptx.parts.presentation import PresentationPart
from pptx.presentation import Presentation

from ingestion.parse import numbers
from ingestion.parse.builder import Builder
from ingestion.parse.types import Parsed, ParseError

for _kind in (CT.PML_TEMPLATE_MAIN, CT.PML_SLIDESHOW_MAIN):
    PartFactory.part_type_for[_kind] = PresentationPart  # templates and shows read the same
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


def parse(data: bytes) -> Parsed:
    """Parse a pptx file."""
    presentation = _open(data)
    builder = Builder(MEDIA_TYPE)
    builder.title = presentation.core_properties.title or ""
    if builder.title == "PowerPoint Presentation":  # what the program writes when nobody set a title
        builder.title = ""
    for number, slide in enumerate(presentation.slides, start=1):
        builder.page(number)
        _add_slide(builder, slide)
    return builder.finish()


def _open(data: bytes) -> Presentation:
    main = Package.open(io.BytesIO(data)).main_document_part
    if not isinstance(main, PresentationPart):
        raise ParseError("The file is an Office file, but its main part is not a presentation.")
    return main.presentation


def _add_slide(builder: Builder, slide: Any) -> None:
    title = slide.shapes.title
    if title is not None:
        builder.heading(1, title.text_frame.text)
    for shape in _shapes(slide.shapes):
        if title is None or shape.shape_id != title.shape_id:
            _add_shape(builder, shape)
    if slide.has_notes_slide and (notes := slide.notes_slide.notes_text_frame) is not None:
        builder.paragraph(notes.text)


def _shapes(shapes: Iterable[Any]) -> Iterator[Any]:
    """In reading order: rows of about a centimetre from the top, left to right in each."""
    for shape in sorted(shapes, key=lambda shape: ((shape.top or 0) // 360_000, shape.left or 0)):
        if hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes)
        else:
            yield shape


def _add_shape(builder: Builder, shape: Any) -> None:
    if getattr(shape, "has_table", False):
        rows = [[cell.text for cell in row.cells] for row in shape.table.rows]
        builder.table(rows, header_rows=int(shape.table.first_row))
    elif getattr(shape, "has_chart", False):
        _add_chart(builder, shape.chart)
    elif shape.has_text_frame:
        for paragraph in shape.text_frame.paragraphs:
            text = paragraph.text.strip()
            bulleted = shape.is_placeholder and len(shape.text_frame.paragraphs) > 1
            builder.item(f"- {text}" if text else "") if bulleted else builder.paragraph(text)


def _add_chart(builder: Builder, chart: Any) -> None:
    """A chart's numbers as a table: one row a category."""
    if chart.has_title and chart.chart_title.has_text_frame:
        builder.paragraph(chart.chart_title.text_frame.text)
    for plot in chart.plots:
        header = ["", *(str(series.name) for series in plot.series)]
        columns = [list(series.values) for series in plot.series]
        for index, category in enumerate(plot.categories):
            values = [
                "" if index >= len(column) or column[index] is None else numbers.plain(column[index])
                for column in columns
            ]
            builder.row([str(category), *values], header)
