"""Tables of a PDF: rows with their column names, also where cells run over several lines."""

import io

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from ingestion.parse import pdf

STYLE = getSampleStyleSheet()["BodyText"]
HEADER = ["Code", "Meaning", "Where it may be looked up", "What to do"]
ROWS = [
    ["E01", "Dry running", "No water on the suction side, air in the pipe", "Check the water supply, vent the pump"],
    ["E02", "Overcurrent", "Manual", "Turn the shaft by hand, check parameter P03 of the FS-8, measure the current"],
    ["E03", "Overvoltage", "", "Call"],
]
BEFORE = "Before anything else the supply is switched off and secured against being switched on again by anybody."
AFTER = "Error E01 resets itself when the cause is gone; after three restarts the controller stays locked for good."


def lines(vertical: str, header: list[str], rows: list[list[str]], widths: list[int]) -> list[str]:
    """The text of a page with a paragraph, the table (cells wrapped to their column) and a paragraph."""
    body = [[Paragraph(cell, STYLE) for cell in row] for row in [header, *rows]]
    style = TableStyle([("VALIGN", (0, 0), (-1, -1), vertical), ("TOPPADDING", (0, 0), (-1, -1), 5)])
    file = io.BytesIO()
    flow = [Paragraph(BEFORE, STYLE), Spacer(1, 12), Table(body, widths, style=style), Spacer(1, 12)]
    SimpleDocTemplate(file, pagesize=A4).build([*flow, Paragraph(AFTER, STYLE)])
    return pdf.parse(file.getvalue()).text.split("\n")


@pytest.mark.parametrize("vertical", ["TOP", "MIDDLE"])
def test_cells_of_several_lines_stay_in_their_row(vertical: str) -> None:
    found = lines(vertical, HEADER, ROWS, [50, 90, 130, 150])
    assert found[0] == BEFORE
    assert found[-1] == AFTER
    assert [line for line in found if line.startswith("Code")] == [
        "Code: E01; Meaning: Dry running; Where it may be looked up: No water on the suction side, air in the pipe; "
        "What to do: Check the water supply, vent the pump",
        "Code: E02; Meaning: Overcurrent; Where it may be looked up: Manual; What to do: Turn the shaft by hand, check "
        "parameter P03 of the FS-8, measure the current",
        "Code: E03; Meaning: Overvoltage; What to do: Call",
    ]


def test_two_columns_of_names_and_values() -> None:
    rows = [["Every month", "Listen for noise"], ["Every 8,000 hours", "Replace the mechanical seal and the O-rings"]]
    found = lines("TOP", ["Interval", "Work"], rows, [120, 140])
    assert "Every month: Listen for noise" in found
    assert "Every 8,000 hours: Replace the mechanical seal and the O-rings" in found


def test_names_above_the_values_only() -> None:
    rows = [["Power", "2.2 kW", "3.7 kW"], ["Weight", "38 kg", "52 kg"]]
    found = lines("TOP", ["", "HLP-220", "HLP-370"], rows, [120, 100, 100])
    assert "Weight; HLP-220: 38 kg; HLP-370: 52 kg" in found
