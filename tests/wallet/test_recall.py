"""Getting a withdrawal back: asked once, never promised, and paid by the bank's own return alone."""

from uuid import uuid4

import pytest
from tests.rails import papers
from tests.wallet.test_race import at_once, unexpected

from kefu.core.actor import SYSTEM
from kefu.core.models import AuditEntry
from kefu.core.money import Money
from kefu.core.refusal import NotFound, Refusal
from kefu.ledger import queries as books
from kefu.notices import queries as notices
from kefu.rails import actions as rails
from kefu.rails import queries as outside
from kefu.rails.models import Recall
from kefu.rails.queries.files import strange_words
from kefu.wallet import actions, queries
from kefu.wallet.actions.recalls.refusals import NotRecallable, RecallAsked, RecallCaseMissing, RecallReasonUnfit
from kefu.wallet.models import Order
from kefu.wallet.queries.limits.fee import quota_left_for
from kefu.wallet.queries.recall import recalls_for
from kefu.wallet.rules.recall import REFUSALS

pytestmark = pytest.mark.row("W-04")
START, OUT = 3_000_00, 2_000_00
FEE = 1_00


def ask(town, who, order, reason: str = "AC03"):
    town.prove(who, f"recall:{order.id}")
    asked = actions.recall_withdrawal(actor=who, order_id=order.id, reason=reason, now=town.now)
    town.pump.run()
    return queries.order_for(who, asked.id)


def answer(town, who, order):
    """The bank is asked again what it says to the recall."""
    rails.carry_recall(recall_id=Recall.objects.get(instruction_id=order.instruction_id).id, now=town.now)
    town.pump.run()
    return queries.order_for(who, order.id)


def steps(order) -> list[str]:
    return [step.code for step in order.steps if step.state == "done"]


def told(who, order) -> list[str]:
    found = [one for one in notices.notices_for(who) if one.place == f"/orders/{order.id}/"]
    return [one.title for one in reversed(found)]


def test_agreed_is_not_back_and_back_is_amount_fee_and_quota(town, scripted) -> None:
    lin = town.customer("林晓", START)
    paid = town.withdraw(lin, OUT)
    assert paid.recallable
    assert town.money(lin) == (START - OUT - FEE, 0)
    asked = ask(town, lin, paid)
    assert (asked.status, asked.recallable, asked.recall.status) == ("SUCCEEDED", False, "REQUESTED")
    assert (asked.recall.reason_text, asked.steps[-1].code) == ("提到了不对的卡", "recall_answer")
    scripted.recall = "RECALL_ACCEPTED"
    agreed = answer(town, lin, asked)
    assert (agreed.status, agreed.recall.status, agreed.recall.answer) == ("SUCCEEDED", "ACCEPTED", "ACCEPTED")
    assert str(agreed.steps[-2].label) == "对方银行同意退回，钱还没有到"
    assert (agreed.steps[-1].code, agreed.steps[-1].state) == ("recall_money", "now")
    for _day in range(20):  # accepted and never paid back: no credit, whoever asks however often
        town.wait(days=1)
        again = answer(town, lin, paid)
    assert (again.status, again.recall.status) == ("SUCCEEDED", "ACCEPTED")
    assert town.money(lin) == (START - OUT - FEE, 0)
    assert [title for title in told(lin, paid) if "银行" in title] == ["已请银行追回", "对方银行同意退回"]
    scripted.outcome, scripted.reason = "RETURNED", "recalled"
    back = town.ask_bank(lin, paid)
    assert (back.status, back.recall.status, back.reason_text) == ("RETURNED", "RETURNED", "应追回请求退回")
    assert town.money(lin) == (START, 0)
    assert quota_left_for(lin, kind="withdrawal", now=town.now).minor == 1_000_00
    assert town.house("I10") == 0
    way = [code for code in steps(back) if code.startswith(("recall", "return"))]
    assert way == ["recall_requested", "recall_accepted", "returned"]
    assert told(lin, paid)[-1] == "提现被退回"
    assert books.check_books() == []


