"""Tiny models with random weights, a few hundred kB, one of each kind that Granite 4.0 comes in.

Unit tests use them, the build of llama.cpp is proven with the hybrid, and `doctor` decodes with it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from . import random_weights
from .random_weights import Shape
from .templates import GRANITE

# With such a small scale the layers are heard above the last token, so that a wrong state gives another answer.
DENSE = Shape(layers=4, attention_layers=4, hidden=64, heads=4, kv_heads=2, feed_forward=128, embedding_scale=0.25)
_RECURRENT = {"attention_layers": 1, "state_size": 16, "ssm_heads": 4}
_EXPERTS = {"feed_forward": 32, "experts": 8, "used": 3, "shared": 64}

HYBRID = replace(DENSE, **_RECURRENT)
DENSE_EXPERTS = replace(DENSE, **_EXPERTS)
HYBRID_EXPERTS = replace(DENSE, **_RECURRENT, **_EXPERTS)


def write(
    path: Path, template: str | None = GRANITE, seed: int = 7, context: int = 4096, shape: Shape = HYBRID
) -> Path:
    """Writes the model in 8 bits, so that llama.cpp's quantised kernels (and AMX) are exercised. The same arguments
    give the same bytes."""
    return random_weights.write(path, shape, template, name="tiny", seed=seed, context=context)
