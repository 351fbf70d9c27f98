"""One receipt for every settled order, on each of its sides; none for the rest; the same for ever."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import ProgrammingError, connection, transaction
from tests.wallet.disputes import Dispute
from tests.wallet.mall import Mall
from tests.wallet.market import tell_rates
from tests.wallet.scripted import ScriptedBank, ScriptedLender
from tests.wallet.test_goodwill import approved, pay
from tests.wallet.town import Town

from kefu.core.actor import SYSTEM, Actor
from kefu.core.keyed import KeyReused
from kefu.core.models import AuditEntry
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.identity.queries.access import LevelInsufficient
from kefu.ledger import actions as ledger
from kefu.ledger import queries as books
from kefu.ledger.chart import Journal
from kefu.receipts import actions, queries
from kefu.receipts.models import Paper, PaperFile, SigningKey
from kefu.receipts.queries import PaperView
from kefu.receipts.refusals import NotSettled, ProofUnfit
from kefu.wallet import actions as wallet
from kefu.wallet import models as m
from kefu.wallet import queries as orders
from kefu.wallet.models import Order
from kefu.wallet.queries.limits.standing import RETURNED, SETTLED

pytestmark = pytest.mark.django_db


def receipt(town: Town, who: Actor, order_id: Any) -> PaperView:
    return actions.issue_receipt(actor=who, order_id=order_id, now=town.now)


def token_of(paper: PaperView) -> str:
    return paper.verify_url.rsplit("/", 1)[1]


def found_money(town: Town, who: Actor, amount: int) -> None:
    """Money that the bank received from nobody known, found to be theirs."""
    surplus, bank = (books.account(code, "", "CNY") for code in ("L40", "A10"))
    leg = ledger.NewTransfer(
        id=uuid4(), debit=bank, credit=surplus, amount=amount, journal=Journal.LONG, order_ref="break:B1", happened_at=town.now
    )
    ledger.post(transfers=[leg], now=town.now)
    arguments = {"break": "B1", "amount": amount}
    approval = town.approved("settlement.clear_break", arguments, case="B1")
    wallet.credit_found(
        actor=SYSTEM, customer_id=who.uuid, amount=Money(amount), ref="B1",
        approval=(approval, "settlement.clear_break", arguments), now=town.now,
    )  # fmt: skip


def busy(town: Town) -> list[Actor]:
    """People with orders of every kind, in every state that an order can be in."""
    lin, wang, zhou = town.customer("林晓雨", 3_000_00), town.customer("王芳", 100_00), town.customer("Ann Lee")
    disputed = Dispute(town, lin, town.send(lin, wang, 66_00))
    disputed.give(60_00)
    disputed.finalise()
    disputed.give(6_00)
    town.send(wang, zhou, 12_34)
    town.send(lin, wang, 10_00, mode="two_hours")
    paid = town.withdraw(lin, 50_00)
    town.withdraw(lin, 60_00)
    pay(town, zhou, approved(town, zhou))
    assert paid.instruction_id is not None
    town.wait(days=2)
    ScriptedBank.of[paid.instruction_id] = "RETURNED"
    town.ask_bank(lin, paid)
    wallet.move_pot(
        actor=wang, key=uuid4(), pot_id=uuid4(), name="旅行", amount=Money(5_00), from_pot=False, now=town.now
    )
    mall = Mall(town)
    shop, bought = mall.shop(), 20_00
    cake = mall.bought(lin, shop, bought)
    mall.give_back(shop, cake, 5_00)
    by_card = mall.pay_by_card(lin, mall.sale(shop, bought), mall.voucher(lin).id)
    mall.give_back(shop, by_card, 4_00)
    town.pump.run()
    ScriptedBank.outcome, ScriptedBank.reason = "FAILED", "card_closed"
    mall.give_back(shop, by_card, 8_00)
    town.pump.run()
    kept = Order.objects.get(kind=m.REFUND, status=m.FAILED)
    town.prove(lin, f"reroute:{kept.id}")
    wallet.reroute_refund(actor=lin, key=uuid4(), order_id=kept.id, now=town.now)
    ScriptedBank.outcome = "SUCCEEDED"
    town.pay_bill(lin, late_accepted=True)
    ScriptedLender.bill = {"amount_due": 5_000_00, "minimum": 500_00, "partial": True}
    town.pay_bill(lin, 500_00, late_accepted=True, payee="cmb_card", number="8812")
    found_money(town, lin, 3_00)
    tell_rates(town.now)
    for amount, into in ((Money(100_00), "JPY"), (Money(1_000, "JPY"), "CNY")):
        quote = wallet.quote_exchange(actor=lin, amount=amount, into=into, purpose="other", now=town.now)
        town.prove(lin, f"quote:{quote.id}")
        wallet.create_exchange(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now)
    ScriptedBank.outcome, ScriptedBank.reason = "FAILED", "risk"
    town.top_up(wang, 9_00)
    ScriptedBank.outcome = "PROCESSING"
    town.top_up(zhou, 7_00)
    return [lin, wang, zhou]


@pytest.mark.row("W-24")
def test_every_settled_order_of_every_kind_has_one_on_each_side(town: Town) -> None:
    people = busy(town)
    by_id = {one.uuid: one for one in people}
    kinds, papers = set(), {}
    for row in Order.objects.all():
        sides = [one for one in (row.customer_id, row.payee_id) if one]
        for side in sides:
            if row.settled_at is None:
                with pytest.raises((NotSettled, NotFound)):
                    receipt(town, by_id[side], row.id)
                continue
            paper = receipt(town, by_id[side], row.id)
            kinds.add(row.kind)
            papers[paper.number] = paper
            assert paper.number == f"PZ-{row.no}" + ("" if side == row.customer_id else "-R")
            assert paper.content["order"]["amount"] == row.amount
            assert queries.check_token(token_of(paper)).orders[0].no == row.no
    settled = Order.objects.filter(settled_at__isnull=False)
    received = settled.filter(payee_id__isnull=False).count()
    assert kinds == set(m.KINDS) - {m.DISBURSEMENT}  # a merchant's, on the shop's statement
    assert len(papers) == Paper.objects.count() == settled.count() + received
    assert {row.status for row in Order.objects.filter(settled_at=None)} >= {m.HELD, m.FAILED}
    assert len({token_of(paper) for paper in papers.values()}) == len(papers)


def test_each_side_reads_its_own_story_masked(town: Town) -> None:
    lin, wang = town.customer("林晓雨", 1_000_00), town.customer("王芳")
    order = town.send(lin, wang, 66_00)
    paid, got = receipt(town, lin, order.id), receipt(town, wang, order.id)
    assert (paid.content["holder"], paid.content["order"]["other"], paid.content["order"]["direction"]) == ("林**", "王*", "out")
    assert (got.content["holder"], got.content["order"]["other"], got.content["order"]["direction"]) == ("王*", "林**", "in")
    assert "晓雨" not in str(paid.content) + str(got.content)
    assert token_of(paid) != token_of(got)


def test_the_second_time_is_the_first_one(town: Town) -> None:
    lin, wang = town.customer("林晓雨", 1_000_00), town.customer("王芳")
    order = town.send(lin, wang, 66_00)
    first = receipt(town, lin, order.id)
    made = actions.print_paper(actor=lin, paper_id=first.id, now=town.now)
    town.wait(days=30)
    assert receipt(town, lin, order.id) == first
    assert actions.print_paper(actor=lin, paper_id=first.id, now=town.now).content == made.content
    assert Paper.objects.count() == PaperFile.objects.count() == SigningKey.objects.count() == 1
    assert AuditEntry.objects.filter(action="receipts.issue_receipt").count() == 1
    assert AuditEntry.objects.filter(action="receipts.print_paper").count() == 2


@pytest.mark.parametrize(("mode", "words"), [("two_hours", "可以取消"), ("next_day", "可以取消")])
def test_what_can_still_be_cancelled_has_none(town: Town, mode: str, words: str) -> None:
    lin, wang = town.customer("林晓雨", 1_000_00), town.customer("王芳")
    order = town.send(lin, wang, 66_00, mode=mode)
    with pytest.raises(NotSettled) as refused:
        receipt(town, lin, order.id)
    assert words in refused.value.reader_text()
    with pytest.raises(NotSettled):
        receipt(town, wang, order.id)
    assert not Paper.objects.exists()


@pytest.mark.parametrize(
    ("outcome", "words"), [("FAILED", "没有成功"), ("PROCESSING", "处理中"), ("UNKNOWN", "还没有确认")]
)
def test_what_is_pending_unknown_or_failed_has_none(
    town: Town, scripted: type[ScriptedBank], outcome: str, words: str
) -> None:
    lin = town.customer("林晓雨")
    town.card(lin)
    if outcome == "UNKNOWN":
        scripted.down = True
    else:
        scripted.outcome, scripted.reason = outcome, "risk"
    order = town.top_up(lin, 20_00)
    with pytest.raises(NotSettled) as refused:
        receipt(town, lin, order.id)
    assert words in refused.value.reader_text()


def test_a_stranger_is_told_what_became_of_it(town: Town, scripted: type[ScriptedBank]) -> None:
    lin = town.customer("林晓雨", 1_000_00)
    order = town.withdraw(lin, 50_00)
    paper = receipt(town, lin, order.id)
    before = queries.check_token(token_of(paper)).orders[0]
    assert (before.standing, before.amount.minor) == (SETTLED, 50_00)
    town.wait(days=2)
    assert order.instruction_id is not None
    scripted.of[order.instruction_id] = "RETURNED"
    town.ask_bank(lin, order)
    after = queries.check_token(token_of(paper)).orders[0]
    assert (after.standing, after.since) == (RETURNED, orders.order_for(lin, order.id).returned_at)
    assert receipt(town, lin, order.id).content["order"]["returned_at"] is None, "the paper stays as it was issued"


def test_tokens_cannot_be_guessed_or_bent(town: Town) -> None:
    lin, wang = town.customer("林晓雨", 1_000_00), town.customer("王芳")
    token = token_of(receipt(town, lin, town.send(lin, wang, 66_00).id))
    assert len(token) >= 27
    for wrong in ("", token[:-1], token + "A", token.swapcase(), token.upper(), "凭证", "\0", "%", "\ud800"):
        with pytest.raises(NotFound):
            queries.check_token(wrong)


def test_nothing_written_can_be_changed(town: Town) -> None:
    lin, wang = town.customer("林晓雨", 1_000_00), town.customer("王芳")
    paper = receipt(town, lin, town.send(lin, wang, 66_00).id)
    actions.print_paper(actor=lin, paper_id=paper.id, now=town.now)
    for table in ("paper", "paperfile", "signingkey"):
        for deed in (f"UPDATE receipts_{table} SET id = id", f"DELETE FROM receipts_{table}", f"TRUNCATE receipts_{table} CASCADE"):
            with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(deed)


def test_papers_are_ones_own(town: Town) -> None:
    lin, wang, zhou = town.customer("林晓雨", 1_000_00), town.customer("王芳"), town.customer("周航")
    order = town.send(lin, wang, 66_00)
    paper = receipt(town, lin, order.id)
    for other in (wang, zhou, town.staff("陈")):
        with pytest.raises(NotFound):
            queries.paper_for(other, paper.id)
        with pytest.raises(NotFound):
            actions.print_paper(actor=other, paper_id=paper.id, now=town.now)
    with pytest.raises(NotFound):
        receipt(town, zhou, order.id)


def test_a_proof_is_bound_to_its_orders_and_purpose(town: Town) -> None:
    lin, wang = town.customer("林晓雨", 1_000_00), town.customer("王芳")
    one, two = town.send(lin, wang, 66_00), town.send(lin, wang, 77_00)
    waiting = town.send(lin, wang, 5_00, mode="two_hours")

    def prove(order_ids: list[Any], purpose: str = "court", key: Any = None) -> PaperView:
        return actions.issue_proof(
            actor=lin, order_ids=order_ids, purpose=purpose, key=key or uuid4(), now=town.now
        )

    town.prove(lin, actions.proof_ref([one.id], "court"))
    for order_ids, purpose in (([one.id, two.id], "court"), ([one.id], "police"), ([two.id], "court")):
        with pytest.raises(LevelInsufficient):
            prove(order_ids, purpose)
    key = uuid4()
    made = prove([one.id], key=key)
    assert made == prove([one.id], key=key)
    town.prove(lin, actions.proof_ref([two.id], "court"))
    town.prove(lin, actions.proof_ref([one.id], "police"))
    for order_id, purpose in ((two.id, "court"), (one.id, "police")):
        with pytest.raises(KeyReused):
            prove([order_id], purpose, key=key)
    assert made.content["holder"] == "林晓雨" and [o["no"] for o in made.content["orders"]] == [one.no]
    town.wait(minutes=6)
    with pytest.raises(LevelInsufficient):
        prove([one.id])
    for order_ids, purpose in (([], "court"), ([uuid4() for _ in range(51)], "court"), ([one.id], "")):
        with pytest.raises(ProofUnfit):
            prove(order_ids, purpose)
    with pytest.raises(NotSettled):
        prove([one.id, waiting.id])
    with pytest.raises(NotFound):
        prove([uuid4()])
    assert Paper.objects.count() == 1
    assert made.issued_at + timedelta(minutes=6) == town.now


@pytest.mark.row("W-24", "W-25")
def test_a_paper_of_a_payment_says_how_it_was_paid_and_that_it_was_refunded_since(town: Town) -> None:
    lin, mall = town.customer("林晓雨", 10_00), Mall(town)
    shop = mall.shop()
    paid = mall.pay_by_card(lin, mall.sale(shop, 20_00), mall.voucher(lin).id)
    paper = receipt(town, lin, paid.id)
    assert (paper.content["order"]["amount"], paper.content["order"]["voucher_part"]) == (15_00, 5_00)
    assert paper.content["order"]["card"] == "招商银行 (0012)"
    standing = lambda: queries.check_token(token_of(paper)).orders[0].standing  # noqa: E731 - asked after each step
    assert standing() == "settled"
    mall.give_back(shop, paid, 4_00)
    assert standing() == "refunded_part"
    mall.give_back(shop, paid, 16_00)
    assert standing() == "refunded"
