"""Is a GGUF file sound? Asked before llama.cpp, a large body of C++, is let near a file that somebody made.

The header is read by `gguf_file`. Here its meaning is judged: tensors lie inside the file, do not overlap and are of
known types; dimensions are those of a language model and never zero where llama.cpp divides by them; the vocabulary's
lists belong together; the chat template can be parsed and does nothing but write text. `VERSION` counts these rules:
what was checked by older ones is checked again.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path

from jinja2 import TemplateError, nodes

from . import templates
from .faults import ModelRefused
from .gguf_file import TEXT, Header, Listed, Scalar, Tensor, read

VERSION = 1
LONGEST_TEMPLATE = 256 * 2**10
MOST_NODES, DEEPEST_LOOPS, MOST_REPEATS, LARGEST_NUMBER = 50_000, 5, 10_000, 1_000_000
WIDE = re.compile(r"[%{:][^\w\s]{0,4}\d{5,}")  # a text that formats something to a width of ten thousand and more
MOST_WORDS = 2**21
LARGEST_DIMENSION, LARGEST_ALIGNMENT = 2**31 - 1, 2**16
# What "<architecture>.<name>" may be. From 1 on where llama.cpp divides by it or sizes memory with it.
SANE = {
    "block_count": (1, 2048),
    "context_length": (1, 2**25),
    "embedding_length": (1, 2**17),
    "feed_forward_length": (0, 2**20),
    "expert_feed_forward_length": (0, 2**20),
    "expert_shared_feed_forward_length": (0, 2**20),
    "attention.head_count": (0, 2**12),
    "attention.head_count_kv": (0, 2**12),
    "attention.key_length": (1, 2**13),
    "attention.value_length": (1, 2**13),
    "rope.dimension_count": (0, 2**13),
    "expert_count": (0, 2**12),
    "expert_used_count": (0, 2**12),
    "ssm.conv_kernel": (0, 2**8),
    "ssm.inner_size": (0, 2**20),
    "ssm.state_size": (0, 2**14),
    "ssm.time_step_rank": (0, 2**14),
    "ssm.group_count": (0, 2**12),
    "vocab_size": (1, MOST_WORDS),
}
NEEDED = ("block_count", "context_length", "embedding_length")
# Statements that reach beyond the template, and an operator that can fill the memory in one step.
REACHING = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends, nodes.Pow)


def check(path: Path) -> Header:
    """The header of a sound file; `ModelRefused` with a sentence for any other."""
    header = read(path)
    for why in _faults(header):
        raise ModelRefused(f"{path.name} is refused: {why}. It is not loaded.")
    return header


def _faults(header: Header) -> Iterator[str]:
    yield from _dimension_faults(header)
    yield from _vocabulary_faults(header)
    yield from _template_faults(header)
    yield from _tensor_faults(header)


# -- dimensions


def _dimension_faults(header: Header) -> Iterator[str]:
    architecture = header.metadata.get("general.architecture")
    if not isinstance(architecture, str) or not architecture.replace("-", "").replace("_", "").isalnum():
        yield "it does not name its architecture"
        return
    for name, (least, most) in SANE.items():
        key = f"{architecture}.{name}"
        if name in NEEDED and not isinstance(header.metadata.get(key), int):
            yield f'the entry "{key}" is missing or no whole number'
        if not all(_within(n, least, most) for n in _numbers(header.metadata.get(key))):
            yield f'the entry "{key}" is out of bounds'
    yield from _head_faults(header, architecture)


def _head_faults(header: Header, architecture: str) -> Iterator[str]:
    heads = _numbers(header.metadata.get(f"{architecture}.attention.head_count"))
    if heads == (0,):
        yield "it has no attention heads"
    width = header.metadata.get(f"{architecture}.embedding_length")
    narrow = f"{architecture}.attention.key_length" not in header.metadata
    if narrow and isinstance(width, int) and any(isinstance(n, int) and n and width % n for n in heads):
        yield "its width is no multiple of its attention heads"
    layers = header.metadata.get(f"{architecture}.block_count")
    for name in ("attention.head_count", "attention.head_count_kv", "feed_forward_length"):
        value = header.metadata.get(f"{architecture}.{name}")
        if isinstance(value, Listed) and value.length != layers:
            yield f'the list "{architecture}.{name}" has not one value a layer'


def _numbers(value: Scalar | Listed | None) -> tuple[Scalar, ...]:
    """One number or a short list of them; a long list or a text is no number at all."""
    if isinstance(value, Listed):
        return value.values if value.values is not None else ("long",)
    return () if value is None else (value,)


def _within(value: Scalar, least: int, most: int) -> bool:
    return isinstance(value, int) and least <= value <= most


# -- vocabulary


def _vocabulary_faults(header: Header) -> Iterator[str]:
    words = header.metadata.get("tokenizer.ggml.tokens")
    if words is None:
        yield "it has no vocabulary"
        return
    if not isinstance(words, Listed) or words.kind != TEXT or not 0 < words.length <= MOST_WORDS:
        yield "its vocabulary is no list of words, or absurdly long"
        return
    for name in ("token_type", "scores"):
        beside = header.metadata.get(f"tokenizer.ggml.{name}")
        if beside is not None and (not isinstance(beside, Listed) or beside.length != words.length):
            yield f'the list "tokenizer.ggml.{name}" has not one value a word'
    for key, value in header.metadata.items():
        if key.startswith("tokenizer.ggml.") and key.endswith("_token_id") and not _is_word(value, words.length):
            yield f'the entry "{key}" names no word of its vocabulary'


def _is_word(value: Scalar | Listed, length: int) -> bool:
    unset = 2**32 - 1
    return isinstance(value, int) and (0 <= value < length or value == unset)


# -- chat templates


def _template_faults(header: Header) -> Iterator[str]:
    for key, value in header.metadata.items():
        if key == "tokenizer.chat_template" or key.startswith("tokenizer.chat_template."):
            if not isinstance(value, str) or len(value) > LONGEST_TEMPLATE:
                yield "its chat template is no text, or absurdly long"
            else:
                yield from _source_faults(value)


def _source_faults(source: str) -> Iterator[str]:
    try:
        tree = templates.parse(source)
        every = list(_walk(tree))
    except TemplateError as error:
        yield f"its chat template cannot be read ({error})"
    except (RecursionError, ValueError, OverflowError):  # nested without end, or a number of ten thousand digits
        yield "its chat template cannot be read"
    else:
        yield from _node_faults(every)


def _node_faults(every: list[tuple[nodes.Node, int]]) -> Iterator[str]:
    if len(every) > MOST_NODES or max(depth for _, depth in every) > DEEPEST_LOOPS:
        yield "its chat template is absurdly large"
    for node, _ in every:
        if isinstance(node, REACHING):
            yield f"its chat template uses {type(node).__name__.lower()}"
        if isinstance(node, nodes.Const) and _excessive(node.value):
            yield "its chat template holds an absurd number"
        if isinstance(node, nodes.Mul) and math.prod(_factors(node)) > MOST_REPEATS:
            yield "its chat template repeats text without measure"


def _excessive(value: object) -> bool:
    if isinstance(value, str):
        return WIDE.search(value) is not None
    return isinstance(value, (int, float)) and abs(value) > LARGEST_NUMBER


def _factors(node: nodes.Mul) -> Iterator[int]:
    consts = (each for each, _ in _walk(node) if isinstance(each, nodes.Const))
    return (abs(const.value) for const in consts if isinstance(const.value, int) and const.value)


def _walk(root: nodes.Node) -> Iterator[tuple[nodes.Node, int]]:
    """Every node with the number of loops around it; without recursion, since the depth is the file's to choose."""
    waiting = [(root, 0)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        inside = depth + isinstance(node, nodes.For)
        waiting += [(child, inside) for child in node.iter_child_nodes()]


# -- tensors


def _tensor_faults(header: Header) -> Iterator[str]:
    alignment = header.metadata.get("general.alignment", 32)
    if not isinstance(alignment, int) or not 8 <= alignment <= LARGEST_ALIGNMENT or alignment & (alignment - 1):
        yield "its alignment is no power of two"
        return
    if not header.tensors:
        yield "it has no tensors"
    if len({tensor.name for tensor in header.tensors}) < len(header.tensors):
        yield "two of its tensors have the same name"
    data, end = -(-header.end // alignment) * alignment, 0
    for tensor in sorted(header.tensors, key=lambda each: each.offset):
        size = _size(tensor)
        if size is None:
            yield f'the tensor "{tensor.name}" has an unknown type or impossible dimensions'
            return
        if tensor.offset % alignment or tensor.offset < end:
            yield f'the tensor "{tensor.name}" overlaps another or is not aligned'
        end = tensor.offset + size
        if data + end > header.size:
            yield f'the tensor "{tensor.name}" lies beyond the end of the file: it is truncated, or it lies'


def _size(tensor: Tensor) -> int | None:
    """Bytes of the tensor; None where there can be no such tensor."""
    from gguf.constants import GGML_QUANT_SIZES

    block, width = next((sizes for kind, sizes in GGML_QUANT_SIZES.items() if kind == tensor.kind), (0, 0))
    if not block or not tensor.name or not all(0 < n <= LARGEST_DIMENSION for n in tensor.dimensions):
        return None
    return math.prod(tensor.dimensions) // block * width if tensor.dimensions[0] % block == 0 else None
