"""`python -m kefu.cli.storm.shop` opens a shop; its seller asks to be paid and gives back, again until it is known."""

import re
from itertools import count
from uuid import uuid4

import django

from kefu.cli.storm.journal import PAYMENT, REFUND, Wish
from kefu.cli.storm.people import UUID_FORM, Client, Storm
from kefu.cli.throwaway import PASSWORD

LOGIN = "storm-shop"
FIRST_WORD = "harbour-lantern-first-31"
SALE = re.compile(rf"/shop/sales/({UUID_FORM})/")
LINK = re.compile(r"/pay/[^/\"\s]+/")
MOST_OFFERS = 6


class Seller(Client):
    """Sells at prices that no other sale has, and gives parts back that no other refund has."""

    def __init__(self, storm: Storm, name: str) -> None:
        super().__init__(storm, name)
        self.parts = count(1)

    def begin(self) -> None:
        while self.get("/shop/").status != 200:
            self.get("/shop/signin/")
            self.post("/shop/signin/", {"login": LOGIN, "password": PASSWORD, "next": ""})

    def act(self) -> None:
        if len(self.storm.offers) < MOST_OFFERS:
            self.offer()
        elif self.dice.random() < 0.15:
            self.give_back()
        self.pause(0.3)

    def offer(self) -> None:
        """A sale under its own number: after no answer the second try is refused, and the list shows the first."""
        number = self.storm.number()
        amount, no = 200 + number, f"STORM{number}"
        fields = {"no": no, "subject": "面包", "amount": f"{amount / 100:.2f}", "minutes": "30"}
        made = SALE.search(self.post("/shop/sales/", fields).location)
        made = made or SALE.search(self.get(f"/shop/sales/?q={no}").text)
        link = LINK.search(self.get(made[0]).text) if made else None
        if link:
            self.storm.offers.append((link[0], amount))
        else:
            self.journal.complain(f"sale {no} is neither made nor refused")

    def give_back(self) -> None:
        """A few fen of a payment, once for each key."""
        paid = [wish for wish in self.journal.of(PAYMENT) if wish.told]
        if not paid:
            return
        wish = Wish(REFUND, self.name, next(self.parts), str(uuid4()))
        self.journal.wish(wish)
        order = self.dice.choice(paid).order
        fields = {"key": wish.key, "amount": f"{wish.amount / 100:.2f}", "words": "少装了一个"}
        for _ in range(2 if self.dice.random() < 0.25 else 1):
            answer = self.post(f"/shop/payments/{order}/refund", fields)
            if answer.status == 302:
                wish.told = True
            elif wish.told:
                self.journal.complain(f"a refund was given, then answered {answer.status}")
            else:
                wish.told_refused = str(answer.status)


def main() -> None:
    """Taken down by an operator, approved by a supervisor, with a login for who sells."""
    django.setup()
    from kefu.core import clock
    from kefu.identity import actions as identity
    from kefu.identity import queries as people
    from kefu.wallet import actions as wallet
    from kefu.wallet.actions.shop.merchant import NewMerchant

    now = clock.now()
    found = [people.find_staff(staff_no) for staff_no in ("3001", "2001")]
    operator, boss = (people.actor_for_user(one.id) for one in found if one)
    made = wallet.register_merchant(actor=operator, given=NewMerchant(name="风暴面包店", category="food"), now=now)
    wallet.approve_merchant(actor=boss, merchant_id=made.id, now=now)
    seller = wallet.add_merchant_staff(
        actor=operator, merchant_id=made.id, login=LOGIN, name="白露", password=FIRST_WORD, now=now
    )
    wallet.confirm_merchant_staff(actor=boss, user_id=seller.id, now=now)
    identity.sign_in_with_password(
        login=LOGIN, password=FIRST_WORD, new=PASSWORD, kind="merchant", browser=identity.Browser(), now=now
    )


if __name__ == "__main__":
    main()
