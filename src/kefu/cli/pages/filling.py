"""A database as full as after years: rows that fit their tables, written by COPY past the actions.

For measuring only: the books of such a database do not balance, and nobody signs in as these customers.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from django.db.models import JSONField, Model
from psycopg import sql
from psycopg.types.json import Jsonb

from kefu.core.ids import descendant

SAID = ("充值没到账怎么办", "手续费怎么收", "转账对方收到了吗", "谢谢", "我的账户为什么被限制", "what are the fees")
WAITING, WITH_ASSISTANT, MINE = 40, 30, 3


@dataclass(frozen=True)
class Size:
    """How many of what; customers follow from the conversations."""

    conversations: int
    messages: int
    orders: int
    entries: int

    @property
    def customers(self) -> int:
        return max(100, self.conversations // 4)

    @property
    def articles(self) -> int:
        """How many copies of the shipped articles stand beside them."""
        return self.conversations // 1000


@dataclass(frozen=True)
class Viewer:
    """Who looks: the same, with as much of their own, however full the rest is."""

    customer: UUID
    agent: UUID
    conversation: UUID


class Filler:
    """Writes rows of a model by COPY; what a row does not name has the field's default."""

    def __init__(self, connection: psycopg.Connection[Any], *, now: datetime, seed: int = 7) -> None:
        self.connection = connection
        self.now = now
        self.dice = random.Random(seed)

    def uuid(self) -> UUID:
        return UUID(int=self.dice.getrandbits(128))

    def ago(self, *, days: float = 700) -> datetime:
        """A moment of the last `days`."""
        return self.now - timedelta(seconds=self.dice.uniform(3600, days * 86_400))

    def copy(self, model: type[Model], rows: Iterable[dict[str, Any]]) -> None:
        """COPY `rows` into the table of `model`."""
        auto = getattr(model._meta, "auto_field", None)
        fields = [field for field in model._meta.concrete_fields if field is not auto]
        fields = [f for f in fields if not f.has_db_default()]
        columns = sql.SQL(", ").join(sql.Identifier(str(field.column)) for field in fields)
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(model._meta.db_table), columns)
        plain = [(field.attname, field.get_default(), isinstance(field, JSONField)) for field in fields]
        with self.connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                values = [(row.get(name, default), json) for name, default, json in plain]
                copy.write_row([Jsonb(value) if json else value for value, json in values])


def fill(filler: Filler, size: Size, viewer: Viewer) -> None:
    """Everything, then the statistics that the planner goes by."""
    people = [filler.uuid() for _ in range(size.customers)]
    _customers(filler, people)
    _orders(filler, [*people, viewer.customer], viewer, size)
    _talk(filler, people, viewer, size)
    _articles(filler, size)
    filler.connection.execute("VACUUM ANALYZE")


def _customers(filler: Filler, people: list[UUID]) -> None:
    """People with wallets, and their accounts in the books."""
    from kefu.identity.models import User
    from kefu.wallet.models import Wallet

    phones = {person: f"+861{5_000_000_000 + number}" for number, person in enumerate(people)}
    since = {person: filler.ago() for person in people}
    filler.copy(
        User,
        (
            {"id": p, "password": "!", "kind": "customer", "login": phones[p], "phone": phones[p], "name": "客户"}
            | {"created_at": since[p]}
            for p in people
        ),
    )
    rows = filler.connection.execute(
        "WITH owned AS (INSERT INTO ledger_owned (account, owner, code, currency) "
        "SELECT nextval('ledger_customer_account'), 'customer:' || person, 'L10', 'CNY' "
        "FROM unnest(%s::uuid[]) AS person RETURNING account, owner, code, currency) "
        "INSERT INTO ledger_account (id, code, owner, currency, debits_must_not_exceed_credits, "
        "credits_must_not_exceed_debits, opened_at, credits_posted) "
        "SELECT account, code, owner, currency, true, false, %s, 100000 FROM owned "
        "RETURNING substr(owner, 10)::uuid, id",
        [people, filler.now],
    ).fetchall()
    filler.copy(
        Wallet,
        ({"customer_id": p, "account": a, "currency": "CNY", "opened_at": since[p]} for p, a in rows),
    )


OWN_ORDERS, OWN_TALKS, OWN_MESSAGES = 300, 30, 60


