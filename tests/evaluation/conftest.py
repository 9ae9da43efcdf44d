"""The real benchmark, the tiny model and the starter."""

from pathlib import Path

import pytest
from quarry.runtime import wheels

from apps.evaluation.bfcl import PACKAGE, VERSION, wheel
from tests.runtime.conftest import configured, models_folder, starter, store, tiny_file, tiny_store

__all__ = ["configured", "models_folder", "starter", "store", "tiny_file", "tiny_store"]


@pytest.fixture(autouse=True)
def nothing_embeds(no_embedder: None) -> None:
    """See `no_embedder`."""


@pytest.fixture(scope="session")
def benchmark(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """BFCL as `manage.py bench` gets it."""
    folder = tmp_path_factory.mktemp("bfcl")
    wheel.unpack(wheels.fetch_wheel(PACKAGE, VERSION, folder), folder / "unpacked")
    return folder / "unpacked"
