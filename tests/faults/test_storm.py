"""The fault storm at its small size: processes are killed, the bank lies, clients retry; nothing is lost."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kefu.cli.storm.journal import (
    GOODWILL,
    PAYMENT,
    REFUND,
    REPAYMENT,
    TOPUP,
    TRANSFER,
    WITHDRAWAL,
    Journal,
    Wish,
    Words,
)
from kefu.cli.storm.people import Storm
from kefu.cli.storm.verdict import judge
from kefu.cli.throwaway import Installation, clean_environment

ROOT = Path(__file__).resolve().parents[2]
SEED = os.environ.get("KEFU_STORM_SEED", "1")


@pytest.mark.storm
@pytest.mark.row("W-03", "W-05", "C-01", page="/")
def test_nothing_is_lost_doubled_or_stuck_in_a_small_storm() -> None:
    command = [sys.executable, "-m", "kefu.cli", "prove", "faults", "--size", "small", "--seed", SEED, "--json"]
    done = subprocess.run(command, cwd=ROOT, env=clean_environment(), capture_output=True, text=True, timeout=280)
    fields = json.loads(done.stdout.splitlines()[-1])
    assert fields["violations"] == []
    assert done.returncode == 0
    assert fields["kills"] >= 6
    assert fields["messages_acknowledged"] > 0
    assert fields["money_acknowledged"] > 0
    nothing = ("messages_lost", "messages_doubled", "money_lost", "money_doubled", "imbalance", "stuck")
    assert {name: fields[name] for name in nothing} == dict.fromkeys(nothing, 0)


class Books(Installation):
    """An installation of which only what it answers is there: to see that the verdict sees."""

    def __init__(self, answers: dict[str, list[tuple[object, ...]]], bank: str = "SUCCEEDED") -> None:
        self.answers, self.says = answers, bank

    def query(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        text = f"{statement} {values}"
        return next((rows for part, rows in self.answers.items() if part in text), [(0,)] if "stands" in text else [])

    def bank(self, method: str, path: str, value: object = None, *, house: str = "") -> dict[str, str]:
        return {"status": self.says}


def _verdict(journal: Journal, answers: dict[str, list[tuple[object, ...]]], bank: str = "SUCCEEDED") -> str:
    return "\n".join(judge(Storm(Books(answers, bank), journal, seed=1)).lines())


def test_verdict_sees_a_lost_a_doubled_and_a_disordered_message() -> None:
    journal = Journal()
    for token in ("〔b〕", "〔c〕", "〔d〕", "〔f〕"):
        journal.say(Words(token, "+8613900000000", token, told=True))
    said = _verdict(journal, {"desk_message": [("〔c〕",), ("〔c〕",), ("〔f〕",), ("〔d〕",)]})
    assert "messages_lost: 〔b〕" in said
    assert "messages_doubled: 〔c〕" in said
    assert "messages_disordered: 〔f〕" in said


def test_verdict_sees_money_that_the_bank_took_and_nobody_got() -> None:
    journal = Journal()
    journal.wish(Wish(TOPUP, "+86", 20_001, "key", order="o", told=True))
    answers = {"kind = %s ('topup'": [(20_001, "o", "SUBMITTED")], "rails_instruction": [("order:o", "i")]}
    assert "money_lost: topup o 20001: order SUBMITTED, bank took it" in _verdict(journal, answers)
    posted = answers | {"('TOPUP'": [("order:o", 2)], "kind = %s ('topup'": [(20_001, "o", "SUCCEEDED")]}
    assert "money_doubled: topup o 20001" in _verdict(journal, posted)
    assert "money_doubled: topup o 20001" in _verdict(journal, posted | {"('TOPUP'": [("order:o", 1)]}, "FAILED")


def test_verdict_sees_a_transfer_that_went_although_it_was_cancelled() -> None:
    journal = Journal()
    journal.wish(Wish(TRANSFER, "+86", 501, "key", order="o", told=True, told_cancelled=True))
    answers = {"kind = %s ('transfer'": [(501, "o", "SUCCEEDED")], "('TRANSFER'": [("order:o", 1)]}
    assert "money_doubled: transfer o 501: SUCCEEDED, 1 postings, told cancelled" in _verdict(journal, answers)


def test_verdict_sees_a_withdrawal_that_left_without_the_books_or_came_back_unseen() -> None:
    journal = Journal()
    journal.wish(Wish(WITHDRAWAL, "+86", 301, "key", order="o", told=True))
    failed = {"kind = %s ('withdrawal'": [(301, "o", "FAILED")], "rails_instruction": [("order:o", "i")]}
    assert "money_lost: withdrawal o 301: order FAILED, bank SUCCEEDED" in _verdict(journal, failed)
    paid = failed | {"kind = %s ('withdrawal'": [(301, "o", "SUCCEEDED")], "('WITHDRAW'": [("order:o", 1)]}
    assert _verdict(journal, paid) == ""
    assert "money_lost: withdrawal o 301" in _verdict(journal, paid, "RETURNED")
    back = paid | {"kind = %s ('withdrawal'": [(301, "o", "RETURNED")], "WITHDRAW_RETURN": [("order:o", 2)]}
    assert "money_doubled: withdrawal o 301" in _verdict(journal, back, "RETURNED")


def test_verdict_sees_a_sale_paid_twice_and_a_refund_given_twice() -> None:
    journal = Journal()
    journal.wish(Wish(PAYMENT, "+86", 201, "key", order="o", told=True))
    journal.wish(Wish(REFUND, "seller", 7, "key", told=True))
    paid = {"kind = %s ('payment'": [(201, "o", "SUCCEEDED")], "kind = %s ('refund'": [(7, "r", "SUCCEEDED")]}
    assert _verdict(journal, paid | {"d.code": [("order:o", 201), ("order:r", -7)]}) == ""
    wrong = _verdict(journal, paid | {"d.code": [("order:o", 402), ("order:r", -14)]})
    assert "money_lost: payment o 201: SUCCEEDED: 402 left the wallet, not 201" in wrong
    assert "money_doubled: refund 7 r: SUCCEEDED: -14 left the wallet, not -7" in wrong
    twice = paid | {"kind = %s ('payment'": [(201, "o", "SUCCEEDED"), (201, "p", "SUCCEEDED")]}
    assert "money_doubled: payment 201 of +86: 2 orders" in _verdict(journal, twice | {"d.code": [("order:r", -7)]})
    assert "money_lost: refund 7: told, and is []" in _verdict(journal, {})


def test_verdict_sees_a_repayment_that_the_lender_never_posted() -> None:
    journal = Journal()
    journal.wish(Wish(REPAYMENT, "+86", 150, "key", order="o", told=True))
    stands = {"kind = %s ('repayment'": [(150, "o", "SUCCEEDED")], "rails_instruction": [("order:o", "i")]}
    stands = {"id::text, fee": [("o", 10)], **stands, "d.code": [("order:o", 160)]}
    assert _verdict(journal, stands, "POSTED") == ""
    assert "money_lost: repayment o 150: order SUCCEEDED, lender REVERSED" in _verdict(journal, stands, "REVERSED")
    kept = stands | {"kind = %s ('repayment'": [(150, "o", "RETURNED")]}
    assert "lender REVERSED: 160 left the wallet, not 0" in _verdict(journal, kept, "REVERSED")


def test_verdict_sees_a_credit_paid_twice_and_one_never_paid() -> None:
    journal = Journal()
    journal.wish(Wish(GOODWILL, "staff 1024", 301, "once", told=True))
    journal.wish(Wish(GOODWILL, "staff 1024", 302, "never", told=True))
    twice = {"kind = %s ('goodwill'": [(301, "a", "SUCCEEDED"), (301, "b", "SUCCEEDED")]}
    said = _verdict(journal, twice | {"('GOODWILL'": [("order:a", 1), ("order:b", 1)]})
    assert "money_doubled: goodwill 301" in said
    assert "money_lost: goodwill 302" in said
