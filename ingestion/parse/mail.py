"""A saved e-mail (eml): subject, sender, recipients, date and body. Attachments are named, not opened."""

from email import message_from_bytes, policy
from email.message import MIMEPart

from ingestion.parse import web
from ingestion.parse.builder import Builder
from ingestion.parse.types import Parsed

_HEADERS = ("From", "To", "Cc", "Date")


def parse(data: bytes) -> Parsed:
    """Parse an RFC 5322 message."""
    message = message_from_bytes(data, policy=policy.default)
    builder = Builder("message/rfc822")
    builder.heading(1, str(message.get("Subject", "")))
    builder.paragraph("\n".join(f"{name}: {message[name]}" for name in _HEADERS if message[name]))
    body = message.get_body(preferencelist=("plain", "html"))
    if body is not None and body.get_content_type() == "text/html":
        web.add_html(builder, _content(body))
    elif body is not None:
        for paragraph in _content(body).split("\n\n"):
            builder.paragraph(paragraph)
    if names := [part.get_filename() or "?" for part in message.iter_attachments()]:
        builder.warn(f"Attachments were not read: {', '.join(names)[:500]}.")
    return builder.finish()


def _content(part: MIMEPart) -> str:
    try:
        return str(part.get_content())
    except LookupError:  # an unknown charset
        return bytes(part.get_payload(decode=True) or b"").decode("utf-8", errors="replace")
