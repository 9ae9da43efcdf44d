"""Text recognition for scans, by RapidOCR where it is installed (its models come with it; nothing is fetched)."""

import importlib.util
import logging
from functools import cache
from typing import Any

import numpy as np

from ingestion.parse.pdf_lines import Cell, Line

_CONFIDENT = 0.5


def available() -> bool:
    """Whether RapidOCR and an engine for it are installed."""
    return all(importlib.util.find_spec(name) is not None for name in ("rapidocr", "onnxruntime"))


@cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    return RapidOCR(params={"Global.log_level": "error", "EngineConfig.onnxruntime.intra_op_num_threads": 1})


def read(image: np.ndarray) -> list[Line]:
    """The lines of text in a picture, top to bottom; pieces side by side are the cells of one line."""
    result = _engine()(image)
    if result.txts is None:
        return []
    found = zip(result.txts, result.scores, result.boxes, strict=True)
    pieces = [_piece(text.strip(), box) for text, score, box in found if score >= _CONFIDENT and text.strip()]
    height = round(float(np.median([piece.top - piece.bottom for piece in pieces] or [0])) * 2) / 2
    rows: list[list[Line]] = []
    for piece in sorted(pieces, key=lambda piece: -piece.top):
        if rows and rows[-1][0].top - piece.top < height * 0.5:
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [_line(sorted(row, key=lambda piece: piece.left), height) for row in rows]


def _piece(text: str, box: np.ndarray) -> Line:
    """Heights as in a PDF: they grow upwards."""
    (left, top), (right, bottom) = box.min(axis=0), box.max(axis=0)
    return Line(text, left=float(left), right=float(right), top=-float(top), bottom=-float(bottom))


def _line(pieces: list[Line], height: float) -> Line:
    """The height of a box says little about the type in it, so all lines count as equally large."""
    return Line(
        " ".join(piece.text for piece in pieces),
        size=height,
        left=pieces[0].left,
        right=pieces[-1].right,
        top=max(piece.top for piece in pieces),
        bottom=min(piece.bottom for piece in pieces),
        cells=[Cell(piece.text, piece.left, piece.right) for piece in pieces],
    )
