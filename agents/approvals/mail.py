"""Mails that ask for a decision. They say little and decide nothing: the link in them opens a page on which their
reader, signed in as themselves, sees what is to be done and decides."""

import logging
from typing import Any

from django.conf import settings
from django.core import signing
from django.utils import timezone
from django.utils.translation import override
from quarry import mail
from quarry.api.problem import not_found
from quarry.api.sentences import said

from agents.approvals import policies, selectors
from agents.approvals.models import Approval
from apps.accounts.models import User

SALT = "agents.approvals.link"
logger = logging.getLogger(__name__)


def token(person: User, approval: Approval) -> str:
    """What a link carries: signed, for this person and this very call; a decision uses it up."""
    return signing.dumps([str(approval.pk), str(person.pk), approval.digest[:16]], salt=SALT)


def opened(person: User, text: str) -> Approval:
    """The approval that a link of this person's leads to. Nobody else's opens anything, whoever has the mail."""
    try:
        pk, reader, digest = signing.loads(text, salt=SALT, max_age=settings.QUARRY_APPROVAL_HOURS * 3600 + 3600)
    except (signing.BadSignature, ValueError):
        raise not_found() from None
    approval = selectors.visible(person).filter(pk=pk, digest__startswith=digest).first()
    if approval is None or reader != str(person.pk) or not policies.may_decide(person, approval):
        raise not_found()
    return approval


def notify(approval_id: str) -> int:
    """Writes to everybody for whom the approval still waits; returns to how many."""
    approval = Approval.objects.select_related("run__person").filter(pk=approval_id).first()
    if approval is None or not mail.configured() or not settings.QUARRY_URL:
        return 0
    readers = [person for person in _readers(approval) if selectors.waiting_for(person).filter(pk=approval.pk).exists()]
    for person in readers:
        _send(person, approval)
    return len(readers)


def _readers(approval: Approval) -> list[User]:
    """Who may decide it, each once: who has left the company is written to no more."""
    asked = [approval.run.person] if policies.asked(approval.run.person, approval) else []
    if approval.needed == 1:
        return asked
    return [*asked, *policies.seconds().exclude(pk=approval.run.person_id)]


def _send(person: User, approval: Approval) -> None:
    link = f"{settings.QUARRY_URL.rstrip('/')}/approvals/{token(person, approval)}"
    with override(person.language or None):
        asker, until = str(approval.run.person), timezone.localtime(approval.expires_at)
        subject = said(f"Your decision is needed: {approval.title}")
        lines = [
            said(f"An assistant that works for {asker} asks before it goes on: {approval.title}."),
            said("Open this page to see what exactly is to be done, and to allow or refuse it:"),
            link,
            said(f"Until {until:%Y-%m-%d %H:%M}. Opening the page decides nothing."),
        ]
    try:
        mail.send([person.email], _line(subject), "\n\n".join(lines))
    except mail.MailError as error:
        logger.warning("The mail about approval %s was not sent: %s", approval.pk, error)


def _line(text: Any) -> str:
    """One line, as a subject must be."""
    return " ".join(str(text).split())[:200]
