"""What carries an approved proposal out, by its action, within the decision's transaction."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_noop

from kefu.cases.models import Case, Proposal
from kefu.core.actor import Actor
from kefu.core.money import Money
from kefu.wallet import actions as wallet


def _goodwill(actor: Actor, case: Case, row: Proposal, now: datetime) -> tuple[str, str]:
    paid = wallet.pay_goodwill(
        actor=actor, customer_id=case.customer_id, amount=Money(row.amount, row.currency), case_ref=case.no,
        approval_id=row.approval_id, now=now,
    )  # fmt: skip
    return str(paid.transfers[0]), gettext_noop("补偿 %(amount)s 已经到您的余额（记账凭证 %(ref)s）。")


def _completion(actor: Actor, case: Case, row: Proposal, now: datetime) -> tuple[str, str]:
    done = wallet.complete_topup(
        actor=actor, order_id=_order_of(row), advice_id=UUID(row.advice_id), case_ref=case.no,
        opened_at=case.opened_at, approval_id=row.approval_id, now=now,
    )  # fmt: skip
    return str(done.transfers[0]), gettext_noop("您的充值 %(amount)s 已经补入账（记账凭证 %(ref)s）。")


def _refund(actor: Actor, case: Case, row: Proposal, now: datetime) -> tuple[str, str]:
    done = wallet.pay_decided_refund(
        actor=actor, order_id=_order_of(row), amount=Money(row.amount, row.currency), case_ref=case.no,
        approval_id=row.approval_id, now=now,
    )  # fmt: skip
    if done.by_bank or done.amount.minor != row.amount:  # to a card, where the bank brings it, or a voucher's part
        said = gettext_noop("平台裁定退款：%(amount)s 按原来的付款方式退回，到账情况见退款单（记账凭证 %(ref)s）。")
    else:
        said = gettext_noop("平台裁定退款：%(amount)s 已经退回您的余额（记账凭证 %(ref)s）。")
    return str(done.transfers[0]), said


def _decline(actor: Actor, case: Case, row: Proposal, now: datetime) -> tuple[str, str]:
    wallet.decline_decided_refund(
        actor=actor, order_id=_order_of(row), words=row.reason, case_ref=case.no, approval_id=row.approval_id, now=now
    )
    return "", gettext_noop("平台核实后没有支持这次退款，理由写在退款单里。")


def _provisional(actor: Actor, case: Case, row: Proposal, now: datetime) -> tuple[str, str]:
    given = wallet.give_provisional(
        actor=actor, customer_id=case.customer_id, order_id=_order_of(row), amount=Money(row.amount, row.currency),
        case_ref=case.no, approval_id=row.approval_id, now=now,
    )  # fmt: skip
    return str(given.transfers[0]), gettext_noop(
        "核实期间先给您 %(amount)s 临时款，现在就能用。有了结论会通知您：成立就归您，不成立会先告知再收回。"
    )


def _final(actor: Actor, case: Case, row: Proposal, now: datetime) -> tuple[str, str]:
    done = wallet.finalise_provisional(
        actor=actor, order_id=_order_of(row), case_ref=case.no, approval_id=row.approval_id, now=now
    )
    return str(done.transfers[-1]), gettext_noop("争议成立：临时款 %(amount)s 归您所有，不会再收回。")


def _notice(actor: Actor, case: Case, row: Proposal, now: datetime) -> tuple[str, str]:
    wallet.announce_provisional(
        actor=actor, order_id=_order_of(row), reason=row.code, words=row.reason, case_ref=case.no,
        approval_id=row.approval_id, now=now,
    )  # fmt: skip
    return "", gettext_noop("临时款 %(amount)s 将会收回，日期和理由写在那笔订单里；那之前您仍可使用。")


def _recovery(actor: Actor, case: Case, row: Proposal, now: datetime) -> tuple[str, str]:
    wallet.announce_recovery(
        actor=actor, order_id=_order_of(row), basis=row.code, words=row.reason, case_ref=case.no,
        approval_id=row.approval_id, now=now,
    )  # fmt: skip
    return "", gettext_noop("您欠的 %(amount)s 将从余额收回，依据和日期写在那笔订单里。")


def _order_of(row: Proposal) -> UUID:
    assert row.order_id is not None
    return row.order_id


DEEDS: dict[str, Callable[[Actor, Case, Proposal, datetime], tuple[str, str]]] = {
    Proposal.GOODWILL: _goodwill,
    Proposal.COMPLETION: _completion,
    Proposal.REFUND: _refund,
    Proposal.DECLINE: _decline,
    Proposal.PROVISIONAL: _provisional,
    Proposal.FINAL: _final,
    Proposal.NOTICE: _notice,
    Proposal.RECOVERY: _recovery,
}
"""What carries an approved proposal out; returns the transfer in the books, or '', and what the customer reads."""
