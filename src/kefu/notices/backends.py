"""How messages leave. In the demo and in tests they are lines of a file; production names a provider."""

import json
import os
import smtplib
from email.utils import formatdate
from pathlib import Path
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from kefu.core.brand import brand

PERMANENT = 500
"""SMTP replies from here on are final (RFC 5321, 4.2.1)."""


class Undeliverable(Exception):
    """The other side refused for good. `address`: nobody is reached there, so nothing more is sent to it."""

    def __init__(self, code: int, *, address: bool) -> None:
        super().__init__(f"refused for good with {code}")
        self.code, self.address = code, address


class SmsBackend(Protocol):
    """`send` hands one message over and returns the provider's id for it; it raises when it was not taken.

    `key` is the same each time one message is tried, so that a provider can tell a repeat. `Undeliverable` ends the
    tries; anything else that it raises is tried again.
    """

    def send(self, *, to: str, subject: str, text: str, key: UUID) -> str: ...


class MailBackend(Protocol):
    """As `SmsBackend`, with the text as simple HTML beside the plain one."""

    def send(self, *, to: str, subject: str, text: str, html: str, key: UUID) -> str: ...


def outbox(name: str) -> Path:
    """The file in the data folder that stands for a provider in the demo."""
    return Path(settings.KEFU_DATA) / "outbox" / name


def _append(name: str, line: dict[str, str]) -> None:
    path = outbox(name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        # One write, so that two processes never mix their lines.
        os.write(handle, (json.dumps(line, ensure_ascii=False) + "\n").encode())
    finally:
        os.close(handle)


def headers_of(key: UUID) -> dict[str, str]:
    """The same for each try of one message: a reader's mail program shows a repeat once.

    List-Id (RFC 2919) lets people sort them; Auto-Submitted (RFC 3834) keeps holiday replies away. No link here
    signs anybody in: the settings page asks for it.
    """
    house, domain = brand(), brand().mail.split("@")[1]
    return {
        "Message-ID": f"<{key}@{domain}>",
        "Date": formatdate(localtime=False),
        "List-Id": f"<notices.{domain}>",
        "List-Unsubscribe": f"<{settings.KEFU_URL}/me/notices/settings/>",
        "Auto-Submitted": "auto-generated",
        "Reply-To": house.mail,
    }


class FileSms:
    """Text messages as lines of `outbox/sms.jsonl`. Refused in production: nobody would receive them."""

    is_file = True

    def send(self, *, to: str, subject: str, text: str, key: UUID) -> str:  # noqa: ARG002 - an SMS has no subject
        _append("sms.jsonl", {"id": str(key), "to": to, "text": f"【{brand().sms_sender}】{text}"})
        return str(key)


class FileMail:
    """Mails as lines of `outbox/mail.jsonl`. Refused in production."""

    is_file = True

    def send(self, *, to: str, subject: str, text: str, html: str, key: UUID) -> str:
        headers = headers_of(key)
        line = {"id": str(key), "from": brand().mail_sender, "to": to, "subject": subject, "text": text, "html": html}
        _append("mail.jsonl", {**line, "date": headers["Date"]})
        return headers["Message-ID"]


class SmtpMail:
    """Mails by the SMTP server that Django's `EMAIL_*` settings name."""

    is_file = False

    def send(self, *, to: str, subject: str, text: str, html: str, key: UUID) -> str:
        headers = headers_of(key)
        mail = EmailMultiAlternatives(subject, text, brand().mail_sender, [to], headers=headers)
        mail.attach_alternative(html, "text/html")
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as problem:
            code = min(code for code, _words in problem.recipients.values())
            if code >= PERMANENT:
                raise Undeliverable(code, address=True) from None
            raise
        except smtplib.SMTPSenderRefused:
            raise  # ours to put right: the message waits
        except smtplib.SMTPDataError as problem:
            if problem.smtp_code >= PERMANENT:
                raise Undeliverable(problem.smtp_code, address=False) from None
            raise
        return headers["Message-ID"]
