"""The page before sending: who, how much, what it costs, when it arrives. Binding for five minutes."""

from datetime import datetime, timedelta

from django.db import transaction

from kefu.core import audit
from kefu.core.actor import Actor
from kefu.core.brand import brand
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.identity import queries as identity
from kefu.ledger import queries as books
from kefu.wallet.actions import forbidden
from kefu.wallet.actions.wallet import ensure, owner_ref
from kefu.wallet.models import MODES, TRANSFER, Quote
from kefu.wallet.queries.fee import schedule_at
from kefu.wallet.queries.values import QuoteView, see_quote
from kefu.wallet.refusals import InsufficientFunds, ModeUnknown, PayeeUnknown, ToOneself
from kefu.wallet.rules import amount as amounts
from kefu.wallet.rules.arrival import QUOTE_MINUTES
from kefu.wallet.rules.fee import fee


def quote_transfer(
    *, actor: Actor, payee_phone: str, amount: Money, mode: str, now: datetime, remark: str = ""
) -> QuoteView:
    """What a transfer of `amount` to the customer with `payee_phone` would be; nothing is moved or held.

    Refuses `core.amount.*`, `wallet.transfer.mode_unknown`, `.remark_unfit`, `.payee_unknown`,
    `.to_oneself`, `.insufficient_funds`, `wallet.account.outflows_stopped`, `wallet.account.restricted`.
    """
    if actor.kind != "customer":
        raise NotFound()
    identity.require(actor=actor, action="wallet.quote_transfer", now=now)
    minor = amounts.check(amount, most=amounts.TRANSFER_MOST)
    if mode not in MODES:
        raise ModeUnknown(mode=mode[:20])
    words = amounts.remark(remark)
    with transaction.atomic():
        wallet = ensure(actor, actor.uuid, now=now)
        payee = identity.find_customer_by_phone(payee_phone)
        if payee is not None and payee.id == actor.uuid:
            raise ToOneself()
        forbidden.check(actor.uuid, "out", now=now)
        if payee is None or not forbidden.may_receive(payee.id, now=now):
            raise PayeeUnknown()
        schedule = schedule_at(kind=TRANSFER, mode=mode, now=now)
        cost = fee(schedule.rule(), minor)
        available = books.balance(owner_ref(actor.uuid)).available
        if available < minor + cost:
            raise InsufficientFunds(
                available=Money(available, wallet.currency).text(), needed=Money(minor + cost).text()
            )
        quote = Quote.objects.create(
            customer_id=actor.uuid,
            payee_id=payee.id,
            payee_name=payee.masked_name,
            payee_phone=payee.masked_phone,
            amount=minor,
            fee=cost,
            currency=wallet.currency,
            mode=mode,
            schedule_id=schedule.id,
            remark=words,
            created_at=now,
            expires_at=now + timedelta(minutes=QUOTE_MINUTES),
        )
        audit.record(actor=actor, action="wallet.quote_transfer", subject=f"quote:{quote.id}", now=now)
    return see_quote(quote, zone=brand().zone)
