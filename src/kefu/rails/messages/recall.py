"""Asking a payment back (ISO 20022 camt.056.001.08) and reading what a bank says to it (camt.029.001.09)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from xml.sax.saxutils import escape

from kefu.rails import rules
from kefu.rails.messages.reading import Leaves, document, only
from kefu.rails.statements import StatementUnreadableError, read_uuid

REQUEST = "urn:iso:std:iso:20022:tech:xsd:camt.056.001.08"
ANSWER = "urn:iso:std:iso:20022:tech:xsd:camt.029.001.09"
SAYS: dict[str, str] = {
    "ACCR": rules.RECALL_ACCEPTED,
    "RJCR": rules.RECALL_REFUSED,
    "PDCR": rules.RECALL_PENDING,
}
CONFIRMED_BY = {"CNCL": "ACCR", "RJCR": "RJCR", "PDCR": "PDCR"}
"""The word about the whole investigation, and the word about the payment that it stands for."""
_PARTIES = ("Agt/FinInstnId/Othr/Id", "Pty/Id/OrgId/Othr/Id")
_ASSIGNMENT = frozenset({"Id", "CreDtTm", *(f"{side}/{party}" for side in ("Assgnr", "Assgne") for party in _PARTIES)})
_CASE = frozenset({"Id", *(f"Cretr/{party}" for party in _PARTIES)})
_PAYMENT = frozenset(
    {
        *("CxlStsId", "OrgnlInstrId", "OrgnlEndToEndId", "OrgnlTxId", "OrgnlUETR", "TxCxlSts"),
        *("CxlStsRsnInf/Rsn/Cd", "CxlStsRsnInf/AddtlInf"),
        *("OrgnlTxRef/IntrBkSttlmAmt", "OrgnlTxRef/IntrBkSttlmAmt/@Ccy", "OrgnlTxRef/IntrBkSttlmDt"),
    }
)


@dataclass(frozen=True, kw_only=True)
class RecallRequest:
    """What is asked back, and why; amount in minor units. `message_id` is the same however often it is sent."""

    message_id: str
    instruction: UUID
    bank_ref: str
    amount: int
    currency: str
    settled_at: datetime
    reason: str
    asked_at: datetime


@dataclass(frozen=True, kw_only=True)
class RecallAnswer:
    """What a bank says: `outcome` one of `rules.RECALL_WORDS`; `code` why it refuses; `case` the id of our request."""

    message_id: str
    case: str
    instruction: UUID
    outcome: str
    code: str
    bank_ref: str
    amount: int
    at: datetime


def write_request(wanted: RecallRequest) -> bytes:
    """The camt.056 for one payment."""
    us, them = _party("KEFU"), _party("BANK")
    amount = f"{wanted.amount // 100}.{wanted.amount % 100:02d}"
    paid_on = wanted.settled_at.astimezone(rules.BANK_ZONE).date()
    ref = f"<OrgnlTxId>{escape(wanted.bank_ref)}</OrgnlTxId>" if wanted.bank_ref else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{REQUEST}"><FIToFIPmtCxlReq>\n'
        f"<Assgnmt><Id>{wanted.message_id}</Id><Assgnr>{us}</Assgnr><Assgne>{them}</Assgne>"
        f"<CreDtTm>{wanted.asked_at.isoformat(timespec='milliseconds')}</CreDtTm></Assgnmt>\n"
        f"<Case><Id>{wanted.message_id}</Id><Cretr>{us}</Cretr></Case><CtrlData><NbOfTxs>1</NbOfTxs></CtrlData>\n"
        f"<Undrlyg><TxInf><OrgnlEndToEndId>{wanted.instruction.hex}</OrgnlEndToEndId>{ref}"
        f'<OrgnlIntrBkSttlmAmt Ccy="{escape(wanted.currency)}">{amount}</OrgnlIntrBkSttlmAmt>'
        f"<OrgnlIntrBkSttlmDt>{paid_on}</OrgnlIntrBkSttlmDt>"
        f"<CxlRsnInf><Rsn><Cd>{escape(wanted.reason)}</Cd></Rsn></CxlRsnInf></TxInf></Undrlyg>\n"
        "</FIToFIPmtCxlReq></Document>\n"
    ).encode()


def _party(name: str) -> str:
    return f"<Agt><FinInstnId><Othr><Id>{name}</Id></Othr></FinInstnId></Agt>"


def read_answer(raw: bytes) -> RecallAnswer:
    """What a camt.029 about one payment says. Raises `StatementUnreadableError`: its payment is line 1, 0 the head."""
    body = document(raw, namespace=ANSWER, root="RsltnOfInvstgtn", bytes_max=rules.CALLBACK_BYTES_MAX)
    if len(body) != 4:
        raise StatementUnreadableError(0, "not Assgnmt, RslvdCase, Sts and CxlDtls")
    head = Leaves(only(body, "Assgnmt"), known=_ASSIGNMENT, line=0)
    case = Leaves(only(body, "RslvdCase"), known=_CASE, line=0)
    whole = Leaves(only(body, "Sts"), known=frozenset({"Conf"}), line=0).one_of("Conf", CONFIRMED_BY)
    details = only(body, "CxlDtls")
    if len(details) != 1:
        raise StatementUnreadableError(0, "not about one payment")
    said = Leaves(only(details, "TxInfAndSts"), known=_PAYMENT, line=1)
    outcome = said.one_of("TxCxlSts", SAYS)
    if whole != said.get("TxCxlSts"):
        raise StatementUnreadableError(1, f"TxCxlSts is {said.get('TxCxlSts')}, but the whole says {whole}")
    found = read_uuid(said.need("OrgnlEndToEndId"))
    amount = said.amount("OrgnlTxRef/IntrBkSttlmAmt")
    if found is None or amount is None:
        raise StatementUnreadableError(1, "names no payment of ours, or no amount")
    code = said.get("CxlStsRsnInf/Rsn/Cd", longest=4)
    if (outcome == rules.RECALL_REFUSED) is not bool(code):
        raise StatementUnreadableError(1, "a refusal names its reason, and nothing else has one")
    return RecallAnswer(
        message_id=head.message_id("Id"),
        case=case.message_id("Id"),
        instruction=found,
        outcome=outcome,
        code=code,
        bank_ref=said.get("OrgnlTxId", longest=64),
        amount=amount,
        at=head.moment("CreDtTm"),
    )
