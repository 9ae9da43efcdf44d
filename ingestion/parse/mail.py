"""A saved e-mail (eml): subject, sender, recipients, date and body. Attachments are named, not opened."""

import re
from email import message_from_bytes, policy
from email.message import MIMEPart

from ingestion.parse import web
from ingestion.parse.builder import Builder
from ingestion.parse.encoding import decode_as
from ingestion.parse.types import Parsed, ParseError

_HEADERS = ("From", "To", "Cc", "Date")


def parse(data: bytes) -> Parsed:
    """Parse an RFC 5322 message."""
    message = message_from_bytes(data, policy=policy.default)
    builder = Builder("message/rfc822")
    builder.heading(1, str(message.get("Subject", "")))
    builder.paragraph("\n".join(f"{name}: {message[name]}" for name in _HEADERS if message[name]))
    body = message.get_body(preferencelist=("plain", "html"))
    text = "" if body is None else _content(body, builder)
    if body is not None and body.get_content_type() == "text/html":
        web.add_html(builder, text)
    else:
        for paragraph in re.split(r"\n[ \t\r]*\n", text):
            builder.paragraph(paragraph)
    if names := [part.get_filename() or "?" for part in message.iter_attachments()]:
        builder.warn(f"Attachments were not read: {', '.join(names)[:500]}.")
    return builder.finish()


def _content(part: MIMEPart, builder: Builder) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    try:
        return decode_as(data, part.get_content_charset("utf-8"))
    except ParseError:
        builder.warn("Some characters of the message could not be read.")
        return data.decode("utf-8", errors="replace")
