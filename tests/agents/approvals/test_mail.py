"""Mails that ask for decisions, through a mail server that is really spoken to."""

import email
import socketserver
import threading
from collections.abc import Iterator
from email import policy
from typing import Any

import pytest
from django.core import signing

from agents.approvals import actions, mail
from agents.approvals.models import Approval, Decision
from agents.models import Run
from agents.tools.models import Operation
from apps.accounts.models import User
from tests.agents.acting import carried_out, operation

pytestmark = pytest.mark.django_db(transaction=True)
MONDAY = {"day": "monday"}


class Postbox(socketserver.ThreadingTCPServer):
    """Speaks enough SMTP to take mails."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Clerk)
        self.mails: list[Any] = []


class Clerk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self._say("220 here")
        while line := self.rfile.readline().decode().strip():
            match line.split()[0].upper():
                case "DATA":
                    self._say("354 go on")
                    self.server.mails.append(self._mail())  # type: ignore[attr-defined]
                    self._say("250 taken")
                case "QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("250 ok")

    def _mail(self) -> Any:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        return email.message_from_bytes(b"".join(lines), policy=policy.default)

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def postbox(settings: Any) -> Iterator[Postbox]:
    with Postbox() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.QUARRY_SMTP_URL = f"smtp://127.0.0.1:{server.server_address[1]}"
        settings.QUARRY_MAIL_FROM = "quarry@example.test"
        settings.QUARRY_URL = "https://quarry.example.test"
        yield server
        server.shutdown()


@pytest.fixture
def waiting(hand_over: Any, script: Any) -> Run:
    operation("book", writes=True, needs_approval="always", title="Book leave")
    script([("book", MONDAY)], "Settled.")
    return carried_out(hand_over())


def approval_of(run: Run) -> Approval:
    return run.approvals.get()


def link(postbox: Postbox) -> str:
    text = postbox.mails[-1].get_content()
    return next(line for line in text.splitlines() if line.startswith("https://")).rsplit("/", 1)[1]


def test_a_mail_says_little_and_its_link_shows_all_to_its_reader(
    waiting: Run, postbox: Postbox, employee: User, client_for: Any, done: Any
) -> None:
    assert mail.notify(str(approval_of(waiting).pk)) == 1
    sent = postbox.mails[0]
    assert (sent["To"], sent["From"]) == (employee.email, "quarry@example.test")
    assert "Book leave" in sent["Subject"]
    assert "monday" not in sent.get_content()
    shown = client_for(employee).get(f"/api/v1/approvals/links/{link(postbox)}").json()
    assert shown["arguments"][0]["value"] == "monday"


def test_looking_decides_nothing(waiting: Run, postbox: Postbox, employee: User, client_for: Any, done: Any) -> None:
    mail.notify(str(approval_of(waiting).pk))
    for _ in range(2):
        assert client_for(employee).get(f"/api/v1/approvals/links/{link(postbox)}").status_code == 200
    assert client_for(employee).head(f"/api/v1/approvals/links/{link(postbox)}").status_code in (200, 405)
    assert not Decision.objects.exists()
    assert carried_out(waiting).status == "awaiting_approval"


def test_a_decision_uses_the_link_up(
    waiting: Run, postbox: Postbox, employee: User, client_for: Any, done: Any
) -> None:
    mail.notify(str(approval_of(waiting).pk))
    path = f"/api/v1/approvals/links/{link(postbox)}"
    assert client_for(employee).post(path, {"decision": "approve"}).status_code == 202
    assert client_for(employee).post(path, {"decision": "reject"}).status_code == 409
    assert Decision.objects.get().via == "mail"
    carried_out(waiting)
    assert done == [("book", MONDAY)]


def test_the_link_is_of_no_use_to_anybody_else(
    waiting: Run, postbox: Postbox, stranger: User, administrator: User, client_for: Any
) -> None:
    mail.notify(str(approval_of(waiting).pk))
    path = f"/api/v1/approvals/links/{link(postbox)}"
    for person in (stranger, administrator):
        assert client_for(person).get(path).status_code == 404
        assert client_for(person).post(path, {"decision": "approve"}).status_code == 404
    assert client_for(None).post(path, {"decision": "approve"}).status_code == 401
    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    "change", [lambda t: t[:-2] + "xx", lambda t: "x" + t, lambda t: signing.dumps(["a", "b", "c"])]
)
def test_a_link_that_was_not_made_here_opens_nothing(
    change: Any, waiting: Run, employee: User, client_for: Any
) -> None:
    text = change(mail.token(employee, approval_of(waiting)))
    assert client_for(employee).get(f"/api/v1/approvals/links/{text}").status_code == 404


def test_a_link_ends_with_the_approval(
    waiting: Run, employee: User, client_for: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = mail.token(employee, approval_of(waiting))
    real = signing.time.time
    monkeypatch.setattr(signing.time, "time", lambda: real() + 40 * 3600)
    assert client_for(employee).get(f"/api/v1/approvals/links/{text}").status_code == 404


def test_with_four_eyes_both_are_written_to_each_with_their_own_link(
    hand_over: Any, script: Any, postbox: Postbox, administrator: User, employee: User, client_for: Any, done: Any
) -> None:
    operation("book", writes=True, needs_approval="always")
    Operation.objects.filter(function="book").update(four_eyes=True)
    script([("book", MONDAY)], "Settled.")
    run = carried_out(hand_over())
    assert mail.notify(str(approval_of(run).pk)) == 2
    assert {sent["To"] for sent in postbox.mails} == {employee.email, administrator.email}
    for person in (employee, administrator):
        path = f"/api/v1/approvals/links/{mail.token(person, approval_of(run))}"
        assert client_for(person).post(path, {"decision": "approve"}).status_code == 202
    carried_out(run)
    assert done == [("book", MONDAY)]


def test_a_mail_is_in_its_readers_language(waiting: Run, postbox: Postbox, employee: User) -> None:
    User.objects.filter(pk=employee.pk).update(language="zh-Hant")
    mail.notify(str(approval_of(waiting).pk))
    assert postbox.mails[0]["Subject"].startswith("需要您的決定")


def test_who_has_decided_is_not_written_to(waiting: Run, postbox: Postbox, employee: User) -> None:
    approval = approval_of(waiting)
    actions.decide(employee, waiting.pk, approval.step_id, "approve")
    assert mail.notify(str(approval.pk)) == 0
    assert postbox.mails == []


def test_who_may_not_sign_in_any_more_is_not_written_to(waiting: Run, postbox: Postbox, employee: User) -> None:
    User.objects.filter(pk=employee.pk).update(is_active=False)
    assert mail.notify(str(approval_of(waiting).pk)) == 0
    assert postbox.mails == []


def test_without_a_mail_server_nothing_is_sent(waiting: Run, settings: Any) -> None:
    settings.QUARRY_SMTP_URL = ""
    assert mail.notify(str(approval_of(waiting).pk)) == 0
