"""This process's connection to Valkey, for streams, flags and short-lived facts. Celery has its own."""

from functools import cache

import redis
import redis.asyncio
from django.conf import settings
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError, TimeoutError
from redis.retry import Retry


@cache
def client() -> redis.Redis:
    """A thread-safe client; a command is tried again for about two seconds while Valkey restarts."""
    retry = Retry(ExponentialBackoff(cap=0.5, base=0.05), retries=6)
    return redis.Redis.from_url(settings.VALKEY_URL, retry=retry, retry_on_error=[ConnectionError, TimeoutError])


def async_client() -> redis.asyncio.Redis:
    """A client for the running event loop; close it with `aclose`."""
    return redis.asyncio.Redis.from_url(settings.VALKEY_URL)
