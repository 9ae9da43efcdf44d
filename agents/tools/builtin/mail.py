"""Sending mail in the name of the person, to colleagues and to whom the operator allows."""

import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from quarry import mail

from agents.tools.builtin.types import BuiltIn, Task, parameters, text
from agents.tools.kinds import Offer
from agents.tools.types import Context, Result, ToolError
from apps.accounts.models import User

ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\\x00-\x1f]{1,64}@[A-Za-z0-9.-]{1,190}")
MOST = 10


def send(context: Context, arguments: Mapping[str, Any]) -> Result:
    if not mail.configured():
        raise ToolError("No mail can be sent: no mail server is set up. Tell the person.")
    to = list(dict.fromkeys(each.strip().lower() for each in arguments["to"]))
    refused = [each for each in to if not _allowed(each)]
    if refused:
        raise ToolError(f"Mail to {', '.join(refused)[:300]} is not allowed. Only colleagues can be written to.")
    footer = f"\n\n--\nSent by Quarry for {context.person.name or context.person.email} <{context.person.email}>"
    try:
        sent = mail.send(to, arguments["subject"].strip(), arguments["text"] + footer, context.person.email)
    except mail.MailError as error:
        raise ToolError(str(error)) from None
    return Result(f"The mail to {', '.join(to)} was sent.", {"message_id": sent, "to": to})


def _allowed(address: str) -> bool:
    """Whether it is a colleague's, or `QUARRY_MAIL_TO` names it or its domain."""
    if not ADDRESS.fullmatch(address):
        return False
    names = {each.strip().lower().removeprefix("@") for each in settings.QUARRY_MAIL_TO.split(",") if each.strip()}
    if address in names or address.rpartition("@")[2] in names:
        return True
    return User.objects.filter(email__iexact=address, is_active=True).exists()


TOOL = BuiltIn(
    "mail",
    "Send mail",
    "Sends mail to colleagues, after the person has agreed.",
    [
        Task(
            Offer(
                "send_mail",
                "Send an e-mail to colleagues. 寄送電子郵件、寄信",
                parameters(
                    ["to", "subject", "text"],
                    to={
                        "type": "array",
                        "items": text("E-mail address", minLength=3, maxLength=254),
                        "minItems": 1,
                        "maxItems": MOST,
                    },
                    subject=text("Subject, one line", minLength=1, maxLength=200, pattern=r"^[^\r\n]*$"),
                    text=text("The mail itself", minLength=1, maxLength=20_000),
                ),
                title="Send mail",
            ),
            send,
            asks=True,
        )
    ],
)
