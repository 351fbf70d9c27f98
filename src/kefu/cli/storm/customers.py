"""Customers: they sign up, link a card, move money, ask, and press the same button twice."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

import httpx

from kefu.cli.storm.browser import Answer, NothingKnownError
from kefu.cli.storm.journal import PAYMENT, REPAYMENT, TOPUP, TRANSFER, WITHDRAWAL, Wish, Words
from kefu.cli.storm.people import ORDER_AT, Client, Storm

LENDER = "lender"
PASSWORD = "orchard-window-silver-58"
QUESTIONS = (
    "充了钱还没到账",
    "刚才那笔转账对方收到了吗",
    "我的余额是多少",
    "手续费怎么收",
    "昨天的充值什么时候到",
    "why is my top-up still pending",
    "谢谢",
    "转错人了怎么办",
    "提现怎么还没到卡上",
)


class Customer(Client):
    """One customer with a phone of their own. Amounts are unlike all others, to be found again."""

    def __init__(self, storm: Storm, number: int) -> None:
        super().__init__(storm, f"customer {number}")
        self.phone = f"+861391{storm.seed % 1000:03d}{number:04d}"
        self.person = "甲乙丙丁戊己庚辛壬癸"[number % 10] + "客"
        self.card = ""
        self.credit_card = ""
        self.seq: dict[str, int] = {}

    # -- coming in

    def begin(self) -> None:
        while not self._is_in():
            self._sign_up()
        self.storm.phones.append(self.phone)
        while not self._has_card():
            self._link_card()

    def _is_in(self) -> bool:
        return self.get("/me/").status == 200

    def _sign_up(self) -> None:
        self.get("/signup/")
        self.post("/signup/", {"phone": self.phone, "send": "1", "next": "/"})
        codes = self._codes()
        if codes:
            fields = {"phone": self.phone, "code": codes[-1], "name": self.person, "password": PASSWORD}
            answer = self.post("/signup/", fields | {"next": "/"})
            # A code that was used by a try whose answer was lost is no longer good: the account is there.
            if answer.status != 302:
                self.get("/signin/")
                self.post("/signin/", {"phone": self.phone, "password": PASSWORD, "next": "/"})

    def _codes(self) -> list[str]:
        for _ in range(40):
            codes = self.storm.place.sms_codes(self.phone)
            if codes:
                return codes
            self.pause(0.5)
        return []

    def _has_card(self) -> bool:
        page = self.get("/topup/")
        self.card = page.hidden("card") if page.status == 200 else ""
        return bool(self.card)

    def _link_card(self) -> None:
        try:
            pan = self.storm.place.pan()
        except httpx.HTTPError:
            self.pause(0.5)
            return
        self.get("/cards/new/")
        asked = self.post("/cards/new/", {"holder": self.person, "pan": pan, "phone": self.phone})
        if asked.status != 302:
            self.pause(0.5)
            return
        page = self._until(asked.location, lambda page: 'name="code"' in page.text)
        code = self._bank_code() if page else ""
        if page and code:
            self.post(asked.location, {"code": code})
            self._until(asked.location, lambda page: "hx-trigger" not in page.text.split('id="check"')[-1])

    def _until(self, path: str, seen: Callable[[Answer], bool]) -> Answer | None:
        for _ in range(30):
            page = self.get(path)
            if seen(page):
                return page
            self.pause(0.5)
        return None

    def _bank_code(self) -> str:
        try:
            codes = self.storm.place.bank("GET", "/sandbox/codes")["codes"]
        except httpx.HTTPError:
            return ""
        return next((str(code["code"]) for code in codes if code["phone"].endswith(self.phone[-4:])), "")

    # -- at work

    def act(self) -> None:
        roll = self.dice.random()
        if roll < 0.28:
            self.say(self.dice.choice(QUESTIONS))
        elif roll < 0.46:
            self.top_up()
        elif roll < 0.58:
            self.transfer()
        elif roll < 0.65:
            self.withdraw()
        elif roll < 0.74:
            self.buy()
        elif roll < 0.80:
            self.repay()
        elif roll < 0.86:
            self.cancel()
        elif roll < 0.95:
            self.post("/chat/human", {"key": str(uuid4())})
        else:
            self.look()

    def say(self, text: str) -> None:
        """Send a message under its own id until it is acknowledged; now and then once more after that."""
        words = Words(self.storm.token(), self.phone, str(uuid4()))
        fields = {"id": words.message_id, "body": f"{text} {words.token}"}
        fields["at"] = datetime.now(UTC).isoformat()
        self.journal.say(words)
        for _ in range(2 if self.dice.random() < 0.2 else 1):
            answer = self._sent(fields)
            if answer.status == 202 and answer.json().get("id") == words.message_id:
                words.told = True
            elif words.told:
                self.journal.complain(f"the same message was answered {answer.status} the second time")

    def _sent(self, fields: dict[str, str]) -> Answer:
        def once() -> Answer:
            answer = self.browser.post("/chat/messages", fields, script=True)
            if answer.status == 429:
                # Too fast: not acknowledged, to be tried again like no answer at all.
                raise NothingKnownError("429")
            return answer

        return self.browser.patiently(once)

    def top_up(self) -> None:
        wish = Wish(TOPUP, self.phone, 20_000 + self.storm.number(), "")
        page = self.post("/topup/", {"card": self.card, "amount": _yuan(wish.amount)})
        wish.key = page.hidden("key")
        if not wish.key:
            self.journal.count("refused")
            return
        self.journal.wish(wish)
        self._order(wish, "/topup/pay", {"key": wish.key, "card": self.card, "amount": str(wish.amount)})

    def withdraw(self) -> None:
        wish = Wish(WITHDRAWAL, self.phone, 300 + self.storm.number(), "")
        page = self.post("/withdraw/", {"card": self.card, "amount": _yuan(wish.amount)})
        quote, wish.key = page.hidden("quote"), page.hidden("key")
        if not (quote and wish.key):
            self.journal.count("refused")
            return
        self.journal.wish(wish)
        self._order(wish, "/withdraw/pay", {"key": wish.key, "quote": quote})

    def transfer(self) -> None:
        others = [phone for phone in list(self.storm.phones) if phone != self.phone]
        if not others:
            return
        mode = "two_hours" if self.dice.random() < 0.5 else "now"
        wish = Wish(TRANSFER, self.phone, 500 + self.storm.number(), "", mode=mode)
        form = {"phone": self.dice.choice(others), "amount": _yuan(wish.amount), "mode": mode, "remark": ""}
        page = self.post("/transfer/confirm/", form)
        quote, wish.key = page.hidden("quote"), page.hidden("key")
        if not (quote and wish.key):
            self.journal.count("refused")
            return
        self.journal.wish(wish)
        self._order(wish, "/transfer/send", {"key": wish.key, "quote": quote})

    def buy(self) -> None:
        """Pay for a sale that others may pay for at the same moment: one of them does."""
        if not self.storm.offers:
            return
        link, amount = self.dice.choice(self.storm.offers)
        wish = Wish(PAYMENT, self.phone, amount, "")
        page = self.post(link, {})
        quote, wish.key = page.hidden("quote"), page.hidden("key")
        if quote and wish.key:
            self.journal.wish(wish)
            self._order(wish, f"{link}confirm", {"key": wish.key, "quote": quote})
        else:
            self.journal.count("refused")
        if (link, amount) in self.storm.offers:
            self.storm.offers.remove((link, amount))

    def repay(self) -> None:
        """A part of what is owed on a credit card, late or not."""
        if not self.credit_card:
            try:
                told = self.storm.place.bank(
                    "GET", f"/sandbox/number?payee=cmb_card&seed={self.storm.number()}", house=LENDER
                )
            except httpx.HTTPError:
                return
            self.credit_card = str(told["number"])
        asked = self.post("/repay/", {"payee": "cmb_card", "number": self.credit_card})
        page = self._until(asked.location, lambda page: 'name="choice"' in page.text) if asked.location else None
        wish = Wish(REPAYMENT, self.phone, 100 + self.storm.number(), "")
        if page:
            page = self.post(asked.location, {"choice": "other", "amount": _yuan(wish.amount)})
        quote, wish.key = (page.hidden("quote"), page.hidden("key")) if page else ("", "")
        if not (quote and wish.key):
            self.journal.count("refused")
            return
        self.journal.wish(wish)
        self._order(wish, "/bills/pay", {"key": wish.key, "quote": quote, "late": "yes"})

    def _order(self, wish: Wish, path: str, fields: dict[str, str]) -> None:
        """Send the order, the same key each time; sometimes twice although the first was answered."""
        for _ in range(2 if self.dice.random() < 0.25 else 1):
            answer = self.post(path, fields)
            found = ORDER_AT.match(answer.location)
            if answer.status != 302 or not found:
                if wish.told:
                    self.journal.complain(f"{path} told an order, then answered {answer.status}")
                wish.told_refused = wish.told_refused or str(answer.status)
                return
            if wish.order not in ("", found[1]):
                self.journal.complain(f"{path} made two orders of one key: {wish.order} and {found[1]}")
            wish.order, wish.told = found[1], True

    def cancel(self) -> None:
        own = [w for w in self.journal.of(TRANSFER) if w.who == self.phone and w.mode != "now" and w.told]
        waiting = [w for w in own if not w.told_cancelled]
        if not waiting:
            return
        wish = self.dice.choice(waiting)
        answer = self.post(f"/orders/{wish.order}/cancel", {})
        if answer.status == 302 and ORDER_AT.match(answer.location):
            wish.told_cancelled = True

    def look(self) -> None:
        """Pages answer or say honestly that they cannot now; one's own orders never look like none."""
        told = [w.order for w in self.journal.wishes if w.who == self.phone and w.told]
        path = f"/orders/{self.dice.choice(told)}/" if told and self.dice.random() < 0.5 else "/"
        page = self.get(path)
        if page.status != 200:
            self.journal.complain(f"{path} answered {page.status} to its own customer")

    def finish(self) -> None:
        for wish in [w for w in self.journal.wishes if w.who == self.phone and w.told][-5:]:
            if self.get(f"/orders/{UUID(wish.order)}/").status != 200:
                self.journal.complain(f"order {wish.order} looks like none to its customer")


def _yuan(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"
