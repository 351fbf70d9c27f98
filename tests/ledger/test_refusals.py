"""Every code by which a posting is refused, in the documented order, by both ways of the function."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from tests.ledger.conftest import Books

from kefu.ledger import actions, codes
from kefu.ledger.actions import NewTransfer, Posted, Refused

SQL = Path(actions.__file__).parent / "sql" / "post.sql"
MISSING = 888_888_888_888


class Scene:
    """A payer with 1,000, and faults to put into one transfer."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.payer = books.customer(1000)[1]
        self.payee = books.customer()[1]
        self.placed = books.hold(self.payer, self.payee, 100, expires_at=books.now + timedelta(hours=1))
        assert isinstance(books.post(self.placed), Posted)

    def plain(self, *faults: str) -> NewTransfer:
        transfer = self.books.transfer(self.payer, self.payee, 10)
        for fault in faults:
            transfer = self._spoil(transfer, fault)
        return transfer

    def _spoil(self, transfer: NewTransfer, fault: str) -> NewTransfer:
        if fault == "known":
            earlier = self.books.transfer(self.payer, self.payee, 7)
            self.books.post(earlier)
            return replace(transfer, id=earlier.id)
        if fault == "missing":
            return replace(transfer, credit=MISSING)
        if fault == "foreign":
            return replace(transfer, credit=self.books.customer(currency="USD")[1])
        if fault == "same":
            return replace(transfer, credit=transfer.debit)
        if fault == "stopped":
            actions.stop_debits(account=self.payer, now=self.books.now)
        if fault == "closed":
            _, closed = self.books.customer()
            actions.close_account(account=closed, now=self.books.now)
            return replace(transfer, credit=closed)
        if fault == "uncorrected":
            return replace(transfer, corrects=uuid4())
        amounts = {"zero": 0, "negative": -3, "huge": 10**13 + 1, "endless": 10**30, "poor": 901}
        return replace(transfer, amount=amounts.get(fault, transfer.amount))

    def end(self, kind: str, *faults: str) -> NewTransfer:
        transfer = self.books.end(kind, self.placed.id, 10 if kind == "post_hold" else 0)
        for fault in faults:
            if fault == "unknown":
                transfer = replace(transfer, hold_id=uuid4())
            elif fault == "others":
                transfer = replace(transfer, debit=self.payee, credit=self.payer)
            elif fault == "resolved":
                self.books.post(self.books.end("void_hold", self.placed.id))
            elif fault == "more":
                transfer = replace(transfer, amount=101)
            elif fault == "less":
                transfer = replace(transfer, amount=99)
            else:
                transfer = self._spoil(transfer, fault)
        return transfer


@pytest.fixture
def scene(books: Books) -> Scene:
    return Scene(books)


PLAIN = [
    ("exists_with_different_fields", ("known", "missing", "zero", "stopped", "uncorrected")),
    ("account_missing", ("missing", "zero", "stopped", "uncorrected")),
    ("currency_differs", ("foreign", "zero", "stopped", "uncorrected")),
    ("same_account", ("same", "zero", "stopped", "uncorrected")),
    ("amount_not_positive", ("closed", "zero", "stopped", "uncorrected")),
    ("amount_not_positive", ("closed", "negative", "stopped", "uncorrected")),
    ("amount_too_large", ("closed", "huge", "stopped", "uncorrected")),
    ("amount_too_large", ("endless",)),
    ("debits_stopped", ("closed", "stopped", "poor", "uncorrected")),
    ("account_closed", ("closed", "poor", "uncorrected")),
    ("insufficient_funds", ("poor", "uncorrected")),
    ("corrects_missing", ("uncorrected",)),
]

ENDS = [
    ("account_missing", "post_hold", ("missing", "resolved", "more")),
    ("debits_stopped", "post_hold", ("stopped", "resolved", "more")),
    ("hold_missing", "post_hold", ("unknown", "uncorrected")),
    ("hold_missing", "void_hold", ("unknown", "uncorrected")),
    ("hold_accounts_differ", "post_hold", ("others", "resolved", "more", "uncorrected")),
    ("hold_resolved", "post_hold", ("resolved", "more", "uncorrected")),
    ("hold_resolved", "expire", ("resolved", "less", "uncorrected")),
    ("hold_not_due", "expire", ("less", "uncorrected")),
    ("hold_amount_differs", "void_hold", ("less", "uncorrected")),
    ("hold_amount_exceeded", "post_hold", ("more", "uncorrected")),
    ("corrects_missing", "void_hold", ("uncorrected",)),
]


