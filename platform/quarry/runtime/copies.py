"""A text in a call that the model may only copy: `copied_from` in its schema holds the text of which it is a part.

Such a part begins and ends where words do; Chinese counts by the character. The grammar has a rule for each place, of
which each leads to the next, so that it grows with the text and not with the number of its parts.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

KEY = "copied_from"
MOST = 200  # words and characters; a longer text would make a slow grammar, and binds nothing
_MARK = "copied from "
_PIECE = re.compile(r"[^\W\u3400-\u9fff]+|\s+|.", re.DOTALL)
_PLACED = re.compile(rf'"\\"{_MARK}([0-9a-f]*)\\""')


def marked(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema with `copied_from` as the converter of schemas can carry it to the grammar."""
    source = str(schema[KEY])
    if not _pieces(source) or len(_pieces(source)) > MOST:
        return {"type": "string"}
    return {"const": _MARK + source.encode("utf-8", "replace").hex()}


def placed(gbnf: str) -> str:
    """The grammar with its rules for what is copied."""
    sources = list(dict.fromkeys(_PLACED.findall(gbnf)))
    text = _PLACED.sub(lambda found: f"copied{sources.index(found[1])}", gbnf)
    rules = [rule for place, each in enumerate(sources) for rule in _rules(f"copied{place}", bytes.fromhex(each))]
    return "\n".join([text, *rules])


def _rules(name: str, source: bytes) -> Iterator[str]:
    pieces = _pieces(source.decode())
    begins = [f"{name}-{place}" for place, piece in enumerate(pieces) if not piece.isspace()]
    yield f'{name} ::= "\\"" ({" | ".join(begins)}) "\\""'
    for place, piece in enumerate(pieces):
        further = "" if place + 1 == len(pieces) else f" {name}-{place + 1}{'' if piece.isspace() else '?'}"
        yield f"{name}-{place} ::= {_literal(piece)}{further}"


def _pieces(source: str) -> list[str]:
    return _PIECE.findall(source.strip())


def _literal(piece: str) -> str:
    """A part of a JSON text, as GBNF writes it."""
    written = json.dumps(piece, ensure_ascii=False)[1:-1]
    return '"' + written.replace("\\", "\\\\").replace('"', '\\"') + '"'
