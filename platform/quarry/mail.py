"""Sending mail through the company's own server, which `QUARRY_SMTP_URL` names:
`smtp://user:password@mail.example.com:587` (encrypted by STARTTLS where the server offers it, and always before a
password is sent) or `smtps://...:465`. Without it nothing is sent. The way out is `quarry.egress`."""

import smtplib
import socket
import ssl
from contextlib import suppress
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from django.conf import settings

from quarry import egress

PORTS = {"smtp": 587, "smtps": 465}
SECONDS = 20.0


class MailError(Exception):
    """The mail was not sent; the text says why and holds no secret."""


def configured() -> bool:
    return bool(settings.QUARRY_SMTP_URL)


def send(to: list[str], subject: str, text: str, reply_to: str = "") -> str:
    """Sends a plain text and returns its message id."""
    try:
        message = _message(to, subject, text, reply_to)
    except (ValueError, TypeError, UnicodeError):
        raise MailError("An address or the subject cannot stand in a mail.") from None
    try:
        refused = _handed_over(message)
    except egress.EgressError as error:
        raise MailError(f"The mail server cannot be reached. {error}") from None
    except smtplib.SMTPRecipientsRefused:
        raise MailError("The mail server refuses this recipient.") from None
    except smtplib.SMTPAuthenticationError:
        raise MailError("The mail server refuses our password.") from None
    except (smtplib.SMTPException, OSError) as error:
        raise MailError(f"The mail server did not take the mail ({type(error).__name__}).") from None
    if refused:
        raise MailError(f"The mail server refuses {', '.join(refused)[:300]}; the others have the mail.")
    return str(message["Message-ID"])


def _handed_over(message: EmailMessage) -> list[str]:
    """Gives the mail to the server; returns who was refused while others were not."""
    server = _connected()
    try:
        return list(server.send_message(message))
    finally:
        with suppress(smtplib.SMTPException, OSError):  # the mail is on its way already
            server.quit()


def _message(to: list[str], subject: str, text: str, reply_to: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = settings.QUARRY_MAIL_FROM
    message["To"] = ", ".join(to)
    message["Subject"] = subject
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain="quarry")
    message["Auto-Submitted"] = "auto-generated"
    if reply_to:
        message["Reply-To"] = reply_to
    message.set_content(text)
    return message


def _connected() -> smtplib.SMTP:
    parts, port = _address()
    host, context = str(parts.hostname), ssl.create_default_context()
    encrypted = parts.scheme == "smtps"
    server = (
        _Encrypted(host, port, timeout=SECONDS, context=context) if encrypted else _Plain(host, port, timeout=SECONDS)
    )
    try:
        if parts.scheme == "smtp":
            _encrypt(server, context, needed=bool(parts.password))
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _address() -> tuple[SplitResult, int]:
    try:
        parts = urlsplit(settings.QUARRY_SMTP_URL)
        if parts.scheme in PORTS and parts.hostname:
            return parts, parts.port or PORTS[parts.scheme]
    except ValueError:
        pass
    raise MailError("QUARRY_SMTP_URL is not an address like smtp://mail.example.com:587.")


def _encrypt(server: smtplib.SMTP, context: ssl.SSLContext, needed: bool) -> None:
    server.ehlo()
    if server.has_extn("starttls"):
        server.starttls(context=context)
    elif needed:
        raise MailError("The mail server offers no encryption, so the password was not sent.")


def _dial(host: str, port: int, timeout: float) -> socket.socket:
    """A connection to the very address that was checked. Whoever set the address may mean the own network."""
    addresses = egress.check(host, port, egress.Policy(frozenset({f"{host}:{port}"}), allow_private=True))
    return socket.create_connection((addresses[0], port), timeout)


class _Plain(smtplib.SMTP):
    def _get_socket(self, host: str, port: int, timeout: float) -> Any:
        return _dial(host, port, timeout)


class _Encrypted(smtplib.SMTP_SSL):
    def _get_socket(self, host: str, port: int, timeout: float) -> Any:
        return self.context.wrap_socket(_dial(host, port, timeout), server_hostname=host)