def _orders(filler: Filler, people: list[UUID], viewer: Viewer, size: Size) -> None:
    from kefu.ledger.models import Transfer
    from kefu.wallet.models import Instrument, Order, OrderStep, Wallet

    cards = {person: filler.uuid() for person in people}
    filler.copy(
        Instrument,
        (
            {"id": card, "customer_id": person, "connector": "sandbox", "token": f"token-{card}", "last4": "8812"}
            | {"bank": "招商银行", "kind": "debit", "linked_at": filler.now}
            for person, card in cards.items()
        ),
    )
    owners = [viewer.customer] * min(OWN_ORDERS, size.orders)
    owners += filler.dice.choices(people[:-1], k=size.orders - len(owners))
    orders = list(_order_rows(filler, owners, cards))
    filler.copy(Order, orders)
    accounts = dict(Wallet.objects.values_list("customer_id", "account"))
    filler.copy(Transfer, _transfer_rows(orders, accounts, each=max(1, size.entries // 2 // size.orders)))
    filler.copy(
        OrderStep,
        (
            {"order_id": order["id"], "code": code, "at": order["created_at"], "heard_at": order["created_at"]}
            for order in orders
            for code in ("created", "submitted", "credited")
        ),
    )


def _order_rows(filler: Filler, owners: list[UUID], cards: dict[UUID, UUID]) -> Iterator[dict[str, Any]]:
    for number, owner in enumerate(owners):
        created = filler.ago()
        yield {
            "id": filler.uuid(),
            "no": f"C{created:%Y%m%d%H%M%S}{number:08d}",
            "kind": "topup",
            "customer_id": owner,
            "payer_label": "招商银行 (8812)",
            "payee_label": "客*",
            "amount": filler.dice.randrange(100, 100_000),
            "currency": "CNY",
            "status": "SUCCEEDED",
            "previous": "SUBMITTED",
            "instrument_id": cards[owner],
            "created_at": created,
            "settled_at": created + timedelta(seconds=4),
        }


LEGS = ("topup", "settled", "fee", "fund", "sweep")
BANK, TRANSIT = 1_000_000_000_001, 1_000_000_000_002


def _transfer_rows(
    orders: list[dict[str, Any]], accounts: dict[UUID, int], *, each: int
) -> Iterator[dict[str, Any]]:
    """`each` transfers an order: what its owner gets, and legs between accounts of the house."""
    seq = 0
    for order in orders:
        for number in range(each):
            seq += 1
            owner = accounts[order["customer_id"]]
            yield {
                "id": descendant(order["id"], LEGS[number] if number < len(LEGS) else f"leg{number}"),
                "seq": seq,
                "debit": BANK if number else TRANSIT,
                "credit": TRANSIT if number else owner,
                "amount": order["amount"],
                "happened_at": order["created_at"],
                "posted_at": order["settled_at"],
                "kind": "post",
                "journal": "TOPUP_SETTLED" if number else "TOPUP",
                "order_ref": f"order:{order['id']}",
                "case_ref": "",
                "evidence_ref": "",
            }


def _talk(filler: Filler, people: list[UUID], viewer: Viewer, size: Size) -> None:
    from kefu.desk.models import Conversation, Message

    talks = list(_talk_rows(filler, people, viewer, size))
    shares = [OWN_MESSAGES, *filler.dice.choices(range(2, 12), k=len(talks) - 1)]
    factor = max(1.0, size.messages / sum(shares))
    for place, talk in enumerate(talks):
        talk["last_seq"] = int(shares[place] * factor) if place else OWN_MESSAGES
    filler.copy(Conversation, talks)
    filler.copy(Message, _message_rows(filler, talks))


def _talk_rows(filler: Filler, people: list[UUID], viewer: Viewer, size: Size) -> Iterator[dict[str, Any]]:
    """The viewer's first: the open one and their old ones; then those who wait, then closed ones."""
    moment = {"opened_at": filler.now - timedelta(minutes=30), "last_message_at": filler.now}
    mine = {"staff_id": viewer.agent, "staff_label": "陈工", "staff_no": "1024", "taken_at": filler.now}
    queued = {"queued_at": filler.now, "rank_at": filler.now}
    states = [{"status": "ASSIGNED", **mine}] * MINE + [{"status": "WAITING", **queued}] * WAITING
    states += [{"status": "BOT"}] * WITH_ASSISTANT
    number = 0
    for number, state in enumerate(states):
        owner = viewer.customer if number == 0 else people[number]
        place = {"id": viewer.conversation if number == 0 else filler.uuid(), "no": f"K{number:012d}"}
        yield {**place, "customer_id": owner, "customer_label": "客*", **moment, **state}
    for closed in range(number + 1, max(size.conversations, number + 1 + OWN_TALKS)):
        opened = filler.ago()
        owner = viewer.customer if closed <= number + OWN_TALKS else filler.dice.choice(people)
        yield {
            "id": filler.uuid(),
            "no": f"K{closed:012d}",
            "customer_id": owner,
            "customer_label": "客*",
            "status": "CLOSED",
            "staff_label": "陈工",
            "staff_no": "1024",
            "summary": "已处理",
            "opened_at": opened,
            "closed_at": opened,
            "last_message_at": opened,
        }


def _message_rows(filler: Filler, talks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for talk in talks:
        for seq in range(1, talk["last_seq"] + 1):
            yield {
                "id": filler.uuid(),
                "conversation_id": talk["id"],
                "seq": seq,
                "author_kind": "customer" if seq % 2 else "staff",
                "author_id": str(talk["customer_id"]),
                "author_label": "客*" if seq % 2 else "陈工",
                "kind": "text",
                "body": SAID[seq % len(SAID)],
                "at": talk["opened_at"] + timedelta(seconds=seq),
                "read_at": talk["opened_at"] + timedelta(seconds=seq + 1),
            }


def _articles(filler: Filler, size: Size) -> None:
    """Copies of the shipped articles under other addresses, with all that finds them."""
    statements = (
        "INSERT INTO knowledge_article (slug, topic, place, intents, related) "
        "SELECT slug || '-' || n, topic, place, '{}', '{}' FROM knowledge_article, generate_series(1, %(n)s) n",
        "INSERT INTO knowledge_revision (article_id, language, version, is_current, title, words, body, digest, "
        "published_at, by) SELECT copy.id, r.language, 1, true, r.title, r.words, r.body, r.digest, "
        "r.published_at, r.by FROM knowledge_revision r JOIN knowledge_article a ON a.id = r.article_id "
        "JOIN knowledge_article copy ON copy.slug ~ ('^' || a.slug || '-[0-9]+$') WHERE r.is_current",
        "INSERT INTO knowledge_posting (token, revision_id, weight) SELECT p.token, other.id, p.weight "
        "FROM knowledge_posting p JOIN knowledge_revision r ON r.id = p.revision_id "
        "JOIN knowledge_article a ON a.id = r.article_id "
        "JOIN knowledge_article copy ON copy.slug ~ ('^' || a.slug || '-[0-9]+$') "
        "JOIN knowledge_revision other ON other.article_id = copy.id AND other.language = r.language",
    )
    if size.articles:
        for statement in statements:
            filler.connection.execute(sql.SQL(statement), {"n": size.articles})
