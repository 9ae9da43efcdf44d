"""A tiny Granite hybrid with random weights, 250 kB: it talks nonsense, but through every part of llama.cpp.

Unit tests use it, the build of llama.cpp is proven with it, and `doctor` decodes with it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .templates import GRANITE

HIDDEN, INNER, HEADS, KV_HEADS, LAYERS = 64, 128, 4, 2, 4
STATE, SSM_HEADS, CONVOLUTION = 16, 4, 4
SSM_INNER = 2 * HIDDEN
ATTENTION_LAYERS = (2,)
CONTROL = ("<|end_of_text|>", "<|start_of_role|>", "<|end_of_role|>", "<|pad|>")
QUANTISED = (
    "_embd.weight",
    "_q.weight",
    "_k.weight",
    "_v.weight",
    "_output.weight",
    "_gate.weight",
    "_up.weight",
    "_down.weight",
    "ssm_in.weight",
    "ssm_out.weight",
)
TAGS = ("<tool_call>", "</tool_call>", "<documents>", "</documents>")


def write(path: Path, template: str | None = GRANITE, seed: int = 7, context: int = 4096) -> Path:
    """Writes the model. The same arguments give the same bytes."""
    import gguf
    import gguf.quants

    path.parent.mkdir(parents=True, exist_ok=True)
    writer = gguf.GGUFWriter(path, "granitehybrid")
    _dimensions(writer, context)
    _vocabulary(writer, template)
    for name, values in _tensors(np.random.default_rng(seed)).items():
        if name.endswith(QUANTISED):  # in 8 bits, so that llama.cpp's quantised kernels (and AMX) are exercised
            kind = gguf.GGMLQuantizationType.Q8_0
            writer.add_tensor(name, gguf.quants.quantize(values, kind), raw_dtype=kind)
        else:
            writer.add_tensor(name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _dimensions(writer, context: int) -> None:  # type: ignore[no-untyped-def]
    writer.add_name("tiny")
    writer.add_block_count(LAYERS)
    writer.add_context_length(context)
    writer.add_embedding_length(HIDDEN)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv([KV_HEADS if i in ATTENTION_LAYERS else 0 for i in range(LAYERS)])
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(HIDDEN // HEADS)
    writer.add_bool("granitehybrid.rope.scaling.finetuned", False)
    writer.add_float32("granitehybrid.embedding_scale", 12.0)
    writer.add_float32("granitehybrid.residual_scale", 0.22)
    writer.add_float32("granitehybrid.logit_scale", 1.0)
    writer.add_float32("granitehybrid.attention.scale", 0.25)
    writer.add_ssm_conv_kernel(CONVOLUTION)
    writer.add_ssm_inner_size(SSM_INNER)
    writer.add_ssm_state_size(STATE)
    writer.add_ssm_time_step_rank(SSM_HEADS)
    writer.add_ssm_group_count(1)


def _vocabulary(writer, template: str | None) -> None:  # type: ignore[no-untyped-def]
    letters, merges = _byte_letters(), _merges()
    tokens = [*letters, *("".join(m.split(" ")) for m in merges), *CONTROL, *TAGS]
    kinds = [1] * (len(letters) + len(merges)) + [3] * len(CONTROL) + [4] * len(TAGS)  # normal, control, user-defined
    end = tokens.index(CONTROL[0])
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges(merges)
    writer.add_bos_token_id(end)
    writer.add_eos_token_id(end)
    writer.add_pad_token_id(tokens.index("<|pad|>"))
    writer.add_add_bos_token(False)
    if template is not None:
        writer.add_chat_template(template)


def _byte_letters() -> list[str]:
    """GPT-2's letters for the 256 bytes: every text can be written, a byte a token if need be."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in plain]
    letters = {b: chr(b) for b in plain} | {b: chr(256 + i) for i, b in enumerate(others)}
    return [letters[b] for b in range(256)]


def _merges() -> list[str]:
    """A few English pairs, so that tokens are of different lengths."""
    return ["t h", "th e", "i n", "a n", "an d", "Ġ th", "Ġth e", "e r", "o n", "r e", "Ġ a", "Ġ i", "Ġi s"]


def size_of_vocabulary() -> int:
    return 256 + len(_merges()) + len(CONTROL) + len(TAGS)


def _tensors(random: np.random.Generator) -> dict[str, np.ndarray]:
    words = _normal(random, size_of_vocabulary(), HIDDEN)
    words[-len(CONTROL) - len(TAGS) :] *= 0.01  # hardly ever picked: an answer of control tokens shows nothing
    tensors = {"token_embd.weight": words, "output_norm.weight": _ones(HIDDEN)}
    for layer in range(LAYERS):
        mixer = _attention(random) if layer in ATTENTION_LAYERS else _mamba(random)
        block = {"attn_norm.weight": _ones(HIDDEN), **mixer, **_feed_forward(random)}
        tensors |= {f"blk.{layer}.{name}": values for name, values in block.items()}
    return tensors


def _attention(random: np.random.Generator) -> dict[str, np.ndarray]:
    narrow = HIDDEN // HEADS * KV_HEADS
    return {
        "attn_q.weight": _normal(random, HIDDEN, HIDDEN),
        "attn_k.weight": _normal(random, narrow, HIDDEN),
        "attn_v.weight": _normal(random, narrow, HIDDEN),
        "attn_output.weight": _normal(random, HIDDEN, HIDDEN),
    }


def _mamba(random: np.random.Generator) -> dict[str, np.ndarray]:
    mixed = SSM_INNER + 2 * STATE
    return {
        "ssm_in.weight": _normal(random, SSM_INNER + mixed + SSM_HEADS, HIDDEN),
        "ssm_conv1d.weight": _normal(random, mixed, CONVOLUTION) * 4,
        "ssm_conv1d.bias": np.zeros(mixed, np.float32),
        "ssm_dt.bias": np.zeros(SSM_HEADS, np.float32),
        "ssm_a": -np.ones((SSM_HEADS, 1), np.float32),
        "ssm_d": np.ones((SSM_HEADS, 1), np.float32),
        "ssm_norm.weight": np.ones((1, SSM_INNER), np.float32),
        "ssm_out.weight": _normal(random, HIDDEN, SSM_INNER),
    }


def _feed_forward(random: np.random.Generator) -> dict[str, np.ndarray]:
    return {
        "ffn_norm.weight": _ones(HIDDEN),
        "ffn_gate.weight": _normal(random, INNER, HIDDEN),
        "ffn_up.weight": _normal(random, INNER, HIDDEN),
        "ffn_down.weight": _normal(random, HIDDEN, INNER),
    }


def _normal(random: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    return (random.standard_normal((rows, columns)) / np.sqrt(columns)).astype(np.float32)


def _ones(size: int) -> np.ndarray:
    return np.ones(size, np.float32)
