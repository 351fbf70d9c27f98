"""After the storm: what every client was told against what the database and the bank say."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from kefu.cli.storm.journal import GOODWILL, PAYMENT, REFUND, REPAYMENT, TOPUP, TRANSFER, WITHDRAWAL, Journal, Wish
from kefu.cli.storm.people import Storm

TOKEN = re.compile("〔[a-z]+〕")
OVER = ("SUCCEEDED", "FAILED", "CANCELLED", "RETURNED")

_STUCK = {
    "order": "SELECT no || ' ' || kind || ' ' || status FROM wallet_order WHERE NOT status = ANY(%s)",
    "case": "SELECT no || ' ' || status FROM cases_case WHERE status IN ('OPEN', 'WAITING')",
    "proposal": "SELECT id::text FROM cases_proposal WHERE status = 'PROPOSED'",
    "incoming": "SELECT id::text FROM channels_incoming WHERE handled_at IS NULL",
    "event": "SELECT id::text || ' ' || kind FROM core_outboxevent WHERE position IS NULL",
    "notice": "SELECT id::text FROM notices_outgoing WHERE status = 'WAITING'",
    "job": """
        SELECT j.id::text || ' ' || j.task_name || ' ' || j.status || ' after ' || j.attempts
        FROM procrastinate_jobs j
        WHERE j.status = 'failed' OR (j.status IN ('todo', 'doing') AND EXISTS (
            SELECT FROM procrastinate_events e
            WHERE e.job_id = j.id AND e.type = 'deferred' AND e.at < now() - interval '15 seconds'))""",
}


@dataclass
class Verdict:
    """What was found wrong, each as a line; empty lists are good."""

    messages_lost: list[str] = field(default_factory=list)
    messages_doubled: list[str] = field(default_factory=list)
    messages_disordered: list[str] = field(default_factory=list)
    money_lost: list[str] = field(default_factory=list)
    money_doubled: list[str] = field(default_factory=list)
    imbalance: int = 0

    def lines(self) -> list[str]:
        """All of it, for a person."""
        named = {name: value for name, value in vars(self).items() if isinstance(value, list)}
        said = [f"{name}: {line}" for name, lines in named.items() for line in lines]
        return said + ([f"imbalance: {self.imbalance} fen"] if self.imbalance else [])


def judge(storm: Storm) -> Verdict:
    """Compare everything. The bank and the database must be up."""
    verdict = Verdict()
    _judge_messages(storm, verdict)
    _judge_topups(storm, verdict)
    _judge_withdrawals(storm, verdict)
    _judge_transfers(storm, verdict)
    _judge_goodwill(storm, verdict)
    _judge_payments(storm, verdict)
    _judge_refunds(storm, verdict)
    _judge_repayments(storm, verdict)
    verdict.imbalance = _imbalance(storm)
    return verdict


def stuck(storm: Storm) -> list[str]:
    """What is not at its end: orders, cases, proposals, messages, events, mails and jobs."""
    found = []
    for what, statement in _STUCK.items():
        values = [list(OVER)] if "%s" in statement else []
        found += [f"{what} {row[0]}" for row in storm.place.query(statement, *values)]
    return found


def _judge_messages(storm: Storm, verdict: Verdict) -> None:
    rows = storm.place.query(
        "SELECT m.body FROM desk_message m JOIN desk_conversation c ON c.id = m.conversation_id "
        "WHERE m.kind = 'text' AND m.author_kind IN ('customer', 'staff') ORDER BY c.opened_at, c.id, m.seq"
    )
    tokens = [token for (body,) in rows for token in TOKEN.findall(body)]
    seen, place = Counter(tokens), {token: number for number, token in enumerate(tokens)}
    last: dict[str, int] = {}
    for words in storm.journal.words:
        times = seen[words.token]
        if words.told and not times:
            verdict.messages_lost.append(f"{words.token} of {words.author}")
        if times > 1:
            verdict.messages_doubled.append(f"{words.token} of {words.author}: {times} times")
        if words.told and times and not words.author.startswith("staff"):
            # One customer has one timeline, and sends the next only after the last was acknowledged.
            if place[words.token] < last.get(words.author, -1):
                verdict.messages_disordered.append(f"{words.token} of {words.author}")
            last[words.author] = place[words.token]


def _orders(storm: Storm, kind: str) -> dict[int, list[tuple[str, str]]]:
    """Orders of a kind by their amount: (id, status)."""
    found: dict[int, list[tuple[str, str]]] = {}
    rows = storm.place.query("SELECT amount, id, status FROM wallet_order WHERE kind = %s", kind)
    for amount, order, status in rows:
        found.setdefault(amount, []).append((str(order), status))
    return found


def _effects(storm: Storm, journal: str) -> Counter[str]:
    """How often each order moved money finally under this journal."""
    rows = storm.place.query(
        "SELECT order_ref, count(*) FROM ledger_transfer "
        "WHERE journal = %s AND kind IN ('post', 'post_hold') AND corrects IS NULL GROUP BY 1",
        journal,
    )
    return Counter({str(ref).removeprefix("order:"): int(times) for ref, times in rows})


def _the_one(wish: Wish, found: Sequence[tuple[str, str]], verdict: Verdict) -> tuple[str, str] | None:
    """The only order of a wish; more than one, or none although one was told, is written down."""
    line = f"{wish.kind} {wish.amount} of {wish.who}"
    if len(found) > 1:
        verdict.money_doubled.append(f"{line}: {len(found)} orders")
    if wish.told and wish.order not in [order for order, _status in found]:
        verdict.money_lost.append(f"{line}: told {wish.order}, which is not there")
    return found[0] if len(found) == 1 else None


def _judge_topups(storm: Storm, verdict: Verdict) -> None:
    orders, effects = _orders(storm, TOPUP), _effects(storm, "TOPUP")
    instructions = _instructions(storm)
    for wish in storm.journal.of(TOPUP):
        one = _the_one(wish, orders.get(wish.amount, []), verdict)
        if one is None:
            continue
        order, status = one
        taken = _bank_says(storm, instructions.get(order, "")) == "SUCCEEDED"
        line = f"topup {order} {wish.amount}: order {status}, bank {'took' if taken else 'did not take'} it"
        if taken and (effects[order] < 1 or status != "SUCCEEDED"):
            verdict.money_lost.append(f"{line}, {effects[order]} postings")
        if effects[order] > (1 if taken else 0):
            verdict.money_doubled.append(f"{line}, {effects[order]} postings")


def _instructions(storm: Storm) -> dict[str, str]:
    """The number under which the bank knows each order."""
    rows = storm.place.query("SELECT order_ref, id FROM rails_instruction")
    return {str(ref).removeprefix("order:"): str(number) for ref, number in rows}


def _judge_withdrawals(storm: Storm, verdict: Verdict) -> None:
    """What the bank paid has left once, what it gave back has come back once, and nothing else did."""
    orders, instructions = _orders(storm, WITHDRAWAL), _instructions(storm)
    paid, back = _effects(storm, "WITHDRAW"), _effects(storm, "WITHDRAW_RETURN")
    wanted = {"SUCCEEDED": ("SUCCEEDED", 1, 0), "RETURNED": ("RETURNED", 1, 1)}
    for wish in storm.journal.of(WITHDRAWAL):
        one = _the_one(wish, orders.get(wish.amount, []), verdict)
        if one is None:
            continue
        order, status = one
        truth = _bank_says(storm, instructions.get(order, ""), door="payouts")
        ends, leaves, returns = wanted.get(truth, ("FAILED", 0, 0))
        line = f"withdrawal {order} {wish.amount}: order {status}, bank {truth or 'knows nothing'},"
        line += f" {paid[order]} payments, {back[order]} returns"
        if back[order] < returns or paid[order] > leaves or status != ends:
            verdict.money_lost.append(line)
        if back[order] > returns or paid[order] < leaves:
            verdict.money_doubled.append(line)


def _bank_says(storm: Storm, instruction: str, *, door: str = "debits", house: str = "") -> str:
    """The truth about one debit, payout or payment; '' when the bank (or the lender) does not know it."""
    try:
        told: dict[str, Any] = storm.place.bank("GET", f"/v1/{door}/{instruction}", house=house)
    except httpx.HTTPStatusError as refused:
        if refused.response.status_code == 404:
            return ""
        raise
    return str(told["status"])


def _judge_transfers(storm: Storm, verdict: Verdict) -> None:
    orders, effects = _orders(storm, TRANSFER), _effects(storm, "TRANSFER")
    for wish in storm.journal.of(TRANSFER):
        one = _the_one(wish, orders.get(wish.amount, []), verdict)
        if one is None:
            continue
        order, status = one
        line = f"transfer {order} {wish.amount}: {status}, {effects[order]} postings"
        wanted = 1 if status == "SUCCEEDED" else 0
        if effects[order] > wanted or (wish.told_cancelled and effects[order]):
            verdict.money_doubled.append(line + (", told cancelled" if wish.told_cancelled else ""))
        if effects[order] < wanted:
            verdict.money_lost.append(line)


def _judge_goodwill(storm: Storm, verdict: Verdict) -> None:
    orders, effects = _orders(storm, GOODWILL), _effects(storm, "GOODWILL")
    for wish in storm.journal.of(GOODWILL):
        found = orders.get(wish.amount, [])
        posted = sum(effects[order] for order, _status in found)
        line = f"goodwill {wish.amount} “{wish.key}”: {posted} postings"
        if posted > 1:
            verdict.money_doubled.append(line)
        if wish.told and not posted:
            verdict.money_lost.append(line)


def _left_wallets(storm: Storm) -> Counter[str]:
    """Minor units that have left customers' wallets for good by each order; what came in is negative."""
    rows = storm.place.query(
        """
        SELECT t.order_ref, sum(CASE WHEN d.code = 'L10' THEN t.amount ELSE 0 END)
                          - sum(CASE WHEN c.code = 'L10' THEN t.amount ELSE 0 END)
          FROM ledger_transfer t
          JOIN ledger_account d ON d.id = t.debit AND d.stripe = 0
          JOIN ledger_account c ON c.id = t.credit AND c.stripe = 0
         WHERE t.kind IN ('post', 'post_hold') GROUP BY 1
        """
    )
    return Counter({str(ref).removeprefix("order:"): int(amount) for ref, amount in rows})


