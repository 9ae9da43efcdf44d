"""API keys: `qk_` and 40 random characters, shown once, kept as a SHA-256 digest."""

import hashlib
import secrets
import string
from datetime import timedelta

from django.utils import timezone

from apps.accounts.models import ApiKey

ALPHABET = string.ascii_letters + string.digits


def new_key() -> str:
    return "qk_" + "".join(secrets.choice(ALPHABET) for _ in range(40))


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def find(key: str) -> ApiKey | None:
    """The live key with this text, its use noted at most once a minute."""
    found = ApiKey.objects.select_related("user").filter(digest=digest(key), user__is_active=True).first()
    now = timezone.now()
    if found and (found.last_used_at is None or now - found.last_used_at > timedelta(minutes=1)):
        ApiKey.objects.filter(pk=found.pk).update(last_used_at=now)
    return found
