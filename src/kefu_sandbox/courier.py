"""The bank's own clockwork: settles what is due and carries callbacks to the listener."""

from __future__ import annotations

import http.client
import json
import sys
import threading
import traceback
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import urlsplit

from kefu_sandbox import callbacks, moments, moods, movements
from kefu_sandbox.bank import Bank
from kefu_sandbox.callbacks import Callback
from kefu_sandbox.messages import recalls
from kefu_sandbox.signing import EVENT, WINDOW_S, signed_headers
from kefu_sandbox.traffic import Line

CARRIERS = 4
ANSWER_WITHIN_S = 5
LONGEST_NAP_S = 2.0


class Courier(threading.Thread):
    """One thread that looks what is due, and a few that carry. A carrier that hangs delays no other."""

    def __init__(self, bank: Bank) -> None:
        super().__init__(name="courier", daemon=True)
        self._bank = bank
        self._carriers = ThreadPoolExecutor(CARRIERS, thread_name_prefix="carrier")
        self._claimed: set[int] = set()
        self._lock = threading.Lock()

    def run(self) -> None:
        """Until the bank closes."""
        while not self._bank.closing.is_set():
            try:
                nap = self._round()
            except Exception:
                # A full disk or a locked file must not end the clockwork: say so and try again.
                traceback.print_exc(file=sys.stderr)
                nap = 1.0
            self._bank.wake.wait(nap)
            self._bank.wake.clear()
        self._carriers.shutdown(wait=False, cancel_futures=True)

    def _round(self) -> float:
        """Do what is due now; how many seconds until more is."""
        now = moments.now_ms()
        with self._lock:
            claimed = frozenset(self._claimed)
        with self._bank.store.change() as db:
            if moods.is_down(db, now=now):
                return LONGEST_NAP_S
            settled = movements.settle_due(db, now=now, limit=200)
            if self._bank.role == "bank":
                settled += recalls.work_off(db, now=now, limit=200)
            waiting = callbacks.due(db, now=now, claimed=claimed, limit=2 * CARRIERS - len(claimed))
            due = [replace(callback, body=self._said(callback)) for callback in waiting]
            nexts = [movements.next_settlement(db), callbacks.next_due(db)]
            nexts += [recalls.next_due(db)] if self._bank.role == "bank" else []
            coming = [moment for moment in nexts if moment]
        for callback in due:
            with self._lock:
                self._claimed.add(callback.seq)
            self._carriers.submit(self._carry, callback)
        if settled:
            return 0.0
        later = [moment - now for moment in coming if moment > now]
        return min([LONGEST_NAP_S, *(gap / 1000 for gap in later)])

    def _carry(self, callback: Callback) -> None:
        try:
            sent = self._headers(callback)
            status, verdict = self._post(callback, sent)
            now = moments.now_ms()
            with self._bank.store.change() as db:
                callbacks.record(db, callback, status=status, verdict=verdict, sent=sent, now=now)
            self._bank.traffic.write(
                Line(
                    at=now,
                    direction="out",
                    door=f"POST {self._bank.callback_url}",
                    instruction=callback.instruction,
                    event=callback.event,
                    kind=callback.kind,
                    status=status,
                    verdict=verdict,
                )
            )
        except Exception:
            # Still waiting in the books: it will be carried again, but not in a tight circle.
            if not self._bank.closing.wait(1.0):
                traceback.print_exc(file=sys.stderr)
        finally:
            with self._lock:
                self._claimed.discard(callback.seq)
            self._bank.wake.set()

    def _said(self, callback: Callback) -> bytes:
        if callback.body.startswith(b"<"):
            return callback.body
        return json.dumps(self._bank.say(json.loads(callback.body))).encode()

    def _headers(self, callback: Callback) -> dict[str, str]:
        """Signed afresh for every attempt; forged as the kind says; a replay is sent as it once was."""
        if callback.headers is not None:
            return dict(callback.headers)
        at_s = moments.now_ms() // 1000 - (2 * WINDOW_S if callback.kind == "stale" else 0)
        url = urlsplit(self._bank.callback_url)
        path = url.path + (f"?{url.query}" if url.query else "")
        secret = self._bank.secret if callback.kind != "bad_signature" else b"not the secret of this bank"
        headers = signed_headers(secret, method="POST", path=path, body=callback.body, at_s=at_s)
        kind = "application/xml" if callback.body.startswith(b"<") else "application/json"
        return {**headers, EVENT: callback.event, "Content-Type": kind}

    def _post(self, callback: Callback, headers: Mapping[str, str]) -> tuple[int | None, str]:
        url = urlsplit(self._bank.callback_url)
        kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
        path = url.path + (f"?{url.query}" if url.query else "")
        connection = kind(url.hostname or "", url.port, timeout=ANSWER_WITHIN_S)
        try:
            connection.request("POST", path, body=callback.body, headers=dict(headers))
            response = connection.getresponse()
            response.read(65_536)
            return response.status, "heard" if response.status == 200 else "refused"
        except (OSError, http.client.HTTPException) as error:
            return None, f"no answer ({type(error).__name__})"
        finally:
            connection.close()
