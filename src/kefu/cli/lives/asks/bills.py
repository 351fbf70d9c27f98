"""Bills and repayments: the account is asked about, then what it owes is paid, or a part of it."""

from functools import partial

from kefu.cli.lives.asks.clients import Clients
from kefu.cli.lives.houses.payees import LyingPayee
from kefu.cli.lives.wish import BILL, REPAYMENT, AccountAsked, purse
from kefu.core.money import Money
from kefu.core.refusal import Refusal
from kefu.wallet import actions as wallet
from kefu.wallet.queries import QuoteView
from kefu.wallet.queries.bill import AccountBillView, account_check_for, saved_accounts_for

PAYEES = {BILL: ("river_power", "river_gas"), REPAYMENT: ("cmb_card", "qinghe_loan")}
MOST = {BILL: 500_00, REPAYMENT: 1_200_00}
LARGE = 6_000_00
"""Some take the payment PIN."""


def bill(clients: Clients) -> None:
    _go_on(clients, BILL)


def repayment(clients: Clients) -> None:
    _go_on(clients, REPAYMENT)


def _go_on(clients: Clients, kind: str) -> None:
    waiting = [one for one in clients.asked if one.kind == kind and not one.used]
    if waiting and clients.world.dice.random() < 0.7:
        _pay(clients, clients.world.dice.choice(waiting))
    else:
        _ask(clients, kind, {one.account for one in waiting})


def _ask(clients: Clients, kind: str, busy: set[str]) -> None:
    """A new bill comes out, and its customer looks at it, by number or among the accounts paid before."""
    world, who, payee = clients.world, clients.anybody(), clients.world.dice.choice(PAYEES[kind])
    number = f"62000{world.customers.index(who):05d}"
    token, late, large = LyingPayee.token(payee, number), world.dice.random() < 0.1, world.dice.random() < 0.1
    amount = clients.amount(LARGE if large else MOST[kind])
    if token in busy:
        return
    world.lender.bill(token, amount, partial=kind == REPAYMENT, late=late)
    saved = [one for one in saved_accounts_for(who, kind=kind) if one.payee.code == payee]
    ask = partial(wallet.check_account, payee=payee, number=number)
    if saved and world.dice.random() < 0.5:
        ask = partial(wallet.check_saved_account, account_id=saved[0].id)
    found = world.attempt(lambda: ask(actor=who, now=world.now))
    if found:
        clients.asked.append(AccountAsked(found.id, kind, who, token, amount, late))


def _pay(clients: Clients, asked: AccountAsked) -> None:
    world, who = clients.world, asked.who
    seen = account_check_for(who, asked.id, now=world.now)
    asked.used = seen.over or seen.status != "ASKED"
    if seen.over or seen.status != "FOUND":
        world.counts[f"{asked.kind} account {seen.status}"] += 1
        return
    if seen.amount_due.minor != asked.amount or seen.late is not asked.late:
        clients.wrong.append(f"{asked.kind} {asked.amount}: shown as {seen.amount_due.minor}, late {seen.late}")
    _quote(clients, asked, seen)


def _quote(clients: Clients, asked: AccountAsked, seen: AccountBillView) -> None:
    """All of it; of what may be paid in parts perhaps a part, perhaps more than is owed, which is refused."""
    world, who, amount = clients.world, asked.who, asked.amount
    if seen.partial and world.dice.random() < 0.6:
        amount = clients.amount(max(2_00, asked.amount * 5 // 4))

    def ask() -> QuoteView:
        quote = wallet.quote_bill(actor=who, check_id=asked.id, amount=Money(amount), now=world.now)
        if amount > asked.amount:
            clients.wrong.append(f"{asked.kind} {amount}: quoted although {asked.amount} are owed")
        return quote

    quote = clients.quoted(who, ask)
    if quote is None:
        return
    accepted = asked.late and world.dice.random() < 0.6
    pay = partial(wallet.pay_bill, late_accepted=accepted)
    change = {purse(who): -amount - quote.fee.minor}
    must_refuse = "wallet.bill.late" if asked.late and not accepted else ""
    clients.confirm(asked.kind, who, quote, pay, change, to=asked.account, must_refuse=must_refuse)


def drop(clients: Clients) -> None:
    """Somebody takes an account off their list."""
    who, world = clients.anybody(), clients.world
    saved = saved_accounts_for(who)
    if saved:
        account = world.dice.choice(saved).id
        try:
            world.attempt(lambda: wallet.remove_account(actor=who, account_id=account, now=world.now))
        except Refusal as refused:
            clients.wrong.append(f"account {account} on the list: {refused.code}")
