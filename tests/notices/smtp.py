"""A mail server of our own on a real socket: it speaks SMTP (RFC 5321), and fails as it is told."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast


@dataclass
class Mailbox:
    """What was taken, and what the next connections are answered at which command: ("RCPT", "450 later")."""

    port: int = 0
    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)
    script: list[tuple[str, str]] = field(default_factory=list)

    def answer(self, command: str) -> str:
        """The scripted answer to this command, used up; empty when all goes well."""
        if self.script and self.script[0][0] == command:
            return self.script.pop(0)[1]
        return ""


CUT = "cut"
"""An answer that is none: the connection ends."""


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        box = cast("_Server", self.server).box
        to = ""
        self._say("220 mail.test ESMTP")
        while line := self.rfile.readline().decode().strip():
            command = line[:4].upper()
            scripted = box.answer(command)
            if scripted == CUT:
                return
            if scripted:
                self._say(scripted)
                continue
            if command == "QUIT":
                self._say("221 bye")
                return
            if command == "RCPT":
                to = line.split("<")[1].split(">")[0]
            if command == "DATA":
                self._say("354 go on")
                body = self._body()
                scripted = box.answer("BODY")
                if scripted == CUT:
                    return
                if not scripted:
                    message = message_from_bytes(body, policy=policy.default)
                    box.taken.append((to, cast("EmailMessage", message)))
                # Taken, and yet the client does not hear of it: what makes a repeat.
                if box.answer("TAKEN") == CUT:
                    return
                self._say(scripted or "250 taken")
                continue
            self._say("250 ok")

    def _say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")

    def _body(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    box: Mailbox


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """A server on a free port of this machine."""
    with _Server(("127.0.0.1", 0), _Talk) as server:
        server.box = Mailbox(port=server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.box
        finally:
            server.shutdown()
            thread.join()
