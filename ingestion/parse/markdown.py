"""Markdown: the text that a reader sees, without the markup; tables become rows that name their columns."""

import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ingestion.parse import web
from ingestion.parse.builder import Builder
from ingestion.parse.encoding import decode
from ingestion.parse.types import Parsed

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.S)
_NESTING = 100  # what lies deeper is left out by the library; its own limit of 20 loses the tenth level of a list
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)


def parse(data: bytes) -> Parsed:
    """Parse CommonMark with GitHub's tables."""
    text, warnings = decode(data)
    builder = Builder("text/markdown")
    for warning in warnings:
        builder.warn(warning)
    text = text.replace("\r\n", "\n")
    if front := _FRONT_MATTER.match(text):
        text = text[front.end() :]
        if title := re.search(r"^title:\s*(.+)$", front[1], re.M):
            builder.title = title[1].strip("\"' ")
    _Renderer(builder).render(
        MarkdownIt("commonmark", {"maxNesting": _NESTING}).enable(["table", "strikethrough"]).parse(text)
    )
    return builder.finish()


class _Renderer:
    """Follows the token stream; lists are told by a stack of their bullets."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.lists: list[int | None] = []  # the next number, or None for a bulleted list
        self.bullet = ""
        self.heading = 0
        self.rows: list[list[str]] | None = None

    def render(self, tokens: list[Token]) -> None:
        """Add every block to the builder."""
        for token in tokens:
            if handler := getattr(self, f"on_{token.type}", None):
                handler(token)

    def on_heading_open(self, token: Token) -> None:
        """Remember the level for the inline token that follows."""
        self.heading = int(token.tag[1])

    def on_bullet_list_open(self, token: Token) -> None:
        """Enter a bulleted list."""
        self.lists.append(None)

    def on_ordered_list_open(self, token: Token) -> None:
        """Enter a numbered list."""
        self.lists.append(int(token.attrGet("start") or 1))

    def on_bullet_list_close(self, token: Token) -> None:
        """Leave a list."""
        self.lists.pop()

    on_ordered_list_close = on_bullet_list_close

    def on_list_item_open(self, token: Token) -> None:
        """The next paragraph carries the bullet or the number."""
        number = self.lists[-1]
        self.bullet = "- " if number is None else f"{number}. "
        if number is not None:
            self.lists[-1] = number + 1

    def on_inline(self, token: Token) -> None:
        """The text of a heading, a cell, an item or a paragraph."""
        text = inline_text(token)
        if self.rows is not None:
            self.rows[-1].append(text)
        elif self.heading:
            self.builder.heading(self.heading, text)
            self.heading = 0
        elif self.lists:
            self.builder.item(self.bullet + text)
            self.bullet = ""
        else:
            self.builder.paragraph(text)

    def on_table_open(self, token: Token) -> None:
        """Gather rows."""
        self.rows = []

    def on_tr_open(self, token: Token) -> None:
        """Begin a row."""
        if self.rows is not None:
            self.rows.append([])

    def on_table_close(self, token: Token) -> None:
        """Add the table."""
        self.builder.table(self.rows or [], header_rows=1)
        self.rows = None

    def on_fence(self, token: Token) -> None:
        """Code stays as it is."""
        self.builder.code(token.content)

    on_code_block = on_fence

    def on_html_block(self, token: Token) -> None:
        """HTML inside Markdown is read by the HTML parser."""
        source = _COMMENT.sub("", token.content)
        if source.strip():
            web.add_html(self.builder, source)


def inline_text(token: Token) -> str:
    """What stands there when it is rendered; a link's address follows its text unless it is the text."""
    pieces: list[str] = []
    target = ""
    for child in token.children or []:
        if child.type in ("text", "code_inline", "image"):
            pieces.append(child.content)
        elif child.type.endswith("break") or (child.type == "html_inline" and child.content.startswith("<br")):
            pieces.append("\n")
        elif child.type == "link_open":
            target = str(child.attrGet("href") or "")
        elif child.type == "link_close" and target.startswith(("http", "mailto:")):
            address = target.removeprefix("mailto:")
            pieces.append("" if "".join(pieces).endswith(address) else f" ({address})")
    return "".join(pieces)
