"""Presentations: each slide a page, titles as headings, tables, charts and notes."""

import pptx
import pytest
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Cm

from ingestion.parse import parse
from tests.ingestion.making import rezipped, saved, slides, sound

MAIN = b"application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"


def test_slides_are_pages_with_headings() -> None:
    parsed = parse(slides(("第二季業績", "營收成長\n毛利持平"), ("Next\vsteps", "Hire")), "a.pptx")
    sound(parsed)
    assert parsed.text == "第二季業績\n\n- 營收成長\n- 毛利持平\n\nNext steps\n\nHire"
    assert [(page.page, parsed.text[page.start : page.end][:4]) for page in parsed.pages] == [
        (1, "第二季業"),
        (2, "Next"),
    ]
    assert [heading.title for heading in parsed.headings] == ["第二季業績", "Next steps"]


def test_tables_charts_and_notes() -> None:
    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    slide.shapes.title.text = "Sales"
    table = slide.shapes.add_table(2, 2, Cm(1), Cm(5), Cm(8), Cm(3)).table
    for place, text in {(0, 0): "Region", (0, 1): "Units", (1, 0): "North", (1, 1): "12"}.items():
        table.cell(*place).text = text
    data = CategoryChartData()
    data.categories = ["2025", "2026"]
    data.add_series("營收", (12345678, 0.5))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Cm(1), Cm(10), Cm(8), Cm(5), data)
    slide.notes_slide.notes_text_frame.text = "Say thanks."
    text = parse(saved(presentation), "a.pptx").text
    assert text == "Sales\n\nRegion: North; Units: 12\n2025; 營收: 12345678\n2026; 營收: 0.5\n\nSay thanks."


@pytest.mark.parametrize("kind", ["presentationml.slideshow", "presentationml.template"])
def test_shows_and_templates_are_read(kind: str) -> None:
    changed = MAIN.replace(b"presentationml.presentation", kind.encode())
    data = rezipped(slides(("Hello", "World")), {"[Content_Types].xml": lambda part: part.replace(MAIN, changed)})
    assert parse(data, "a.ppsx").text == "Hello\n\nWorld"
