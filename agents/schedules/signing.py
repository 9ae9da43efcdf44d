"""Signatures of webhooks, both ways, as Standard Webhooks 1.0 has them (https://www.standardwebhooks.com)."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping

PREFIX = "whsec_"
TOLERANCE = 300  # seconds by which a caller's clock may differ from ours


def new_secret() -> str:
    """A key, as it is shown to its person once."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def headers(secret: str, id: str, moment: int, body: bytes) -> dict[str, str]:
    """What is sent beside the body. The id stays the same when the message is sent again."""
    return {
        "webhook-id": id,
        "webhook-timestamp": str(moment),
        "webhook-signature": sign(secret, id, str(moment), body),
    }


def sign(secret: str, id: str, moment: str, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    content = b".".join([id.encode(), moment.encode(), body])
    return "v1," + base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()


def verified(secret: str, sent: Mapping[str, str], body: bytes, now: float) -> bool:
    """Whether the headers sign this body, just now. A caller may send several signatures while it changes its key."""
    id, moment = sent.get("webhook-id", ""), sent.get("webhook-timestamp", "")
    if not id or not (moment.isascii() and moment.isdigit() and len(moment) < 12):
        return False
    if abs(now - int(moment)) > TOLERANCE:
        return False
    right = sign(secret, id, moment, body).encode()
    given = sent.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(right, each.encode("utf-8", "replace")) for each in given)
