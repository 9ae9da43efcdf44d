"""The knowledge tests' shelf and the runtime tests' tiny model, for conversations."""

from tests.knowledge.conftest import shelve
from tests.runtime.conftest import configured, store, tiny_file, tiny_store

__all__ = ["configured", "shelve", "store", "tiny_file", "tiny_store"]
