"""What banks send: statements (camt.053) and channel files (CSV), written as a test wants them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
ACCOUNT = "SANDBOX-SAFEGUARDED-CNY"
CODES = {
    "debit": ("IDDT", "PMDD"),
    "payout": ("ICDT", "DMCT"),
    "return": ("ICDT", "RRTN"),
    "credit": ("RCDT", "DMCT"),
    "own": ("RCDT", "BOOK"),
}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A line of either file; `amount` signed in minor units, or any text to be printed as it is."""

    bank_ref: str
    instruction: str = "NOTPROVIDED"
    kind: str = "debit"
    amount: Any = 0
    at: datetime | str = "2026-11-19T03:00:00+00:00"
    status: str = "SUCCEEDED"
    fee: int = 0
    last4: str = "8812"


def yuan(minor: int) -> str:
    return f"{abs(minor) // 100}.{abs(minor) % 100:02d}"


def _at(entry: Entry) -> str:
    return entry.at if isinstance(entry.at, str) else entry.at.isoformat()


def statement(
    entries: Sequence[Entry], *, day: date, opening: int = 0, final: bool = True, closing: Any = None, **given: str
) -> bytes:
    """A statement whose sums hold unless `closing` says else; `given`: account, currency, day_said, count."""
    total = opening + sum(entry.amount for entry in entries if isinstance(entry.amount, int))
    closing, currency = total if closing is None else closing, given.get("currency", "CNY")
    said = given.get("day_said", day.isoformat())

    def balance(code: str, amount: Any) -> str:
        text = yuan(amount) if isinstance(amount, int) else amount
        side = "DBIT" if isinstance(amount, int) and amount < 0 else "CRDT"
        return (
            f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="{currency}">{text}</Amt>'
            f"<CdtDbtInd>{side}</CdtDbtInd><Dt><Dt>{said}</Dt></Dt></Bal>"
        )

    body = "".join(_entry(entry, currency) for entry in entries)
    summary = ""
    if "count" in given:
        gross = sum(abs(entry.amount) for entry in entries)
        summary = (
            f"<TxsSummry><TtlNtries><NbOfNtries>{given['count']}</NbOfNtries><Sum>{yuan(gross)}</Sum></TtlNtries>"
            "</TxsSummry>"
        )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{given.get("doctype", "")}<Document xmlns="{NAMESPACE}">'
        f"<BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId></GrpHdr><Stmt><Id>S1</Id>"
        f"<Acct><Id><Othr><Id>{given.get('account', ACCOUNT)}</Id></Othr></Id><Ccy>{currency}</Ccy></Acct>"
        f"{balance('OPBD', opening)}{balance('CLBD' if final else 'ITBD', closing)}{summary}{body}"
        "</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def _entry(entry: Entry, currency: str) -> str:
    family, sub = CODES.get(entry.kind, ("XXXX", entry.kind[:4].upper()))
    negative = isinstance(entry.amount, int) and entry.amount < 0
    amount = yuan(entry.amount) if isinstance(entry.amount, int) else entry.amount
    ref = f"<AcctSvcrRef>{entry.bank_ref}</AcctSvcrRef>" if entry.bank_ref else ""
    return (
        f'<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{"DBIT" if negative else "CRDT"}</CdtDbtInd>'
        f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><DtTm>{_at(entry)}</DtTm></BookgDt>{ref}"
        f"<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>{sub}</SubFmlyCd></Fmly></Domn></BkTxCd>"
        f"<NtryDtls><TxDtls><Refs><EndToEndId>{entry.instruction.replace('-', '')}</EndToEndId></Refs></TxDtls>"
        "</NtryDtls></Ntry>"
    )


def channel_file(entries: Sequence[Entry], *, day: date, final: bool = True) -> bytes:
    """A channel file whose trailer holds."""
    lines = [f"H,SANDBOX,{day},CNY,{'final' if final else 'open'}", "instruction,bank_ref,kind,amount,fee,at,status,last4"]
    for entry in entries:
        cells = [entry.instruction, entry.bank_ref, entry.kind, yuan(entry.amount), yuan(entry.fee), _at(entry)]
        lines.append(",".join([*cells, entry.status, entry.last4]))
    lines.append(f"T,{len(entries)},{yuan(sum(abs(entry.amount) for entry in entries))}")
    return ("\n".join(lines) + "\n").encode()


