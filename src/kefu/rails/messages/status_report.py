"""Reading a payment status report (ISO 20022 pacs.002.001.10): what a bank says of payments that we gave it.

A payment that is listed has its own status, or its group's when it names none; one of a group that is reported on
without being listed has the group's.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from lxml import etree

from kefu.rails import rules
from kefu.rails.messages.reading import BYTES_MAX, Leaves, document, local, several
from kefu.rails.statements import REFERENCE_MOST, StatementUnreadableError, check_line, minor, read_uuid

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pacs.002.001.10"
LINES_MAX = 20_000
PARTIAL = "PART"
STATUSES: dict[str, str] = {
    **dict.fromkeys(("RCVD", "ACTC", "ACCP", "ACWC", "PDNG", "ACSP"), rules.PROCESSING),
    **dict.fromkeys(("ACSC", "ACCC"), rules.SUCCEEDED),
    "RJCT": rules.FAILED,
}
"""The standard's words (ExternalPaymentTransactionStatus) as ours. PART is of a group alone: see each payment."""
REASONS: dict[str, str] = {
    "AC01": "card_unknown",
    "AC04": "card_closed",
    "AC06": "card_blocked",
    "AM02": "limit_exceeded",
    "AM04": "bank_short",
    "AM05": "duplicate",
    "AG01": "forbidden",
    "BE01": "name_mismatch",
    "BE04": "name_mismatch",
    "CUST": "recalled",
    "RR04": "regulatory",
}
"""Reasons of a rejection (ExternalStatusReason) as ours; any other is kept as it is."""

_HEAD = frozenset({"MsgId", "CreDtTm", "InstgAgt/FinInstnId/Othr/Id", "InstdAgt/FinInstnId/Othr/Id"})
_REASON = frozenset({"StsRsnInf/Rsn/Cd", "StsRsnInf/AddtlInf"})
_GROUP = _REASON | {"OrgnlMsgId", "OrgnlMsgNmId", "OrgnlCreDtTm", "OrgnlNbOfTxs", "OrgnlCtrlSum", "GrpSts"}
_PAYMENT = _REASON | {
    *("StsId", "OrgnlGrpInf/OrgnlMsgId", "OrgnlGrpInf/OrgnlMsgNmId", "OrgnlInstrId", "OrgnlEndToEndId", "OrgnlTxId"),
    *("OrgnlUETR", "TxSts", "AccptncDtTm", "AcctSvcrRef"),
    *("OrgnlTxRef/IntrBkSttlmAmt", "OrgnlTxRef/IntrBkSttlmAmt/@Ccy", "OrgnlTxRef/IntrBkSttlmDt"),
}


@dataclass(frozen=True, kw_only=True)
class PaymentStatus:
    """What is said of one payment: `outcome` one of `rules`; `bank_ref` and `amount` (minor units) when they stand
    there; `inherited`: by its group, without being listed.
    """

    number: int
    instruction: str
    instruction_id: UUID | None
    outcome: str
    reason: str
    bank_ref: str
    amount: int | None
    at: datetime
    inherited: bool
    as_given: bytes


@dataclass(frozen=True, kw_only=True)
class StatusReport:
    """A report that holds. Its id is the bank's, used once."""

    message_id: str
    created_at: datetime
    payments: tuple[PaymentStatus, ...]


@dataclass(frozen=True, kw_only=True)
class _Group:
    message: str
    status: str
    reason: str
    amount: int | None
    as_given: bytes


def parse(raw: bytes, *, day: date) -> StatusReport:
    """The report that a bank drew up on `day`. Raises `StatementUnreadableError` naming the first line that is wrong:
    payments count from 1, groups that list none follow them, 0 is the head.
    """
    body = document(raw, namespace=NAMESPACE, root="FIToFIPmtStsRpt", bytes_max=BYTES_MAX)
    heads = several(body, "GrpHdr")
    if len(heads) != 1 or {local(child, 0) for child in body} - {"GrpHdr", "OrgnlGrpInfAndSts", "TxInfAndSts"}:
        raise StatementUnreadableError(0, "not one GrpHdr, its groups and its payments")
    head = Leaves(heads[0], known=_HEAD, line=0)
    created = head.moment("CreDtTm")
    if created.astimezone(rules.BANK_ZONE).date() != day:
        raise StatementUnreadableError(0, f"day is {created.astimezone(rules.BANK_ZONE).date()}, not {day}")
    groups = _groups(several(body, "OrgnlGrpInfAndSts"))
    listed = several(body, "TxInfAndSts")
    if len(listed) > LINES_MAX:
        raise StatementUnreadableError(LINES_MAX + 1, f"more than {LINES_MAX} payments")
    payments = [_payment(number, one, groups, created) for number, one in enumerate(listed, 1)]
    covered = {payment.instruction for payment in payments} | {_group_of(one) for one in listed}
    left = [group for name, group in groups.items() if name not in covered]
    payments += [_inherited(len(listed) + number, group, created) for number, group in enumerate(left, 1)]
    _check_once(payments)
    return StatusReport(message_id=head.message_id("MsgId"), created_at=created, payments=tuple(payments))


