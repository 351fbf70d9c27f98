"""Building the town by real actions, at instants in the past: what stands in it could have happened."""

import time
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from kefu.cli.demo.bank import Bank
from kefu.cli.demo.cast import FIRST_WORD, PASSWORD, PIN, Customer, Merchant, Staff
from kefu.cli.terminal import CannotRun
from kefu.core.actor import SYSTEM, Actor
from kefu.core.ids import new_id
from kefu.core.money import Money, parse_amount
from kefu.identity import actions as identity
from kefu.identity import queries as people
from kefu.rails import actions as rails
from kefu.rails import queries as outside
from kefu.rails.queries import rates
from kefu.rails.queries.recalls import recall_of
from kefu.wallet import actions as wallet
from kefu.wallet import queries as orders
from kefu.wallet.actions.shop.merchant import NewMerchant
from kefu.wallet.actions.shop.sale import NewSale
from kefu.wallet.models import FOREIGN
from kefu.wallet.queries import OrderView
from kefu.wallet.queries.bill import account_check_for
from kefu.wallet.queries.shop.disbursement import shop_accounts_for
from kefu.wallet.queries.shop.merchant import merchants_for, shop_for

MOMENT = timedelta(seconds=2)


class Town:
    """The people of the town by key or 工号, and what they do."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.bank = Bank()
        self.biller, self.lender = Bank("biller"), Bank("lender")
        self.people: dict[str, Actor] = {}
        self.cards: dict[str, UUID] = {}
        self.phones: dict[str, str] = {}

    def ago(self, **span: float) -> datetime:
        """An instant before now."""
        return self.now - timedelta(**span)

    def hire(self, staff: Staff) -> None:
        """Take on a member of staff, or meet them again."""
        known = people.find_staff(staff.staff_no)
        if known is not None:
            self.people[staff.staff_no] = people.actor_for_user(known.id)
            return
        made = identity.register_staff(
            actor=SYSTEM, staff_no=staff.staff_no, name=staff.name, alias=staff.alias, role=staff.role,
            password=PASSWORD, now=self.ago(days=400), lead_id=self.people[staff.lead].uuid if staff.lead else None,
        )  # fmt: skip
        self.people[staff.staff_no] = people.actor_for_user(made.id)

    def welcome(self, who: Customer, *, at: datetime) -> None:
        """Sign up, set a payment PIN, link a card, top up for the first time; or meet them again."""
        self.phones[who.key] = who.phone
        known = people.find_customer_by_phone(who.phone)
        if known is not None:
            actor = self.people[who.key] = people.actor_for_user(known.id)
            cards = orders.instruments_for(actor)
            self.cards[who.key] = cards[0].id if cards else self._link(who, actor)
            return
        made = identity.register_customer(
            actor=SYSTEM, phone=who.phone, name=who.name, password=PASSWORD, now=at, language=who.language
        )
        actor = self.people[who.key] = people.actor_for_user(made.id)
        identity.set_payment_pin(actor=actor, pin=PIN, now=at)
        wallet.open_wallet(actor=actor, customer_id=made.id, now=at)
        wallet.set_standing(
            actor=SYSTEM, customer_id=made.id, tier=who.tier, proof=who.proof, checks=["in_person"], now=at
        )
        self.cards[who.key] = self._link(who, actor)
        self.top_up(who.key, who.opening, at=at + timedelta(minutes=10))

    def _link(self, who: Customer, actor: Actor) -> UUID:
        """The bank's check happens now: its codes live for five minutes."""
        pan = self.bank.card_number(who.bank, who.last4)
        check = wallet.link_card(actor=actor, pan=pan, holder=who.name, phone=who.phone, now=self.now)
        self._carry(check.id, "SENT")
        code = self.bank.code_for(who.last4)
        wallet.confirm_card(actor=actor, check_id=check.id, code=code, now=self.now)
        self._carry(check.id, "LINKED")
        card = wallet.take_card(check_id=check.id, now=self.now)
        assert card is not None, f"the bank did not link the card of {who.key}"
        return card.id

    def _carry(self, check_id: UUID, to: str) -> None:
        """Tell the bank, unless the worker is telling it at this moment: then wait for the worker."""
        for _ in range(200):
            if rails.carry_card_check(check_id=check_id, now=self.now).status == to:
                return
            time.sleep(0.05)
        raise CannotRun(f"a card check did not come to {to}; is the sandbox bank up?", status=1)

    def open_shop(self, shop: Merchant) -> None:
        """Take down a merchant, approve them and make their login; or meet them again."""
        boss, operator = self.people["2001"], self.people["3001"]
        known = {one.name: one.id for one in merchants_for(SYSTEM, now=self.now)}
        merchant_id, at = known.get(shop.name), self.ago(days=90)
        if merchant_id is None:
            given = NewMerchant(name=shop.name, category=shop.category)
            merchant_id = wallet.register_merchant(actor=operator, given=given, now=at).id
            wallet.approve_merchant(actor=boss, merchant_id=merchant_id, now=at)
        seller = people.find_merchant_login(shop.login)
        if seller is None:
            seller = wallet.add_merchant_staff(
                actor=operator, merchant_id=merchant_id, login=shop.login, name=shop.seller, password=FIRST_WORD, now=at
            )
            wallet.confirm_merchant_staff(actor=boss, user_id=seller.id, now=at)
            # What the operator chose opens nothing: the seller puts their own in its place.
            identity.sign_in_with_password(
                login=shop.login, password=FIRST_WORD, new=PASSWORD, kind="merchant", browser=identity.Browser(), now=at
            )
        self.people[shop.key] = people.actor_for_user(seller.id)

    def pay_shop_out(self, shop: str, *, bank: str, last4: str, phone: str, at: datetime) -> None:
        """A merchant's account, checked by its bank and approved two days before `at`; then all that is due, paid."""
        actor, pan = self.people[shop], self.bank.card_number(bank, last4)
        holder = shop_for(actor, now=self.now).merchant.name
        check = wallet.link_merchant_account(actor=actor, pan=pan, holder=holder, phone=phone, now=self.now)
        self._carry(check.id, "SENT")
        wallet.confirm_merchant_account(
            actor=actor, check_id=check.id, code=self.bank.code_for(last4), now=self.now
        )
        self._carry(check.id, "LINKED")
        before = at - timedelta(days=2)
        wallet.take_card(check_id=check.id, now=before)
        proposed = next(one for one in shop_accounts_for(actor, now=before) if one.status == "PROPOSED")
        wallet.approve_merchant_account(actor=SYSTEM, account_id=proposed.id, now=before)
        self.bank.mood("sunny", answer="final", settle_s=0)
        made = wallet.request_disbursement(actor=actor, key=new_id(), now=at)
        sent = outside.instruction_of(f"order:{made.order_id}")
        assert sent is not None
        rails.climb(instruction_id=sent.id, now=at + MOMENT)
        wallet.follow_instruction(order_id=made.order_id, now=at + 2 * MOMENT)

    def buy(self, key: str, shop: str, yuan: str, subject: str, *, no: str, at: datetime) -> OrderView:
        """A payment to a merchant, by the link of a sale."""
        return self._pay_sale(key, shop, yuan, subject, no=no, at=at)

    def buy_by_card(self, key: str, shop: str, yuan: str, subject: str, *, no: str, at: datetime) -> OrderView:
        """A payment to a merchant, charged to the customer's card at once."""
        self.bank.mood("sunny", answer="final", settle_s=0)
        order = self._pay_sale(key, shop, yuan, subject, no=no, at=at, card=self.cards[key])
        self._climb(order, at=at + 3 * MOMENT)
        return order

    def _pay_sale(
        self, key: str, shop: str, yuan: str, subject: str, *, no: str, at: datetime, card: UUID | None = None
    ) -> OrderView:
        """In one transaction: the worker, which closes sales of the past that nobody paid, must not meet it unpaid."""
        actor, given = self.people[key], NewSale(no=no, amount=parse_amount(yuan), subject=subject)
        with transaction.atomic():
            sale = wallet.create_sale(actor=self.people[shop], given=given, now=at)
            quote = wallet.quote_payment(actor=actor, token=sale.token, card_id=card, now=at + MOMENT)
            return wallet.create_payment(actor=actor, key=new_id(), quote_id=quote.id, now=at + 2 * MOMENT)

    def refused_back(self, shop: str, paid: OrderView, words: str, *, at: datetime) -> None:
        """The merchant gives all of a payment by card back, and the bank says that the card is closed."""
        self.bank.mood("bank_denies", answer="final", settle_s=0, reason="card_closed")
        made = wallet.refund_payment(
            actor=self.people[shop], key=new_id(), order_id=paid.id, amount=paid.amount, words=words, now=at
        )
        self._climb(orders.order_for(SYSTEM, made.order_id), at=at + MOMENT)
        self.bank.mood(None)

    def top_up(self, key: str, yuan: str, *, at: datetime, settled: bool = True) -> OrderView:
        """A top-up at `at`. `settled`: the bank says yes at once; else it is still thinking."""
        if settled:
            self.bank.mood("sunny", answer="final", settle_s=0)
        order = wallet.create_topup(
            actor=self.people[key], key=new_id(), instrument_id=self.cards[key], amount=parse_amount(yuan), now=at
        )
        self._climb(order, at=at + MOMENT)
        return order

    def withdraw(self, key: str, yuan: str, *, at: datetime) -> OrderView:
        """A withdrawal at `at`, paid by the bank at once."""
        self.bank.mood("sunny", answer="final", settle_s=0)
        actor, amount = self.people[key], parse_amount(yuan)
        quote = wallet.quote_withdrawal(actor=actor, instrument_id=self.cards[key], amount=amount, now=at)
        order = wallet.create_withdrawal(actor=actor, key=new_id(), quote_id=quote.id, now=at + MOMENT)
        self._climb(order, at=at + 2 * MOMENT)
        return order

    def recall(self, key: str, order: OrderView, reason: str, *, at: datetime) -> None:
        """The customer asks for a withdrawal back at `at`; the other bank refuses, the payee not agreeing."""
        self.bank.mood("recall_refused", recall_s=3600, callback="lose")
        identity.prove_step_up(actor=self.people[key], pin=PIN, ref=f"recall:{order.id}", now=at)
        wallet.recall_withdrawal(actor=self.people[key], order_id=order.id, reason=reason, now=at)
        asked = recall_of(order.order_ref)
        assert asked is not None
        for moment in (at + MOMENT, at + timedelta(hours=1)):
            rails.carry_recall(recall_id=asked.id, now=moment)
        wallet.follow_recall(order_id=order.id, now=at + timedelta(hours=1))
        self.bank.mood(None)

    def pay_payee(self, key: str, payee: str, number: str, yuan: str = "", *, at: datetime) -> OrderView:
        """A bill or repayment at `at`, as its house lets it come at once; all that is due when `yuan` is empty."""
        actor = self.people[key]
        asked = wallet.check_account(actor=actor, payee=payee, number=number, now=at)
        rails.carry_account_check(check_id=asked.id, now=at)
        due = account_check_for(actor, asked.id, now=at).amount_due
        amount = parse_amount(yuan) if yuan else due
        quote = wallet.quote_bill(actor=actor, check_id=asked.id, amount=amount, now=at + MOMENT)
        order = wallet.pay_bill(
            actor=actor, key=new_id(), quote_id=quote.id, now=at + 2 * MOMENT, late_accepted=True
        )
        self._climb(order, at=at + 3 * MOMENT)
        return order

    def posted(self, order: OrderView, *, at: datetime) -> None:
        """The lender books what it took on before, and we hear of it when we ask."""
        self.lender.settle(self.instruction(order), "SUCCEEDED", at=at.isoformat())
        self._hear(order, at=at)

    def returned(self, order: OrderView, reason: str, *, at: datetime) -> None:
        """The bank gives a payout back, and we hear of it when we ask."""
        self.bank.settle(self.instruction(order), "RETURNED", reason=reason, at=at.isoformat())
        self._hear(order, at=at)

    def _hear(self, order: OrderView, *, at: datetime) -> None:
        rails.ask_now(actor=SYSTEM, instruction_id=UUID(self.instruction(order)), now=at + MOMENT)
        wallet.follow_instruction(order_id=order.id, now=at + 2 * MOMENT)

    def _climb(self, order: OrderView, *, at: datetime) -> None:
        """Send the order's instruction, ask once, and bring the order to where it then stands."""
        rails.climb(instruction_id=UUID(self.instruction(order)), now=at)
        wallet.follow_instruction(order_id=order.id, now=at + MOMENT)

    def instruction(self, order: OrderView) -> str:
        """The id under which the bank knows the order."""
        found = outside.instruction_of(order.order_ref)
        assert found is not None
        return str(found.id)

    def ladder(self, order: OrderView, *, since: datetime, until: datetime) -> None:
        """All the questions that the ladder asked between `since` and `until`, in vain."""
        at = since
        for rung in settings.RAILS_LADDER_SECONDS:
            at += timedelta(seconds=rung)
            if at > until:
                return
            self._climb(order, at=at)

    def transfer(
        self, payer: str, payee: str, yuan: str, *, at: datetime, mode: str = "now", remark: str = ""
    ) -> OrderView:
        actor = self.people[payer]
        quote = wallet.quote_transfer(
            actor=actor, payee_phone=self.phones[payee], amount=parse_amount(yuan), mode=mode, remark=remark, now=at
        )
        return wallet.create_transfer(actor=actor, key=new_id(), quote_id=quote.id, now=at + MOMENT)

    def hear_market(self, *, at: datetime) -> None:
        """What the market said then. From the oldest on: a rate older than one that is known is none. Two of the staff
        speak for the first of a currency.
        """
        rails.fetch_rates(now=self.now, at=at)
        for currency in FOREIGN:
            told = rates.newest(currency, until=at)
            if told is not None and rates.in_force(currency) is None:
                with transaction.atomic():  # one word alone could not be said again by who is killed here and returns
                    for who in ("3001", "2001"):
                        wallet.decide_rate(actor=self.people[who], rate_id=told.id, accept=True, words="已核对", now=at)

    def exchange(self, key: str, amount: Money, into: str, *, purpose: str, at: datetime) -> OrderView:
        """An exchange at `at`, just after the market was heard."""
        actor = self.people[key]
        quote = wallet.quote_exchange(actor=actor, amount=amount, into=into, purpose=purpose, now=at)
        identity.prove_step_up(actor=actor, pin=PIN, ref=f"quote:{quote.id}", now=at + MOMENT)
        return wallet.create_exchange(actor=actor, key=new_id(), quote_id=quote.id, now=at + 2 * MOMENT)
