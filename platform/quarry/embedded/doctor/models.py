"""The model library and the models: does it decode, are they here, are they what they should be."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from ...endings import describe_end
from ...runtime import RuntimeFault, needs_model, select
from ...runtime import settings as runtime_settings
from ...runtime.catalogue import Model
from ...runtime.embedding import space
from ...runtime.engine.options import BUILD_RECORD, repacks
from ...runtime.store import Store
from .. import lock
from ..children import REPOSITORY, child_environment
from .findings import Finding, bad, good, idle

# The proof that the build has passed; in a process of its own, since a wrong build does not raise but crash.
PROOF = REPOSITORY / "infra" / "llama" / "prove.py"
BUILD_AGAIN = f"rm -f {sys.prefix}/{BUILD_RECORD}; {sys.executable} infra/llama/build.py"
CAUSES = {
    "SIGILL": "It was compiled for another processor",
    "SIGSEGV": "Compiled by GCC 12 without our correction it does so on every processor with AMX",
}


def library() -> Iterator[Finding]:
    """A library that loads is not yet one that decodes."""
    done = subprocess.run(
        [sys.executable, PROOF, "repacked" if repacks() else "plain"],
        env=child_environment(runtime_settings.current().home, "command"),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    said = (done.stdout + done.stderr).strip().splitlines()
    if done.returncode == 0:
        yield good("llama.cpp", said[-1].replace("decoded", "decodes", 1))
    elif done.returncode < 0:
        cause = next((text for name, text in CAUSES.items() if name in describe_end(done.returncode)), "")
        text = f"loads, but crashes when it decodes: it {describe_end(done.returncode)}"
        yield bad("llama.cpp", f"{text}. {cause}".rstrip(". "), f"compile it again: {BUILD_AGAIN}")
    else:
        yield bad("llama.cpp", f"cannot decode: {said[-1] if said else 'no reason given'}", BUILD_AGAIN)


def models() -> Iterator[Finding]:
    """The embedding model, and the chat model unless only other runtimes answer."""
    settings = runtime_settings.current()
    store = Store(settings.models)
    for name, find in {
        "chat model": lambda: select.current(store, settings),
        "embedding model": lambda: space.chosen(store),
    }.items():
        try:
            yield _state(name, store, find())
        except RuntimeFault as fault:
            if name == "chat model" and not _answers_here():
                yield idle(name, "none is here, and none is needed: only endpoints are in the order of models")
            else:
                yield bad(name, str(fault), "run `make setup`")


def _answers_here() -> bool:
    """Whether the order of models leads to one on this machine; it lies in the database, which may be stopped."""
    if lock.running(runtime_settings.current().home) is None:
        return True
    try:
        return needs_model()
    except Exception:
        return True


def _state(name: str, store: Store, model: Model) -> Finding:
    verified_before = store.verified(model)
    digest = store.verify(model)  # reads the whole file only if it has changed since it was verified
    how = "verified" if verified_before else "verified now"
    return good(name, f"{model.name}, {how} (sha256 {digest[:12]}...)")