@pytest.mark.parametrize("code", [*REFUSALS, "ZZZZ"])
def test_a_refusal_says_why_in_words_and_moves_nothing(town, scripted, code) -> None:
    lin = town.customer("林晓", START)
    paid = town.withdraw(lin, OUT)
    scripted.recall, scripted.recall_code = "RECALL_REFUSED", code
    refused = answer(town, lin, ask(town, lin, paid))
    words = str(REFUSALS.get(code, "对方银行没有说明原因"))
    assert (refused.status, refused.recall.status, refused.recall.refusal_text) == ("SUCCEEDED", "REFUSED", words)
    assert [str(step.label) for step in refused.steps if step.code == "recall_refused"] == [f"对方银行没有同意退回：{words}"]
    assert words in notices.notices_for(lin)[0].text
    assert town.money(lin) == (START - OUT - FEE, 0)
    with pytest.raises(RecallAsked):
        ask(town, lin, paid, "FRAD")


def test_silence_ends_unanswered_on_its_day_and_a_late_yes_is_told_then(town, scripted) -> None:
    lin = town.customer("林晓", START)
    asked = ask(town, lin, town.withdraw(lin, OUT))
    assert asked.recall.answer_by > town.now
    town.now = asked.recall.answer_by
    silent = answer(town, lin, asked)
    assert (silent.recall.status, steps(silent)[-1]) == ("UNANSWERED", "recall_unanswered")
    assert told(lin, asked)[-1] == "对方银行没有答复"
    scripted.recall = "RECALL_ACCEPTED"
    late = answer(town, lin, asked)
    assert (late.recall.status, steps(late)[-1], town.money(lin)[0]) == ("ACCEPTED", "recall_accepted", START - OUT - FEE)


@pytest.mark.parametrize(("first", "then"), [("ACCEPTED", "REFUSED"), ("REFUSED", "ACCEPTED")])
def test_another_word_after_the_first_moves_nothing_and_is_written_down_for_people_once(town, scripted, first, then) -> None:
    lin = town.customer("林晓", START)
    asked = ask(town, lin, town.withdraw(lin, OUT))
    for word in (first, then, then):
        scripted.recall, scripted.recall_code = f"RECALL_{word}", "NOAS" if word == "REFUSED" else ""
        seen = answer(town, lin, asked)
    assert (seen.recall.status, seen.status) == (first, "SUCCEEDED")
    assert steps(seen).count("contradicted") == 1
    assert [(word.verdict, word.named) for word in strange_words()] == [("contradicted", seen.order_ref)]
    assert town.money(lin) == (START - OUT - FEE, 0)


def test_one_that_no_bank_was_told_of_is_cancelled_whole_and_never_sent(town, scripted) -> None:
    lin = town.customer("林晓", START)
    card = town.card(lin)
    quote = actions.quote_withdrawal(actor=lin, instrument_id=card, amount=Money(OUT), now=town.now)
    made = actions.create_withdrawal(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now)
    before = scripted.submissions
    back = ask(town, lin, made)
    assert (back.status, back.recall, back.recallable) == ("CANCELLED", None, False)
    assert (town.money(lin), scripted.submissions) == ((START, 0), before)
    assert quota_left_for(lin, kind="withdrawal", now=town.now).minor == 1_000_00
    assert told(lin, made)[-1] == "提现已撤回"
    assert books.check_books() == []
    with pytest.raises(NotRecallable):
        ask(town, lin, made)


