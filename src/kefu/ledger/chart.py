"""The chart of accounts and the journals, as data (domain rules 2.3).

A liability or income account grows by credits, an asset or expense account by debits. What customers are owed
(`owed`) must at any instant be covered by safeguarded money (`safe`).
"""

from dataclasses import dataclass
from enum import StrEnum

HOUSE_FROM = 1_000_000_000_000
"""Ids of house accounts start here: above all customers': rows that many wait for are locked last."""
STRIPED_FROM = 2_000_000_000_000
"""Ids from here on have STRIPES rows each, of which a posting moves one; `sql/post.sql` knows both."""
STRIPES = 16


class Journal(StrEnum):
    """Why money moved. Each allows only the pairs of accounts in `PAIRS`."""

    TOPUP = "TOPUP"
    TOPUP_SETTLED = "TOPUP_SETTLED"
    TRANSFER = "TRANSFER"
    FEE = "FEE"
    WITHDRAW = "WITHDRAW"
    WITHDRAW_SETTLED = "WITHDRAW_SETTLED"
    WITHDRAW_RETURN = "WITHDRAW_RETURN"
    RETURN_SETTLED = "RETURN_SETTLED"
    REPAY = "REPAY"
    REPAY_SETTLED = "REPAY_SETTLED"
    REPAY_RETURN = "REPAY_RETURN"
    GOODWILL = "GOODWILL"
    PROVISIONAL = "PROVISIONAL"
    CUST_RECOVERED = "CUST_RECOVERED"
    POT = "POT"
    FX = "FX"
    PAY_CAPTURE = "PAY_CAPTURE"
    REFUND = "REFUND"
    MERCH_RECOVERED = "MERCH_RECOVERED"
    DISBURSE = "DISBURSE"
    DISBURSE_SETTLED = "DISBURSE_SETTLED"
    DISBURSE_RETURN = "DISBURSE_RETURN"
    FUND_LEG = "FUND_LEG"
    SWEEP_LEG = "SWEEP_LEG"
    LONG = "LONG"
    SHORT = "SHORT"
    VOUCHER = "VOUCHER"


@dataclass(frozen=True)
class AccountKind:
    """One line of the chart. `limited`: debits must not exceed credits. `striped`: hot, without any limit."""

    code: str
    name: str
    zh: str
    side: str
    limited: bool = False
    striped: bool = False
    owned: bool = False
    safe: bool = False
    owed: bool = False


DEBIT, CREDIT = "debit", "credit"

CHART: dict[str, AccountKind] = {
    kind.code: kind
    for kind in (
        AccountKind("A10", "safeguarded bank", "备付金", DEBIT, striped=True, safe=True),
        AccountKind("A11", "own bank", "自有资金", DEBIT, striped=True),
        AccountKind("A20", "channel receivable", "渠道待清算", DEBIT, striped=True, safe=True),
        AccountKind("A30", "merchant receivable", "应收商户", DEBIT, striped=True, owned=True),
        AccountKind("A31", "customer receivable", "应收客户", DEBIT, owned=True),
        AccountKind("A32", "shortage in suspense", "短款挂账", DEBIT, striped=True),
        AccountKind("A33", "provisional credits", "临时赔付", DEBIT, striped=True),
        AccountKind("A40", "currency position", "外汇头寸", DEBIT, striped=True),
        AccountKind("L10", "wallet", "钱包余额", CREDIT, limited=True, owned=True, owed=True),
        AccountKind("L11", "wallet under legal freeze", "司法冻结", CREDIT, limited=True, owned=True, owed=True),
        AccountKind("L12", "savings pot", "存钱罐", CREDIT, limited=True, owned=True, owed=True),
        AccountKind("L20", "in transit", "在途资金", CREDIT, limited=True, owed=True),
        AccountKind("L30", "merchant payable", "商户应付", CREDIT, striped=True, owned=True, owed=True),
        AccountKind("L31", "biller payable", "缴费应付", CREDIT, striped=True, owned=True, owed=True),
        AccountKind("L40", "surplus in suspense", "长款挂账", CREDIT, limited=True, owed=True),
        AccountKind("L41", "dormant balances", "休眠余额", CREDIT, limited=True, owed=True),
        AccountKind("L50", "vouchers", "代金券负债", CREDIT, limited=True),
        AccountKind("I10", "withdrawal fees", "提现手续费", CREDIT, striped=True),
        AccountKind("I11", "transfer fees", "转账手续费", CREDIT, striped=True),
        AccountKind("I12", "exchange fees", "换汇手续费", CREDIT, striped=True),
        AccountKind("I13", "merchant fees", "商户手续费", CREDIT, striped=True),
        AccountKind("E11", "promotion", "营销费用", DEBIT, striped=True),
        AccountKind("E12", "dispute losses", "争议损失", DEBIT, striped=True),
        AccountKind("E13", "goodwill", "客户补偿", DEBIT, striped=True),
        AccountKind("E14", "operating loss", "运营损失", DEBIT, striped=True),
    )
}

