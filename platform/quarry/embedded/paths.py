"""Where the embedded services of a data folder listen; settings read this when no URL is configured."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from .place import Place


def socket_folder(home: PathLike[str] | str) -> Path:
    """The private folder of the service sockets."""
    return Place.of(Path(home)).sockets


def valkey_socket(home: PathLike[str] | str) -> Path:
    """Valkey's socket."""
    return Place.of(Path(home)).valkey_socket


def database_url(home: PathLike[str] | str) -> str:
    """The product's database as a URL for libpq and DATABASE_URL."""
    return Place.of(Path(home)).addresses.database


def redis_url(home: PathLike[str] | str) -> str:
    """Valkey as a URL for redis-py and REDIS_URL."""
    return Place.of(Path(home)).addresses.redis
