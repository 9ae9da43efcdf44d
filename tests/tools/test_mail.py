"""Sending mail, to a server of our own that speaks SMTP; to whom, and what can be smuggled in."""

import base64
import email
import email.policy
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

import pytest
from quarry import mail

from agents.tools import registry, rules
from agents.tools.models import Operation
from agents.tools.types import Result, ToolError
from apps.accounts.models import User
from apps.audit.models import Event
from tests.runtime.remote.certificates import certificate

Call = Callable[..., Result]


class Server(socketserver.ThreadingTCPServer):
    """What arrived: the envelope's recipients and the message."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Talk)
        self.tls = tls
        self.mails: list[tuple[list[str], EmailMessage]] = []
        self.said: list[str] = []

    def get_request(self) -> tuple[Any, Any]:
        connection, address = super().get_request()
        return (self.tls.wrap_socket(connection, server_side=True) if self.tls else connection), address


class Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server, to = cast(Server, self.server), []
        self._say("220 test")
        while line := self.rfile.readline().decode().strip():
            server.said.append(line)
            verb = line.split(" ")[0].upper()
            if verb == "DATA":
                self._say("354 go on")
                server.mails.append((to, self._message()))
            elif verb == "EHLO" and server.tls:
                self._say("250-test")
                self._say("250 AUTH PLAIN")
                continue
            elif verb == "AUTH":
                self._say("235 welcome")
                continue
            elif verb == "RCPT":
                to.append(line.split("<")[1].split(">")[0])
            self._say("221 bye" if verb == "QUIT" else "550 no" if "refused@" in line else "250 ok")

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def _message(self) -> EmailMessage:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line[1:] if line.startswith(b".") else line)
        return cast(EmailMessage, email.message_from_bytes(b"".join(lines), policy=email.policy.default))


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    with Server() as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        settings.QUARRY_SMTP_URL = f"smtp://127.0.0.1:{serving.server_address[1]}"
        settings.QUARRY_MAIL_FROM = "Quarry <quarry@example.test>"
        settings.QUARRY_MAIL_TO = "partner.test, one@else.test"
        yield serving
        serving.shutdown()


def body(**changes: Any) -> dict[str, Any]:
    return {"to": ["admin@example.test"], "subject": "請假申請", "text": "Three days.\n.\nThank you."} | changes


@pytest.mark.usefixtures("administrator")
def test_a_mail_arrives(call: Call, server: Server, employee: User) -> None:
    assert "was sent" in call("send_mail", body(to=["Admin@example.test", "one@else.test", "any@partner.test"])).text
    ((to, message),) = server.mails
    assert to == ["admin@example.test", "one@else.test", "any@partner.test"]
    assert (message["Subject"], message["From"]) == ("請假申請", "Quarry <quarry@example.test>")
    assert message["Reply-To"] == employee.email
    text = message.get_content()
    assert "Three days.\n.\nThank you." in text.replace("\r\n", "\n")
    assert "Sent by Quarry for Emma" in text
    facts = Event.objects.get(action="tool.call").facts
    assert (facts["function"], facts["arguments"]["subject"]) == ("send_mail", "請假申請")


@pytest.mark.usefixtures("administrator")
@pytest.mark.parametrize(
    "to",
    [
        "stranger@evil.test",
        "admin@example.test.evil.test",
        "x@notpartner.test",
        "x@sub.partner.test",
        "x@evil.test,admin@example.test",
        "admin@example.test\r\nBcc: x@evil.test",
        "<admin@example.test> x@evil.test",
        "x@evil.test@partner.test",
        "partner.test",
        "@partner.test",
    ],
)
def test_to_nobody_else(call: Call, server: Server, to: str) -> None:
    with pytest.raises(ToolError, match="not allowed"):
        call("send_mail", body(to=["admin@example.test", to]))
    assert server.mails == []


@pytest.mark.usefixtures("administrator")
@pytest.mark.parametrize("subject", ["a\r\nBcc: x@evil.test", "a\nb", "a\rb"])
def test_no_header_is_smuggled_in(call: Call, server: Server, subject: str) -> None:
    with pytest.raises(ToolError):
        call("send_mail", body(subject=subject))
    with pytest.raises(mail.MailError):
        mail.send(["admin@example.test"], subject, "text")
    assert server.mails == []


@pytest.mark.usefixtures("administrator")
def test_whose_account_is_closed_is_no_colleague(call: Call, server: Server, administrator: User) -> None:
    User.objects.filter(pk=administrator.pk).update(is_active=False)
    with pytest.raises(ToolError, match="not allowed"):
        call("send_mail", body())


def test_a_person_is_asked_first(db: None, employee: User) -> None:
    row = Operation.objects.select_related("tool").get(name="send_mail")
    assert rules.asks(registry.function(row).approval, body())
    assert registry.function(row).writes


@pytest.mark.usefixtures("administrator")
def test_what_the_server_says_is_told_without_a_secret(call: Call, server: Server, settings: Any) -> None:
    settings.QUARRY_MAIL_TO = "partner.test"
    with pytest.raises(ToolError, match="refuses this recipient"):
        call("send_mail", body(to=["refused@partner.test"]))
    settings.QUARRY_SMTP_URL = settings.QUARRY_SMTP_URL.replace("smtp://", "smtp://user:TOP-SECRET@")
    with pytest.raises(ToolError, match="no encryption") as told:
        call("send_mail", body())
    assert "TOP-SECRET" not in str(told.value)
    assert not [line for line in server.said if "AUTH" in line or "TOP-SECRET" in line]
    settings.QUARRY_SMTP_URL = "smtp://user:TOP-SECRET@127.0.0.1:1"
    with pytest.raises(ToolError) as told:
        call("send_mail", body())
    assert "TOP-SECRET" not in str(told.value)
    settings.QUARRY_SMTP_URL = "ftp://TOP-SECRET@x"
    with pytest.raises(ToolError, match="not an address"):
        call("send_mail", body())
    settings.QUARRY_SMTP_URL = ""
    with pytest.raises(ToolError, match="no mail server"):
        call("send_mail", body())


def test_addresses_where_clouds_keep_their_keys_are_not_called(call: Call, settings: Any, administrator: User) -> None:
    settings.QUARRY_SMTP_URL = "smtp://169.254.169.254:25"
    with pytest.raises(ToolError, match="never called"):
        call("send_mail", body())


def test_a_password_travels_encrypted_and_to_nobody_unknown(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority, files = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    settings.QUARRY_MAIL_FROM = "quarry@example.test"
    with Server(context) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        settings.QUARRY_SMTP_URL = f"smtps://user:TOP%2DSECRET@127.0.0.1:{serving.server_address[1]}"
        with pytest.raises(mail.MailError):
            mail.send(["a@example.test"], "Subject", "Text")
        assert serving.said == []
        (tmp_path / "authority.pem").write_text(authority)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
        mail.send(["a@example.test"], "Subject", "Text")
        serving.shutdown()
    signed_in = base64.b64encode(b"\0user\0TOP-SECRET").decode()
    assert f"AUTH PLAIN {signed_in}" in serving.said
    assert serving.mails[0][0] == ["a@example.test"]


def test_who_is_refused_is_told_where_others_have_the_mail(server: Server) -> None:
    with pytest.raises(mail.MailError, match=r"refuses refused@x\.test; the others have the mail"):
        mail.send(["refused@x.test", "ok@x.test"], "Subject", "Text")
    assert server.mails[0][0] == ["refused@x.test", "ok@x.test"]
