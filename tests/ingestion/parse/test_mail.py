"""Saved e-mails: head, body in whatever charset, attachments named."""

from email.message import EmailMessage

import pytest

from ingestion.parse import parse
from tests.ingestion.making import sound


def message(subject: str = "請假申請") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = "王小明 <wang@example.test>", "hr@example.test"
    mail["Subject"], mail["Date"] = subject, "Tue, 14 Apr 2026 09:30:00 +0800"
    return mail


@pytest.mark.parametrize("charset", ["utf-8", "big5", "us-ascii"])
@pytest.mark.parametrize("name", ["a.eml", "unnamed"])
def test_head_and_body(charset: str, name: str) -> None:
    mail = message()
    body = "I am on leave." if charset == "us-ascii" else "擬於四月二十日請特別休假。"
    mail.set_content(f"{body}\n\nThank you.", charset=charset)
    parsed = parse(mail.as_bytes(), name)
    sound(parsed)
    assert [heading.title for heading in parsed.headings] == ["請假申請"]
    assert parsed.text.split("\n\n")[1].startswith("From: 王小明 <wang@example.test>\nTo: hr@example.test\nDate: Tue")
    assert parsed.text.split("\n\n")[2:] == [body, "Thank you."]
    assert parsed.media_type == "message/rfc822"


def test_html_body_and_attachments() -> None:
    mail = message()
    mail.set_content("<p>Hello <b>there</b></p><script>x</script>", subtype="html")
    mail.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="報價單.pdf")
    parsed = parse(mail.as_bytes(), "a.eml")
    assert parsed.text.endswith("\n\nHello there")
    assert parsed.warnings == ["Attachments were not read: 報價單.pdf."]


@pytest.mark.parametrize(
    ("charset", "data", "text", "warnings"),
    [
        ("gb2312", "堃经理已批准。".encode("gb18030"), "堃经理已批准。", 0),
        ("iso-2022-jp", "休暇を取ります。".encode("iso-2022-jp"), "休暇を取ります。", 0),
        ("nonsense", "繁體中文".encode(), "繁體中文", 0),
        ("utf-8", "好的".encode() * 5 + b"\xff\xff", "好的" * 5 + "\ufffd\ufffd", 1),
    ],
)
def test_bodies_that_are_not_what_they_claim(charset: str, data: bytes, text: str, warnings: int) -> None:
    head = b"From: a@b.test\r\nTo: c@d.test\r\nSubject: x\r\nDate: Tue, 14 Apr 2026 09:30:00 +0800\r\n"
    kind = f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n".encode()
    parsed = parse(head + kind + data, "a.eml")
    assert (parsed.text.split("\n\n")[-1], len(parsed.warnings)) == (text, warnings)


def test_an_empty_body_leaves_the_head() -> None:
    mail = message("Only a subject")
    mail.set_content("", subtype="html")
    assert parse(mail.as_bytes(), "a.eml").title == "Only a subject"