@dataclass(frozen=True, kw_only=True)
class Payment:
    """One payment of a status report; `amount` in minor units, or any text, or None for none."""

    instruction: str
    status: str = "ACSC"
    reason: str = ""
    amount: Any = 0
    ref: str = "SB1"
    more: str = ""


def status_report(
    payments: Sequence[Payment], *, at: datetime | str, message: str = "M1", groups: str = "", **given: str
) -> bytes:
    """A pacs.002; `groups` as they stand before the payments; `given`: namespace, doctype."""
    moment = at if isinstance(at, str) else at.isoformat()
    namespace = given.get("namespace", "urn:iso:std:iso:20022:tech:xsd:pacs.002.001.10")
    return (
        f'<?xml version="1.0"?>{given.get("doctype", "")}<Document xmlns="{namespace}"><FIToFIPmtStsRpt>'
        f"<GrpHdr><MsgId>{message}</MsgId><CreDtTm>{moment}</CreDtTm></GrpHdr>{groups}"
        f"{''.join(_payment(one) for one in payments)}</FIToFIPmtStsRpt></Document>"
    ).encode()


def _payment(one: Payment) -> str:
    reason = f"<StsRsnInf><Rsn><Cd>{one.reason}</Cd></Rsn></StsRsnInf>" if one.reason else ""
    status = f"<TxSts>{one.status}</TxSts>" if one.status else ""
    amount = yuan(one.amount) if isinstance(one.amount, int) else one.amount
    shown = f'<OrgnlTxRef><IntrBkSttlmAmt Ccy="CNY">{amount}</IntrBkSttlmAmt></OrgnlTxRef>' if amount else ""
    return (
        f"<TxInfAndSts><OrgnlEndToEndId>{one.instruction.replace('-', '')}</OrgnlEndToEndId>{status}{reason}"
        f"<AcctSvcrRef>{one.ref}</AcctSvcrRef>{shown}{one.more}</TxInfAndSts>"
    )


def group(message: str, status: str, *, reason: str = "", total: int = 0, count: str = "1") -> str:
    """What a status report says of a message as a whole."""
    why = f"<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf>" if reason else ""
    said = f"<GrpSts>{status}</GrpSts>" if status else ""
    control = f"<OrgnlCtrlSum>{yuan(total)}</OrgnlCtrlSum>" if total else ""
    return (
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{message.replace('-', '')}</OrgnlMsgId><OrgnlMsgNmId>pacs.008.001.08"
        f"</OrgnlMsgNmId><OrgnlNbOfTxs>{count}</OrgnlNbOfTxs>{control}{said}{why}</OrgnlGrpInfAndSts>"
    )


def recall_answer(
    instruction: str, case: str, word: str = "ACCR", *, code: str = "", amount: int, at: datetime, **given: str
) -> bytes:
    """A camt.029; `given`: message, whole, doctype, currency."""
    party = "<Agt><FinInstnId><Othr><Id>BANK</Id></Othr></FinInstnId></Agt>"
    whole = given.get("whole", {"ACCR": "CNCL"}.get(word, word))
    why = f"<CxlStsRsnInf><Rsn><Cd>{code}</Cd></Rsn></CxlStsRsnInf>" if code else ""
    return (
        f'<?xml version="1.0"?>{given.get("doctype", "")}<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.029.001.09">'
        f"<RsltnOfInvstgtn><Assgnmt><Id>{given.get('message', 'CX1')}</Id><Assgnr>{party}</Assgnr><Assgne>{party}"
        f"</Assgne><CreDtTm>{at.isoformat()}</CreDtTm></Assgnmt><RslvdCase><Id>{case}</Id><Cretr>{party}</Cretr>"
        f"</RslvdCase><Sts><Conf>{whole}</Conf></Sts><CxlDtls><TxInfAndSts>"
        f"<OrgnlEndToEndId>{instruction.replace('-', '')}</OrgnlEndToEndId><TxCxlSts>{word}</TxCxlSts>{why}"
        f'<OrgnlTxRef><IntrBkSttlmAmt Ccy="{given.get("currency", "CNY")}">{yuan(amount)}</IntrBkSttlmAmt></OrgnlTxRef>'
        "</TxInfAndSts></CxlDtls></RsltnOfInvstgtn></Document>"
    ).encode()
