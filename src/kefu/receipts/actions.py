"""Issuing papers, making their files, sending a receipt to its customer, and letting anybody check one."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kefu.core import audit, files, keyed
from kefu.core.actor import Actor
from kefu.core.brand import brand
from kefu.core.ids import descendant
from kefu.core.masks import mask_email
from kefu.core.money import HOME, Money
from kefu.desk import actions as desk
from kefu.desk import queries as talk
from kefu.identity import queries as people
from kefu.identity.actions.attempt import TooManyTries, count_try
from kefu.identity.rules.attempt import Patience
from kefu.notices import actions as notices
from kefu.receipts import queries
from kefu.receipts.content import both, proof_content, receipt_content, statement_content
from kefu.receipts.files import pdf_of
from kefu.receipts.issuing import known, write_paper
from kefu.receipts.models import PROOF, RECEIPT, STATEMENT
from kefu.receipts.refusals import (
    CheckedTooOften,
    NotSettled,
    NoVerifiedContact,
    PeriodUnfit,
    ProofUnfit,
    StatementTooLong,
)
from kefu.receipts.signing import keys_now, registered, sign_json
from kefu.receipts.values import CheckView, FileView, PaperView, Verdict
from kefu.wallet import queries as wallet
from kefu.wallet.queries import OrderView
from kefu.wallet.queries.statement import statement_for, statement_lines

DAYS_MOST, LINES_MOST, PROOF_ORDERS_MOST = 366, 2_000, 50
PURPOSES = {
    "court": gettext_lazy("提交法院或仲裁机构"),
    "police": gettext_lazy("提交公安机关"),
    "lender": gettext_lazy("提交贷款或信用卡机构"),
    "employer": gettext_lazy("报销或单位核对"),
    "other": gettext_lazy("个人留存"),
}
PER_READER = Patience(60, timedelta(minutes=1), 600, timedelta(minutes=15), forget_after=timedelta(minutes=10))
PER_PAPER = Patience(30, timedelta(minutes=1), 300, timedelta(minutes=15), forget_after=timedelta(minutes=10))
CHAT, MAIL = "chat", "mail"


def issue_receipt(*, actor: Actor, order_id: UUID, now: datetime) -> PaperView:
    """The receipt of a settled order, for the side of it that asks: made at the first demand, the same ever after.

    Refuses `receipts.order.not_settled` with the reason, and `core.thing.not_found`, also for another's order.
    """
    _require(actor, "receipts.see", now=now)
    return _issue_receipt(actor, order_id, by=actor, now=now)


def _issue_receipt(customer: Actor, order_id: UUID, *, by: Actor, now: datetime) -> PaperView:
    subject = f"order:{order_id}"
    order = wallet.order_for(customer, order_id, now=now)
    if not queries.has_receipt(order):
        raise NotSettled(why=queries.why_not(order), no=order.no, status=order.status)
    number = f"PZ-{order.no}" + ("" if order.customer_id == customer.uuid else "-R")
    holder = people.person(customer.uuid).masked_name
    return known(customer.uuid, subject) or write_paper(
        actor=by, kind=RECEIPT, number=number, customer_id=customer.uuid, subject=subject, now=now,
        make=lambda url: receipt_content(order, number=number, holder=holder, verify_url=url, now=now),
    )  # fmt: skip


def _require(actor: Actor, action: str, *, ref: str = "", now: datetime) -> None:
    people.require(actor=actor, action=action, ref=ref, now=now)


def check_period(first: date, last: date, *, now: datetime) -> None:
    """Refuses `receipts.statement.period_unfit`."""
    today = now.astimezone(brand().zone).date()
    if first > last or last > today or last - first >= timedelta(days=DAYS_MOST):
        raise PeriodUnfit(days=DAYS_MOST, first=first, last=last)


def issue_statement(
    *, actor: Actor, first: date, last: date, now: datetime, currency: str = HOME
) -> PaperView:
    """The account's statement in one currency for whole local days: the same paper for a period that is over, a new one
    while it runs.

    Refuses `receipts.statement.period_unfit`, `core.amount.currency_foreign` and, above 2,000 entries,
    `receipts.statement.too_long`.
    """
    _require(actor, "receipts.see", now=now)
    check_period(first, last, now=now)
    over = last < now.astimezone(brand().zone).date()
    named = "" if currency == HOME else f"/{currency}"
    of = f"statement:{first}/{last}{named}"
    subject = of + ("" if over else f"@{now.isoformat()}")
    earlier = known(actor.uuid, subject)
    if earlier is not None:
        return earlier
    view = statement_for(actor, first=first, last=last, currency=currency)
    lines = list(islice(statement_lines(view), LINES_MOST + 1))
    if len(lines) > LINES_MOST:
        raise StatementTooLong(most=LINES_MOST)
    number = _number("DZ", actor, subject, now)
    holder = people.person(actor.uuid).masked_name
    return write_paper(
        actor=actor, kind=STATEMENT, number=number, customer_id=actor.uuid, subject=subject, now=now,
        make=lambda url: statement_content(view, lines, number=number, holder=holder, verify_url=url, now=now),
    )  # fmt: skip


def _number(prefix: str, actor: Actor, subject: str, now: datetime) -> str:
    """Prefix, local day, and twelve digits that follow from whose it is and what about."""
    digest = int.from_bytes(hashlib.sha256(f"{actor.id} {subject}".encode()).digest()[:8], "big")
    return f"{prefix}-{now.astimezone(brand().zone):%Y%m%d}{digest % 10**12:012d}"


def proof_ref(order_ids: Sequence[UUID], purpose: str) -> str:
    """What the second proof of a proof is bound to: exactly these orders, for this purpose."""
    named = "\n".join(sorted(str(one) for one in set(order_ids)))
    return f"proof:{purpose[:20]}:{hashlib.sha256(named.encode()).hexdigest()[:32]}"


def issue_proof(*, actor: Actor, order_ids: Sequence[UUID], purpose: str, key: UUID, now: datetime) -> PaperView:
    """A stamped proof of chosen settled orders, with the customer's full name: V2, by the PIN given for `proof_ref`.

    The same key gives the same proof. Refuses `core.request.key_reused` (the key made one of other orders, or for
    something else), `receipts.proof.unfit`, `receipts.order.not_settled`, `identity.level.insufficient` and
    `core.thing.not_found`.
    """
    chosen = list(dict.fromkeys(order_ids))
    if not 1 <= len(chosen) <= PROOF_ORDERS_MOST or purpose not in PURPOSES:
        raise ProofUnfit(most=PROOF_ORDERS_MOST)
    orders = settled_orders(actor, chosen, now=now)
    _require(actor, "receipts.issue_proof", ref=proof_ref(chosen, purpose), now=now)
    subject, named = f"proof:{key}", both(lambda: str(PURPOSES[purpose]))
    number, who = _number("ZM", actor, subject, now), people.person(actor.uuid)
    earlier = known(actor.uuid, subject)
    if earlier is not None:
        made_of = [one["no"] for one in earlier.content["orders"]], earlier.content["purpose"]
        if made_of != ([one.no for one in orders], named):
            raise keyed.KeyReused()
        return earlier
    return write_paper(
        actor=actor, kind=PROOF, number=number, customer_id=actor.uuid, subject=subject, now=now,
        make=lambda url: proof_content(
            orders, purpose=named, number=number, holder=who.name,
            phone=who.masked_phone, verify_url=url, now=now,
        ),
    )  # fmt: skip


def settled_orders(actor: Actor, order_ids: Sequence[UUID], *, now: datetime) -> list[OrderView]:
    """The customer's own orders, all settled, the oldest first. Refuses `receipts.order.not_settled`."""
    orders = [wallet.order_for(actor, one, now=now) for one in order_ids]
    for order in orders:
        if not queries.has_receipt(order):
            raise NotSettled(why=queries.why_not(order), no=order.no, status=order.status)
    return sorted(orders, key=lambda order: order.created_at)


