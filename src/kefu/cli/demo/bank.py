"""The demo's hand on the sandbox bank, biller and lender: their mood, test cards and accounts, the codes sent."""

import json
from typing import Any

import httpx
from django.conf import settings

from kefu.core import clock
from kefu.rails.connectors import signing


class Bank:
    """Signed calls to the sandbox doors of the bank, or of the `house` beside it (biller, lender)."""

    def __init__(self, house: str = "") -> None:
        self.house = house
        self.client = httpx.Client(base_url=settings.SANDBOX_BANK_URL, trust_env=False, timeout=10)

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        content = b"" if body is None else json.dumps(body).encode()
        secret = settings.SANDBOX_BANK_SECRET.encode()
        if self.house:
            path, secret = f"/{self.house}{path}", signing.house_secret(secret, self.house)
        headers = signing.signed_headers(secret, method=method, path=path, body=content, now=clock.now())
        answer = self.client.request(method, path, content=content, headers=headers)
        answer.raise_for_status()
        return dict(answer.json())

    def mood(self, scenario: str | None, **params: Any) -> None:
        """How the bank takes debits from now on; None: as it pleases (sunny)."""
        self._call("POST", "/sandbox/mood", {"scenario": scenario, "seed": 1, "params": params})

    def card_number(self, bank: str, last4: str) -> str:
        return str(self._call("GET", f"/sandbox/pan?bank={bank}&last4={last4}")["pan"])

    def code_for(self, last4: str) -> str:
        """The six digits that the bank sent last for a card ending so."""
        codes = self._call("GET", "/sandbox/codes")["codes"]
        return str(next(one["code"] for one in codes if one["last4"] == last4))

    def account_number(self, payee: str, *, seed: int) -> str:
        """The number of an account at a company that this house stands for, not due on the day of asking."""
        for one in range(seed, seed + 50):
            number = str(self._call("GET", f"/sandbox/number?payee={payee}&seed={one}")["number"])
            if number[-2] != "0":
                break
        return number

    def settle(self, instruction: str, status: str, **more: str) -> None:
        """The bank decides what is still under way, or has a payout come back, and its callback gets lost."""
        wanted = {"instruction": instruction, "status": status, "callback": "lose", **more}
        self._call("POST", "/sandbox/settle", wanted)
