"""Merchants of the town, who acts for them, and what is sold, paid and asked back: all by real actions."""

import itertools
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from tests.wallet.town import Town

from kefu.core.actor import SYSTEM, Actor
from kefu.core.money import Money
from kefu.identity import queries as people
from kefu.ledger import queries as books
from kefu.wallet import actions, queries
from kefu.wallet.actions import NewCampaign
from kefu.wallet.actions.shop.merchant import NewMerchant
from kefu.wallet.actions.shop.refund import Asking
from kefu.wallet.actions.shop.sale import NewSale
from kefu.wallet.models import Sale
from kefu.wallet.queries import OrderView, QuoteView
from kefu.wallet.queries.shop.values import SaleView
from kefu.wallet.queries.shop.voucher import CampaignView, VoucherView
from kefu.wallet.rules.shop import Terms

PASSWORD = "zhangsan-li-wang-6"


class Shop:
    """A merchant of the town; `actor` acts for it."""

    def __init__(self, id: UUID, actor: Actor, login: str) -> None:
        self.id, self.actor, self.login = id, actor, login

    def money(self, code: str = "L30") -> int:
        return books.balance(f"merchant:{self.id}", code=code).posted


class Mall:
    def __init__(self, town: Town) -> None:
        self.town = town
        self._numbers = itertools.count(1)

    def shop(self, name: str = "晨光面包店", *, approved: bool = True, category: str = "food", **terms: int) -> Shop:
        now, number = self.town.now, next(self._numbers)
        given = NewMerchant(name=name, category=category, terms=Terms(**terms))
        made = actions.register_merchant(actor=SYSTEM, given=given, now=now)
        if approved:
            actions.approve_merchant(actor=SYSTEM, merchant_id=made.id, now=now)
        login = f"bakery-{number}"
        person = actions.add_merchant_staff(
            actor=SYSTEM, merchant_id=made.id, login=login, name="店员小白", password=PASSWORD, now=now
        )
        return Shop(made.id, people.actor_for_user(person.id), login)

    def sale(self, shop: Shop, amount: int, *, no: str = "", later: bool = False, subject: str = "生日蛋糕") -> SaleView:
        given = NewSale(
            no=no or f"A{next(self._numbers):04d}", amount=Money(amount), subject=subject, capture_later=later
        )
        return actions.create_sale(actor=shop.actor, given=given, now=self.town.now)

    def new_campaign(self, *, starts: float = 0, hours: float = 24 * 30, **given: Any) -> NewCampaign:
        """¥5 for payments from ¥10 at all merchants, unless said otherwise; it runs from `starts` hours on."""
        begins = self.town.now + timedelta(hours=starts)
        usual = {"name": "秋天好礼", "amount": Money(5_00), "min_spend": Money(10_00), "count": 100}
        return NewCampaign(
            **{**usual, **given}, valid_from=begins, valid_until=begins + timedelta(hours=hours)
        )

    def campaign(self, **given: Any) -> CampaignView:
        """An open campaign, proposed and opened by people who do not stand in one line."""
        maker, checker = self.town.staff("甲", "operator"), self.town.staff("乙", "supervisor")
        made = actions.propose_campaign(actor=maker, given=self.new_campaign(**given), now=self.town.now)
        return actions.open_campaign(actor=checker, campaign_id=made.id, now=self.town.now)

    def voucher(self, who: Actor, **given: Any) -> VoucherView:
        return actions.take_voucher(actor=who, campaign_id=self.campaign(**given).id, now=self.town.now)

    def quote(self, who: Actor, sale: SaleView, voucher: UUID | None = None) -> QuoteView:
        return actions.quote_payment(actor=who, token=sale.token, voucher_id=voucher, now=self.town.now)

    def pay(self, who: Actor, sale: SaleView, voucher: UUID | None = None) -> OrderView:
        quote = self.quote(who, sale, voucher)
        if quote.needs_pin:
            self.town.prove(who, f"quote:{quote.id}")
        return actions.create_payment(actor=who, key=uuid4(), quote_id=quote.id, now=self.town.now)

    def quote_by_card(self, who: Actor, sale: SaleView, voucher: UUID | None = None) -> QuoteView:
        card = self.town.card(who)
        return actions.quote_payment(
            actor=who, token=sale.token, card_id=card, voucher_id=voucher, now=self.town.now
        )

    def pay_by_card(self, who: Actor, sale: SaleView, voucher: UUID | None = None) -> OrderView:
        """Paid by the customer's card, followed as far as the bank lets it come now."""
        quote = self.quote_by_card(who, sale, voucher)
        if quote.needs_pin:
            self.town.prove(who, f"quote:{quote.id}")
        made = actions.create_payment(actor=who, key=uuid4(), quote_id=quote.id, now=self.town.now)
        self.town.pump.run()
        return queries.order_for(who, made.id)

    def bought(self, who: Actor, shop: Shop, amount: int) -> OrderView:
        return self.pay(who, self.sale(shop, amount))

    def ask(self, who: Actor, paid: OrderView, amount: int, *, reason: str = "faulty", **more: object) -> OrderView:
        self.town.prove(who, f"refund:{paid.id}")
        asking = Asking(order_id=paid.id, amount=Money(amount), reason=reason, words="蛋糕是坏的", **more)  # type: ignore[arg-type]
        return actions.request_refund(actor=who, key=uuid4(), asking=asking, now=self.town.now)

    def give_back(self, shop: Shop, paid: OrderView, amount: int) -> None:
        actions.refund_payment(
            actor=shop.actor, key=uuid4(), order_id=paid.id, amount=Money(amount), words="", now=self.town.now
        )

    def sale_status(self, sale: SaleView) -> str:
        return str(Sale.objects.get(pk=sale.id).status)
