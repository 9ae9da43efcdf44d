"""How the engine uses this machine. llama.cpp's own defaults are for other uses: half the cores, no flash attention."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .. import machine
from ..catalogue import Model

CONTEXT = 8192
SMALLEST_CONTEXT = 2048
SHARE_OF_MEMORY = 0.8
BUILD_RECORD = "quarry-llama.json"  # written by infra/llama/build.py after it saw the build decode


@dataclass(frozen=True, slots=True)
class Options:
    """`context` tokens for each of `slots` answers at once. `chunk` is how many prompt tokens are read between two
    progress events and looks at the cancel flag. `checkpoints`: bytes for states that are kept outside the context."""

    context: int = CONTEXT
    slots: int = 1
    checkpoints: int = 64 * 2**20
    threads: int = 1
    chunk: int = 256
    micro_batch: int = 512
    flash_attention: bool = True
    extra_buffers: bool = False
    waiting: int = 64


def for_model(model: Model) -> Options:
    """Options for this machine and model.

    Flash attention is on: with passages in the prompt an answer is mostly reading, which it speeds up, and at the few
    thousand tokens of a question it costs little in writing. Extra buffers (weights repacked for the processor) pay
    only where the processor has AMX and the build was seen to decode with it; elsewhere they read slower and keep every
    process's weights to itself instead of sharing the mapped file.
    """
    repack = has_amx() and proven().get("repacked") is True
    return Options(context=context_for(model), threads=machine.cores(), extra_buffers=repack)


def context_for(model: Model) -> int:
    """The default context, or what memory leaves room for, in steps of 1024; never more than the model's own."""
    context = min(CONTEXT, model.context)
    room = int(machine.total_memory() * SHARE_OF_MEMORY)
    while context > SMALLEST_CONTEXT and model.memory_bytes(context) > room:
        context -= 1024
    return context


@cache
def has_amx() -> bool:
    try:
        return " amx_int8" in Path("/proc/cpuinfo").read_text()
    except OSError:
        return False


@cache
def proven() -> dict[str, object]:
    """What the build of llama.cpp in this environment was seen to do."""
    try:
        record = json.loads((Path(sys.prefix) / BUILD_RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}