def print_paper(*, actor: Actor, paper_id: UUID, now: datetime) -> FileView:
    """The signed PDF of one's own paper. Refuses `core.thing.not_found`, `receipts.paper.not_printed`."""
    paper = queries.paper_for(actor, paper_id)
    file = pdf_of(paper, now=now)
    _record(actor, "receipts.print_paper", paper, now=now, sha256=file.sha256)
    return file


def export_paper(*, actor: Actor, paper_id: UUID, now: datetime) -> FileView:
    """The paper as signed JSON, for machines. Refuses `core.thing.not_found`."""
    paper, keys = queries.paper_for(actor, paper_id), keys_now()
    registered(keys, now=now)
    content = sign_json(paper.content, keys=keys)
    digest = hashlib.sha256(content).hexdigest()
    _record(actor, "receipts.export_paper", paper, now=now, sha256=digest)
    return FileView(
        name=f"{paper.number}.json", media_type="application/json", content=content, sha256=digest, key_id=keys.id
    )


def _record(actor: Actor, action: str, paper: PaperView, *, now: datetime, **data: str) -> None:
    audit.record(
        actor=actor, action=action, subject=f"paper:{paper.id}", now=now, data={"number": paper.number, **data}
    )


def send_receipt(
    *, actor: Actor, conversation_id: UUID, order_id: UUID, line: str, key: UUID, now: datetime
) -> PaperView:
    """An agent sends the receipt of the customer they talk with: the PDF into the chat, or a link to the confirmed
    mail address. Nobody else can be named. A note of it stays in the conversation. The same key sends once.

    Refuses `identity.role.insufficient`, `core.thing.not_found` without a grant, `receipts.order.not_settled`,
    `receipts.sending.no_contact`, and what the desk refuses to who does not have the conversation.
    """
    _require(actor, "receipts.send", now=now)
    conversation = talk.conversation_for(actor, conversation_id)
    people.require_grant(staff=actor, customer_id=conversation.customer_id, now=now)
    customer = people.customer_actor(conversation.customer_id)
    paper = _issue_receipt(customer, order_id, by=actor, now=now)
    made = pdf_of(paper, now=now) if line != MAIL else None
    with transaction.atomic():
        body = {"conversation": conversation_id, "order": order_id, "line": line}
        if keyed.claim(principal=actor.ref, key=key, body=body) is not None:
            return paper
        if made is None:
            to = _send_mail(actor, customer, paper, now=now)
        else:
            to = _("聊天")
            _send_chat(actor, conversation_id, paper, made, key=key, now=now)
        note = _("已发送凭证 %(number)s，发到：%(to)s。") % {"number": paper.number, "to": to}
        desk.add_note(
            actor=actor, conversation_id=conversation_id, message_id=descendant(key, "note"), body=note, now=now
        )
        _record(actor, "receipts.send_receipt", paper, now=now, line=line)
        keyed.settle(principal=actor.ref, key=key, answer={"number": paper.number})
    return paper