HOUSE = tuple(kind.code for kind in CHART.values() if not kind.owned)

PAIRS: dict[Journal, frozenset[tuple[str, str]]] = {
    Journal.TOPUP: frozenset({("A20", "L10")}),
    Journal.TOPUP_SETTLED: frozenset({("A10", "A20")}),
    Journal.TRANSFER: frozenset({("L10", "L10")}),
    Journal.WITHDRAW: frozenset({("L10", "L20")}),
    Journal.WITHDRAW_SETTLED: frozenset({("L20", "A10")}),
    Journal.WITHDRAW_RETURN: frozenset({("A20", "L10"), ("A20", "L20")}),
    Journal.RETURN_SETTLED: frozenset({("A10", "A20")}),
    Journal.REPAY: frozenset({("L10", "L31"), ("L31", "L10")}),
    Journal.REPAY_SETTLED: frozenset({("L31", "A10")}),
    Journal.REPAY_RETURN: frozenset({("A20", "L10")}),
    Journal.FEE: frozenset(
        {
            *(("L10", "I11"), ("I11", "L10"), ("L20", "I10"), ("I10", "L10"), ("L31", "I11")),
            *(("L10", "I12"), ("L30", "I13")),
        }
    ),
    Journal.GOODWILL: frozenset({("E13", "L10")}),
    Journal.PROVISIONAL: frozenset(
        {("A33", "L10"), ("E12", "A33"), ("L10", "A33"), ("A31", "A33"), ("A20", "E12")}
    ),
    Journal.CUST_RECOVERED: frozenset({("L10", "A31")}),
    Journal.POT: frozenset({("L10", "L12"), ("L12", "L10")}),
    Journal.FX: frozenset({("L10", "A40"), ("A40", "L10")}),
    Journal.PAY_CAPTURE: frozenset({("L10", "L30"), ("A20", "L30"), ("L50", "L30")}),
    Journal.REFUND: frozenset(
        {(owed, to) for owed in ("L30", "A30") for to in ("L10", "L20", "L50")} | {("L20", "L10")}
    ),
    Journal.MERCH_RECOVERED: frozenset({("L30", "A30")}),
    Journal.DISBURSE: frozenset({("L30", "L20")}),
    Journal.DISBURSE_SETTLED: frozenset({("L20", "A10")}),
    Journal.DISBURSE_RETURN: frozenset({("A20", "L30")}),
    Journal.FUND_LEG: frozenset({("A10", "A11")}),
    Journal.SWEEP_LEG: frozenset({("A11", "A10")}),
    Journal.LONG: frozenset(
        {("A10", "L40"), ("A20", "L40"), ("L20", "L40"), ("L31", "L40"), ("L40", "L10"), ("L40", "A10")}
    ),
    Journal.VOUCHER: frozenset({("E11", "L50"), ("L50", "E11")}),
    Journal.SHORT: frozenset({("A32", "A20"), ("A32", "A10"), ("A20", "A32"), ("A10", "A32"), ("E14", "A32")}),
}
"""The (debit, credit) pairs of each journal. Reversing a fee credits the payer back: (I11, L10), (I10, L10).

A withdrawal and its fee are held together into L20, what is on its way; a payout that the bank gives back is its
receivable (A20) until the statement shows the money. A bill or repayment and its fee are held into the biller's L31 and
posted when the biller has taken it on; one that the biller refuses after that goes back from there. A refund
that a merchant's payable cannot carry is owed to us by the merchant (A30), and recovered from what it is paid next.
An exchange sells in one currency (L10, A40) and buys in another (A40, L10): each ledger balances by itself, and what is
safeguarded moves with it (SWEEP_LEG in the one, FUND_LEG in the other). A40 is the house's position in a currency.

A provisional credit (A33) ends as our loss (E12), or is taken back: what the balance cannot carry is owed to us by the
customer (A31), and recovered only with a legal basis and after a notice. Money that a bank gives back (A20) after we
made it good is our loss recovered (E12).

A payment by card is the channel's receivable (A20) owed to the merchant at once; its refund waits in L20 until the
bank's statement shows it at the card, and stays there when the card cannot take it, until its owner says where to. What
a voucher is worth is owed (L50) but not safeguarded: own money goes into the safeguarded account when one pays.
"""
