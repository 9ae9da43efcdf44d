"""GGUF files as an attacker would write them: byte by byte, every count and length whatever one likes."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

U32, I32, F32, BOOL, TEXT, LIST, U64 = 4, 5, 6, 7, 8, 9, 10
FORMS = {U32: "I", I32: "i", F32: "f", BOOL: "B", U64: "Q"}


def text(value: str | bytes, length: int | None = None) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return struct.pack("<Q", len(data) if length is None else length) + data


def value(kind: int, content: Any) -> bytes:
    if kind == TEXT:
        return text(content)
    if kind == LIST:
        inner, items = content
        return struct.pack("<IQ", inner, len(items)) + b"".join(value(inner, item) for item in items)
    return struct.pack("<" + FORMS[kind], content)


def entry(key: str, kind: int, content: Any) -> bytes:
    return text(key) + struct.pack("<I", kind) + (content if isinstance(content, bytes) else value(kind, content))


def tensor(name: str, sizes: Sequence[int], kind: int = 0, offset: int = 0) -> bytes:
    return text(name) + struct.pack(f"<I{len(sizes)}QIQ", len(sizes), *sizes, kind, offset)


def sound() -> dict[str, tuple[int, Any]]:
    """The metadata of a small dense model in which nothing is wrong."""
    return {
        "general.architecture": (TEXT, "granite"),
        "granite.block_count": (U32, 2),
        "granite.context_length": (U32, 512),
        "granite.embedding_length": (U32, 64),
        "granite.feed_forward_length": (U32, 128),
        "granite.attention.head_count": (U32, 4),
        "granite.attention.head_count_kv": (U32, 2),
        "tokenizer.ggml.model": (TEXT, "gpt2"),
        "tokenizer.ggml.tokens": (LIST, (TEXT, ["a", "b", "c"])),
        "tokenizer.ggml.token_type": (LIST, (I32, [1, 1, 3])),
        "tokenizer.ggml.eos_token_id": (U32, 2),
        "tokenizer.chat_template": (TEXT, "{{ messages[0].content }}"),
    }


@dataclass
class Made:
    """A file to be; what is None is counted honestly."""

    metadata: Mapping[str, tuple[int, Any]] = field(default_factory=sound)
    tensors: Sequence[bytes] = (tensor("token_embd.weight", (64, 3)), tensor("output_norm.weight", (64,), 0, 768))
    magic: bytes = b"GGUF"
    version: int = 3
    keys: int | None = None
    count: int | None = None
    extra: bytes = b""
    data: int = 768 + 256

    def bytes(self) -> bytes:
        entries = [entry(key, *pair) for key, pair in self.metadata.items()]
        keys = len(entries) if self.keys is None else self.keys
        count = len(self.tensors) if self.count is None else self.count
        head = self.magic + struct.pack("<IQQ", self.version, count, keys)
        head += b"".join(entries) + self.extra + b"".join(self.tensors)
        return head + bytes(-len(head) % 32) + bytes(self.data)


def changed(**changes: tuple[int, Any]) -> Made:
    """The sound model with other entries; `__` stands for a dot, so `granite__block_count`."""
    return Made(sound() | {key.replace("__", "."): pair for key, pair in changes.items()})
