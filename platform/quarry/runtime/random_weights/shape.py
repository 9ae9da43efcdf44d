"""The dimensions of a Granite model, and the tensors that follow from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from . import vocabulary

CONVOLUTION = 4
EXPANSION = 2  # of a Mamba-2 layer; llama.cpp knows no other for Granite
QUANTISED = ("_embd", "_q", "_k", "_v", "_output", "_gate", "_up", "_down", "_exps", "_shexp", "ssm_in", "ssm_out")


@dataclass(frozen=True, slots=True)
class Shape:
    """`feed_forward` is the width of one expert where there are `experts`, of which `used` see a token, as does the
    shared one of width `shared`. Where `attention_layers` are fewer than `layers`, the others are Mamba-2."""

    layers: int
    attention_layers: int
    hidden: int
    heads: int
    kv_heads: int
    feed_forward: int
    state_size: int = 0
    ssm_heads: int = 0
    experts: int = 0
    used: int = 0
    shared: int = 0
    vocabulary: int = vocabulary.LEAST
    embedding_scale: float = 12.0  # Granite's own; with random weights an answer then repeats the last token for ever

    @property
    def hybrid(self) -> bool:
        return self.attention_layers < self.layers

    @property
    def architecture(self) -> str:
        """llama.cpp's name for it."""
        if self.hybrid:
            return "granitehybrid"
        return "granitemoe" if self.experts else "granite"

    @property
    def head_size(self) -> int:
        return self.hidden // self.heads

    @property
    def inner(self) -> int:
        return EXPANSION * self.hidden

    def attends(self, layer: int) -> bool:
        """Whether this layer is one of attention; they are spread evenly among the recurrent ones."""
        every = self.layers // self.attention_layers
        return layer % every == every // 2 and layer // every < self.attention_layers


@dataclass(frozen=True, slots=True)
class Tensor:
    """Random numbers whose rows have the length `scale`, or the same number everywhere (`fill`)."""

    name: str
    shape: tuple[int, ...]
    fill: float | None = None
    scale: float = 1.0

    @property
    def matrix(self) -> bool:
        """Whether it is one of the large ones, which are kept in fewer bits."""
        return self.name.endswith(tuple(f"{name}.weight" for name in QUANTISED))


def tensors(shape: Shape) -> Iterator[Tensor]:
    """All tensors of the model; the embedding is tied, so that there is no output matrix."""
    yield Tensor("token_embd.weight", (shape.vocabulary, shape.hidden))
    yield Tensor("output_norm.weight", (shape.hidden,), fill=1)
    for layer in range(shape.layers):
        block = [Tensor("attn_norm.weight", (shape.hidden,), fill=1)]
        block += _attention(shape) if shape.attends(layer) else _mamba(shape)
        block += [Tensor("ffn_norm.weight", (shape.hidden,), fill=1)]
        block += _experts(shape) if shape.experts else _feed_forward(shape)
        yield from (Tensor(f"blk.{layer}.{each.name}", each.shape, each.fill, each.scale) for each in block)


def _attention(shape: Shape) -> list[Tensor]:
    narrow = shape.kv_heads * shape.head_size
    return [
        Tensor("attn_q.weight", (shape.hidden, shape.hidden)),
        Tensor("attn_k.weight", (narrow, shape.hidden)),
        Tensor("attn_v.weight", (narrow, shape.hidden)),
        Tensor("attn_output.weight", (shape.hidden, shape.hidden)),
    ]


def _mamba(shape: Shape) -> list[Tensor]:
    mixed = shape.inner + 2 * shape.state_size
    return [
        Tensor("ssm_in.weight", (shape.inner + mixed + shape.ssm_heads, shape.hidden)),
        Tensor("ssm_conv1d.weight", (mixed, CONVOLUTION), scale=4),
        Tensor("ssm_conv1d.bias", (mixed,), fill=0),
        Tensor("ssm_dt.bias", (shape.ssm_heads,), fill=-5),  # remembers a hundred tokens and more
        Tensor("ssm_a", (shape.ssm_heads, 1), fill=-1),
        Tensor("ssm_d", (shape.ssm_heads, 1), fill=0.1),
        Tensor("ssm_norm.weight", (1, shape.inner), fill=1),
        Tensor("ssm_out.weight", (shape.hidden, shape.inner)),
    ]


def _feed_forward(shape: Shape) -> list[Tensor]:
    return [
        Tensor("ffn_gate.weight", (shape.feed_forward, shape.hidden)),
        Tensor("ffn_up.weight", (shape.feed_forward, shape.hidden)),
        Tensor("ffn_down.weight", (shape.hidden, shape.feed_forward)),
    ]


def _experts(shape: Shape) -> list[Tensor]:
    """A router, the experts side by side, and the one that sees every token."""
    apart = [
        Tensor("ffn_gate_inp.weight", (shape.experts, shape.hidden)),
        Tensor("ffn_gate_exps.weight", (shape.experts, shape.feed_forward, shape.hidden)),
        Tensor("ffn_up_exps.weight", (shape.experts, shape.feed_forward, shape.hidden)),
        Tensor("ffn_down_exps.weight", (shape.experts, shape.hidden, shape.feed_forward)),
    ]
    if not shape.shared:
        return apart
    return [
        *apart,
        Tensor("ffn_gate_shexp.weight", (shape.shared, shape.hidden)),
        Tensor("ffn_up_shexp.weight", (shape.shared, shape.hidden)),
        Tensor("ffn_down_shexp.weight", (shape.hidden, shape.shared)),
    ]
