"""What benchmarks stand on: services and data of their own in a temporary folder, the models where they lie."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fixtures.product import Product, started

REPOSITORY = Path(__file__).resolve().parents[2]


@contextmanager
def django_with_services(role: str = "embed") -> Iterator[None]:
    """Django on a PostgreSQL and a Valkey of its own, migrated. With role "embed" this process embeds by itself."""
    home = os.environ.get("QUARRY_HOME") or str(REPOSITORY / "var")
    os.environ.setdefault("QUARRY_MODELS", str(Path(home) / "models"))
    os.environ |= {"DJANGO_SETTINGS_MODULE": "tests.settings", "QUARRY_ROLE": role, "QUARRY_LOG_LEVEL": "ERROR"}
    from quarry.embedded import Place, Postgres, Valkey
    from quarry.embedded.testing import use_temporary_home

    temporary = use_temporary_home()
    place = Place.make(temporary)
    postgres, valkey = Postgres(place), Valkey(place)
    try:
        postgres.start()
        valkey.start()
        _migrate()
        yield
    finally:
        valkey.stop()
        postgres.stop()
        shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def product_alone() -> Iterator[Product]:
    """The whole product on a data folder of its own, with the models of this installation."""
    home = os.environ.get("QUARRY_HOME") or str(REPOSITORY / "var")
    os.environ.setdefault("QUARRY_MODELS", str(Path(home) / "models"))
    with TemporaryDirectory(prefix="quarry-bench-") as folder, started(Path(folder, "home")) as product:
        yield product


def _migrate() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