def _groups(elements: "list[etree._Element]") -> dict[str, _Group]:
    found: dict[str, _Group] = {}
    for element in elements:
        said = Leaves(element, known=_GROUP, line=0)
        message = _named(said.message_id("OrgnlMsgId"))
        if message in found:
            raise StatementUnreadableError(0, f"the group {message} stands twice")
        status = said.get("GrpSts")
        if status and status != PARTIAL:
            said.one_of("GrpSts", STATUSES)
        total, single = said.get("OrgnlCtrlSum"), said.get("OrgnlNbOfTxs") in ("", "1")
        found[message] = _Group(
            message=message, status=status, reason=said.get("StsRsnInf/Rsn/Cd", longest=4),
            amount=minor(total, 0) if total and single else None, as_given=etree.tostring(element, with_tail=False),
        )  # fmt: skip
    return found


def _group_of(element: "etree._Element") -> str:
    named = [leaf.text or "" for leaf in element.iter() if local(leaf, 0) == "OrgnlMsgId"]
    return _named(named[0].strip()) if named else ""


def _named(text: str) -> str:
    found = read_uuid(text)
    return str(found) if found else text


def _payment(number: int, element: "etree._Element", groups: dict[str, _Group], created: datetime) -> PaymentStatus:
    said = Leaves(element, known=_PAYMENT, line=number)
    named = said.get("OrgnlEndToEndId") or said.get("OrgnlInstrId")
    if not named:
        raise StatementUnreadableError(number, "OrgnlEndToEndId is missing")
    group = groups.get(_group_of(element)) or (next(iter(groups.values())) if len(groups) == 1 else None)
    status, reason = said.get("TxSts"), said.get("StsRsnInf/Rsn/Cd", longest=4)
    if not status and group is not None and group.status != PARTIAL:
        status, reason = group.status, reason or group.reason
    if status not in STATUSES:
        what = f"{status[:20]!r} is not known" if status else "is missing, and its group has none for it"
        raise StatementUnreadableError(number, f"TxSts {what}")
    amount, ref = said.amount("OrgnlTxRef/IntrBkSttlmAmt"), said.get("AcctSvcrRef") or said.get("OrgnlTxId")
    check_line(number, amount=amount or 0, bank_ref=ref)
    found = read_uuid(named)
    return PaymentStatus(
        number=number, instruction=str(found) if found else named[:REFERENCE_MOST], instruction_id=found,
        outcome=STATUSES[status], reason=_reason(status, reason, number), bank_ref=ref, amount=amount,
        at=said.moment("AccptncDtTm") if said.get("AccptncDtTm") else created, inherited=False,
        as_given=etree.tostring(element, with_tail=False),
    )  # fmt: skip


def _inherited(number: int, group: _Group, created: datetime) -> PaymentStatus:
    if group.status not in STATUSES:
        raise StatementUnreadableError(number, f"the group {group.message} lists no payment and has no status for it")
    found = read_uuid(group.message)
    return PaymentStatus(
        number=number, instruction=group.message[:REFERENCE_MOST], instruction_id=found,
        outcome=STATUSES[group.status], reason=_reason(group.status, group.reason, number), bank_ref="",
        amount=group.amount, at=created, inherited=True, as_given=group.as_given,
    )  # fmt: skip


def _reason(status: str, code: str, line: int) -> str:
    if status != "RJCT":
        return ""
    if not code:
        raise StatementUnreadableError(line, "a rejection names no reason")
    return REASONS.get(code, code)


def _check_once(payments: list[PaymentStatus]) -> None:
    seen: set[str] = set()
    for payment in payments:
        if payment.instruction in seen:
            raise StatementUnreadableError(payment.number, f"{payment.instruction} stands twice")
        seen.add(payment.instruction)
