"""The model library and the models: does it decode, are they here, are they what they should be."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from ...runtime import RuntimeFault, select
from ...runtime import settings as runtime_settings
from ...runtime.catalogue import Model
from ...runtime.embedding import space
from ...runtime.store import Store
from ..children import child_environment, describe_end
from .findings import Finding, bad, good

# In a process of its own: a library built for another processor does not raise, it crashes.
DECODE = """
import tempfile
from pathlib import Path
from quarry.runtime import Message, Params, Token
from quarry.runtime import tiny
from quarry.runtime.engine.engine import Engine
from quarry.runtime.engine.job import Job
from quarry.runtime.engine.options import Options
from quarry.runtime.prompt import Renderer
with tempfile.TemporaryDirectory() as folder:
    engine = Engine(tiny.write(Path(folder) / "tiny.gguf"), Options(context=512))
    prompt = Renderer(engine.model).render([Message("user", "1, 2, 3")], (), ())
    list(engine.answer(Job(prompt.tokens, Params(max_tokens=4), prompt.stable, None), None))
    engine.close()
"""


def library() -> Iterator[Finding]:
    """A library that loads is not yet one that decodes."""
    settings = runtime_settings.current()
    done = subprocess.run(
        [sys.executable, "-c", DECODE],
        env=child_environment(settings.home, "command"),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode == 0:
        yield good("llama.cpp", "decodes")
        return
    last = (done.stderr.strip().splitlines() or [""])[-1]
    remedy = "remove .venv/.quarry-llama and run `make setup`, which builds it again"
    yield bad("llama.cpp", f"cannot decode: {describe_end(done.returncode)}{f'; {last}' if last else ''}", remedy)


def models() -> Iterator[Finding]:
    """The chat model and the embedding model that this installation uses."""
    settings = runtime_settings.current()
    store = Store(settings.models)
    for name, find in {
        "chat model": lambda: select.current(store, settings),
        "embedding model": lambda: space.chosen(store),
    }.items():
        try:
            yield _state(name, store, find())
        except RuntimeFault as fault:
            yield bad(name, str(fault), "run `make setup`")


def _state(name: str, store: Store, model: Model) -> Finding:
    verified_before = store.verified(model)
    digest = store.verify(model)  # reads the whole file only if it has changed since it was verified
    how = "verified" if verified_before else "verified now"
    return good(name, f"{model.name}, {how} (sha256 {digest[:12]}...)")
