"""AWS Signature Version 4, as its documentation describes it, for requests without a query of their own."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, urlsplit

ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class Credentials:
    access_key_id: str
    secret: str = field(repr=False)


def signed(
    credentials: Credentials,
    region: str,
    service: str,
    method: str,
    url: str,
    headers: dict[str, str],
    body: bytes,
    now: datetime | None = None,
) -> dict[str, str]:
    """The headers with date and signature; all of them are covered by it, and so is the body."""
    moment = (now or datetime.now(UTC)).strftime("%Y%m%dT%H%M%SZ")
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.port and parts.port != {"http": 80, "https": 443}[parts.scheme]:
        host += f":{parts.port}"
    sent = {name.lower(): value for name, value in headers.items()} | {"host": host, "x-amz-date": moment}
    names = ";".join(sorted(sent))
    request = _canonical(method, parts.path, parts.query, sent, names, body)
    scope = f"{moment[:8]}/{region}/{service}/aws4_request"
    text = "\n".join([ALGORITHM, moment, scope, hashlib.sha256(request.encode()).hexdigest()])
    signature = hmac.new(_key(credentials.secret, moment[:8], region, service), text.encode(), "sha256").hexdigest()
    sent["authorization"] = (
        f"{ALGORITHM} Credential={credentials.access_key_id}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    return sent


def _canonical(method: str, path: str, query: str, headers: dict[str, str], names: str, body: bytes) -> str:
    """The path is encoded once more than it already is, as every service but S3 wants it."""
    pairs = sorted((quote(key, "-_.~"), quote(value, "-_.~")) for key, value in parse_qsl(query, True))
    lines = [f"{name}:{' '.join(headers[name].split())}" for name in names.split(";")]
    return "\n".join(
        [
            method,
            quote(path or "/", "/-_.~"),
            "&".join(f"{key}={value}" for key, value in pairs),
            *lines,
            "",
            names,
            hashlib.sha256(body).hexdigest(),
        ]
    )


def _key(secret: str, day: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), "sha256").digest()
    return key
