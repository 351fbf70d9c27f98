"""Being paid by a code that another customer scans: signed, good for ten minutes, nothing stored."""

from datetime import datetime

from django.db import transaction

from kefu.core.actor import Actor
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.identity import queries as identity
from kefu.identity.values import Person
from kefu.wallet import models as m
from kefu.wallet.actions import forbidden
from kefu.wallet.actions.codes.refusals import NoteUnfit, ReceiveCodeAltered, ReceiveCodeExpired
from kefu.wallet.actions.quote import write_quote
from kefu.wallet.actions.transfer import fit_payee, naming
from kefu.wallet.queries.code import ReceiveCodeView, ReceivingView, see_receiving
from kefu.wallet.queries.values import QuoteView
from kefu.wallet.rules import amount as amounts
from kefu.wallet.rules import code as rules


def issue_receive_code(*, actor: Actor, amount: Money | None, note: str, now: datetime) -> ReceiveCodeView:
    """A code that says who is paid and, where `amount` is given, how much; `note` is for whom it is shown to.

    Refuses `core.amount.*`, `wallet.receive_code.note_unfit`, `wallet.account.restricted`.
    """
    if actor.kind != "customer":
        raise NotFound()
    identity.require(actor=actor, action="wallet.issue_receive_code", now=now)
    forbidden.check(actor.uuid, "in", now=now)
    minor = amounts.check(amount, most=amounts.TRANSFER_MOST) if amount is not None else 0
    words = note.strip()
    if len(words) > rules.NOTE_MOST or not words.isprintable():
        raise NoteUnfit(most=rules.NOTE_MOST)
    until = now + rules.RECEIVE_CODE_LASTS
    given = rules.Receiving(payee_id=actor.uuid, amount=minor, note=amounts.remark(words), expires_at=until)
    return ReceiveCodeView(token=rules.write_token(given), amount=amount, note=given.note, expires_at=until)


def look_at_receive_code(*, actor: Actor, token: str, now: datetime) -> ReceivingView:
    """Whom a scanned code pays, masked. Nothing is written.

    Refuses `wallet.receive_code.altered`, `.expired`, `wallet.transfer.payee_unknown`, `.to_oneself`.
    """
    code = _fit(actor, token, now=now)
    return see_receiving(code, _payee(actor, code, now=now))


def quote_receive_code(*, actor: Actor, token: str, amount: Money | None, remark: str, now: datetime) -> QuoteView:
    """What paying the code would be, at once; an amount in the code stands. `create_transfer` carries it out.

    Refuses what `look_at_receive_code` and `quote_transfer` do.
    """
    if actor.kind != "customer":
        raise NotFound()
    identity.require(actor=actor, action="wallet.quote_transfer", now=now)
    code = _fit(actor, token, now=now)
    minor = code.amount or amounts.check(amount or Money(0), most=amounts.TRANSFER_MOST)
    words = amounts.remark(remark)
    with transaction.atomic():
        payee = _payee(actor, code, now=now)
        return write_quote(actor, kind=m.TRANSFER, mode=m.NOW, amount=minor, now=now, **naming(payee, words))


def _fit(actor: Actor, token: str, *, now: datetime) -> rules.Receiving:
    if actor.kind != "customer":
        raise NotFound()
    code = rules.read_token(token)
    if code is None:
        raise ReceiveCodeAltered()
    if code.expires_at <= now:
        raise ReceiveCodeExpired()
    return code


def _payee(actor: Actor, code: rules.Receiving, *, now: datetime) -> Person:
    known = identity.people([code.payee_id]).get(code.payee_id)
    return fit_payee(actor, known if known is not None and known.is_active else None, now=now)
