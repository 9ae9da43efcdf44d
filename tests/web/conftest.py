"""The runtime tests' tiny model, for what the web process tells of it."""

from tests.runtime.conftest import configured, store, tiny_file, tiny_store

__all__ = ["configured", "store", "tiny_file", "tiny_store"]
