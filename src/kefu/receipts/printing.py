"""From a paper's content to its PDF: the same content gives the same bytes, before they are signed."""

import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import segno
import typst
from django.utils.translation import gettext as _

from kefu.core.brand import brand
from kefu.receipts.content import Both, both, money
from kefu.receipts.fonts import Font, font
from kefu.receipts.refusals import PrintingFailed

SHEET = Path(__file__).with_name("paper.typ").read_bytes()


def print_pdf(content: dict[str, Any], *, key_id: str) -> bytes:
    """A4, fonts embedded, both languages. Refuses `receipts.paper.not_printed`."""
    used = font()
    data = json.dumps(_fitted(_sheet(content, key_id, used.family), used), ensure_ascii=False)
    stamp = int(datetime.fromisoformat(content["issued_at"]).timestamp())
    try:
        compiler = typst.Compiler(
            input=SHEET, font_paths=used.fonts, ignore_system_fonts=True, sys_inputs={"data": data}
        )
        made = compiler.compile(format="pdf", timestamp=stamp)
    except typst.TypstError as bad:
        raise PrintingFailed(reason=str(bad)[:200]) from bad
    if not isinstance(made, bytes):
        raise PrintingFailed(reason="the printer gave no file")
    return made


def _fitted(value: Any, used: Font) -> Any:
    """Every text of the sheet in characters that the font draws; the drawing of the QR code holds no text."""
    if isinstance(value, str):
        return used.fit(value)
    if isinstance(value, list):
        return [_fitted(one, used) for one in value]
    if isinstance(value, dict):
        return {name: one if name in ("qr", "font") else _fitted(one, used) for name, one in value.items()}
    return value


def _qr(url: str) -> str:
    out = io.BytesIO()
    drawn = segno.make(url, error="m", micro=False)
    drawn.save(out, kind="svg", border=2, xmldecl=False, svgclass=None, lineclass=None)
    return out.getvalue().decode("ascii")


def _sheet(content: dict[str, Any], key_id: str, family: str) -> dict[str, Any]:
    kind = content["type"].removeprefix("kefu.")
    drawn = {"receipt": _receipt, "statement": _statement, "proof": _proof}[kind](content)
    house = brand()
    return {
        "font": family,
        "colour": house.colour,
        "brand": content["issuer"]["name"],
        "company": content["issuer"]["company"],
        "number": content["number"],
        "key": key_id,
        "qr": _qr(content["verify_url"]),
        "verify_url": content["verify_url"],
        "scan": both(lambda: _("扫码查验真伪")),
        "seal": both(lambda: _("电子凭证专用章")),
        "amount": "",
        "standing": None,
        "table": None,
        **drawn,
        "facts": [*drawn["facts"], *_issue_facts(content, key_id)],
        "notes": [*drawn.get("notes", ()), *_notes()],
    }


def _fact(label: Both, value: str | Both) -> dict[str, Both]:
    return {"label": label, "value": {"zh": value, "en": ""} if isinstance(value, str) else value}


def _in_one(words: Both) -> str:
    """Both languages in one cell, once where they are the same."""
    return words["zh"] if words["en"] in ("", words["zh"]) else f"{words['zh']} {words['en']}"


def _local(iso: str | None) -> str:
    """`2026-11-20 14:03:00`, in the wallet's zone; '' for none."""
    return f"{datetime.fromisoformat(iso).astimezone(brand().zone):%Y-%m-%d %H:%M:%S}" if iso else ""


def _issue_facts(content: dict[str, Any], key_id: str) -> list[dict[str, Both]]:
    zone = brand().timezone
    return [
        _fact(both(lambda: _("凭证编号")), content["number"]),
        _fact(both(lambda: _("开具时间")), f"{_local(content['issued_at'])} ({zone})"),
        _fact(both(lambda: _("签章编号")), key_id),
    ]


def _notes() -> list[Both]:
    return [
        both(
            lambda: _(
                "本文件带有数字签名，改动任何一处签名即失效。扫码或打开下面的网址，可以查验真伪和这笔交易现在的状态。"
            )
        ),
        both(lambda: _("本文件不是发票。")),
    ]


def _receipt(content: dict[str, Any]) -> dict[str, Any]:
    order = content["order"]
    sign = "+" if order["direction"] == "in" else "-"
    returned = order["returned_at"]
    return {
        "title": both(lambda: _("交易凭证")),
        "amount": sign + money(order["amount"], order["currency"]),
        "standing": both(lambda: _("已退回")) if returned else both(lambda: _("交易成功")),
        "facts": _order_facts(content["holder"], order),
    }


