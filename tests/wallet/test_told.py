"""Every event of money and security has its notice: the table of all actions, and the notices themselves."""

import re
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from tests.wallet.town import Town

from kefu.core.money import Money
from kefu.identity import actions as identity
from kefu.identity.rules.level import LEVELS
from kefu.notices import queries as notices
from kefu.notices.kinds import KINDS
from kefu.notices.models import Notice
from kefu.trust.models import Report
from kefu.wallet import actions, queries

SOURCE = Path(__file__).resolve().parents[2] / "src" / "kefu"
NOTHING_MOVED = "nothing moved, nothing changed for the customer"
STAFF = "about staff, or done by them among themselves"
MERCHANT = "about a merchant, shown in the shop"
LATER = "the action does not exist yet"
TOLD: dict[str, tuple[str, ...] | str] = {
    "identity.add_email": ("email_added",),
    "identity.change_email": ("email_changed",),
    "identity.confirm_email": ("email_added", "email_changed"),
    "identity.note_bounce": "shown at /me/ and to the agent; no mail can tell of it",
    "identity.set_payment_pin": ("pin_changed",),
    "identity.replace_payment_pin": ("pin_changed",),
    "identity.change_password": ("password_changed",),
    "identity.register_customer": "the customer is there",
    "identity.end_session": "the customer's own, on the page; by the house it follows a new password, which is told",
    "identity.sign_in": ("new_device",),
    "identity.prove_step_up": NOTHING_MOVED,
    "identity.see_customer": "stands in the audit trail, not a change",
    "identity.see_self": NOTHING_MOVED,
    "identity.request_code": "is a message itself",
    "identity.change_phone": LATER,
    "identity.recover_account": LATER,
    "identity.invite_first_operator": STAFF,
    "identity.register_staff": STAFF,
    "identity.propose_approval": STAFF,
    "identity.decide_approval": STAFF,
    "identity.give_grant": STAFF,
    "identity.end_grant": STAFF,
    "identity.raise_risk": "would warn the one it is about",
    "identity.end_risk": "would warn the one it is about",
    "identity.give_consent": "the customer's own, on the page",
    "identity.withdraw_consent": "the customer's own, on the page",
    "wallet.open_wallet": "the customer is there",
    "wallet.see": NOTHING_MOVED,
    "wallet.see_order": NOTHING_MOVED,
    "wallet.see_orders": NOTHING_MOVED,
    "wallet.export_orders": NOTHING_MOVED,
    "wallet.link_card": ("card_linked",),
    "wallet.confirm_card": ("card_linked",),
    "wallet.unlink_card": ("card_unlinked",),
    "wallet.create_topup": "no money has moved yet: topup_done or topup_failed follows",
    "wallet.credit_topup": ("topup_done", "topup_completed"),
    "wallet.complete_topup": ("topup_completed",),
    "wallet.fail_topup": ("topup_failed",),
    "wallet.quote_transfer": NOTHING_MOVED,
    "wallet.create_transfer": ("transfer_sent", "transfer_received", "transfer_held", "transfer_coming"),
    "wallet.create_large_transfer": ("transfer_sent", "transfer_received", "transfer_held", "transfer_coming"),
    "wallet.release_transfer": ("transfer_sent", "transfer_received", "transfer_failed", "transfer_not_coming"),
    "wallet.cancel_transfer": ("transfer_cancelled", "transfer_not_coming"),
    "wallet.quote_exchange": NOTHING_MOVED,
    "wallet.create_exchange": ("exchange_done",),
    "wallet.create_large_exchange": ("exchange_done",),
    "wallet.decide_rate": STAFF,
    "wallet.quote_withdrawal": NOTHING_MOVED,
    "wallet.create_withdrawal": ("withdrawal_held",),
    "wallet.create_large_withdrawal": ("withdrawal_held",),
    "wallet.pay_out": ("withdrawal_done",),
    "wallet.fail_withdrawal": ("withdrawal_failed",),
    "wallet.take_back_payout": ("withdrawal_returned", "returned_made_good"),
    "wallet.recall_withdrawal": (
        *("withdrawal_cancelled", "recall_requested", "recall_accepted", "recall_refused", "recall_unanswered"),
    ),
    "wallet.see_recalls": STAFF,
    "wallet.pay_goodwill": ("goodwill_paid",),
    "wallet.stop_outflows": ("outflows_stopped",),
    "wallet.lift_stop": ("outflows_allowed",),
    "wallet.restrict": ("restricted",),
    "wallet.unfreeze": ("restriction_lifted",),
    "wallet.lift_restriction": ("restriction_lifted",),
    "wallet.change_limits": ("limits_changed",),
    "wallet.lower_limits": ("limits_changed",),
    "wallet.set_standing": ("standing_changed",),
    "wallet.propose_terms": STAFF,
    "wallet.decide_terms": "what everybody pays stands on the public page",
    "wallet.publish_terms": "what everybody pays stands on the public page",
    "wallet.see_terms": STAFF,
    "wallet.move_pot": "from one of their own pockets into another, on the page",
    "wallet.export_statement": NOTHING_MOVED,
    "wallet.check_account": NOTHING_MOVED,
    "wallet.remove_account": "a saved account less, on the page",
    "wallet.quote_bill": NOTHING_MOVED,
    "wallet.create_bill": ("bill_done", "bill_failed", "bill_returned"),
    "wallet.create_large_bill": ("bill_done", "bill_failed", "bill_returned"),
    "wallet.quote_repayment": NOTHING_MOVED,
    "wallet.create_repayment": ("repayment_done", "repayment_failed", "repayment_returned"),
    "wallet.create_large_repayment": ("repayment_done", "repayment_failed", "repayment_returned"),
    "wallet.quote_payment": NOTHING_MOVED,
    "wallet.create_payment": ("payment_done", "payment_failed", "payment_charged_late"),
    "wallet.create_large_payment": ("payment_done", "payment_failed", "payment_charged_late"),
    "wallet.capture_payment": ("payment_done",),
    "wallet.void_payment": ("payment_voided",),
    "wallet.request_refund": "asked by the customer, on the page; the answer is told",
    "wallet.answer_refund": ("refund_paid", "refund_refused"),
    "wallet.refund_payment": ("refund_paid",),
    "wallet.pay_refund": ("refund_paid", "refund_sent", "refund_arrived", "refund_kept", "refund_declined"),
    "wallet.reroute_refund": ("refund_rerouted", "refund_arrived", "refund_kept"),
    "wallet.charge_payment": ("payment_done",),
    "wallet.fail_payment": ("payment_failed",),
    "wallet.keep_late_charge": ("payment_charged_late",),
    "wallet.bring_refund": ("refund_arrived",),
    "wallet.keep_refund": ("refund_kept",),
    "wallet.propose_campaign": STAFF,
    "wallet.judge_campaign": STAFF,
    "wallet.open_campaign": STAFF,
    "wallet.end_campaign": STAFF,
    "wallet.take_voucher": "the customer's own, on the page; its end is told",
    "wallet.expire_voucher": ("voucher_expired",),
    "wallet.escalate_refund": ("refund_escalated",),
    "wallet.withdraw_refund": "the customer's own, on the page",
    "wallet.credit_found": ("found_paid",),
    "wallet.refuse_refund": ("refund_refused",),
    "wallet.decline_refund": ("refund_declined",),
    "wallet.add_merchant_staff": MERCHANT,
    "wallet.confirm_merchant_staff": MERCHANT,
    "wallet.ask_reopen": MERCHANT,
    "wallet.propose_standing": STAFF,
    "wallet.decide_standing": ("standing_changed",),
    "wallet.reject_standing": STAFF,
    "wallet.register_merchant": MERCHANT,
    "wallet.judge_merchant": MERCHANT,
    "wallet.create_sale": MERCHANT,
    "wallet.close_sale": MERCHANT,
    "wallet.recover_debt": MERCHANT,
    "wallet.see_shop": MERCHANT,
    "identity.register_merchant_login": MERCHANT,
    "identity.extend_step_up": "the scheduled payment that it stands for is told by itself",
    "wallet.issue_pay_code": NOTHING_MOVED,
    "wallet.issue_receive_code": NOTHING_MOVED,
    "wallet.charge_code": ("payment_done", "code_waiting", "code_refused"),
    "wallet.create_pin_payment": ("payment_done",),
    "wallet.refuse_replay": ("code_replayed",),
    "wallet.add_tap_device": ("tap_added",),
    "wallet.suspend_tap_device": ("tap_suspended",),
    "wallet.resume_tap_device": ("tap_resumed",),
    "wallet.remove_tap_device": ("tap_removed",),
    "wallet.open_tap_wait": MERCHANT,
    "wallet.take_tap": ("payment_done", "tap_waiting", "tap_refused"),
    "wallet.link_merchant_account": MERCHANT,
    "wallet.propose_merchant_account": ("shop_account_proposed",),
    "wallet.approve_merchant_account": ("shop_account_changed",),
    "wallet.reject_merchant_account": ("shop_account_rejected",),
    "wallet.judge_merchant_account": MERCHANT,
    "wallet.request_disbursement": MERCHANT,
    "wallet.create_disbursement": ("disbursement_done", "disbursement_failed", "disbursement_returned"),
    "wallet.fail_disbursement": MERCHANT,
    "wallet.refuse_tap": ("tap_replayed", "tap_doubted"),
    "wallet.suspend_unproved": ("tap_to_renew",),
    "wallet.give_provisional": ("provisional_given",),
    "wallet.finalise_provisional": ("provisional_final",),
    "wallet.announce_provisional": ("provisional_announced",),
    "wallet.withdraw_provisional": ("provisional_withdrawn", "provisional_short"),
    "wallet.recover_provisional": ("debt_announced",),
    "wallet.take_debt": ("debt_recovered",),
    "wallet.see_provisional": STAFF,
    "wallet.large_payout": LATER,
}
"""What each action tells its customer by, or why nothing."""


