"""How messages leave. In the demo and in tests they are lines of a file; production names a provider."""

import json
import os
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage as DjangoMail

from kefu.core.brand import brand


class Backend(Protocol):
    """`send` hands one message over and returns the provider's id for it; it raises when it was not taken.

    `key` is the same each time one message is tried, so that a provider can tell a repeat.
    """

    def send(self, *, to: str, subject: str, text: str, key: UUID) -> str: ...


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


class FileSms:
    """Text messages as lines of `outbox/sms.jsonl`. Refused in production: nobody would receive them."""

    is_file = True

    def send(self, *, to: str, subject: str, text: str, key: UUID) -> str:  # noqa: ARG002 - an SMS has no subject
        _append("sms.jsonl", {"id": str(key), "to": to, "text": f"【{brand().sms_sender}】{text}"})
        return str(key)


class FileMail:
    """Mails as lines of `outbox/mail.jsonl`. Refused in production."""

    is_file = True

    def send(self, *, to: str, subject: str, text: str, key: UUID) -> str:
        mail = EmailMessage(policy=SMTP)
        mail["From"], mail["To"], mail["Subject"] = brand().mail_sender, to, subject
        line = {"id": str(key), "from": str(mail["From"]), "to": to, "subject": subject, "text": text}
        _append("mail.jsonl", line)
        return str(key)


class SmtpMail:
    """Mails by the SMTP server that Django's `EMAIL_*` settings name."""

    is_file = False

    def send(self, *, to: str, subject: str, text: str, key: UUID) -> str:
        headers = {"Message-ID": f"<{key}@{brand().mail.split('@')[1]}>"}
        DjangoMail(subject, text, brand().mail_sender, [to], headers=headers).send()
        return headers["Message-ID"]