def _count() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_transfer")
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("alone", [True, False], ids=["alone", "in a batch"])
@pytest.mark.parametrize(("code", "faults"), PLAIN, ids=[f"{c}-{len(f)}" for c, f in PLAIN])
def test_plain_transfer(scene: Scene, code: str, faults: tuple[str, ...], alone: bool) -> None:
    spoiled = scene.plain(*faults)
    before = _count()
    company = [] if alone else [scene.books.transfer(scene.books.house("A20"), scene.payee, 5, journal="TOPUP")]
    assert scene.books.post(*company, spoiled) == Refused(len(company), code)
    assert _count() == before


@pytest.mark.parametrize("alone", [True, False], ids=["alone", "in a batch"])
@pytest.mark.parametrize(("code", "kind", "faults"), ENDS, ids=[f"{c}-{k}" for c, k, _ in ENDS])
def test_end_of_a_hold(scene: Scene, code: str, kind: str, faults: tuple[str, ...], alone: bool) -> None:
    spoiled = scene.end(kind, *faults)
    before = _count()
    company = [] if alone else [scene.books.transfer(scene.payer, scene.payee, 5)] if "stopped" not in faults else []
    assert scene.books.post(*company, spoiled) == Refused(len(company), code)
    assert _count() == before


def test_expired_hold_is_not_posted_but_may_be_voided(scene: Scene) -> None:
    later = scene.books.now + timedelta(hours=1)
    assert scene.books.post(scene.end("post_hold", "more"), now=later) == Refused(0, "hold_expired")
    assert isinstance(scene.books.post(scene.end("void_hold"), now=later), Posted)


def test_credits_that_must_not_exceed_debits(scene: Scene) -> None:
    capped = 777_777
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_account (id, code, owner, currency, debits_must_not_exceed_credits,"
            " credits_must_not_exceed_debits, opened_at)"
            " VALUES (%s, 'L10', 'customer:capped', 'CNY', false, true, %s)",
            [capped, scene.books.now],
        )
    into = scene.books.transfer(scene.payer, capped, 5)
    assert scene.books.post(into) == Refused(0, "exceeds_debits")
    lent = scene.books.transfer(capped, scene.payee, 5)
    assert isinstance(scene.books.post(lent, into), Posted)
    assert scene.books.post(scene.books.hold(scene.payer, capped, 1)) == Refused(0, "exceeds_debits")


def test_call_without_transfers_or_with_too_many(scene: Scene) -> None:
    many = [scene.books.transfer(scene.payer, scene.payee, 1) for _ in range(501)]
    assert scene.books.post() == Refused(0, codes.BATCH_SIZE)
    assert scene.books.post(*many) == Refused(0, codes.BATCH_SIZE)
    assert isinstance(scene.books.post(*many[:500]), Posted)


def test_kind_that_does_not_exist(scene: Scene) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT refused_at, code FROM ledger_post(now(), ARRAY[%s]::uuid[], ARRAY[%s]::bigint[],"
            " ARRAY[0]::bigint[], ARRAY[0]::bigint[], ARRAY['TRANSFER'], ARRAY[''], ARRAY[now()],"
            " ARRAY['gift'])",
            [uuid4(), MISSING],
        )
        assert cursor.fetchone() == (0, "kind_unknown")


def test_first_refused_transfer_of_a_batch_gives_the_code(scene: Scene) -> None:
    late, early = scene.plain("missing"), scene.plain("uncorrected")
    assert scene.books.post(scene.plain(), early, late) == Refused(1, "corrects_missing")


def test_codes_are_numbered_as_documented() -> None:
    text = SQL.read_text("utf-8")
    listed = re.search(r"v_codes CONSTANT text\[\] := ARRAY\[(.*?)\]", text, re.DOTALL)
    documented = re.search(r"applies is its code:\n(.*?)\n-- \(before all", text, re.DOTALL)
    assert listed
    assert documented
    assert tuple(re.findall(r"'(\w+)'", listed[1])) == codes.REFUSAL_CODES
    assert tuple(re.findall(r"\w+", documented[1])) == codes.REFUSAL_CODES


def test_every_code_is_reached_by_a_case_above() -> None:
    cases = {code for code, _ in PLAIN} | {code for code, _, _ in ENDS}
    alone = {"kind_unknown", "exists", "exceeds_debits", "hold_expired"}
    assert cases | alone == set(codes.REFUSAL_CODES)


@pytest.mark.parametrize(
    "fields",
    [{"kind": "hold", "hold_id": uuid4()}, {"kind": "void_hold"}, {"journal": "GIFT"}],
    ids=["hold that ends a hold", "end of no hold", "unknown journal"],
)
def test_transfer_that_contradicts_itself_is_not_made(books: Books, fields: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        books.transfer(1, 2, 3, **fields)