@pytest.mark.parametrize("down", [False, True])
def test_one_under_way_is_asked_back_and_its_refusal_gives_the_hold_back(town, scripted, down) -> None:
    lin = town.customer("林晓", START)
    town.card(lin)
    scripted.outcome, scripted.down = "PROCESSING", down
    waiting = town.withdraw(lin, OUT)
    assert waiting.status == ("UNKNOWN" if down else "SUBMITTED")
    asked = ask(town, lin, waiting)
    assert (asked.status, asked.recall.status, town.money(lin)[1]) == (waiting.status, "REQUESTED", OUT + FEE)
    scripted.down, scripted.outcome, scripted.reason = False, "FAILED", "recalled"
    town.wait(minutes=1)
    town.ask_bank(lin, asked)
    ended = town.ask_bank(lin, asked)
    assert (ended.status, ended.recall.status, town.money(lin)) == ("FAILED", "OVER", (START, 0))
    assert books.check_books() == []


@pytest.mark.parametrize("status", ["FAILED", "RETURNED"])
def test_what_did_not_go_or_is_back_is_not_recalled(town, scripted, status) -> None:
    lin = town.customer("林晓", START)
    scripted.outcome = status
    ended = town.withdraw(lin, OUT)
    assert (ended.status, ended.recallable) == (status, False)
    with pytest.raises(NotRecallable):
        ask(town, lin, ended)
    assert not Recall.objects.exists()


def test_who_may_and_why(town) -> None:
    lin, wang = town.customer("林晓", START), town.customer("王芳")
    paid, other = town.withdraw(lin, 100_00), town.withdraw(lin, 100_00)
    topup = next(order for order in queries.orders_for(lin) if order.kind == "topup")
    town.prove(wang, f"recall:{paid.id}")
    recall = {"order_id": paid.id, "reason": "FRAD", "now": town.now}
    with pytest.raises(NotFound):
        actions.recall_withdrawal(actor=wang, **recall)
    with pytest.raises(Refusal, match=r"identity\.level\.insufficient"):
        actions.recall_withdrawal(actor=lin, **recall)
    town.prove(lin, f"recall:{other.id}")
    with pytest.raises(Refusal, match=r"identity\.level\.insufficient"):  # proved for another one
        actions.recall_withdrawal(actor=lin, **recall)
    for reason in ("", "TECH", "XXXX"):
        with pytest.raises(RecallReasonUnfit):
            ask(town, lin, paid, reason)
    with pytest.raises(NotRecallable):
        ask(town, lin, topup)
    agent, operator = town.staff("甲"), town.staff("丙", "operator")
    for staff in (agent, operator):  # no grant, no sight
        with pytest.raises(Refusal):
            actions.recall_withdrawal(actor=staff, case_ref="C-1", **recall)
    assert not Recall.objects.exists()
    from kefu.identity import actions as identity

    identity.give_grant(
        actor=agent, staff_id=agent.uuid, customer_id=lin.uuid, purpose="case", ref="C-1", until=town.now.replace(year=2100),
        now=town.now,
    )  # fmt: skip
    with pytest.raises(RecallCaseMissing):
        actions.recall_withdrawal(actor=agent, **recall)
    actions.recall_withdrawal(actor=agent, case_ref="C-1", **{**recall, "reason": "TECH"})
    entry = AuditEntry.objects.get(action="wallet.recall_withdrawal")
    assert (entry.case_ref, entry.data["reason"], entry.data["asked_of_bank"]) == ("C-1", "TECH", True)


def test_the_operator_sees_them_with_the_waiting_first_and_an_agent_does_not(town, scripted) -> None:
    lin = town.customer("林晓", START)
    first, second = town.withdraw(lin, 100_00), town.withdraw(lin, 200_00)
    scripted.recall, scripted.recall_code = "RECALL_REFUSED", "NOAS"
    answer(town, lin, ask(town, lin, first))
    scripted.recall, scripted.recall_code = "RECALL_PENDING", ""
    ask(town, lin, second, "FRAD")
    rows = recalls_for(town.staff("钱工", "operator"), now=town.now)
    assert [(row.no, row.recall.status, row.amount.minor) for row in rows] == [
        (second.no, "REQUESTED", 200_00), (first.no, "REFUSED", 100_00),
    ]  # fmt: skip
    with pytest.raises(Refusal, match=r"identity\.role\.insufficient"):
        recalls_for(town.staff("陈工"), now=town.now)


