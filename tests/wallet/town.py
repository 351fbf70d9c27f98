"""People with wallets, cards and money, all made by real actions."""

import itertools
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from tests.rails.pump import Pump
from tests.wallet.scripted import CODE

from kefu.core.actor import SYSTEM, Actor
from kefu.core.money import Money
from kefu.identity import actions as identity
from kefu.identity import queries as people
from kefu.ledger import actions as ledger
from kefu.ledger import queries as books
from kefu.notices.models import Notice
from kefu.rails import actions as rails
from kefu.wallet import actions, queries
from kefu.wallet.queries import OrderView, QuoteView
from kefu.wallet.queries.bill import AccountBillView, account_check_for

PAN, OTHER_PAN = "6200000100000012", "6200000200000011"
OPERATOR = Actor(kind="system", id="kefu")


class Town:
    """`now` is the town's clock; it moves only when told."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.pump = Pump("rails", "wallet")
        self._phones = itertools.count(13800000001)
        self._staff = itertools.count(1001)
        ledger.ensure_chart(currency="CNY", now=now)

    def wait(self, **by: float) -> None:
        self.now += timedelta(**by)

    def customer(self, name: str, money: int = 0, *, tier: int = 3, proof: int = 3) -> Actor:
        """A customer with a wallet of class `tier`, and `money` minor units on it by a real top-up."""
        phone = str(next(self._phones))
        person = identity.register_customer(
            actor=SYSTEM, phone=phone, name=name, password="zhangsan-li-wang-6", now=self.now
        )
        who = people.actor_for_user(person.id)
        actions.open_wallet(actor=who, customer_id=person.id, now=self.now)
        self.stand(who, tier=tier, proof=proof)
        Notice.objects.filter(user_id=who.uuid, kind="standing_changed").delete()
        if money:
            assert self.top_up(who, money).status == "SUCCEEDED"
        return Actor(kind=who.kind, id=who.id, label=who.label, session=str(uuid4()))

    def stand(self, who: Actor, *, tier: int, proof: int) -> None:
        """Put the customer's wallet into a class, on a check in person."""
        actions.set_standing(
            actor=SYSTEM, customer_id=who.uuid, tier=tier, proof=proof, checks=["in_person"], now=self.now
        )

    def phone(self, who: Actor) -> str:
        from kefu.identity.models import User

        return str(User.objects.get(pk=who.uuid).phone)

    def staff(self, name: str, role: str = "agent", lead: Actor | None = None) -> Actor:
        person = identity.register_staff(
            actor=SYSTEM,
            staff_no=str(next(self._staff)),
            name=name,
            alias=name,
            role=role,
            password="zhangsan-li-wang-6",
            now=self.now,
            lead_id=lead.uuid if lead else None,
        )
        return people.actor_for_user(person.id)

    def card(self, who: Actor) -> UUID:
        """The customer's card, linked when there is none yet."""
        cards = queries.instruments_for(who)
        if not cards:
            check = actions.link_card(actor=who, pan=PAN, holder="林", phone="13900000000", now=self.now)
            self.pump.run()
            actions.confirm_card(actor=who, check_id=check.id, code=CODE, now=self.now)
            self.pump.run()
            cards = queries.instruments_for(who)
        return cards[0].id

    def second_card(self, who: Actor) -> UUID:
        """Another card of the customer's own."""
        first = self.card(who)
        check = actions.link_card(actor=who, pan=OTHER_PAN, holder="林", phone="13900000000", now=self.now)
        self.pump.run()
        actions.confirm_card(actor=who, check_id=check.id, code=CODE, now=self.now)
        self.pump.run()
        return next(card.id for card in queries.instruments_for(who) if card.id != first)

    def top_up(self, who: Actor, amount: int, *, key: UUID | None = None) -> OrderView:
        """A top-up, followed as far as the bank lets it come now."""
        card = self.card(who)
        made = actions.create_topup(
            actor=who, key=key or uuid4(), instrument_id=card, amount=Money(amount), now=self.now
        )
        self.pump.run()
        return queries.order_for(who, made.id)

    def quote(self, who: Actor, payee: Actor, amount: int, *, mode: str = "now", remark: str = "") -> QuoteView:
        return actions.quote_transfer(
            actor=who,
            payee_phone=self.phone(payee),
            amount=Money(amount),
            mode=mode,
            now=self.now,
            remark=remark,
        )

    def send(self, who: Actor, payee: Actor, amount: int, *, mode: str = "now") -> OrderView:
        quote = self.quote(who, payee, amount, mode=mode)
        return actions.create_transfer(actor=who, key=uuid4(), quote_id=quote.id, now=self.now)

    def withdraw(self, who: Actor, amount: int) -> OrderView:
        """A withdrawal to their card, followed as far as the bank lets it come now."""
        quote = actions.quote_withdrawal(
            actor=who, instrument_id=self.card(who), amount=Money(amount), now=self.now
        )
        made = actions.create_withdrawal(actor=who, key=uuid4(), quote_id=quote.id, now=self.now)
        self.pump.run()
        return queries.order_for(who, made.id)

    def bill(self, who: Actor, *, payee: str = "river_power", number: str = "1234567890") -> AccountBillView:
        """What the account owes, once the biller has answered."""
        asked = actions.check_account(actor=who, payee=payee, number=number, now=self.now)
        self.pump.run()
        return account_check_for(who, asked.id, now=self.now)

    def quote_bill(self, who: Actor, amount: int = 128_50, **account: str) -> QuoteView:
        found = self.bill(who, **account)
        return actions.quote_bill(actor=who, check_id=found.id, amount=Money(amount), now=self.now)

    def pay_bill(self, who: Actor, amount: int = 128_50, *, late_accepted: bool = False, **account: str) -> OrderView:
        """A bill, followed as far as the biller lets it come now."""
        quote = self.quote_bill(who, amount, **account)
        made = actions.pay_bill(
            actor=who, key=uuid4(), quote_id=quote.id, now=self.now, late_accepted=late_accepted
        )
        self.pump.run()
        return queries.order_for(who, made.id)

    def ask_bank(self, who: Actor, order: OrderView) -> OrderView:
        """Ask the bank about the order now, as after a callback of its."""
        assert order.instruction_id is not None
        rails.ask_now(actor=SYSTEM, instruction_id=order.instruction_id, now=self.now)
        self.pump.run()
        return queries.order_for(who, order.id)

    def prove(self, who: Actor, ref: str) -> None:
        """The payment PIN for `ref`, set first when there is none."""
        if not people.person(who.uuid).has_payment_pin:
            identity.set_payment_pin(actor=who, pin="482913", now=self.now)
        identity.prove_step_up(actor=who, pin="482913", ref=ref, now=self.now)

    def approved(self, action: str, arguments: dict[str, object], *, case: str = "K1") -> UUID:
        """An approval, proposed and agreed to by people who do not stand in one line."""
        maker, checker = self.staff("甲"), self.staff("乙", "supervisor")
        made = identity.propose_approval(
            actor=maker,
            action=action,
            arguments=arguments,
            needed=1,
            case_ref=case,
            reason="应补",
            now=self.now,
        )
        identity.decide_approval(actor=checker, approval_id=made.id, approve=True, words="同意", now=self.now)
        return made.id

    def money(self, who: Actor) -> tuple[int, int]:
        """Available and held, in minor units."""
        seen = queries.balance_for(who)
        return seen.available.minor, seen.held.minor

    def house(self, code: str, owner: str = "") -> int:
        """A house account's balance in its natural direction."""
        return books.balance(owner, code=code).posted
