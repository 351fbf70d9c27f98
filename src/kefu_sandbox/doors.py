"""The doors: which request leads where, who may knock, and what is journalled."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from kefu_sandbox import cards, fields, market, moments, moods, movements, pans, signing
from kefu_sandbox.bank import Bank
from kefu_sandbox.messages import recalls
from kefu_sandbox.messages.status_report import status_report
from kefu_sandbox.page import operator
from kefu_sandbox.partners import accounts, catalogue
from kefu_sandbox.refusal import BankRefusal
from kefu_sandbox.statement import channel_file, statement
from kefu_sandbox.traffic import Line
from kefu_sandbox.web import Answer, Request, json_answer

Door = Callable[[Bank, Request, str, int], Answer]


def answer(bank: Bank, request: Request) -> Answer:
    """Answer one request, and write it into the journal (operator's pages and health checks aside)."""
    now = moments.now_ms()
    quiet = request.path in ("/", "/healthz") or request.path.startswith("/operator/")
    try:
        given = operator.answer(bank, request, now=now) if quiet else _signed(bank, request, now=now)
    except BankRefusal as refusal:
        given = refused(refusal)
    if not quiet:
        bank.traffic.write(
            Line(
                at=now,
                direction="in",
                door=f"{request.method} {request.target[:200]}",
                status=None if given.silent else given.status,
                instruction=given.instruction,
                verdict=given.verdict,
            )
        )
    return given


def refused(refusal: BankRefusal) -> Answer:
    """A refusal as JSON."""
    return json_answer(refusal.body(), status=refusal.status, verdict=refusal.code)


def _signed(bank: Bank, request: Request, *, now: int) -> Answer:
    if request.path.startswith("/v1/"):
        with bank.store.read() as db:
            if moods.is_down(db, now=now):
                raise BankRefusal(503, "bank_down", "The bank is closed for repairs.")
    nonce = signing.verify(
        bank.secret,
        request.headers,
        method=request.method,
        path=request.target,
        body=request.body,
        now_s=now // 1000,
    )
    bank.traffic.use_nonce(nonce, now=now)
    known = False
    for method, pattern, door in DOORS[bank.role == "bank"]:
        match = re.fullmatch(pattern, request.path)
        if match and method == request.method:
            return door(bank, request, match.group(1) if match.groups() else "", now)
        known = known or match is not None
    if known:
        raise BankRefusal(405, "method_not_allowed", "This door does not open that way.")
    raise BankRefusal(404, "not_found", "There is no such door.")


def _direction(request: Request) -> str:
    return movements.DEBIT if request.path.startswith("/v1/debits") else movements.PAYOUT


def _submit(bank: Bank, request: Request, _: str, now: int) -> Answer:
    partner = bank.role != "bank"
    named_by = "account_token" if partner else "card_token"
    check = partial(accounts.check_payment, role=bank.role, now=now) if partner else movements.check_card
    order = movements.read_order(
        request.body, direction=_direction(request), now=now, demo=bank.demo, named_by=named_by
    )
    with bank.store.change() as db:
        given = movements.submit(db, order, now=now, demo=bank.demo, check=check)
    bank.wake.set()
    if given.answer is None:
        return Answer(
            status=504, hang_s=given.hang_s, silent=True, instruction=order.instruction, verdict="dropped"
        )
    verdict = "accepted" if not given.hang_s else "accepted, answer withheld"
    return json_answer(
        bank.say(given.answer), status=202, hang_s=given.hang_s, verdict=verdict, instruction=order.instruction
    )


def _query(bank: Bank, request: Request, instruction: str, now: int) -> Answer:
    with bank.store.change() as db:
        found = movements.query(db, instruction=instruction, direction=_direction(request), now=now)
    if isinstance(found, BankRefusal):
        return json_answer(found.body(), status=found.status, verdict=found.code, instruction=instruction)
    return json_answer(bank.say(found), verdict=str(found["status"]), instruction=instruction)


def _open_check(bank: Bank, request: Request, _: str, now: int) -> Answer:
    with bank.store.change() as db:
        return json_answer(
            cards.open_check(db, key=bank.store.card_key, body=request.body, now=now), status=202
        )


def _confirm_check(bank: Bank, request: Request, check: str, now: int) -> Answer:
    with bank.store.change() as db:
        found = cards.confirm_check(db, check=check, body=request.body, now=now)
    return refused(found) if isinstance(found, BankRefusal) else json_answer(found)


def _statement(bank: Bank, request: Request, _: str, now: int) -> Answer:
    with bank.store.read() as db:
        body = statement(db, role=bank.role, date=request.query.get("date", ""), now=now)
    return Answer(status=200, body=body, content_type="application/xml")


def _channel_file(bank: Bank, request: Request, _: str, now: int) -> Answer:
    with bank.store.read() as db:
        body = channel_file(db, role=bank.role, date=request.query.get("date", ""), now=now)
    return Answer(status=200, body=body, content_type="text/csv; charset=utf-8")


def _status_report(bank: Bank, request: Request, _: str, now: int) -> Answer:
    with bank.store.read() as db:
        body = status_report(db, date=request.query.get("date", ""), now=now)
    return Answer(status=200, body=body, content_type="application/xml")


def _ask_back(bank: Bank, request: Request, _: str, now: int) -> Answer:
    wanted = recalls.read(request.body)
    with bank.store.change() as db:
        given = recalls.ask(db, wanted, now=now, demo=bank.demo)
    bank.wake.set()
    if given.answer is None:
        return Answer(status=504, hang_s=given.hang_s, silent=True, instruction=wanted.instruction, verdict="dropped")
    verdict = "received" if not given.hang_s else "received, answer withheld"
    return json_answer(
        given.answer, status=202, hang_s=given.hang_s, verdict=verdict, instruction=wanted.instruction
    )


def _recall(bank: Bank, _: Request, recall: str, now: int) -> Answer:
    with bank.store.read() as db:
        return Answer(status=200, body=recalls.query(db, recall, now=now), content_type="application/xml")


def _deposit(bank: Bank, request: Request, _: str, now: int) -> Answer:
    with bank.store.change() as db:
        return json_answer(movements.deposit(db, body=request.body, now=now, demo=bank.demo), status=201)


def _moods(bank: Bank, _: Request, __: str, now: int) -> Answer:
    with bank.store.read() as db:
        standing = [mood.body() for mood in moods.standing(db, now=now)]
        return json_answer({**moods.current(db, now=now).body(), "moods": standing})


def _set_mood(bank: Bank, request: Request, _: str, now: int) -> Answer:
    with bank.store.change() as db:
        mood = moods.set_mood(db, body=request.body, now=now, owned=bank.store.owns)
    bank.wake.set()
    return json_answer(mood.body(), verdict=mood.scenario)


def _force(bank: Bank, request: Request, _: str, now: int) -> Answer:
    with bank.store.change() as db:
        told = movements.force(db, body=request.body, now=now, demo=bank.demo)
    bank.wake.set()
    return json_answer(bank.say(told), verdict=str(told["status"]), instruction=str(told["instruction"]))


def _events(bank: Bank, request: Request, _: str, __: int) -> Answer:
    limit = request.query.get("limit", "100")
    if not re.fullmatch(r"[0-9]{1,4}", limit):
        raise BankRefusal(422, "limit_invalid", "limit must be a number up to 9999.")
    instruction = request.query.get("instruction")
    lines = bank.traffic.recent(limit=int(limit), instruction=instruction)
    return json_answer({"events": [{**vars(line), "at": moments.iso(line.at)} for line in lines]})


def _codes(bank: Bank, request: Request, _: str, __: int) -> Answer:
    with bank.store.read() as db:
        rows = cards.sent_codes(db, limit=50)
    wanted = request.query.get("check")
    names = ("id", "phone", "last4", "bank", "code")
    return json_answer(
        {
            "codes": [
                {**{name: row[name] for name in names}, "expires_at": moments.iso(row["expires_at"])}
                for row in rows
                if wanted in (None, row["id"])
            ]
        }
    )


def _pan(bank: Bank, request: Request, _: str, __: int) -> Answer:
    wanted = request.query.get("bank", "cmb")
    issuer = next((issuer for issuer in pans.ISSUERS if issuer.key == wanted), None)
    last4, seed = request.query.get("last4"), request.query.get("seed")
    if issuer is None:
        raise BankRefusal(422, "bank_unknown", "bank must be: " + " ".join(i.key for i in pans.ISSUERS))
    if (last4 and not re.fullmatch(r"[0-9]{4}", last4)) or (seed and not re.fullmatch(r"[0-9]{1,15}", seed)):
        raise BankRefusal(422, "last4_invalid", "last4 must be four digits, seed a number.")
    with bank.store.read() as db:
        pan = cards.unused_pan(
            db, key=bank.store.card_key, issuer=issuer, last4=last4, seed=int(seed) if seed else None
        )
    return json_answer({"pan": pan, "bank": issuer.name, "kind": issuer.kind, "last4": pan[-4:]})


def _check_account(bank: Bank, request: Request, _: str, now: int) -> Answer:
    with bank.store.change() as db:
        told = accounts.check(
            db, role=bank.role, key=bank.store.card_key, body=request.body, now=now, demo=bank.demo
        )
    return json_answer(told)


def _number(bank: Bank, request: Request, _: str, __: int) -> Answer:
    payee, seed = catalogue.payee_of(bank.role, request.query.get("payee", "")), request.query.get("seed", "1")
    if payee is None or not re.fullmatch(r"[0-9]{1,9}", seed):
        raise BankRefusal(422, "payee_unknown", "payee must be a company of this house, seed a number.")
    return json_answer({"payee": payee.code, "number": catalogue.sample(payee, seed=int(seed))})


def _rates(bank: Bank, request: Request, _: str, now: int) -> Answer:
    at = now
    if "at" in request.query:
        if not bank.demo:
            raise BankRefusal(422, "history_not_accepted", "Only a bank started with --demo tells of the past.")
        try:
            at = moments.parse_iso(request.query["at"])
        except ValueError as error:
            raise BankRefusal(422, "at_invalid", "at must be a moment with an offset.") from error
    return json_answer(market.rates(bank.market, at=at, now=now))


def _set_market(bank: Bank, request: Request, _: str, now: int) -> Answer:
    return json_answer(market.set_market(bank.market, body=request.body, now=now))


_COMMON: tuple[tuple[str, str, Door], ...] = (
    ("GET", "/v1/statement", _statement),
    ("GET", "/v1/channel-file", _channel_file),
    ("GET", "/sandbox/mood", _moods),
    ("POST", "/sandbox/mood", _set_mood),
    ("POST", "/sandbox/settle", _force),
    ("GET", "/sandbox/events", _events),
)
_PARTNER: tuple[tuple[str, str, Door], ...] = (
    ("POST", "/v1/accounts", _check_account),
    ("POST", "/v1/payments", _submit),
    ("GET", f"/v1/payments/({fields.INSTRUCTION.pattern})", _query),
    ("GET", "/sandbox/number", _number),
)
_BANK: tuple[tuple[str, str, Door], ...] = (
    ("POST", "/v1/debits", _submit),
    ("GET", f"/v1/debits/({fields.INSTRUCTION.pattern})", _query),
    ("POST", "/v1/payouts", _submit),
    ("GET", f"/v1/payouts/({fields.INSTRUCTION.pattern})", _query),
    ("GET", "/v1/status-report", _status_report),
    ("POST", "/v1/recalls", _ask_back),
    ("GET", "/v1/recalls/([A-Za-z0-9]{1,35})", _recall),
    ("POST", "/v1/cards", _open_check),
    ("POST", "/v1/cards/(chk_[0-9a-f]{24})/confirm", _confirm_check),
    ("GET", "/v1/rates", _rates),
    ("POST", "/sandbox/market", _set_market),
    ("POST", "/sandbox/deposit", _deposit),
    ("GET", "/sandbox/codes", _codes),
    ("GET", "/sandbox/pan", _pan),
)
DOORS = {True: (*_BANK, *_COMMON), False: (*_PARTNER, *_COMMON)}
"""Which doors a house has: the bank (True), or a biller or lender."""
