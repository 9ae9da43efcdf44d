"""Regular expressions in JSON schemas, as far as a grammar can hold them.

llama.cpp's converter knows only some of their syntax: it fails over an expression that is not anchored, writes `\\d`
into the grammar as it stands, and lets `.` and `a|b` open a way out of the quotes. So only what is plainly safe is
kept, in words that the converter knows; whoever needs more validates what was written.
"""

from __future__ import annotations

import re

_PIECE = re.compile(
    r"(?P<set>\\[dw])|\\(?P<escaped>[.+*?(){}|/$-])|(?P<letters>\[(?:\\[dw]|[A-Za-z0-9 _:@.,/+-])+\])"
    r"|(?P<plain>[A-Za-z0-9 _:@,;=/%&~#!<>'-])|(?P<form>\((?!\?)|[)|*+?]|\{\d+(?:,\d*)?\})"
)
_SETS = {r"\d": "0-9", r"\w": "A-Za-z0-9_"}


def plain(pattern: str) -> str | None:
    """The same expression in simpler words; None where it says more than a grammar can hold."""
    if not (pattern.startswith("^") and pattern.endswith("$")):
        return None
    body, at, written = pattern[1:-1], 0, []
    while at < len(body):
        found = _PIECE.match(body, at)
        if found is None:
            return None
        written.append(_simple(found))
        at = found.end()
    return f"^({''.join(written)})$"  # as one group: a choice ends at the quotes


def _simple(found: re.Match[str]) -> str:
    if found["set"]:
        return f"[{_SETS[found['set']]}]"
    if found["escaped"]:
        return f"[{found['escaped']}]"
    return re.sub(r"\\[dw]", lambda each: _SETS[each[0]], found[0]) if found["letters"] else found[0]