def _order_facts(holder: str, order: dict[str, Any]) -> list[dict[str, Both]]:
    facts = [
        _fact(both(lambda: _("交易")), order["title"]),
        _fact(both(lambda: _("户名")), holder),
        _fact(both(lambda: _("对方")), order["other"] or "—"),
        _fact(both(lambda: _("金额")), f"{money(order['amount'], order['currency'])} {order['currency']}"),
    ]
    if order["direction"] == "out":
        facts.append(_fact(both(lambda: _("手续费")), money(order["fee"], order["currency"])))
    made = order.get("exchange")
    if made:
        facts += [
            _fact(both(lambda: _("换得")), f"{money(made['bought'], made['currency'])} {made['currency']}"),
            _fact(both(lambda: _("您的汇率")), made["rate"]),
            _fact(both(lambda: _("市场中间价")), made["mid"]),
        ]
    facts += [
        _fact(both(lambda: _("订单号")), order["no"]),
        _fact(both(lambda: _("提交时间")), _local(order["created_at"])),
        _fact(both(lambda: _("办结时间")), _local(order["settled_at"])),
    ]
    # Papers from before payments by card, or with a voucher, do not name them.
    part = order.get("voucher_part", 0)
    optional = (
        (both(lambda: _("银行卡")), order.get("card", "")),
        (both(lambda: _("代金券部分")), money(part, order["currency"]) if part else ""),
        (both(lambda: _("退回时间")), _local(order["returned_at"])),
        (both(lambda: _("银行流水")), order["bank_ref"]),
        (both(lambda: _("附言")), order["remark"]),
    )
    facts += [_fact(label, value) for label, value in optional if value]
    if order["transfers"]:
        facts.append(_fact(both(lambda: _("记账凭证")), " · ".join(order["transfers"][:4])))
    return facts


def _statement(content: dict[str, Any]) -> dict[str, Any]:
    currency, entries = content["currency"], content["entries"]
    received = sum(one["amount"] for one in entries if one["amount"] > 0)
    spent = sum(one["amount"] for one in entries if one["amount"] < 0)
    return {
        "title": both(lambda: _("对账单")),
        "facts": [
            _fact(both(lambda: _("户名")), content["holder"]),
            _fact(both(lambda: _("期间")), f"{content['first']} – {content['last']}"),
            _fact(both(lambda: _("币种")), currency),
            _fact(both(lambda: _("期初余额")), money(content["opening"], currency)),
            _fact(both(lambda: _("收入合计")), money(received, currency)),
            _fact(both(lambda: _("支出合计")), money(spent, currency)),
            _fact(both(lambda: _("期末余额")), money(content["closing"], currency)),
            _fact(both(lambda: _("笔数")), str(len(entries))),
        ],
        "table": {
            "widths": [18, 30, 27, 15, 15],
            "right": [3, 4],
            "head": [
                both(lambda: _("时间")), both(lambda: _("摘要")), both(lambda: _("订单号")),
                both(lambda: _("金额")), both(lambda: _("余额")),
            ],
            "rows": [
                [
                    _local(one["at"])[:16], _in_one(one["title"]), one["no"],
                    money(one["amount"], currency), money(one["balance"], currency),
                ]
                for one in entries
            ],
        } if entries else None,
        "notes": [both(lambda: _("期初余额加上各笔金额等于期末余额，与钱包账本一致。"))],
    }  # fmt: skip


def _proof(content: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": both(lambda: _("交易证明")),
        "facts": [
            _fact(both(lambda: _("户名")), content["holder"]),
            _fact(both(lambda: _("手机号")), content["phone"]),
            _fact(both(lambda: _("用途")), content["purpose"]),
            _fact(both(lambda: _("笔数")), str(len(content["orders"]))),
        ],
        "table": {
            "widths": [18, 26, 28, 15, 18],
            "right": [3],
            "head": [
                both(lambda: _("办结时间")), both(lambda: _("交易")), both(lambda: _("订单号")),
                both(lambda: _("金额")), both(lambda: _("银行流水")),
            ],
            "rows": [_proof_row(order) for order in content["orders"]],
        },
        "notes": [both(lambda: _("兹证明上列交易已经通过该户名的钱包账户办结，内容与账本记录一致。"))],
    }  # fmt: skip


def _proof_row(order: dict[str, Any]) -> list[str]:
    sign = "+" if order["direction"] == "in" else "-"
    words = both(lambda: _("已退回"))
    returned = f" ({words['zh']} {words['en']} {_local(order['returned_at'])[:16]})" if order["returned_at"] else ""
    return [
        _local(order["settled_at"])[:16],
        _in_one(order["title"]) + returned,
        order["no"],
        sign + money(order["amount"], order["currency"]) + _bought(order),
        order["bank_ref"],
    ]


def _bought(order: dict[str, Any]) -> str:
    """What came for it, of an exchange."""
    made = order.get("exchange")
    return f" +{money(made['bought'], made['currency'])}" if made else ""
