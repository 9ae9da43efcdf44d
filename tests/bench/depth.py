"""One measurement in a process of its own: a model behind so many tokens, with so many sequences and these settings.

    python -m tests.bench.depth MODEL.gguf '{"depth": 8192, "sequences": 4, ...}'     (prints JSON)

The deep state is made once, out of a short one (see stretch.py), and copied to the other sequences.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from quarry.runtime import machine
from quarry.runtime.engine.context import Context, Part
from quarry.runtime.engine.library import llama
from quarry.runtime.engine.model import LoadedModel
from quarry.runtime.engine.options import Options, repacks

from tests.bench.stretch import stretched
from tests.bench.tables import tokens

REPOSITORY = Path(__file__).resolve().parents[2]
SHORT = 512  # tokens that are really read
ROOM = 640  # tokens behind the depth
TYPES = {"f16": 1, "q8_0": 8, "q4_0": 2}  # of ggml.h
BUFFER = re.compile(rb"(KV|RS) buffer size\s*=\s*([\d.]+) MiB")


@dataclass(frozen=True)
class Setting:
    """How it is run and what is measured: `read` tokens are read by one sequence, `write` are written by each; with
    `write` 0 only memory is measured."""

    depth: int
    sequences: int = 1
    flash: bool = True
    cache: str = "f16"
    micro_batch: int = 512
    threads: int = 0
    read: int = 512
    write: int = 24
    repack: bool | None = None


@dataclass(frozen=True)
class Measured:
    """Tokens a second; bytes of context memory for all sequences at this depth, as llama.cpp reports its buffers (the
    attention layers' without the room behind the depth); and what the process grew by, with that room and the buffers
    that it computes in."""

    read: float
    write: float
    cache: int
    grown: int


class DeepContext(Context):
    """A context of our engine, with a cache in other types than its own."""

    def __init__(self, model: LoadedModel, options: Options, cache: str) -> None:
        self._cache = TYPES[cache]
        super().__init__(model, options)

    def _params(self, options: Options) -> Any:
        params = super()._params(options)
        params.type_k = params.type_v = self._cache
        return params

    def deepen(self, depth: int) -> None:
        """Puts every sequence behind `depth` tokens."""
        begin = min(SHORT, depth)
        self.read([Part(0, 0, tokens(begin, 0), logits=False)])
        if depth > begin:
            state = stretched(bytes(self.save(0)), depth // begin, not self.model.rewindable)
            self.forget(0)
            if not self.restore(0, state):
                raise RuntimeError("llama.cpp does not take the stretched state")
        memory = llama().llama_get_memory(self.handle)
        for sequence in range(1, self.options.slots):
            llama().llama_memory_seq_cp(memory, 0, sequence, -1, -1)


def measure(path: Path, setting: Setting) -> Measured:
    """In this process; better in one of its own."""
    reported = _listen()
    options = Options(
        context=setting.depth + ROOM,
        slots=setting.sequences,
        threads=setting.threads or machine.cores(),
        chunk=max(512, setting.read),
        micro_batch=setting.micro_batch,
        flash_attention=setting.flash,
        extra_buffers=repacks() if setting.repack is None else setting.repack,
    )
    model = LoadedModel(path, options)
    before = _resident()
    context = DeepContext(model, options, setting.cache)
    read = write = float("nan")
    if setting.write:
        context.deepen(setting.depth)
        write, read = _write(context, setting), _read(context, setting)
    cache = reported["RS"] + reported["KV"] * setting.depth / context.size
    return Measured(read, write, int(cache), _resident() - before)


def _write(context: Context, setting: Setting) -> float:
    """Tokens a second of all sequences together; the first step warms up."""
    begin = 0.0
    for step in range(setting.write + 1):
        at = setting.depth + step
        rows = context.read([Part(each, at, [300 + step + each], logits=True) for each in range(setting.sequences)])
        context.logits(rows[-1])
        begin = begin or time.perf_counter()
    return setting.sequences * setting.write / (time.perf_counter() - begin)


def _read(context: Context, setting: Setting) -> float:
    begin, at = time.perf_counter(), setting.depth + setting.write + 1
    (row,) = context.read([Part(0, at, tokens(setting.read, 1), logits=True)])
    context.logits(row)
    return setting.read / (time.perf_counter() - begin)


_kept: list[Any] = []  # llama.cpp calls it for ever


def _listen() -> dict[str, float]:
    """Bytes of context memory, of attention (KV) and of recurrent layers (RS), as they are reported from now on."""
    reported = {"KV": 0.0, "RS": 0.0}
    library = llama()

    def receive(level: int, text: bytes, _: ctypes.c_void_p) -> None:
        if found := BUFFER.search(text):
            reported[found[1].decode()] += float(found[2]) * 2**20

    _kept.append(library.llama_log_callback(receive))
    library.llama_log_set(_kept[-1], ctypes.c_void_p(0))
    return reported


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def apart(path: Path, setting: Setting) -> Measured:
    """The same in a process of its own."""
    environment = os.environ | {"PYTHONPATH": f"{REPOSITORY / 'platform'}{os.pathsep}{REPOSITORY}"}
    command = [sys.executable, "-m", "tests.bench.depth", str(path), json.dumps(asdict(setting))]
    done = subprocess.run(command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return Measured(**json.loads(done.stdout))


if __name__ == "__main__":
    print(json.dumps(asdict(measure(Path(sys.argv[1]), Setting(**json.loads(sys.argv[2]))))))
