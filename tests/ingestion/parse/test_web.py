"""HTML: the page's own text, tables that keep their columns, nothing of what a browser would hide or run."""

import pytest

from ingestion.parse import ParseError, parse
from tests.ingestion.making import sound

MENU = "Monday: noodles. Tuesday: rice and greens. Wednesday: fish soup. Thursday: dumplings. Friday: curry with a bun."


def read(body: str) -> str:
    parsed = parse(f"<!doctype html><html><body>{body}</body></html>".encode(), "a.html")
    sound(parsed)
    return parsed.text


def test_headings_paragraphs_and_lists() -> None:
    page = (
        "<title>手冊</title><h1>請假</h1><p>三日前 <b>提出</b>。</p><ul><li>One</li><li>Two</li></ul><h2>Scope</h2>All."
    )
    parsed = parse(page.encode(), "a.html")
    sound(parsed)
    assert parsed.text == "請假\n\n三日前 提出。\n\n- One\n- Two\n\nScope\n\nAll."
    assert (parsed.title, [(h.level, h.title) for h in parsed.headings]) == ("手冊", [(1, "請假"), (2, "Scope")])


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>a</p><script>alert(1)</script><style>p{}</style><p hidden>b</p><p style='display:none'>c</p>", "a"),
        ("<nav><a href=/>Home</a></nav><p>Text</p><footer>© 2026</footer>", "Text"),
        (
            "<form><h1>Intranet</h1><p>Its server wraps all in a form.</p><input value=x></form>",
            "Intranet\n\nIts server wraps all in a form.",
        ),
        ("<p><ruby>臺<rp>(</rp><rt>ㄊㄞˊ</rt><rp>)</rp></ruby>北</p>", "臺北"),
        ("<p>one<br>two</p>", "one\ntwo"),
        ("<pre>  x = 1\n  y</pre>", "  x = 1\n  y"),
        (f"<div class=menu>{MENU}</div>", MENU),
        ("<p>a<!-- secret -->b</p>", "ab"),
        ("<img alt='Floor plan'>", "Floor plan"),
    ],
)
def test_what_a_reader_sees(body: str, text: str) -> None:
    assert read(body) == text


def test_tables_keep_their_columns_under_spans() -> None:
    rows = (
        "<tr><th rowspan=2>Region</th><th colspan=2>2025</th></tr><tr><th>Q1</th><th>Q2</th></tr>"
        "<tr><td rowspan=2>North<script>x</script></td><td>7</td><td>9</td></tr><tr><td>8</td><td>4</td></tr>"
    )
    assert read(f"<table><caption>Sales</caption>{rows}</table>") == (
        "Sales\n\nRegion: North; 2025 Q1: 7; 2025 Q2: 9\nRegion: North; 2025 Q1: 8; 2025 Q2: 4"
    )


def test_a_table_for_layout_is_walked() -> None:
    assert read("<table><tr><td><h1>Title</h1><p>Text.</p></td></tr></table>") == "Title\n\nText."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "big5", "gb18030"])
def test_encodings(encoding: str) -> None:
    text = "員工請假辦法" if encoding != "gb18030" else "员工请假办法"
    page = f"<html><head><meta charset={encoding.removesuffix('-sig')}></head><body><p>{text}</p></body></html>"
    assert parse(page.encode(encoding), "a.html").text == text


def test_html_is_known_by_its_content() -> None:
    parsed = parse(b"\xef\xbb\xbf<!-- saved --><!-- twice -->\n<html><body>Hello</body></html>", "page.txt")
    assert (parsed.text, parsed.media_type) == ("Hello", "text/html")
    assert parsed.warnings == ["The file is named .txt but is HTML; it was read as such."]


def test_entities_of_a_dtd_are_not_expanded() -> None:
    bomb = '<!DOCTYPE html [<!ENTITY a "boom"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    text = parse(f"<?xml version='1.0'?>{bomb}<html><body><p>x &b; &f; y</p></body></html>".encode(), "a.xhtml").text
    assert "boom" not in text
    assert "root:" not in text


def test_endless_nesting_is_refused() -> None:
    with pytest.raises(ParseError, match="nested too deeply"):
        parse(b"<html>" + b"<div>" * 100_000 + b"x", "a.html")
    with pytest.raises(ParseError, match="no text"):
        read("")