def known_actions() -> set[str]:
    """Every action of wallet and identity: of the table of levels, and as the code writes it into the trail."""
    found = {action for action in LEVELS if action.startswith(("wallet.", "identity."))}
    for room in ("wallet", "identity", "web"):
        for file in (SOURCE / room).rglob("*.py"):
            text = file.read_text("utf-8")
            found |= set(re.findall(r'action="((?:wallet|identity)\.[a-z_]+)"', text))
            found |= set(re.findall(r'_record\(\w+, "((?:wallet|identity)\.[a-z_]+)"', text))
            found |= set(re.findall(r'^ACTION = "((?:wallet|identity)\.[a-z_]+)"', text, re.M))
    return found


@pytest.mark.row("W-27")
def test_no_action_is_forgotten() -> None:
    forgotten = known_actions() - set(TOLD)
    assert not forgotten, "say in TOLD by which notice the customer hears of it, or why not"
    named = {kind for kinds in TOLD.values() if isinstance(kinds, tuple) for kind in kinds}
    assert named <= set(KINDS)
    plans = ("split_", "budget_", "schedule_", "receipt_", "break_", "bill_soon")  # by rooms above the wallet, each with tests of its own
    told = {code for code, kind in KINDS.items() if kind.group != "other" and not code.startswith(plans)}
    assert told <= named, "a notice that no action tells"


