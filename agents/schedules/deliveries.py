"""Results on their way: taken up when they are due, tried again after longer and longer pauses."""

import json
import time
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import httpx
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from quarry import __version__, egress, mail, secrets

from agents.schedules import policies, results, signing
from agents.schedules.firing import CLOSED
from agents.schedules.models import Delivery
from apps.audit import record

# After the first try, the second, and so on.
PAUSES = [timedelta(minutes=m) for m in (1, 5, 30, 120, 360, 720)]
LONGEST_TRY = 20.0  # seconds
TAKEN = timedelta(minutes=5)  # by a worker: longer than a slow mail server takes, which answers in many steps
GONE = 410  # by which a receiver says that it wants no more


class Missed(Exception):
    """A try that failed. `for_good`: another will fail as well."""

    def __init__(self, error: str, status: int | None = None, for_good: bool = False) -> None:
        super().__init__(error)
        self.status, self.for_good = status, for_good


def due() -> list[UUID]:
    """The deliveries whose next try is due."""
    waiting = Delivery.objects.filter(status=Delivery.Status.WAITING, next_at__lte=timezone.now())
    return list(waiting.order_by("next_at").values_list("pk", flat=True)[:200])


def deliver(pk: UUID | str) -> None:
    """One try, by whichever worker takes it first."""
    delivery = _claim(pk)
    if delivery is None:
        return
    try:
        status = _sent(delivery)
    except Missed as missed:
        _note_miss(delivery, missed)
    else:
        _note_end(delivery, Delivery.Status.DELIVERED, status, "")


@transaction.atomic
def _claim(pk: UUID | str) -> Delivery | None:
    """The delivery, if it is due; another may try it when this one's worker must have died."""
    rows = Delivery.objects.select_for_update(skip_locked=True, of=("self",))
    rows = rows.select_related("firing__run", "firing__schedule__person")
    found = rows.filter(pk=pk, status=Delivery.Status.WAITING, next_at__lte=timezone.now()).first()
    if found is None:
        return None
    found.attempts += 1
    found.next_at = timezone.now() + TAKEN
    found.save(update_fields=["attempts", "next_at"])
    return found


def _sent(delivery: Delivery) -> int | None:
    """What the receiver answered, where it answers with a number. Who may not come in any more is sent nothing."""
    if not delivery.firing.schedule.person.is_active:
        raise Missed(error=CLOSED, for_good=True)
    return SENDERS[delivery.kind](delivery)


def _note_miss(delivery: Delivery, missed: Missed) -> None:
    if missed.for_good or delivery.attempts > len(PAUSES):
        _note_end(delivery, Delivery.Status.FAILED, missed.status, str(missed))
        return
    again = timezone.now() + PAUSES[delivery.attempts - 1]
    _mine(delivery).update(response_status=missed.status, error=str(missed)[:500], next_at=again)


@transaction.atomic
def _note_end(delivery: Delivery, status: Delivery.Status, response: int | None, error: str) -> None:
    delivered = timezone.now() if status == Delivery.Status.DELIVERED else None
    changes = {"status": status, "response_status": response, "error": error[:500], "delivered_at": delivered}
    if _mine(delivery).update(**changes):
        facts = {"way": delivery.kind, "status": status, "attempts": delivery.attempts, "error": error}
        record(None, "schedule.deliver", delivery.firing.schedule, facts | {"delivery": str(delivery.pk)})


def _mine(delivery: Delivery) -> QuerySet[Delivery]:
    """The row, unless a later try has taken it over."""
    return Delivery.objects.filter(pk=delivery.pk, attempts=delivery.attempts, status=Delivery.Status.WAITING)


def _mail(delivery: Delivery) -> int | None:
    """To the owner, and nobody else."""
    if not mail.configured():
        raise Missed(error="No mail server is set up.")
    subject, text = results.letter(delivery.firing)
    try:
        mail.send([delivery.firing.schedule.person.email], subject, text)
    except mail.MailError as error:
        raise Missed(str(error)) from None
    return None


def _webhook(delivery: Delivery) -> int:
    """To the address of the schedule, signed; the answer's body is not read."""
    schedule = delivery.firing.schedule
    if not policies.may_send_to(schedule.person, schedule.url):
        raise Missed(error="The owner may no longer send results to this address.", for_good=True)
    body = json.dumps(results.facts(delivery.firing), ensure_ascii=False).encode()
    try:
        secret = secrets.decrypt(schedule.url_secret)
        status = _post(schedule.url, body, signing.headers(secret, str(delivery.pk), int(time.time()), body))
    except secrets.Unreadable:
        raise Missed(error="The key cannot be read any more: give it again.", for_good=True) from None
    except (egress.EgressError, httpx.HTTPError) as error:
        raise Missed(str(error)) from None
    if not 200 <= status < 300:
        raise Missed(error=f"The receiver answered with status {status}.", status=status, for_good=status == GONE)
    return status


def _post(url: str, body: bytes, signed: dict[str, str]) -> int:
    until = time.monotonic() + LONGEST_TRY

    def watch(phase: egress.Phase) -> None:
        if time.monotonic() > until:
            raise egress.EgressError("timeout", "The server did not answer in time.")

    headers = {"Content-Type": "application/json", "User-Agent": f"Quarry/{__version__}", **signed}
    with (
        egress.client(policies.way_out(url), watch, timeout=LONGEST_TRY) as client,
        client.stream("POST", url, content=body, headers=headers) as answer,
    ):
        return answer.status_code


SENDERS: dict[str, Callable[[Delivery], int | None]] = {Delivery.Kind.MAIL: _mail, Delivery.Kind.WEBHOOK: _webhook}
