"""The tiny model's store, for runs that calls belong to."""

from tests.runtime.conftest import configured, store, tiny_file, tiny_store

__all__ = ["configured", "store", "tiny_file", "tiny_store"]
