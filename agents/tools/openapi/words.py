"""The document's words, short and plain: they are somebody else's, and stand where a model reads what it can do."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Any

DESCRIPTION, TITLE, HINT = 300, 120, 100
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)")
_TAG = re.compile(r"<[^<>]{0,300}>")
_BREAK = re.compile(r"[\n\t]|<[^<>]*>|<\|")
_MARK = re.compile(r"[*`#|~]+|(?<!\w)_+|_+(?!\w)|^[>\-+=]+\s", re.MULTILINE)
_END = re.compile(r"[.!?](?=\s)|[。！？]")


def short(text: Any, most: int) -> str:
    """One line of at most `most` characters, whole sentences where that is possible, without markup, markers of chat
    templates and invisible characters."""
    if not isinstance(text, str):
        return ""
    line = " ".join(_MARK.sub(" ", _TAG.sub(" ", _LINK.sub(r"\1", visible(html.unescape(text[: most * 20]))))).split())
    if len(line) <= most:
        return line
    ends = [found.end() for found in _END.finditer(line[:most])]
    return line[: ends[-1]] if ends and ends[-1] > most // 3 else line[: most - 1].rstrip() + "…"


def visible(text: str) -> str:
    """The text without what nobody sees: control characters, zero width, changes of direction. Lines stay."""
    return "".join(
        each if each in "\n\t" or unicodedata.category(each) not in ("Cc", "Cf", "Cs", "Co", "Cn") else " "
        for each in text
    )


def plain(text: str, most: int) -> bool:
    """Whether names and values that stay as they are can stand before a model: one line, short, nothing hidden."""
    return len(text) <= most and visible(text) == text and not _BREAK.search(text)
