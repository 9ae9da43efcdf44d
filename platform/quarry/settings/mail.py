"""The mail server, from one address in the environment."""

from typing import NamedTuple
from urllib.parse import unquote, urlsplit


class MailServer(NamedTuple):
    host: str
    port: int
    user: str
    password: str
    ssl: bool
    tls: bool


def mail_server(url: str) -> MailServer:
    """`smtp://[user:password@]host[:port]`; `smtps://` speaks TLS from the first byte, `smtp+tls://` begins it. Nothing
    where there is no address: then no mail is sent."""
    parts = urlsplit(url)
    if not parts.hostname:
        return MailServer("", 25, "", "", False, False)
    ssl, tls = parts.scheme == "smtps", parts.scheme == "smtp+tls"
    port = parts.port or (465 if ssl else 587 if tls else 25)
    return MailServer(parts.hostname, port, unquote(parts.username or ""), unquote(parts.password or ""), ssl, tls)