def test_every_notice_is_told_somewhere() -> None:
    text = "".join(file.read_text("utf-8") for file in SOURCE.rglob("*.py") if file.name != "kinds.py")
    made = {"topup_failed", "transfer_failed", "withdrawal_failed", "withdrawal_returned"}  # by kind, in tell_failed
    made |= {f"{kind}_{end}" for kind in ("bill", "repayment", "disbursement") for end in ("done", "failed", "returned")}
    made |= {"withdrawal_done"}
    made |= {"budget_80", "budget_100"}  # by share
    untold = {code for code, kind in KINDS.items() if f'"{code}"' not in text and kind.group != "other"} - made
    assert not untold


def kinds_of(who, ref: str = "") -> list[str]:
    rows = Notice.objects.filter(user_id=who.uuid).order_by("at", "id")
    return [row.kind for row in rows if ref in row.ref]


@pytest.mark.row("W-23", "W-27")
def test_a_held_transfer_is_told_to_both_and_its_end_too(town: Town) -> None:
    lin, zhou = town.customer("林晓", 500_00), town.customer("周明")
    order = town.send(lin, zhou, 100_00, mode="two_hours")
    assert kinds_of(lin, str(order.id)) == ["transfer_held"]
    assert kinds_of(zhou) == ["transfer_coming"]
    coming = notices.notices_for(zhou)[0]
    assert "您尚未收到" in coming.text
    assert coming.place == f"/orders/{order.id}/"
    assert town.money(zhou) == (0, 0)
    town.wait(minutes=1)
    actions.cancel_transfer(actor=lin, order_id=order.id, now=town.now)
    assert kinds_of(zhou) == ["transfer_coming", "transfer_not_coming"]
    seen = queries.order_for(zhou, order.id)
    assert (seen.status, [step.code for step in seen.steps]) == ("CANCELLED", ["payer_sent", "payer_withdrew"])
    [listed] = queries.orders_for(zhou)
    assert (listed.id, listed.status) == (order.id, "CANCELLED")


