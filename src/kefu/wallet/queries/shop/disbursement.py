"""Merchants' pay-outs and the accounts that they go to, as the merchant and the house see them."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext

from kefu.core.actor import Actor
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.identity import queries as identity
from kefu.ledger import queries as books
from kefu.rails import queries as outside
from kefu.rails.queries.names import bank_text
from kefu.wallet.models import Disbursement, MerchantAccount, Order
from kefu.wallet.queries.shop.merchant import own_merchant
from kefu.wallet.queries.values import CardLinkView, see_card_link
from kefu.wallet.rules.disbursement import same_name
from kefu.wallet.rules.timeline import reason_text

LIST_MOST = 100


@dataclass(frozen=True, kw_only=True)
class MerchantAccountView:
    """A bank account of a merchant's. `pays_from` None: nobody has approved it."""

    id: UUID
    merchant_id: UUID
    merchant_name: str
    bank: str
    last4: str
    holder: str
    status: str
    proposed_at: datetime
    pays_from: datetime | None

    @property
    def is_in_merchants_name(self) -> bool:
        return same_name(self.merchant_name, self.holder)

    @property
    def text(self) -> str:
        return f"{self.bank} ({self.last4})"

    def is_paused(self, now: datetime) -> bool:
        return self.pays_from is not None and self.pays_from > now


@dataclass(frozen=True, kw_only=True)
class DisbursementView:
    """One pay-out. `status` is its order's; `is_daily`: it went by itself."""

    order_id: UUID
    no: str
    amount: Money
    account: str
    status: str
    reason: str
    is_daily: bool
    created_at: datetime
    settled_at: datetime | None
    returned_at: datetime | None
    expected_to: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ShopEntryView:
    """A line of a merchant's statement; `amount` with its sign, `balance` after it."""

    at: datetime
    name: str
    no: str
    amount: Money
    balance: Money


@dataclass(frozen=True, kw_only=True)
class ShopStatementView:
    first: date
    last: date
    opening: Money
    closing: Money
    lines: tuple[ShopEntryView, ...]


def see_account(row: MerchantAccount) -> MerchantAccountView:
    return MerchantAccountView(
        id=row.id,
        merchant_id=row.merchant_id,
        merchant_name=row.merchant.name,
        bank=bank_text(row.bank),
        last4=row.last4,
        holder=row.holder,
        status=row.status,
        proposed_at=row.proposed_at,
        pays_from=row.pays_from,
    )


def see_disbursement(row: Disbursement) -> DisbursementView:
    order = row.order
    return DisbursementView(
        order_id=order.id,
        no=order.no,
        amount=Money(order.amount, order.currency),
        account=bank_text(order.payee_label),
        status=order.status,
        reason=reason_text(order.kind, order.reason),
        is_daily=row.day is not None,
        created_at=row.created_at,
        settled_at=order.settled_at,
        returned_at=order.returned_at,
    )


def shop_accounts_for(actor: Actor, *, now: datetime) -> list[MerchantAccountView]:
    """The merchant's account that is paid out to, and one that waits to be approved. Refuses `core.thing.not_found`."""
    merchant = own_merchant(actor, now=now)
    standing = (MerchantAccount.ACTIVE, MerchantAccount.PROPOSED)
    rows = MerchantAccount.objects.select_related("merchant").filter(merchant_id=merchant, status__in=standing)
    return [see_account(row) for row in rows.order_by("status")]


def proposed_accounts_for(actor: Actor, *, now: datetime) -> list[MerchantAccountView]:
    """Accounts that wait for somebody of the house, the longest first. Refuses `identity.role.insufficient`."""
    identity.require(actor=actor, action="wallet.judge_merchant_account", now=now)
    rows = MerchantAccount.objects.select_related("merchant").filter(status=MerchantAccount.PROPOSED)
    return [see_account(row) for row in rows.order_by("proposed_at")[:LIST_MOST]]


def account_link_for(actor: Actor, check_id: UUID, *, now: datetime) -> CardLinkView:
    """Where the bank's check of a merchant's account stands. Refuses `core.thing.not_found`."""
    merchant = own_merchant(actor, now=now)
    check = outside.card_check(check_id)
    if check.owner_ref != f"merchant:{merchant}":
        raise NotFound()
    view = see_card_link(check)
    # The account is written down a moment after the bank's yes; until then the page still waits.
    taken = MerchantAccount.objects.filter(merchant_id=merchant, token=check.token).exists()
    return view if view.status != "LINKED" or taken else replace(view, status="CONFIRMING")


def disbursements_for(actor: Actor, *, now: datetime) -> list[DisbursementView]:
    """The merchant's pay-outs, the newest first. Refuses `core.thing.not_found`."""
    rows = Disbursement.objects.select_related("order").filter(merchant_id=own_merchant(actor, now=now))
    return [see_disbursement(row) for row in rows.order_by("-created_at", "-order_id")[:LIST_MOST]]


def shop_statement_for(actor: Actor, *, first: date, last: date, now: datetime) -> ShopStatementView:
    """What moved on what we owe the merchant, on the local days from `first` to `last`, oldest first."""
    found = books.statement(f"merchant:{own_merchant(actor, now=now)}", first=first, last=last, code="L30")
    ids = {line.order_ref: UUID(line.order_ref[6:]) for line in found.entries if line.order_ref.startswith("order:")}
    numbers = dict(Order.objects.filter(pk__in=ids.values()).values_list("pk", "no"))
    lines = tuple(
        ShopEntryView(
            at=line.posted_at,
            name=_name(line.journal, line.amount),
            no=numbers.get(ids[line.order_ref], "") if line.order_ref in ids else "",
            amount=Money(line.amount, found.currency),
            balance=Money(line.balance_after, found.currency),
        )
        for line in found.entries
    )
    opening, closing = Money(found.opening, found.currency), Money(found.closing, found.currency)
    return ShopStatementView(first=first, last=last, opening=opening, closing=closing, lines=lines)


def _name(journal: str, amount: int) -> str:
    names = {
        "PAY_CAPTURE": gettext("收款"),
        "FEE": gettext("手续费"),
        "REFUND": gettext("退款"),
        "DISBURSE": gettext("结算付出"),
        "DISBURSE_RETURN": gettext("结算退回"),
        "MERCH_RECOVERED": gettext("抵扣欠款"),
    }
    return names.get(journal, gettext("其他入账") if amount > 0 else gettext("其他支出"))
