"""HTML: the page's own text with headings, lists and tables; navigation, scripts and hidden parts are left out."""

import re
from collections.abc import Iterator
from itertools import accumulate, takewhile

import lxml.html
from lxml import etree

from ingestion.parse.builder import Builder
from ingestion.parse.encoding import decode
from ingestion.parse.grid import MAX_HEIGHT, Cell, filled, span
from ingestion.parse.limits import MAX_ROWS, MAX_XML_DEPTH
from ingestion.parse.types import Parsed, ParseError

_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.I)
_DROPPED = {
    *("nav", "aside", "button", "select", "svg", "iframe"),
    *("object", "embed", "head", "audio", "video", "canvas", "dialog", "input", "textarea"),
}
# Gone before anything is read, in cells and headings too: programs, and the pronunciation above Chinese characters.
_NEVER_TEXT = ("script", "style", "template", "noscript", "rt", "rp")
_BOILERPLATE = re.compile(
    r"(^|[\s_-])(nav(bar|igation)?|menu|breadcrumbs?|sidebar|cookies?|share|social|footer|skip-?link|pagination|banner)"
    r"($|[\s_-])",
    re.I,
)
_SHORT = 300  # characters: no page's own text hides in a menu of this size
_BLOCKS = {
    *("p", "div", "section", "article", "main", "header", "footer", "blockquote", "dl", "dt", "dd", "figure"),
    *("figcaption", "address", "details", "summary", "fieldset", "body", "html", "center", "hgroup", "ul", "ol", "hr"),
}
_HEADINGS = {f"h{level}": level for level in range(1, 7)}


def parse(data: bytes) -> Parsed:
    """Parse an HTML page."""
    declared = _DECLARED.search(data[:2048])
    text, warnings = decode(data, declared[1].decode("ascii", "ignore") if declared else None)
    builder = Builder("text/html")
    for warning in warnings:
        builder.warn(warning)
    add_html(builder, text)
    return builder.finish()


def add_html(builder: Builder, source: str) -> None:
    """Add a page's content to a document that is being built (a page of its own, or an e-mail's body)."""
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = lxml.html.document_fromstring(source.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:  # there is nothing in it
        return
    title = root.find(".//title")
    builder.title = builder.title or (title.text_content() if title is not None else "")
    whole = root.body if root.body is not None else root
    etree.strip_elements(whole, *_NEVER_TEXT, with_tail=False)
    _Walker(builder).walk(_main_part(whole))


def _main_part(body: etree._Element) -> etree._Element:
    """<main>, or a lone <article>, where it holds most of the page's text; else the whole body."""
    found = body.xpath(".//main | .//*[@role='main']") or body.xpath(".//article")
    if len(found) == 1 and len(_text_of(found[0])) > len(_text_of(body)) * 0.3:
        return found[0]
    return body


def _text_of(element: etree._Element) -> str:
    return " ".join(text for text in element.itertext() if text.strip())


class _Walker:
    """Walks the tree, gathers inline text and cuts it where a block begins or ends."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.inline: list[str] = []

    def walk(self, element: etree._Element, depth: int = 0) -> None:
        """Add this element's content; its tail belongs to the parent."""
        if depth > MAX_XML_DEPTH:
            raise ParseError("The HTML page is nested too deeply to be read.")
        tag = element.tag if isinstance(element.tag, str) else ""
        if not tag or _dropped(element, tag):
            return
        if tag in _HEADINGS:
            self.flush()
            self.builder.heading(_HEADINGS[tag], _flat(element))
        elif tag == "pre":
            self.flush()
            self.builder.code(element.text_content())
        elif tag == "table":
            self.flush()
            self._table(element, depth)
        else:
            self._children(element, tag, depth)

    def _children(self, element: etree._Element, tag: str, depth: int) -> None:
        is_block = tag in _BLOCKS or tag == "li"
        if is_block:
            self.flush()
        if tag == "br":
            self.inline.append("\n")
        if tag == "img" and (alt := (element.get("alt") or "").strip()):
            self.inline.append(f" {alt} ")
        self.inline.append(_collapse(element.text))
        for child in element:
            self.walk(child, depth + 1)
            self.inline.append(_collapse(child.tail))
            if tag in ("ul", "ol", "dl") and not "".join(self.inline).strip():
                self.inline.clear()
        if is_block:
            self.flush(item=tag == "li")

    def flush(self, *, item: bool = False) -> None:
        """End the paragraph that was being gathered."""
        text = "".join(self.inline).strip()
        self.inline.clear()
        if item:
            self.builder.item(f"- {text}" if text else "")
        else:
            self.builder.paragraph(text)

    def _table(self, table: etree._Element, depth: int) -> None:
        """A data table becomes rows; one that is only layout is walked like any other part."""
        rows = list(_rows(table))
        if table.xpath(".//table") or max(map(len, rows), default=0) < 2:
            for cell in table.xpath("./tr/* | ./*/tr/*"):
                self._children(cell, "div", depth + 1)
            return
        for caption in table.xpath("./caption"):
            self.builder.paragraph(_flat(caption))
        header_rows = len(list(takewhile(_is_header, rows)))
        self.builder.table(filled(map(_cells, rows)), header_rows=header_rows)


def _rows(table: etree._Element) -> Iterator[list[etree._Element]]:
    """Each row's cells."""
    for count, row in enumerate(table.xpath("./tr | ./thead/tr | ./tbody/tr | ./tfoot/tr")):
        if count > MAX_ROWS:
            raise ParseError(f"A table has more than {MAX_ROWS:,} rows.")
        if cells := row.xpath("./td | ./th"):
            yield cells


def _is_header(cells: list[etree._Element]) -> bool:
    return len(cells) > 1 and all(cell.tag == "th" for cell in cells)


def _cells(cells: list[etree._Element]) -> Iterator[Cell]:
    for cell in cells:
        yield _flat(cell), span(cell.get("colspan", "")), span(cell.get("rowspan", ""), MAX_HEIGHT)


def _dropped(element: etree._Element, tag: str) -> bool:
    if tag in _DROPPED or element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return True
    if re.search(r"display\s*:\s*none|visibility\s*:\s*hidden", element.get("style") or "", re.I):
        return True
    if element.get("role") in ("navigation", "banner", "contentinfo", "search", "menu"):
        return True
    top = element.getparent() is not None and element.getparent().tag in ("body", "html")
    if tag == "footer" and top:
        return True
    named = _BOILERPLATE.search(f"{element.get('class') or ''} {element.get('id') or ''}")
    return bool(named) and tag in ("div", "ul", "section", "header", "footer", "ol", "p") and _mostly_links(element)


def _mostly_links(element: etree._Element) -> bool:
    """A boilerplate name only counts on what is short or made of links: a "menu" may be the canteen's."""
    if not _is_short(element):
        return False
    text = _flat(element)
    linked = sum(len(_flat(link)) for link in element.xpath(".//a"))
    return not element.xpath(".//h1|.//h2|.//table") and (linked > len(text) * 0.5 or len(text) < 80)


def _is_short(element: etree._Element) -> bool:
    """Stops counting early: menus inside menus inside menus would be counted again and again."""
    sizes = accumulate(len(text.strip()) for text in element.itertext())
    return all(size < _SHORT for size in sizes)


def _flat(element: etree._Element) -> str:
    for line_break in element.xpath(".//br"):
        line_break.tail = "\n" + (line_break.tail or "")
    return re.sub(r"[ \t\r\n]+", " ", element.text_content()).strip()


def _collapse(text: str | None) -> str:
    return re.sub(r"[ \t\r\n]+", " ", text or "")
