"""The words on the operator's page, in Chinese and English."""

from __future__ import annotations

from kefu_sandbox.page.partner_texts import PARTNER_SCENARIO_TEXTS, PARTNER_TEXTS

TEXTS: dict[str, tuple[str, str]] = {
    "title": ("沙箱银行", "Sandbox bank"),
    "demo": ("演示 · 非真实资金", "Demo · not real money"),
    "lead": (
        "这里是钱包对面的那家银行。选一种情形，看看钱包如何应对。",
        "This is the bank on the wallet's other side. Choose how it behaves and see how the wallet copes.",
    ),
    "other_language": ("English", "中文"),
    "refresh": ("刷新", "Refresh"),
    "now": ("当前情形", "Right now"),
    "before_it": ("以下情形优先于它", "These come before it"),
    "for_card": ("仅限尾号 %s", "only card %s"),
    "for_all": ("所有银行卡", "all cards"),
    "next_n": ("还剩 %s 笔", "%s movements left"),
    "until": ("到 %s 为止", "until %s"),
    "choose": ("换一种情形", "Change how it behaves"),
    "scope": ("适用于", "Applies to"),
    "count": ("只对接下来几笔（空着即一直）", "Only the next n movements (empty: until changed)"),
    "seed": ("种子", "Seed"),
    "reason": ("拒绝原因", "Reason when denied"),
    "reason_default": ("按情形默认", "As the scenario has it"),
    "use": ("启用", "Use"),
    "in_use": ("使用中", "In use"),
    "movements": ("扣款与付款", "Debits and payouts"),
    "debit_of": ("扣款", "debit from"),
    "payout_of": ("付款", "payout to"),
    "movements_empty": (
        "还没有。客户充值或提现后，会出现在这里。",
        "Nothing yet. It appears here when a customer tops up or withdraws.",
    ),
    "succeed": ("成功", "Succeed"),
    "fail": ("失败", "Fail"),
    "succeed_label": ("让这笔成功：%s", "Let this one succeed: %s"),
    "fail_label": ("让这笔失败：%s", "Let this one fail: %s"),
    "give_back": ("退回", "Give back"),
    "give_back_label": ("把这笔付款退回：%s", "Have this payout come back: %s"),
    "card_end": ("尾号 %s", "card %s"),
    "codes": ("已发送的验证码", "Codes sent"),
    "codes_hint": (
        "真实银行会发到客户手机；演示里请在这里读。",
        "A real bank texts these to the customer; in the demo, read them here.",
    ),
    "codes_empty": (
        "还没有验证码。客户绑定银行卡时会出现在这里。",
        "No codes yet. They appear here when a customer links a card.",
    ),
    "code_used": ("已使用", "used"),
    "code_expired": ("已过期", "expired"),
    "code_valid": ("%s 前有效", "valid until %s"),
    "pans": ("可用的测试卡号", "Test card numbers"),
    "pans_hint": (
        "只接受 620000 开头的测试卡号，请勿输入真实银行卡；手机号填任意 11 位手机号。",
        "Only test numbers that begin with 620000 are taken; never type a real card. Any mobile number will do.",
    ),
    "debit": ("储蓄卡", "debit"),
    "credit": ("信用卡", "credit"),
    "callbacks": ("最近的通知", "Recent callbacks"),
    "callbacks_empty": (
        "还没有通知。扣款有结果后，银行会通知钱包。",
        "No callbacks yet. The bank sends one when a movement has an outcome.",
    ),
    "state_done": ("已送达", "heard"),
    "state_waiting": ("等待发送", "waiting"),
    "state_retry": ("第 %s 次重试前", "before retry %s"),
    "state_lost": ("故意丢失", "lost on purpose"),
    "state_refused": ("被拒绝", "refused"),
    "done_mood": ("已切换情形。", "The bank now behaves as chosen."),
    "done_settled": ("已记下这笔的结果。", "The outcome is written down."),
    "done_refused": ("没有改变：%s", "Nothing was changed: %s"),
    "PROCESSING": ("处理中", "processing"),
    "SUCCEEDED": ("成功", "succeeded"),
    "FAILED": ("失败", "failed"),
    "RECALL": ("追回答复", "answer to a recall"),
    "recalled": ("应追回请求", "as was asked back"),
    "RETURNED": ("已退回", "came back"),
    "insufficient_funds": ("余额不足", "insufficient funds"),
    "card_closed": ("卡已注销", "card closed"),
    "risk": ("风控拦截", "stopped by risk rules"),
    "limit_exceeded": ("超过限额", "over the limit"),
    "genuine": ("真实通知", "genuine"),
    "bad_signature": ("伪造：签名错误", "forged: wrong signature"),
    "contradiction": ("伪造：与事实相反", "forged: contradicts the truth"),
    "wrong_amount": ("伪造：金额不符", "forged: wrong amount"),
    "stale": ("伪造：时间过期", "forged: stale time"),
    "replay": ("重放：原样再发一次", "replay: the same once more"),
}

