"""How the engine uses this machine. llama.cpp's own defaults are for other uses: half the cores, no flash attention."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .. import machine, settings
from ..catalogue import Model
from ..types import ModelUnavailable

CONTEXT = 8192
SMALLEST_CONTEXT = 2048
KEPT = 8  # a part of the room, for states of prompts that may come again
GIB = 2**30
BUILD_RECORD = "quarry-llama.json"  # written by infra/llama/build.py after it saw the build decode


@dataclass(frozen=True, slots=True)
class Options:
    """`context` tokens for each of `slots` answers at once. `chunk` is how many prompt tokens are read between two
    progress events and looks at the cancel flag. `checkpoints`: bytes for states that are kept outside the context."""

    context: int = CONTEXT
    slots: int = 1
    checkpoints: int = 64 * 2**20
    threads: int = 1
    chunk: int = 512
    micro_batch: int = 512
    flash_attention: bool = True
    extra_buffers: bool = False
    waiting: int = 64


def for_model(model: Model, room: int) -> Options:
    """Options for this machine and model, which may take `room` bytes.

    Flash attention is on: with passages in the prompt an answer is mostly reading, which it speeds up, and at the few
    thousand tokens of a question it costs little in writing.
    """
    context, slots = layout(model, room)
    return Options(
        context=context,
        slots=slots,
        checkpoints=max(0, min(room - model.memory_bytes(context, slots), room // KEPT)),
        threads=max(1, machine.cores() // settings.current().workers),
        extra_buffers=repacks(),
    )


def repacks() -> bool:
    """Whether weights are rearranged for this processor when they are loaded: several answers at once are then written
    about a sixth faster. It keeps the weights in this process's own memory, so that several workers of one machine
    rather share the mapped file; and the build must have been seen to decode that way."""
    return proven().get("repacked") is True and settings.current().workers == 1


def layout(model: Model, room: int) -> tuple[int, int]:
    """Tokens a sequence, and sequences. Where memory is short there are first fewer answers at once, then shorter ones.
    More than one answer at once is worth no more than half of the room: other models and checkpoints want theirs.

    Raises ModelUnavailable where not even the least fits: better than a process that the kernel ends."""
    context, slots = min(CONTEXT, model.context), settings.current().slots
    while slots > 1 and model.memory_bytes(context, slots) > room // 2:
        slots -= 1
    while context > SMALLEST_CONTEXT and model.memory_bytes(context, slots) > room:
        context -= 1024
    if (need := model.memory_bytes(context, slots)) > room:
        raise ModelUnavailable(
            f"{model.name} needs {need / GIB:.1f} GiB of memory, but there are {room / GIB:.1f} GiB for it. "
            "It is not loaded; choose a smaller model."
        )
    return context, slots


@cache
def proven() -> dict[str, object]:
    """What the build of llama.cpp in this environment was seen to do."""
    try:
        record = json.loads((Path(sys.prefix) / BUILD_RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}
