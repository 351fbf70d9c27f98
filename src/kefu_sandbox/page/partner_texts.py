"""The words on the pages of the biller and the lender, where they differ from the bank's."""

from __future__ import annotations

PARTNER_TEXTS: dict[str, tuple[str, str]] = {
    "biller.title": ("沙箱缴费机构", "Sandbox biller"),
    "lender.title": ("沙箱还款机构", "Sandbox lender"),
    "biller.lead": (
        "水、电、燃气和手机充值的收费方。选一种情形，看看钱包如何应对。",
        "Takes payments for electricity, water, gas and phones. Choose how it behaves and see how the wallet copes.",
    ),
    "lender.lead": (
        "信用卡和网络借款的收款方。选一种情形，看看钱包如何应对。",
        "Takes repayments of credit cards and loans. Choose how it behaves and see how the wallet copes.",
    ),
    "house.bank": ("银行", "Bank"),
    "house.biller": ("缴费机构", "Biller"),
    "house.lender": ("还款机构", "Lender"),
    "for_card": ("仅限 %s", "only %s"),
    "for_all": ("所有账户", "all accounts"),
    "movements": ("收到的付款", "Payments received"),
    "payout_of": ("付给", "to"),
    "movements_empty": (
        "还没有。客户缴费或还款后，会出现在这里。",
        "Nothing yet. It appears here when a customer pays a bill or repays.",
    ),
    "callbacks_empty": (
        "还没有通知。付款入账或被拒绝后，会通知钱包。",
        "No callbacks yet. One is sent when a payment is posted or refused.",
    ),
    "succeed": ("入账", "Post"),
    "fail": ("拒绝", "Refuse"),
    "give_back": ("冲正退回", "Reverse"),
    "succeed_label": ("让这笔入账：%s", "Post this one: %s"),
    "fail_label": ("拒绝这笔：%s", "Refuse this one: %s"),
    "give_back_label": ("把这笔冲正退回：%s", "Reverse this one: %s"),
    "numbers": ("可用的测试号码", "Test numbers"),
    "numbers_hint": (
        "倒数第二位是 0 的号码今天到期；末尾四个 0 的号码不存在。",
        "A number whose last digit but one is 0 is due today; one that ends in four zeros does not exist.",
    ),
    "ACKNOWLEDGED": ("已受理，待入账", "acknowledged, not posted"),
    "POSTED": ("已入账", "posted"),
    "REFUSED": ("已拒绝", "refused"),
    "REVERSED": ("已冲正", "reversed"),
    "bill_changed": ("账单已变化", "the bill has changed"),
    "account_closed": ("账户已销户", "account closed"),
    "account_unknown": ("户号不对", "wrong account"),
    "amount_refused": ("金额不符", "amount refused"),
    "river_power": ("滨江电力", "Riverside Power"),
    "river_water": ("滨江自来水", "Riverside Water"),
    "river_gas": ("滨江燃气", "Riverside Gas"),
    "river_mobile": ("滨江移动", "Riverside Mobile"),
    "cmb_card": ("招商银行信用卡", "China Merchants Bank credit card"),
    "icbc_card": ("工商银行信用卡", "ICBC credit card"),
    "ccb_card": ("建设银行信用卡", "China Construction Bank credit card"),
    "qinghe_loan": ("青禾借款", "Qinghe Loans"),
    "yunzhou_loan": ("云舟分期", "Yunzhou Instalments"),
}

PARTNER_SCENARIO_TEXTS: dict[str, tuple[str, str, str, str]] = {
    "sunny": (
        "一切正常",
        "All well",
        "受理后不到一秒入账，并通知钱包。",
        "Acknowledges, posts within a second and says so.",
    ),
    "lost_callback": (
        "通知丢失",
        "Lost callback",
        "已入账，但通知永远不会到；去查询会得到实话。",
        "Posts and never says so; a query is answered truthfully.",
    ),
    "late_callback": (
        "通知迟到",
        "Late callback",
        "已入账，三十秒后才通知。",
        "Posts and says so after thirty seconds.",
    ),
    "bank_denies": (
        "当场拒绝",
        "Refuses",
        "当场拒绝：户号不对或账单已变化。",
        "Refuses at once: wrong account or bill changed.",
    ),
    "accept_then_fail": (
        "先受理后拒绝",
        "Acknowledges, then refuses",
        "先受理，三秒后拒绝入账。",
        "Acknowledges, then refuses to post after three seconds.",
    ),
    "timeout_accepts": (
        "超时但已受理",
        "Time-out, accepted",
        "收下了却十二秒不回答；一秒后入账。",
        "Takes it on but gives no answer for twelve seconds; posts after one.",
    ),
    "returns": (
        "入账后冲正",
        "Posts, then reverses",
        "先入账，四秒后冲正退回。",
        "Posts and reverses it after four seconds.",
    ),
    "slow": (
        "迟迟不入账",
        "Posts late",
        "已受理，直到您在这里点入账或拒绝。",
        "Acknowledges, and posts or refuses only when you press the button here.",
    ),
    "query_down": (
        "查询不可用",
        "Queries down",
        "照常入账，但查询一律答复 503。",
        "Posts as usual, but every query is answered 503.",
    ),
    "down": (
        "系统维护",
        "Maintenance window",
        "一切请求答复 503，也不发通知，直到换一种情形。",
        "Answers 503 to everything and sends nothing until you change this.",
    ),
}