def statement(town, order, kind: str, amount: int) -> None:
    day = town.now.date()
    entry = papers.Entry(
        bank_ref=f"ST{order.no}{kind}", instruction=str(order.instruction_id), kind=kind, amount=amount, at=town.now
    )
    raw = papers.statement([entry], day=day)
    rails.import_statement(actor=SYSTEM, connector_code="sandbox", day=day, raw=raw, now=town.now)
    town.pump.run()


def test_recall_accepted_and_the_return_told_by_callback_and_statement_credit_once(town, scripted) -> None:
    lin = town.customer("林晓", START)
    paid = town.withdraw(lin, OUT)
    scripted.recall = "RECALL_ACCEPTED"
    answer(town, lin, ask(town, lin, paid))
    scripted.outcome = "RETURNED"
    statement(town, paid, "return", OUT)
    for _again in range(3):
        answer(town, lin, paid)
        town.ask_bank(lin, paid)
    assert town.money(lin) == (START, 0)
    assert Order.objects.get(pk=paid.id).steps.filter(code="returned").count() == 1
    assert books.check_books() == []


def test_asked_back_twice_and_coming_back_at_the_same_moment_frees_it_once(committed_town, scripted) -> None:
    """Two tabs ask, the worker asks the bank and hears of the return, all at once: one recall at most, one credit."""
    town = committed_town
    lin = town.customer("林晓", START)
    paid = town.withdraw(lin, OUT)
    town.prove(lin, f"recall:{paid.id}")
    scripted.outcome, scripted.recall = "RETURNED", "RECALL_ACCEPTED"

    def recall():
        return actions.recall_withdrawal(actor=lin, order_id=paid.id, reason="CUST", now=town.now)

    def hear():
        rails.ask_now(actor=SYSTEM, instruction_id=paid.instruction_id, now=town.now)
        return actions.follow_instruction(order_id=paid.id, now=town.now)

    answers = at_once(recall, hear, recall, hear)
    assert unexpected(answers) == []
    refused = [one for one in answers if isinstance(one, Refusal)]
    assert {type(one) for one in refused} <= {RecallAsked, NotRecallable}
    town.pump.run()
    if recall_row := Recall.objects.first():
        at_once(
            lambda: rails.carry_recall(recall_id=recall_row.id, now=town.now),
            lambda: actions.follow_recall(order_id=paid.id, now=town.now),
            hear,
        )
        town.pump.run()
        assert Recall.objects.get().status == "RETURNED"
    seen = queries.order_for(lin, paid.id)
    assert (seen.status, town.money(lin)) == ("RETURNED", (START, 0))
    assert Order.objects.get(pk=paid.id).steps.filter(code="returned").count() == 1
    assert outside.instruction_of(paid.order_ref).status == "RETURNED"
    assert books.check_books() == []


def test_cancelled_or_sent_but_never_both(committed_town, scripted) -> None:
    """The worker sends in the second in which the customer takes it back: either the bank was told, or the money is
    back.
    """
    town = committed_town
    lin = town.customer("林晓", START)
    card = town.card(lin)
    for _round in range(5):
        quote = actions.quote_withdrawal(actor=lin, instrument_id=card, amount=Money(100_00), now=town.now)
        made = actions.create_withdrawal(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now)
        town.prove(lin, f"recall:{made.id}")
        seen = queries.order_for(lin, made.id)
        answers = at_once(
            lambda seen=seen: rails.submit_instruction(instruction_id=seen.instruction_id, now=town.now),
            lambda seen=seen: actions.recall_withdrawal(actor=lin, order_id=seen.id, reason="CUST", now=town.now),
        )
        assert unexpected(answers) == []
        town.pump.run()
        ended, sent = queries.order_for(lin, made.id), seen.instruction_id in scripted.taken
        assert (ended.status, ended.recall is not None) == (("SUCCEEDED", True) if sent else ("CANCELLED", False))
    assert books.check_books() == []