def _judge_amount(line: str, *, left: int, wanted: int, verdict: Verdict) -> None:
    if left > wanted:
        verdict.money_lost.append(f"{line}: {left} left the wallet, not {wanted}")
    if left < wanted:
        verdict.money_doubled.append(f"{line}: {left} left the wallet, not {wanted}")


def _judge_payments(storm: Storm, verdict: Verdict) -> None:
    """A sale is paid once, by whomever was told so."""
    orders, left = _orders(storm, PAYMENT), _left_wallets(storm)
    for wish in storm.journal.of(PAYMENT):
        one = _the_one(wish, orders.get(wish.amount, []), verdict)
        if one:
            order, status = one
            wanted = wish.amount if status == "SUCCEEDED" else 0
            line = f"payment {order} {wish.amount}: {status}"
            _judge_amount(line, left=left[order], wanted=wanted, verdict=verdict)


def _judge_refunds(storm: Storm, verdict: Verdict) -> None:
    """A refund that was told has come back once, however often it was asked for."""
    orders, left = _orders(storm, REFUND), _left_wallets(storm)
    for wish in storm.journal.of(REFUND):
        found = orders.get(wish.amount, [])
        line = f"refund {wish.amount}"
        if len(found) > 1:
            verdict.money_doubled.append(f"{line}: {len(found)} orders")
        if wish.told and not [status for _order, status in found if status == "SUCCEEDED"]:
            verdict.money_lost.append(f"{line}: told, and is {found}")
        for order, status in found:
            wanted = -wish.amount if status == "SUCCEEDED" else 0
            _judge_amount(f"{line} {order}: {status}", left=left[order], wanted=wanted, verdict=verdict)


