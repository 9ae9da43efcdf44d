"""Pictures of text: scans, faxes of several pages, photographs held sideways, logos without any text."""

import io

import pytest
from PIL import Image

from ingestion.parse import ParseError, image, ocr, parse
from tests.ingestion.making import blank, picture, sample_page, sound

pytestmark = pytest.mark.skipif(not ocr.available(), reason="OCR is not installed")
ENGLISH, CHINESE = "information-security-policy-en.pdf", "travel-expense-policy-zh.pdf"


def top(name: str) -> Image.Image:
    """The upper quarter of a sample page: title and a paragraph, quickly read."""
    page = sample_page(name)
    return page.crop((0, 0, page.width, page.height // 4))


def test_each_page_of_a_fax_is_read() -> None:
    file = picture(top(ENGLISH), "TIFF", save_all=True, append_images=[top(CHINESE)])
    parsed = parse(file, "fax.tif")
    sound(parsed)
    first, second = (parsed.text[page.start : page.end] for page in parsed.pages)
    assert first.startswith("Information Security Policy")
    assert second.startswith("國內外出差旅費管理辦法")
    assert (parsed.media_type, parsed.warnings) == ("image/tiff", ["Text recognition (OCR) read this picture."])


def test_a_sideways_photograph_and_a_transparent_drawing() -> None:
    camera = Image.Exif()
    camera[0x0112] = 6  # held upright: the picture is stored turned by a quarter
    photo = picture(top(ENGLISH).rotate(90, expand=True), "JPEG", exif=camera, quality=90)
    assert "Information Security Policy" in parse(photo, "photo.jpg").text
    drawing = Image.new("RGBA", top(ENGLISH).size, (0, 0, 0, 0))
    drawing.putalpha(top(ENGLISH).point(lambda value: 255 - value))
    assert "Information Security Policy" in parse(picture(drawing), "drawing.png").text


def test_a_picture_without_text_is_said_so() -> None:
    with pytest.raises(ParseError, match="no text was found"):
        parse(blank(300, 200), "logo.png")


@pytest.mark.parametrize(("width", "height"), [(30_000, 7_000), (9_000, 7_000)])
def test_huge_dimensions_are_refused_before_unpacking(width: int, height: int) -> None:
    file = io.BytesIO()
    Image.new("1", (width, height)).save(file, "PNG")
    with pytest.raises(ParseError, match=f"{width} x {height} pixels, too many"):
        parse(file.getvalue(), "bomb.png")


def test_a_later_page_may_not_be_huge_either(monkeypatch: pytest.MonkeyPatch) -> None:
    file = picture(Image.new("1", (50, 50)), "TIFF", save_all=True, append_images=[Image.new("1", (900, 900))])
    monkeypatch.setattr(image, "_MAX_PIXELS", 10_000)
    with pytest.raises(ParseError, match="page of 900 x 900 pixels"):
        parse(file, "fax.tif")
    monkeypatch.setattr(image, "MAX_OCR_PAGES", 1)
    with pytest.raises(ParseError, match="more than 1 pages"):
        parse(file, "fax.tif")


def test_a_broken_picture_is_said_so() -> None:
    with pytest.raises(ParseError, match="damaged or not really a picture"):
        parse(picture(top(ENGLISH))[:2_000], "a.png")
