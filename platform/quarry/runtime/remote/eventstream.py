"""AWS's binary frames (`application/vnd.amazon.eventstream`): lengths, typed headers, a payload, and two checksums."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from quarry import egress

PRELUDE, CHECKSUM = 12, 4
LARGEST = 24 * 2**20  # of a message, as AWS has it
FIXED = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}  # bytes that a header's value of each type has
BYTES, TEXT = 6, 7  # those that say their length themselves


@dataclass(frozen=True, slots=True)
class Frame:
    headers: dict[str, str]
    payload: bytes


def frames(chunks: Iterable[bytes]) -> Iterator[Frame]:
    """The frames of a body that comes in pieces; a damaged one is refused."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) >= PRELUDE:
            total = _length(bytes(held[:PRELUDE]))
            if len(held) < total:
                break
            yield _frame(bytes(held[:total]))
            del held[:total]
    if held:
        raise egress.EgressError("broken", "The connection broke off: in the middle of a frame.")


def _length(prelude: bytes) -> int:
    total, headers, checksum = struct.unpack(">III", prelude)
    if zlib.crc32(prelude[:8]) != checksum or not PRELUDE + CHECKSUM + headers <= total <= LARGEST:
        raise _damaged()
    return int(total)


def _frame(whole: bytes) -> Frame:
    (length,) = struct.unpack(">I", whole[4:8])
    (checksum,) = struct.unpack(">I", whole[-CHECKSUM:])
    if zlib.crc32(whole[:-CHECKSUM]) != checksum:
        raise _damaged()
    start = PRELUDE + length
    try:
        return Frame(dict(_headers(whole[PRELUDE:start])), whole[start:-CHECKSUM])
    except (IndexError, KeyError, struct.error, UnicodeDecodeError):
        raise _damaged() from None


def _headers(data: bytes) -> Iterator[tuple[str, str]]:
    """Texts as they are; nothing here needs the other types, which are only passed over."""
    at = 0
    while at < len(data):
        end = at + 1 + data[at]
        name, kind, at = data[at + 1 : end].decode(), data[end], end + 1
        if kind in (BYTES, TEXT):
            (size,) = struct.unpack(">H", data[at : at + 2])
            at += 2
        else:
            size = FIXED[kind]
        if kind == TEXT:
            yield name, data[at : at + size].decode()
        at += size


def _damaged() -> egress.EgressError:
    return egress.EgressError("broken", "The server sent a damaged frame.")
