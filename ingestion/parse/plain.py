"""Plain text: paragraphs at blank lines, pages at form feeds."""

import re

from ingestion.parse.builder import Builder
from ingestion.parse.encoding import decode
from ingestion.parse.types import Parsed

# Headings that people type into plain text: 第三章 …, 一、…, # …, 1.2 Title, or a line underlined with === or ---.
_CHAPTER = re.compile(r"^第[一二三四五六七八九十百零〇\d]+[章編篇部](?!.*[。！？；，])")
_SECTION = re.compile(r"^(第[一二三四五六七八九十百零〇\d]+[條节節]|[一二三四五六七八九十]{1,3}、)(?!.*[。！？；，：])")
_NUMBERED = re.compile(r"^(\d+(?:\.\d+)*)[.、)]?\s+\S(?!.*[.。！？；;:：]$)")
_RULE = re.compile(r"^(={3,}|-{3,}|~{3,})$")
_LONGEST_HEADING = 60


def parse(data: bytes) -> Parsed:
    """Parse plain text in any encoding that `decode` knows."""
    text, warnings = decode(data)
    builder = Builder("text/plain")
    for warning in warnings:
        builder.warn(warning)
    pages = text.replace("\r\n", "\n").split("\f")
    for number, page in enumerate(pages, start=1):
        if len(pages) > 1:
            builder.page(number)
        for paragraph in re.split(r"\n[ \t\u3000]*\n", page):
            _add(builder, paragraph.strip("\n"))
    return builder.finish()


def _add(builder: Builder, paragraph: str) -> None:
    """A heading line may stand directly above its paragraph."""
    lines = [line for line in paragraph.split("\n") if line.strip()]
    while lines and (level := heading_level(lines)):
        builder.heading(level, lines[0].strip().lstrip("# ").rstrip("# "))
        underlined = len(lines) > 1 and _RULE.match(lines[1].strip())
        lines = lines[2 if underlined else 1 :]
    builder.paragraph("\n".join(lines))


def heading_level(lines: list[str]) -> int:
    """The level of the heading that the first line is, or 0."""
    first = lines[0].strip()
    if len(first) > _LONGEST_HEADING:
        return 0
    if len(lines) > 1 and (rule := _RULE.match(lines[1].strip())):
        return 1 if rule[0].startswith("=") else 2
    if hashes := re.match(r"^(#{1,6})\s+\S", first):
        return len(hashes[1])
    if _CHAPTER.match(first):
        return 1
    if _SECTION.match(first):
        return 2
    if (numbered := _NUMBERED.match(first)) and len(lines) == 1:
        return min(2 + numbered[1].count("."), 6)
    return 0
