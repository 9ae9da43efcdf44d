"""Writes such a file, a tensor at a time: the whole may be larger than memory."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from . import vocabulary
from .shape import CONVOLUTION, Shape, Tensor, tensors

PIECE = 2**22  # numbers that are made at a time


def write(
    path: Path,
    shape: Shape,
    template: str | None,
    *,
    name: str = "random weights",
    seed: int = 7,
    context: int = 4096,
    bits: str = "Q8_0",
) -> Path:
    """Writes the model, its matrices in `bits` ("Q8_0" or "F16"). The same arguments give the same bytes."""
    import gguf

    path.parent.mkdir(parents=True, exist_ok=True)
    writer = gguf.GGUFWriter(path, shape.architecture)
    writer.add_name(name)
    _dimensions(writer, shape, context)
    vocabulary.write(writer, shape.vocabulary, template)
    plan = [(each, gguf.GGMLQuantizationType[bits if each.matrix else "F32"]) for each in tensors(shape)]
    for tensor, kind in plan:
        block, size = gguf.GGML_QUANT_SIZES[kind]
        length = prod(tensor.shape) // block * size
        writer.add_tensor_info(tensor.name, tensor.shape, np.dtype(np.float32), length, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    random = np.random.default_rng(seed)
    for tensor, kind in plan:
        writer.write_tensor_data(_numbers(tensor, kind, random))
    writer.close()
    return path


def _dimensions(writer: Any, shape: Shape, context: int) -> None:
    writer.add_block_count(shape.layers)
    writer.add_context_length(context)
    writer.add_embedding_length(shape.hidden)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv([shape.kv_heads if shape.attends(layer) else 0 for layer in range(shape.layers)])
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(shape.head_size)
    # llama.cpp's switch for Granite's position encoding, which the hybrids do without.
    writer.add_bool(f"{shape.architecture}.rope.scaling.finetuned", not shape.hybrid)
    writer.add_float32(f"{shape.architecture}.embedding_scale", shape.embedding_scale)
    writer.add_float32(f"{shape.architecture}.residual_scale", 0.22)
    writer.add_float32(f"{shape.architecture}.logit_scale", 1.0)
    writer.add_float32(f"{shape.architecture}.attention.scale", shape.head_size**-0.5)
    if shape.hybrid:
        _recurrent_dimensions(writer, shape)
    if shape.experts:
        writer.add_expert_count(shape.experts)
        writer.add_expert_used_count(shape.used)
        writer.add_expert_shared_feed_forward_length(shape.shared)


def _recurrent_dimensions(writer: Any, shape: Shape) -> None:
    writer.add_ssm_conv_kernel(CONVOLUTION)
    writer.add_ssm_inner_size(shape.inner)
    writer.add_ssm_state_size(shape.state_size)
    writer.add_ssm_time_step_rank(shape.ssm_heads)
    writer.add_ssm_group_count(1)


def _numbers(tensor: Tensor, kind: Any, random: np.random.Generator) -> np.ndarray:
    """The tensor's bytes, made a piece at a time, because random numbers come in 64 bits."""
    import gguf.quants

    if tensor.fill is not None:
        return np.full(tensor.shape, tensor.fill, np.float32)
    columns = tensor.shape[-1]
    rows, step = prod(tensor.shape[:-1]), max(1, PIECE // columns)
    pieces = []
    for start in range(0, rows, step):
        piece = _rows(tensor, start, min(rows, start + step), random)
        pieces.append(gguf.quants.quantize(piece, kind))
    return np.concatenate(pieces)


def _rows(tensor: Tensor, start: int, end: int, random: np.random.Generator) -> np.ndarray:
    columns = tensor.shape[-1]
    made = (random.standard_normal((end - start, columns)) / np.sqrt(columns)).astype(np.float32) * tensor.scale
    if tensor.name.startswith("token_embd"):  # tied: a short row is a token that is seldom written
        made *= vocabulary.liking(tensor.shape[0])[start:end, None]
    return np.asarray(made, np.float32)
