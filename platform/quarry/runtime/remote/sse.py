"""Server-sent events, as the HTML standard has them parsed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from quarry import egress

LONGEST = 4 * 2**20  # bytes of one line
END = re.compile(rb"\r\n|\n|\r(?=[^\n])")


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """`kind` is "message" where the server names none."""

    kind: str
    data: str


def lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """Lines of a body that comes in pieces, cut anywhere, in the middle of a character too."""
    rest = b""
    for chunk in chunks:
        rest += chunk
        *whole, rest = END.split(rest)
        yield from (line.decode("utf-8", "replace") for line in whole)
        if len(rest) > LONGEST:
            raise egress.EgressError("policy", "The server sends far more than an answer can be.")
    if rest:
        yield rest.rstrip(b"\r").decode("utf-8", "replace")


def events(chunks: Iterable[bytes]) -> Iterator[ServerEvent]:
    """The events. One that the connection's end cut off is still given out: some servers leave out the last line."""
    kind, data = "message", list[str]()
    for line in lines(chunks):
        name, _, value = line.removeprefix("\ufeff").partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                yield ServerEvent(kind, "\n".join(data))
            kind, data = "message", []
        elif name == "event":
            kind = value
        elif name == "data":
            data.append(value)
    if data:
        yield ServerEvent(kind, "\n".join(data))
