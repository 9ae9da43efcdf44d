"""Secrets that others gave us (keys of services), encrypted before they are stored.

The keys lie in QUARRY_HOME/secrets/encryption, one a line, or in `QUARRY_ENCRYPTION_KEYS`, separated by commas; several
machines on one database need the same ones. The first encrypts, all decrypt: to change keys, put a new one first.
"""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from quarry.settings.home import secret


class Unreadable(Exception):
    """None of this installation's keys decrypts it."""


def encrypt(text: str) -> str:
    """What may be stored; nothing stays nothing."""
    return _fernet().encrypt(text.encode()).decode() if text else ""


def decrypt(stored: str) -> str:
    """The secret again. Raises `Unreadable`."""
    try:
        return _fernet().decrypt(stored).decode() if stored else ""
    except InvalidToken:
        raise Unreadable from None


def _fernet() -> MultiFernet:
    """Read afresh each time: an administrator may change the keys while we run."""
    keys = settings.QUARRY_ENCRYPTION_KEYS or secret(settings.QUARRY_HOME, "encryption").splitlines()
    digests = [hashlib.sha256(key.strip().encode()).digest() for key in keys if key.strip()]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