SCENARIO_TEXTS: dict[str, tuple[str, str, str, str]] = {
    "sunny": (
        "一切正常",
        "All well",
        "受理后不到一秒扣款成功，并通知钱包。",
        "Accepts, takes the money within a second and says so.",
    ),
    "lost_callback": (
        "通知丢失",
        "Lost callback",
        "钱已扣，但通知永远不会到；去查询会得到实话。",
        "Takes the money, never says so; a query is answered truthfully.",
    ),
    "late_callback": (
        "通知迟到",
        "Late callback",
        "钱已扣，三十秒后才通知。",
        "Takes the money and says so only after thirty seconds.",
    ),
    "bank_denies": (
        "银行拒绝",
        "Bank denies",
        "当场拒绝，不扣款。",
        "Denies at once and takes nothing.",
    ),
    "accept_then_fail": (
        "先受理后失败",
        "Accepts, then fails",
        "先说处理中，三秒后失败，不扣款。",
        "Says processing, then fails after three seconds; takes nothing.",
    ),
    "timeout_accepts": (
        "超时但已受理",
        "Time-out, accepted",
        "收下了却十二秒不回答；一秒后扣款成功。",
        "Accepts but gives no answer for twelve seconds; the money is taken.",
    ),
    "timeout_drops": (
        "超时且未受理",
        "Time-out, dropped",
        "不回答，也没有收下；去查询会说没有这笔。",
        "Gives no answer and keeps nothing; a query finds no such movement.",
    ),
    "repeats": (
        "重复通知",
        "Repeats",
        "同一结果通知三次。",
        "Says the same outcome three times.",
    ),
    "reorders": (
        "通知乱序",
        "Out of order",
        "先通知成功，后通知处理中。",
        "Says succeeded first and processing after it.",
    ),
    "forges": (
        "伪造通知",
        "Forged callbacks",
        "混入签名错误、与事实相反、金额不符、过期和重放的通知。",
        "Mixes in wrong signatures, lies, wrong amounts, stale and replayed callbacks.",
    ),
    "returns": (
        "付款后退回",
        "Pays out, then comes back",
        "付款先成功，四秒后因卡已注销退回（只对付款）。",
        "A payout succeeds and comes back after four seconds, the card being closed (payouts only).",
    ),
    "recall_refused": (
        "拒绝追回",
        "Refuses recalls",
        "收到追回请求，两秒后答复：收款人不同意退回。",
        "A request to get a payout back is refused after two seconds: the payee does not agree.",
    ),
    "recall_unpaid": (
        "同意追回，却不退",
        "Accepts recalls, never pays",
        "两秒后同意退回，钱却一直没有退来。",
        "A recall is accepted after two seconds; the money never comes back.",
    ),
    "recall_silent": (
        "不答复追回",
        "Never answers recalls",
        "收下追回请求，一直不答复。",
        "A recall is received and never answered.",
    ),
    "slow": (
        "迟迟不决",
        "Slow",
        "一直处理中，直到您在下面点成功或失败。",
        "Stays processing until you press succeed or fail below.",
    ),
    "query_down": (
        "查询不可用",
        "Queries down",
        "扣款正常，但查询一律答复 503。",
        "Takes money as usual, but every query is answered 503.",
    ),
    "down": (
        "银行停机",
        "Bank down",
        "一切请求答复 503，也不发通知，直到换一种情形。",
        "Answers 503 to everything and sends nothing until you change this.",
    ),
    "storm": (
        "风暴",
        "Storm",
        "以上各种故障按概率混合，由种子决定，每次相同。",
        "All of these mixed by chance; the seed decides, the same every time.",
    ),
}


def text(key: str, lang: str, role: str = "bank") -> str:
    """The text of `key` in a house of this role; the key itself when there is no word for it."""
    own = PARTNER_TEXTS.get(f"{role}.{key}") or (PARTNER_TEXTS.get(key) if role != "bank" else None)
    zh, en = own or TEXTS.get(key) or PARTNER_TEXTS.get(key, (key, key))
    return en if lang == "en" else zh


def scenario_text(scenario: str, lang: str, role: str = "bank") -> tuple[str, str]:
    """Name and one-sentence explanation of a scenario."""
    own = PARTNER_SCENARIO_TEXTS.get(scenario) if role != "bank" else None
    zh, en, about_zh, about_en = own or SCENARIO_TEXTS[scenario]
    return (en, about_en) if lang == "en" else (zh, about_zh)
