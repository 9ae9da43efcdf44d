"""Two small documents of an imaginary company, made as its people would: an English PDF and a Chinese Word file."""

import io

import docx
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

MANUAL = [
    ["Compressor QX-2100 Service Manual", "", "1 Safety", "Disconnect the mains before any work on the compressor."],
    [
        "2 Maintenance",
        "Replace the intake filter of the QX-2100 every 750 operating hours.",
        "The oil of the gearbox is changed once a year; use grade ISO VG 46 only.",
        "A knocking noise on start-up points to a worn coupling, part number KP-8814.",
    ],
    ["3 Storage", "Store spare belts in a dry room between 5 and 25 degrees Celsius."],
]
LEAVE = [
    ("員工請假辦法", 1),
    ("第一章 特別休假", 2),
    ("員工到職滿一年者,每年給予特別休假七日;滿三年者十四日。未休完之日數得遞延至次年三月底。", 0),
    ("第二章 事假與病假", 2),
    ("普通傷病假一年內合計不得超過三十日,連續三日以上應檢附診斷證明。", 0),
    ("第三章 陪產檢及陪產假", 2),
    ("配偶分娩時,給予陪產檢及陪產假七日,薪資照給。", 0),
]


def manual_pdf() -> bytes:
    """Three pages of English text."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=True)  # the same bytes every time
    for page in MANUAL:
        for number, line in enumerate(page):
            canvas.setFont("Helvetica", 18 if number == 0 else 11)
            canvas.drawString(72, 760 - 26 * number, line)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def leave_docx() -> bytes:
    """A leave policy in Traditional Chinese with headings."""
    document = docx.Document()
    for text, level in LEAVE:
        if level:
            document.add_heading(text, level)
        else:
            document.add_paragraph(text)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()
