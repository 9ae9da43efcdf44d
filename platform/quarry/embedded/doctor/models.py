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
from ..children import REPOSITORY, child_environment, describe_end
from .findings import Finding, bad, good

# The proof that the build has passed; in a process of its own, since a wrong build does not raise but crash.
PROOF = REPOSITORY / "infra" / "llama" / "prove.py"


def library() -> Iterator[Finding]:
    """A library that loads is not yet one that decodes."""
    home = runtime_settings.current().home
    done = subprocess.run(
        [sys.executable, PROOF, "plain"],
        env=child_environment(home, "command"),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode == 0:
        yield good("llama.cpp", "decodes")
        return
    last = ((done.stdout + done.stderr).strip().splitlines() or [""])[-1]
    remedy = "rm .venv/quarry-llama.json; .venv/bin/python infra/llama/build.py"
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
