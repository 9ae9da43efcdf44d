"""A vocabulary for models with random weights: every text can be written in it, and every token can be shown."""

from __future__ import annotations

from typing import Any

import numpy as np

CONTROL = ("<|end_of_text|>", "<|start_of_role|>", "<|end_of_role|>", "<|pad|>")
TAGS = ("<tool_call>", "</tool_call>", "<documents>", "</documents>")
# A few English pairs, so that tokens are of different lengths.
MERGES = ("t h", "th e", "i n", "a n", "an d", "Ġ th", "Ġth e", "e r", "o n", "r e", "Ġ a", "Ġ i", "Ġi s")
MARKERS = len(CONTROL) + len(TAGS)
LEAST = 256 + len(MERGES) + MARKERS
NORMAL, CONTROL_KIND, USER_DEFINED = 1, 3, 4


def write(writer: Any, size: int, template: str | None) -> None:
    """The tokens: bytes, pairs, words up to the wanted `size`, and at the end the markers."""
    words = ["".join(pair.split(" ")) for pair in MERGES] + [f"Ġw{number}" for number in range(size - LEAST)]
    tokens = [*_byte_letters(), *words, *CONTROL, *TAGS]
    kinds = [NORMAL] * (len(tokens) - MARKERS) + [CONTROL_KIND] * len(CONTROL) + [USER_DEFINED] * len(TAGS)
    end = tokens.index(CONTROL[0])
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges(list(MERGES))
    writer.add_bos_token_id(end)
    writer.add_eos_token_id(end)
    writer.add_pad_token_id(tokens.index("<|pad|>"))
    writer.add_add_bos_token(False)
    if template is not None:
        writer.add_chat_template(template)


def liking(size: int) -> np.ndarray:
    """How much each token is liked: an answer of control tokens or of halves of characters would show little."""
    weights = np.ones(size, np.float32)
    weights[:32] = weights[127:256] = 0.3
    weights[-MARKERS:] = 0.01
    return weights


def _byte_letters() -> list[str]:
    """GPT-2's letters for the 256 bytes: every text can be written, a byte a token if need be."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in plain]
    letters = {b: chr(b) for b in plain} | {b: chr(256 + i) for i, b in enumerate(others)}
    return [letters[b] for b in range(256)]
