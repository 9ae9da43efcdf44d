"""Connection settings: `DATABASE_URL` and `REDIS_URL` where they are set, else the embedded services' sockets."""

import os
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from quarry.embedded import paths


def database(home: os.PathLike[str]) -> dict[str, Any]:
    """Django's `DATABASES["default"]`. A URL is `postgresql://user:password@host:port/name?option=value`;
    a socket folder goes in the query: `postgresql:///name?host=/run/postgresql&user=quarry`."""
    url = os.environ.get("DATABASE_URL") or paths.database_url(home)
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ValueError(f"DATABASE_URL must begin with postgresql://, not {parts.scheme}://")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "quarry",
        "USER": unquote(parts.username or options.pop("user", "")),
        "PASSWORD": unquote(parts.password or options.pop("password", "")),
        "HOST": unquote(parts.hostname or "") or options.pop("host", ""),
        "PORT": str(parts.port or options.pop("port", "")),
        "CONN_HEALTH_CHECKS": True,
        # Threads of one process share a pool; a connection that died with its server is replaced when it is taken.
        "OPTIONS": {**options, "pool": {"min_size": 0, "max_size": 20, "timeout": 10, "max_idle": 120}},
    }


def valkey_url(home: os.PathLike[str], number: int) -> str:
    """URL of Valkey's database `number` in redis-py's form (`unix:///path?db=1` or `redis://host/1`)."""
    url = os.environ.get("REDIS_URL") or paths.redis_url(home)
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return f"unix://{parts.path}?db={number}"
    return parts._replace(path=f"/{number}").geturl()


def celery_broker(home: os.PathLike[str], number: int) -> str:
    """The same database in Celery's form: kombu spells a socket `redis+socket:///path?virtual_host=0`."""
    url = valkey_url(home, number)
    parts = urlsplit(url)
    return f"redis+socket://{parts.path}?virtual_host={number}" if parts.scheme == "unix" else url
