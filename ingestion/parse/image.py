"""A picture of text (a scanned letter, a fax of several pages, a photographed notice), read by OCR."""

import io
from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageOps, ImageSequence

from ingestion.parse import ocr
from ingestion.parse.builder import Builder
from ingestion.parse.limits import MAX_OCR_PAGES
from ingestion.parse.pdf_layout import Layout, add_page
from ingestion.parse.types import Parsed, ParseError

_FORMATS = ("PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP")
_MAX_PIXELS = 60_000_000
_MAX_SIDE = 3_000


def parse(data: bytes) -> Parsed:
    """Parse a picture; each of its frames is a page."""
    if not ocr.available():
        raise ParseError("The file is a picture, and text recognition (OCR) is not installed.")
    picture = _open(data)
    builder = Builder(Image.MIME.get(picture.format or "", "image/*"))
    for number, frame in enumerate(_frames(picture), start=1):
        add_page(builder, number, ocr.read(frame), Layout(body=0.0, heading_sizes=[], bookmarks={}))
    if builder.empty:
        raise ParseError("The file is a picture in which no text was found.")
    builder.warn("Text recognition (OCR) read this picture.")
    return builder.finish()


def _open(data: bytes) -> Image.Image:
    """The size is looked at before a single pixel is unpacked."""
    Image.MAX_IMAGE_PIXELS = None  # our own limit has the clearer sentence
    picture = Image.open(io.BytesIO(data), formats=_FORMATS)
    if picture.width * picture.height > _MAX_PIXELS:
        raise ParseError(f"The picture has {picture.width} x {picture.height} pixels, too many to be read.")
    if getattr(picture, "n_frames", 1) > MAX_OCR_PAGES:
        raise ParseError(f"The picture has more than {MAX_OCR_PAGES} pages, too many to be read.")
    return picture


def _frames(picture: Image.Image) -> Iterator[np.ndarray]:
    """Upright, on white where it is transparent. Of an animation the first frame says what there is to read."""
    frames = ImageSequence.Iterator(picture) if picture.format == "TIFF" else [picture]
    for frame in frames:
        if frame.width * frame.height > _MAX_PIXELS:
            raise ParseError(f"The picture has a page of {frame.width} x {frame.height} pixels, too many to be read.")
        upright = ImageOps.exif_transpose(frame).convert("RGBA")
        upright.thumbnail((_MAX_SIDE, _MAX_SIDE))
        paper = Image.new("RGBA", upright.size, "white")
        yield np.asarray(Image.alpha_composite(paper, upright).convert("RGB"))
