"""The HTTP server: threads of the standard library, loopback only, small bodies only."""

from __future__ import annotations

import socket
import sys
import traceback
from collections.abc import Sequence
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

from kefu_sandbox import doors
from kefu_sandbox.bank import Bank
from kefu_sandbox.refusal import BankRefusal
from kefu_sandbox.web import Answer, Request, json_answer

LARGEST_BODY = 65_536


class BankServer(ThreadingHTTPServer):
    """Listens on 127.0.0.1; a request that hangs on purpose keeps only its own thread."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, bank: Bank, port: int, partners: Sequence[Bank] = ()) -> None:
        self.bank = bank
        self.partners = partners
        super().__init__(("127.0.0.1", port), Handler)

    def house_of(self, request: Request) -> tuple[Bank, Request]:
        """Whose request it is, by its path, and the request as that house reads it; signed is the whole target."""
        for house in self.partners:
            if request.path.startswith(f"{house.prefix}/"):
                return house, replace(request, path=request.path.removeprefix(house.prefix))
        return self.bank, request

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002 - as inherited
        """A caller that went away is no event; anything else is printed."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            traceback.print_exc(file=sys.stderr)


class Handler(BaseHTTPRequestHandler):
    """Reads one request, asks the doors, writes the answer."""

    server: BankServer
    protocol_version = "HTTP/1.1"
    server_version = "SandboxBank"
    sys_version = ""
    timeout = 30
    wbufsize = -1  # one write an answer: head and body in one packet

    def setup(self) -> None:
        """Answers are small; do not let the kernel wait for more."""
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def do_GET(self) -> None:
        """GET."""
        self._serve()

    def do_POST(self) -> None:
        """POST."""
        self._serve()

    do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = do_POST  # noqa: N815 - the library's names

    def _serve(self) -> None:
        try:
            request = self._read()
        except BankRefusal as refusal:
            self.close_connection = True
            self._write(doors.refused(refusal))
            return
        try:
            answer = doors.answer(*self.server.house_of(request))
        except Exception:
            traceback.print_exc(file=sys.stderr)
            answer = json_answer({"code": "internal", "message": "The bank failed."}, status=500)
        if answer.hang_s:
            self.server.bank.closing.wait(answer.hang_s)
        if answer.silent or (answer.hang_s and self.server.bank.closing.is_set()):
            self.close_connection = True
        else:
            self._write(answer)

    def _read(self) -> Request:
        length = self.headers.get("Content-Length")
        if "Transfer-Encoding" in self.headers or (self.command == "POST" and length is None):
            raise BankRefusal(411, "length_required", "Send Content-Length, no transfer coding.")
        if length is not None and not (length.isascii() and length.isdigit() and len(length) < 12):
            raise BankRefusal(400, "length_invalid", "Content-Length must be a number.")
        if int(length or 0) > LARGEST_BODY:
            raise BankRefusal(413, "body_too_large", f"At most {LARGEST_BODY} bytes.")
        body = self.rfile.read(int(length or 0))
        try:
            url = urlsplit(self.path)
        except ValueError as error:
            raise BankRefusal(400, "target_invalid", "This is not an address.") from error
        return Request(
            method=self.command,
            target=self.path,
            path=unquote(url.path),
            query=dict(parse_qsl(url.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
        )

    def _write(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """Requests stand in the bank's own journal, not on the terminal."""
