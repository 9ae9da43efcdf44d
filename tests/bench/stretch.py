"""Makes the state of a sequence as if many more tokens had been read: its cells are repeated, copy behind copy.

To read 32,000 tokens takes a dense model most of an hour here, and how fast it reads and writes behind them does not
depend on what they were. The layout is that of the llama.cpp that this repository pins (llama_kv_cache::state_write,
llama_memory_recurrent::state_write).
"""

from __future__ import annotations

import struct

HEAD = 8  # magic and the sequence's number


class _Reader:
    """Goes through the bytes, and collects what is to be written instead."""

    def __init__(self, state: bytes) -> None:
        self._state, self._at = memoryview(state), 0
        self.out: list[bytes | memoryview] = []

    @property
    def left(self) -> int:
        return len(self._state) - self._at

    def take(self, size: int) -> memoryview:
        self._at += size
        return self._state[self._at - size : self._at]

    def number(self, form: str) -> int:
        """Reads a number and keeps it."""
        raw = self.take(struct.calcsize(form))
        self.out.append(raw)
        return int(struct.unpack(form, raw)[0])

    def copy(self, size: int, times: int = 1) -> None:
        self.out += [self.take(size)] * times


def stretched(state: bytes, times: int, hybrid: bool) -> bytes:
    """The state of `times` as many tokens."""
    reader = _Reader(state)
    reader.copy(HEAD)
    tokens = _cells(reader, times)
    if hybrid:
        _recurrent(reader, tokens * times)
    reader.copy(reader.left)
    return b"".join(reader.out)


def _cells(reader: _Reader, times: int) -> int:
    """The attention layers' cache. Returns how many tokens it held."""
    tokens = 0
    for _ in range(reader.number("<I")):  # streams
        count = struct.unpack("<I", reader.take(4))[0]
        reader.out.append(struct.pack("<I", count * times))
        if count:
            tokens = count
            _places(reader, count, times)
            _rows(reader, count, times)
    return tokens


def _places(reader: _Reader, count: int, times: int) -> None:
    """Each cell's position and its one sequence."""
    cells = [struct.unpack("<iIi", reader.take(12)) for _ in range(count)]
    for repeat in range(times):
        for position, sequences, sequence in cells:
            reader.out.append(struct.pack("<iIi", position + repeat * count, sequences, sequence))


def _rows(reader: _Reader, count: int, times: int) -> None:
    """K and V of every layer; V lies transposed where there is no flash attention."""
    transposed, layers = reader.number("<I"), reader.number("<I")
    for _ in range(layers):
        reader.number("<i")  # the type of its numbers
        reader.copy(count * reader.number("<Q"), times)
    for _ in range(layers):
        reader.number("<i")
        if not transposed:
            reader.copy(count * reader.number("<Q"), times)
            continue
        size, rows = reader.number("<I"), reader.number("<I")
        for _ in range(rows):
            reader.copy(count * size, times)


def _recurrent(reader: _Reader, tokens: int) -> None:
    """The recurrent layers' state is one cell, and says behind how many tokens it is."""
    reader.number("<I")
    reader.take(4)
    reader.out.append(struct.pack("<i", tokens - 1))