def _send_mail(actor: Actor, customer: Actor, paper: PaperView, *, now: datetime) -> str:
    contact = people.contact_of(customer.uuid)
    if not contact.email:
        raise NoVerifiedContact()
    order = paper.content["order"]
    values = {"no": order["no"], "amount": Money(order["amount"], order["currency"]).text(), "number": paper.number}
    notices.tell(
        actor=actor, customer_id=customer.uuid, kind="receipt_sent", values=values, ref=f"paper:{paper.id}", now=now
    )
    return mask_email(contact.email)


def _send_chat(
    actor: Actor, conversation_id: UUID, paper: PaperView, made: FileView, *, key: UUID, now: datetime
) -> None:
    stored = files.keep_made(
        owner_ref=actor.ref, name=made.name, content=made.content, media_type=made.media_type, purpose="receipt",
        now=now,
    )  # fmt: skip
    desk.add_message(
        actor=actor, conversation_id=conversation_id, message_id=key, file_ids=[stored.id], now=now,
        body=_("这是您要的交易凭证 %(number)s。") % {"number": paper.number},
    )  # fmt: skip


def _admit(what: str, subject: str, patience: Patience, now: datetime) -> None:
    """Count one check. Outside of any transaction, as `count_try` asks. Refuses `receipts.check.too_often`."""
    try:
        count_try(what=what, subject=subject, patience=patience, now=now)
    except TooManyTries as refused:
        raise CheckedTooOften(minutes=refused.data["minutes"]) from refused


def check_token(*, source: str, token: str, now: datetime) -> CheckView:
    """What a stranger at network address `source` who scanned a paper's code may know of it, as it stands now.

    Paced per reader and per paper. Refuses `core.thing.not_found`, `receipts.check.too_often`.
    """
    _admit("paper_reader", source, PER_READER, now)
    view = queries.check_token(token)
    _admit("paper", view.number, PER_PAPER, now)
    return view


def check_upload(*, source: str, content: bytes, now: datetime) -> Verdict:
    """Whether a stranger's file is a paper of ours as issued. Keeps nothing of it."""
    _admit("paper_reader", source, PER_READER, now)
    return queries.check_upload(content)