def _judge_repayments(storm: Storm, verdict: Verdict) -> None:
    """What the lender posted has left with its fee; what it refused or reversed has not."""
    orders, instructions, left = _orders(storm, REPAYMENT), _instructions(storm), _left_wallets(storm)
    fees = dict(storm.place.query("SELECT id::text, fee FROM wallet_order WHERE kind = %s", REPAYMENT))
    for wish in storm.journal.of(REPAYMENT):
        one = _the_one(wish, orders.get(wish.amount, []), verdict)
        if one is None:
            continue
        order, status = one
        truth = _bank_says(storm, instructions.get(order, ""), door="payments", house="lender")
        line = f"repayment {order} {wish.amount}: order {status}, lender {truth or 'knows nothing'}"
        if (status == "SUCCEEDED") is not (truth == "POSTED"):
            verdict.money_lost.append(line)
        wanted = wish.amount + fees[order] if truth == "POSTED" else 0
        _judge_amount(line, left=left[order], wanted=wanted, verdict=verdict)


def _imbalance(storm: Storm) -> int:
    """Minor units by which the counters differ from each other and from the transfers that made them."""
    rows = storm.place.query(
        """
        WITH moved AS (
            SELECT account, sum(debit) AS debits, sum(credit) AS credits FROM (
                SELECT debit AS account, amount AS debit, 0 AS credit FROM ledger_transfer
                WHERE kind IN ('post', 'post_hold')
                UNION ALL
                SELECT credit, 0, amount FROM ledger_transfer WHERE kind IN ('post', 'post_hold')) both_sides
            GROUP BY 1),
        stands AS (
            SELECT id, sum(debits_posted) AS debits, sum(credits_posted) AS credits
            FROM ledger_account GROUP BY 1)
        SELECT sum(abs(s.debits - coalesce(m.debits, 0)))
             + sum(abs(s.credits - coalesce(m.credits, 0)))
             + abs(sum(s.debits) - sum(s.credits))
        FROM stands s LEFT JOIN moved m ON m.account = s.id
        """
    )
    return int(rows[0][0] or 0)


def acknowledged(journal: Journal) -> tuple[int, int]:
    """How many messages and how many movements of money the clients were told of."""
    return sum(w.told for w in journal.words), sum(w.told for w in journal.wishes)
