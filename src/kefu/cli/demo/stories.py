"""The ordinary days of the town, and its troubles."""

from datetime import timedelta

from kefu.channels import actions as channels
from kefu.cli.demo.cast import PIN
from kefu.cli.demo.town import Town
from kefu.core.actor import SYSTEM
from kefu.core.ids import new_id
from kefu.core.money import parse_amount
from kefu.identity import actions as identity
from kefu.wallet import actions as wallet
from kefu.wallet.actions.shop.refund import Asking

ORDINARY = (
    ("wang", "liu", "35.00", 26, "午饭"),
    ("liu", "chenxi", "120.00", 22, "电影票"),
    ("huang", "ma", "480.00", 19, "房租水电"),
    ("ma", "xu", "66.60", 15, "生日快乐"),
    ("sun", "wang", "88.00", 12, "水果"),
    ("lin", "wang", "35.00", 6, "午饭"),
    ("lin", "xu", "240.00", 4, "拼车"),
    ("gao", "huang", "50.00", 3, "烟钱"),
    ("sarah", "lin", "42.50", 2, "coffee"),
)


def ordinary_days(town: Town) -> None:
    """Transfers among neighbours over the last weeks."""
    for payer, payee, yuan, days, remark in ORDINARY:
        town.transfer(payer, payee, yuan, at=town.ago(days=days, hours=3), remark=remark)
    town.top_up("xu", "200", at=town.ago(days=9))
    town.top_up("chenxi", "500", at=town.ago(days=5))
    town.withdraw("huang", "300", at=town.ago(days=7))
    shopping(town)
    vouchers(town)
    currencies(town)


def currencies(town: Town) -> None:
    """What the market said for a month, and who exchanged what."""
    for days in range(30, 0, -1):
        at = town.ago(days=days)
        town.hear_market(at=at)
        if days == 12:
            town.exchange("sarah", parse_amount("300"), "USD", purpose="travel", at=at)
        if days == 6:
            town.exchange("liu", parse_amount("200"), "JPY", purpose="travel", at=at)
        if days == 2:
            town.exchange("sarah", parse_amount("15", "USD"), "CNY", purpose="left_over", at=at)
    town.hear_market(at=town.now)


def lost_callback(town: Town) -> None:
    """小林: ¥200 taken, the bank slow, then done; its callback lost; our next question is hours away."""
    at = town.ago(minutes=83)
    town.bank.mood("slow", answer="processing", callback="lose")
    order = town.top_up("lin", "200", at=at, settled=False)
    town.ladder(order, since=at + timedelta(seconds=2), until=town.now)
    town.bank.settle(town.instruction(order), "SUCCEEDED")
    town.bank.mood(None)


def failed_transfer(town: Town) -> None:
    """高建国: confirmed a transfer after the money had gone elsewhere; the books refused it."""
    actor, at = town.people["gao"], town.ago(hours=2)
    quote = wallet.quote_transfer(
        actor=actor, payee_phone=town.phones["ma"], amount=parse_amount("300"), mode="now", remark="", now=at
    )
    town.transfer("gao", "liu", "310.00", at=at + timedelta(minutes=1), remark="还钱")
    wallet.create_transfer(actor=actor, key=new_id(), quote_id=quote.id, now=at + timedelta(minutes=2))


def wrong_person(town: Town) -> None:
    """周敏: sent to 黄志强 in place of 黄……; the two hours are not over."""
    town.transfer("zhou", "huang", "150.00", at=town.ago(minutes=25), mode="two_hours", remark="学费")


def frozen_account(town: Town) -> None:
    """郑凯: money out restricted until the account is verified again."""
    wallet.restrict(
        actor=SYSTEM, customer_id=town.people["zheng"].uuid, scope="out", reason_code="unusual_activity",
        until=town.now + timedelta(days=20), now=town.ago(days=1),
    )  # fmt: skip


def duplicate_payment(town: Town) -> None:
    """孙丽: pressed again a minute later, with a new form: two orders."""
    town.transfer("sun", "ma", "99.00", at=town.ago(hours=5), remark="团购")
    town.transfer("sun", "ma", "99.00", at=town.ago(hours=5) + timedelta(minutes=1), remark="团购")


def slow_refund(town: Town) -> None:
    """Sarah: the bank took an authorisation, then said no; her card shows it until the bank lets it go."""
    town.bank.mood("bank_denies", answer="final", settle_s=0, reason="risk")
    town.top_up("sarah", "300", at=town.ago(hours=20), settled=False)
    town.bank.mood(None)


