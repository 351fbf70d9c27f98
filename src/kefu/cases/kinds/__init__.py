"""The kinds of case: each file names its steps and what may be proposed on it."""

from kefu.cases.kinds import general, payment, refund, repayment, restriction, topup, transfer, withdrawal
from kefu.cases.kinds.kind import Kind

KINDS: dict[str, Kind] = {
    k.code: k
    for k in (
        topup.KIND,
        transfer.KIND,
        withdrawal.KIND,
        payment.KIND,
        refund.KIND,
        repayment.KIND,
        restriction.KIND,
        general.KIND,
    )
}
