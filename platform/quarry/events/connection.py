"""Connections that never repeat a command by themselves: a repeated XADD would be a repeated event."""

from functools import cache

import redis
import redis.asyncio
from django.conf import settings
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry


def connect() -> redis.Redis:
    """A client of one's own, for a follower; close it."""
    return redis.Redis.from_url(settings.VALKEY_URL, retry=Retry(NoBackoff(), 0), socket_timeout=10)


@cache
def client() -> redis.Redis:
    """This process's client, shared by its threads."""
    return connect()


def connect_async() -> redis.asyncio.Redis:
    """A client for one follower in the running event loop; close it."""
    return redis.asyncio.Redis.from_url(settings.VALKEY_URL, retry=AsyncRetry(NoBackoff(), 0), socket_timeout=10)