def returned_withdrawal(town: Town) -> None:
    """马腾: withdrew to a card that his bank has closed; two days later the money came back."""
    order = town.withdraw("ma", "200", at=town.ago(days=3))
    town.returned(order, "card_closed", at=town.ago(days=1, hours=2))


def refused_recall(town: Town) -> None:
    """徐静: withdrew to the wrong card and asked for it back; the payee did not agree."""
    order = town.withdraw("xu", "60", at=town.ago(days=2, hours=5))
    town.recall("xu", order, "AC03", at=town.ago(days=2, hours=4))


def shopping(town: Town) -> None:
    """What neighbours bought, what one shop gave back, and what it was paid out."""
    town.buy("wang", "books", "68.00", "《城南旧事》", no="NC-1001", at=town.ago(days=14))
    back = town.buy("huang", "books", "45.50", "笔记本", no="NC-1002", at=town.ago(days=9))
    wallet.refund_payment(
        actor=town.people["books"], key=new_id(), order_id=back.id, amount=parse_amount("45.50"), words="缺货，抱歉",
        now=town.ago(days=8),
    )  # fmt: skip
    town.pay_shop_out("books", bank="cmb", last4="4001", phone="13900004001", at=town.ago(days=6))
    town.buy("liu", "bakery", "32.00", "吐司", no="CG-2001", at=town.ago(days=3))


def refund_in_trouble(town: Town) -> None:
    """陈曦: the birthday cake came crushed; asked for half of it back, and the bakery has not answered yet."""
    actor, at = town.people["chenxi"], town.ago(hours=46)
    paid = town.buy("chenxi", "bakery", "128.00", "生日蛋糕", no="CG-2002", at=at)
    identity.prove_step_up(actor=actor, pin=PIN, ref=f"refund:{paid.id}", now=at + timedelta(hours=1))
    asking = Asking(order_id=paid.id, amount=parse_amount("64"), reason="faulty", words="送到时蛋糕压坏了一半")
    wallet.request_refund(actor=actor, key=new_id(), asking=asking, now=at + timedelta(hours=1))


def closed_card(town: Town) -> None:
    """黄志强: paid for a book by card and closed the card since; the refund waits for where it is to go."""
    paid = town.buy_by_card("huang", "books", "59.00", "《边城》", no="NC-1003", at=town.ago(days=6))
    town.refused_back("books", paid, "书页缺损，全额退款", at=town.ago(hours=7))


def vouchers(town: Town) -> None:
    """A campaign of the bookshop's neighbours: one has taken a voucher and not used it yet."""
    at = town.ago(days=2)
    given = wallet.NewCampaign(
        name="邻里好礼", amount=parse_amount("5"), min_spend=parse_amount("30"), count=200,
        valid_from=at, valid_until=town.now + timedelta(days=60),
    )  # fmt: skip
    made = wallet.propose_campaign(actor=town.people["3001"], given=given, now=at)
    wallet.open_campaign(actor=town.people["2001"], campaign_id=made.id, now=at + timedelta(hours=1))
    wallet.take_voucher(actor=town.people["wang"], campaign_id=made.id, now=at + timedelta(hours=2))


def late_repayment(town: Town) -> None:
    """王芳: repaid her credit card; taken on at once, booked by the card's bank only the day after."""
    town.lender.mood("slow", callback="lose")
    number, at = town.lender.account_number("cmb_card", seed=7), town.ago(days=2, hours=4)
    order = town.pay_payee("wang", "cmb_card", number, "300", at=at)
    town.posted(order, at=at + timedelta(hours=21))
    town.lender.mood(None)


def refused_bill(town: Town) -> None:
    """刘洋: paid the electricity of the flat that was given up; the company refused, the money is back."""
    town.biller.mood("bank_denies", answer="final", settle_s=0, reason="card_closed")
    town.pay_payee("liu", "river_power", town.biller.account_number("river_power", seed=3), at=town.ago(hours=9))
    town.biller.mood(None)


TROUBLES = (
    lost_callback, failed_transfer, wrong_person, frozen_account, duplicate_payment, slow_refund, returned_withdrawal,
    refused_recall,
    refund_in_trouble, closed_card, late_repayment, refused_bill,
)  # fmt: skip


def queue(town: Town) -> None:
    """高建国 and Sarah wrote and asked for a person; the worker reads it as it reads every chat."""
    for key, words in (
        ("gao", ("我给马腾转账300怎么失败了", "转人工")),
        ("sarah", ("My top-up of 300 failed but my bank shows the charge", "talk to a human")),
    ):
        actor = town.people[key]
        for text in words:
            channels.accept_incoming(
                actor=actor, line="webchat", outside_id=new_id(), thread=actor.uuid, body=text,
                happened_at=town.now, now=town.now,
            )  # fmt: skip
