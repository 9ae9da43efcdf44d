"""A picture of text (a scanned letter, a photographed notice), read by OCR where it is installed."""

import io

import numpy as np

from ingestion.parse import ocr
from ingestion.parse.builder import Builder
from ingestion.parse.types import Parsed, ParseError

_MAX_PIXELS = 60_000_000
_MAX_SIDE = 3_000


def parse(data: bytes) -> Parsed:
    """Parse a picture."""
    if not ocr.available():
        raise ParseError("The file is a picture, and text recognition (OCR) is not installed.")
    from PIL import Image

    image = Image.open(io.BytesIO(data))
    if image.width * image.height > _MAX_PIXELS:
        raise ParseError(f"The picture has {image.width} x {image.height} pixels, too many to be read.")
    colours = image.convert("RGB")
    colours.thumbnail((_MAX_SIDE, _MAX_SIDE))
    lines = ocr.read(np.asarray(colours))
    if not lines:
        raise ParseError("The file is a picture in which no text was found.")
    builder = Builder("image/*")
    builder.paragraph("\n".join(lines))
    builder.warn("Text recognition (OCR) read this picture.")
    return builder.finish()
