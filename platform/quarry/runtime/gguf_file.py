"""Reads the header of a GGUF file without believing it: every count and length is held against the bytes there are.

Nothing of the weights is read, and of long lists (a vocabulary) only their type and length are kept, so that no file,
whatever it claims, costs more memory than a few megabytes or more time than reading its header once.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from .faults import ModelRefused
from .types import ModelUnavailable

MAGIC, VERSIONS = b"GGUF", (2, 3)
MOST_KEYS, MOST_TENSORS, MOST_DIMENSIONS = 4096, 65_536, 4
LONGEST_KEY, LONGEST_NAME, LONGEST_TEXT = 256, 63, 2**20
LONGEST_LIST, KEPT = 8 * 2**20, 1024
MOST_HEADER = 64 * 2**20
SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
TEXT, LIST = 8, 9
READ_AT_ONCE = 2**20

Scalar = int | float | bool | str


@dataclass(frozen=True, slots=True)
class Listed:
    """A list in the metadata; `values` only where it is short."""

    kind: int
    length: int
    values: tuple[Scalar, ...] | None


@dataclass(frozen=True, slots=True)
class Tensor:
    """As the header describes it; `offset` counts from the end of the header."""

    name: str
    dimensions: tuple[int, ...]
    kind: int
    offset: int


@dataclass(frozen=True, slots=True)
class Header:
    """What the file says about itself. `end` is where the header ends, `size` where the file does."""

    metadata: dict[str, Scalar | Listed]
    tensors: tuple[Tensor, ...]
    end: int
    size: int


def read(path: Path) -> Header:
    """The header, or `ModelRefused` with a sentence."""
    try:
        with path.open("rb") as file:
            return _Reader(path.name, file, path.stat().st_size).header()
    except struct.error as error:
        raise ModelRefused(f"{path.name} is refused: it became shorter while it was read. It is not loaded.") from error
    except OSError as error:
        raise ModelUnavailable(f"{path} cannot be read: {error.strerror or error}.") from error


class _Reader:
    """A place in the file, and how much of it is left."""

    def __init__(self, name: str, file: BinaryIO, size: int) -> None:
        self.name, self.file, self.size, self.at = name, file, size, 0

    def refuse(self, why: str) -> ModelRefused:
        return ModelRefused(f"{self.name} is refused: {why}. It is not loaded.")

    def header(self) -> Header:
        if self.bytes(4) != MAGIC:
            raise self.refuse("it is not a GGUF file")
        version = self.number("I")
        if version not in VERSIONS:
            raise self.refuse(f"GGUF version {version} is not known")
        tensors = self.count(MOST_TENSORS, 8 + 4 + 8 + 4 + 8, "tensors")
        keys = self.count(MOST_KEYS, 8 + 1 + 4 + 1, "entries")
        metadata = dict(self._unique(self._entry() for _ in range(keys)))
        described = tuple(self._tensor() for _ in range(tensors))
        return Header(metadata, described, self.at, self.size)

    def bytes(self, length: int) -> bytes:
        if length > self.size - self.at or self.at + length > MOST_HEADER:
            raise self.refuse("it ends in the middle of its header, or the header claims more than the file holds")
        found = self.file.read(length)
        if len(found) != length:
            raise self.refuse("it became shorter while it was read")
        self.at += length
        return found

    def skip(self, length: int) -> None:
        while length > 0:
            step = min(length, READ_AT_ONCE)
            self.bytes(step)
            length -= step

    def number(self, form: str) -> int:
        (value,) = struct.unpack("<" + form, self.bytes(struct.calcsize("<" + form)))
        return int(value)

    def count(self, most: int, each: int, of_what: str) -> int:
        """A count that the rest of the file has room for."""
        found = self.number("Q")
        if found > min(most, (self.size - self.at) // each):
            raise self.refuse(f"it claims {found} {of_what}")
        return found

    def text(self, most: int) -> str:
        try:
            return self.bytes(self.count(most, 1, "bytes")).decode("utf-8")
        except UnicodeDecodeError:
            raise self.refuse("a text in its header is not UTF-8") from None

    def _unique(self, entries: Iterator[tuple[str, Scalar | Listed]]) -> Iterator[tuple[str, Scalar | Listed]]:
        seen: set[str] = set()
        for key, value in entries:
            if key in seen:
                raise self.refuse(f'the entry "{key}" stands in it twice')
            seen.add(key)
            yield key, value

    def _entry(self) -> tuple[str, Scalar | Listed]:
        key = self.text(LONGEST_KEY)
        if not key or not key.isprintable():
            raise self.refuse("an entry of its metadata has no proper name")
        kind = self.number("I")
        return key, self._list(key) if kind == LIST else self._value(key, kind)

    def _value(self, key: str, kind: int) -> Scalar:
        if kind == TEXT:
            return self.text(LONGEST_TEXT)
        if kind not in SCALARS:
            raise self.refuse(f'the entry "{key}" has the unknown type {kind}')
        form = "<" + SCALARS[kind].replace("?", "B")
        (value,) = struct.unpack(form, self.bytes(struct.calcsize(form)))
        if SCALARS[kind] == "?" and value not in (0, 1):
            raise self.refuse(f'the entry "{key}" is neither true nor false')
        return value

    def _list(self, key: str) -> Listed:
        kind = self.number("I")
        if kind == LIST:
            raise self.refuse(f'the entry "{key}" is a list of lists')
        if kind != TEXT and kind not in SCALARS:
            raise self.refuse(f'the entry "{key}" has the unknown type {kind}')
        each = 8 if kind == TEXT else struct.calcsize("<" + SCALARS[kind])
        length = self.count(LONGEST_LIST, each, "values")
        if length <= KEPT:
            return Listed(kind, length, tuple(self._value(key, kind) for _ in range(length)))
        if kind != TEXT:
            self.skip(length * each)
        else:
            self._skip_texts(length)
        return Listed(kind, length, None)

    def _skip_texts(self, count: int) -> None:
        """Past a whole vocabulary. One tight loop, since there may be millions."""
        room, read, unpack = min(self.size, MOST_HEADER) - self.at, self.file.read, struct.Struct("<Q").unpack
        for _ in range(count):
            length = unpack(read(8))[0] if room >= 8 else room
            room -= 8 + length
            if room < 0 or length > LONGEST_TEXT or len(read(length)) != length:
                raise self.refuse("a word of its vocabulary is longer than the file or absurdly long")
        self.at = min(self.size, MOST_HEADER) - room

    def _tensor(self) -> Tensor:
        name = self.text(LONGEST_NAME)
        dimensions = self.number("I")
        if not 1 <= dimensions <= MOST_DIMENSIONS:
            raise self.refuse(f'the tensor "{name}" has {dimensions} dimensions')
        sizes = tuple(self.number("Q") for _ in range(dimensions))
        return Tensor(name, sizes, self.number("I"), self.number("Q"))