@pytest.mark.row("W-23")
def test_a_released_transfer_is_the_payees_and_told(town: Town) -> None:
    lin, zhou = town.customer("林晓", 500_00), town.customer("周明")
    order = town.send(lin, zhou, 100_00, mode="two_hours")
    town.wait(hours=2)
    assert actions.release_transfer(order_id=order.id, now=town.now) == "SUCCEEDED"
    assert kinds_of(zhou) == ["transfer_coming", "transfer_received"]
    assert kinds_of(lin, str(order.id)) == ["transfer_held", "transfer_sent"]
    assert town.money(zhou)[0] == 100_00


def test_the_payee_does_not_learn_why_it_waits(town: Town) -> None:
    lin, zhou = town.customer("林晓", 500_00), town.customer("周明")
    order = town.send(lin, zhou, 100_00, mode="two_hours")
    actions.stop_outflows(actor=lin, reason_code="phone_lost", now=town.now)
    assert queries.order_for(lin, order.id).paused
    seen = queries.order_for(zhou, order.id)
    assert (seen.paused, seen.reason, seen.cancellable, seen.fee.minor) == (False, "", False, 0)


@pytest.mark.row("W-27")
def test_a_withdrawal_and_a_card_taken_off_are_told(town: Town, scripted) -> None:
    lin = town.customer("林晓", 500_00)
    scripted.outcome = "PROCESSING"
    order = town.withdraw(lin, 100_00)
    assert kinds_of(lin, str(order.id)) == ["withdrawal_held"]
    actions.unlink_card(actor=lin, instrument_id=town.card(lin), now=town.now + timedelta(minutes=1))
    assert kinds_of(lin)[-1] == "card_unlinked"


WORDS = "官方客服请拨４００-666-8888 或看 evil点com"


def send_with(town: Town, payer, payee, words: str):
    quote = town.quote(payer, payee, 10_00, remark=words)
    return actions.create_transfer(actor=payer, key=uuid4(), quote_id=quote.id, now=town.now)


@pytest.mark.row("W-27")
def test_a_strangers_words_are_masked_for_the_other_side_and_reported_once(town: Town) -> None:
    lin, zhou = town.customer("林晓", 500_00), town.customer("周明")
    order = send_with(town, lin, zhou, WORDS)
    mine, theirs = queries.order_for(lin, order.id), queries.order_for(zhou, order.id)
    assert (mine.remark, mine.remark_by_other) == (WORDS, False)
    assert theirs.remark_by_other
    assert theirs.remark_masked
    for word in ("666", "８", "４００", "evil", "客服", "官方"):
        assert word not in theirs.remark
    assert queries.orders_for(zhou)[0].remark == theirs.remark
    report = Report.objects.get()
    assert (report.ref, report.writer_id, report.reader_id) == (f"order:{order.id}", lin.uuid, zhou.uuid)
    assert report.found == ["number", "link"]
    for notice in [*notices.notices_for(lin), *notices.notices_for(zhou)]:
        assert "666" not in notice.text
        assert "evil" not in notice.text
    plain = send_with(town, lin, zhou, "饭钱")
    assert queries.order_for(zhou, plain.id).remark == "饭钱"
    assert Report.objects.count() == 1


@pytest.mark.row("W-27")
def test_a_nickname_with_a_number_is_masked_too(town: Town) -> None:
    caller, zhou = town.customer("4006668888 Bank", 500_00), town.customer("周明")
    order = send_with(town, caller, zhou, "")
    assert "4006668888" not in queries.order_for(zhou, order.id).counterparty_masked
    assert "4006668888" not in queries.orders_for(zhou)[0].title


@pytest.mark.row("W-27")
def test_no_planted_word_of_another_person_is_mailed(town: Town, settings, tmp_path) -> None:
    from kefu.notices import actions as outgoing
    from kefu.notices.models import Outgoing

    settings.KEFU_DATA = tmp_path
    caller, zhou = town.customer("4006668888 Bank", 500_00), town.customer("周明")
    for place, who in enumerate((caller, zhou)):
        identity.confirm_email(actor=who, user_id=who.uuid, email=f"m{place}@example.org", now=town.now)
    send_with(town, caller, zhou, WORDS)
    town.send(caller, zhou, 5_00, mode="two_hours")
    rows = list(Outgoing.objects.filter(line="mail"))
    assert len(rows) == 4
    for row in rows:
        assert outgoing.send_outgoing(outgoing_id=row.id, now=town.now)
    mails = (tmp_path / "outbox" / "mail.jsonl").read_text("utf-8")
    assert "¥10.00" in mails
    for word in ("4006668888", "666-8888", "４００", "evil", "官方客服", "周明", "Bank", Money(town.money(caller)[0]).text()):
        assert word not in mails, word
