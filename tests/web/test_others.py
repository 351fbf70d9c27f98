"""Every address with an id of somebody else: another customer, another merchant, staff without a grant, a stranger."""

import io
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from django.test import Client
from PIL import Image
from tests.wallet.mall import Mall
from tests.wallet.market import tell_rates
from tests.wallet.scripted import ScriptedBank
from tests.wallet.test_disbursement import propose
from tests.wallet.town import PAN, Town
from tests.web.conftest import SignedIn, text_of
from tests.web.staff import Desk

from kefu.core import files
from kefu.core.actor import Actor
from kefu.core.models import AuditEntry
from kefu.core.money import Money
from kefu.identity.actions import pace as paces
from kefu.identity.rules.attempt import Patience
from kefu.notices.models import Notice
from kefu.planning import actions as planning
from kefu.planning import queries as plans
from kefu.receipts import actions as receipts
from kefu.receipts.models import Paper
from kefu.wallet import actions as wallet
from kefu.wallet.models import BillAccount, Order
from kefu.wallet.rules.tap import NEW_DEVICE

LOOKS_LIKE_NONE, OTHER_PLACE = {404}, {403}
SIGN_IN = {302, 401}


@dataclass(frozen=True)
class Door:
    """`posts`: with which form it is pressed; None: it is looked at."""

    url: str
    posts: dict[str, str] | None = None

    def knock(self, client: Client) -> int:
        answer = client.get(self.url) if self.posts is None else client.post(self.url, self.posts)
        return answer.status_code


@pytest.fixture
def mall(town: Town) -> Mall:
    return Mall(town)


@pytest.fixture
def doors(town: Town, desk: Desk, mall: Mall) -> dict[str, list[Door]]:
    """What 林 and 晨光面包店 have, one of each, as addresses by place."""
    lin, zhou = town.customer("林一", money=900_00), town.customer("周二")
    shop = mall.shop()
    sale, paid = mall.sale(shop, 10_00), mall.bought(lin, shop, 100_00)
    held = mall.pay(lin, mall.sale(shop, 20_00, later=True))
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, format="PNG")
    shot = files.store_file(owner_ref=lin.ref, name="x.png", content=out.getvalue(), purpose="refund", now=town.now).id
    refund = mall.ask(lin, paid, 40_00, file_ids=[shot])
    now = town.now
    split = planning.create_split(
        actor=lin, key=uuid4(), now=now,
        asked=planning.Asked(title="聚餐", others=[(town.phone(zhou), 1)], own_weight=1, total=Money(10_00)),
    )  # fmt: skip
    pot = planning.open_pot(actor=lin, name="旅行", target=None, target_on=None, now=now)
    key = uuid4()
    town.prove(lin, planning.proof_ref(key))
    first = plans.local_day(now) + timedelta(days=3)
    wish = planning.Wish(payee_phone=town.phone(zhou), amount=Money(5_00), rhythm="monthly", first_on=first)
    schedule = planning.create_schedule(actor=lin, key=key, wish=wish, now=now)
    check = town.bill(lin)
    town.pay_bill(lin)
    account = BillAccount.objects.get(customer_id=lin.uuid).id
    paper = receipts.issue_receipt(actor=lin, order_id=paid.id, now=now)
    quoted, exchanged = _exchanges(town, lin)
    by_card, voucher = mall.pay_by_card(lin, mall.sale(shop, 12_00)), mall.voucher(lin)
    ScriptedBank.outcome, ScriptedBank.reason = "FAILED", "card_closed"
    mall.give_back(shop, by_card, 3_00)
    town.pump.run()
    ScriptedBank.outcome = "SUCCEEDED"
    kept, card = Order.objects.get(kind="refund", status="FAILED"), town.card(lin)
    notice = Notice.objects.filter(user_id=lin.uuid).values_list("pk", flat=True)[0]
    talked = desk.taken(lin, desk.li)
    case = desk.case(town.customer("吴三"), desk.li)
    town.prove(lin, NEW_DEVICE)
    given = {"pan": PAN, "holder": "白露", "phone": "13900000000"}
    linking = wallet.link_merchant_account(actor=shop.actor, now=now, **given).id
    bank = propose(town, shop).id
    device = wallet.add_tap_device(actor=lin, label="手机", now=now).device.id
    wait = wallet.open_tap_wait(actor=shop.actor, amount=Money(1), subject="茶", now=now).sale.id
    had = SimpleNamespace(
        device=device, wait=wait, bank=bank, linking=linking, drawn=town.withdraw(lin, 1_00),
        sale=sale, paid=paid, held=held, shot=shot, refund=refund, split=split, pot=pot, schedule=schedule, first=first,
        kept=kept, card=card, voucher=voucher, by_card=by_card,
        check=check, account=account, paper=paper, notice=notice, talked=talked, case=case, shop=shop,
        quoted=quoted, exchanged=exchanged,
    )  # fmt: skip
    return _of_customer(had) | _of_shop(had) | _of_office(had)


def _exchanges(town: Town, lin: Actor) -> tuple[UUID, UUID]:
    """A quote that waits, and an exchange that was made."""
    tell_rates(town.now)
    quoted, other = (
        wallet.quote_exchange(actor=lin, amount=Money(10_00), into="USD", purpose="other", now=town.now).id
        for _ in range(2)
    )
    town.prove(lin, f"quote:{other}")
    return quoted, wallet.create_exchange(actor=lin, key=uuid4(), quote_id=other, now=town.now).id


GIVE = {"key": str(uuid4()), "pin": "482913"}


def _of_customer(of: SimpleNamespace) -> dict[str, list[Door]]:
    return {
        "customer": [
            Door(f"/orders/{of.paid.id}/"), Door(f"/orders/{of.paid.id}/body"), Door(f"/orders/{of.held.id}/"),
            Door(f"/orders/{of.paid.id}/cancel", {}), Door(f"/orders/{of.refund.id}/"),
            Door(f"/orders/{of.paid.id}/refund/"),
            Door(f"/orders/{of.paid.id}/refund/", GIVE | {"amount": "1", "reason": "faulty", "words": "坏"}),
            Door(f"/orders/{of.refund.id}/refund/withdraw", {}), Door(f"/orders/{of.refund.id}/refund/escalate", {}),
            Door(f"/receipts/order/{of.paid.id}/"), Door(f"/receipts/{of.paper.id}/"), Door(f"/receipts/{of.paper.id}.pdf"),
            Door(f"/receipts/{of.paper.id}.json"), Door(f"/receipts/proof?order={of.paid.id}"),
            Door("/receipts/proof", GIVE | {"order": str(of.paid.id), "purpose": "court"}),
            Door(f"/bills/check/{of.check.id}/"), Door(f"/bills/check/{of.check.id}/", {"choice": "full"}),
            Door(f"/bills/check/{of.check.id}/plan/"),
            Door(f"/bills/check/{of.check.id}/plan/", GIVE | {"choice": "full", "most": "200", "on": of.first.isoformat()}),
            Door(f"/bills/check/{of.check.id}/plan/make", GIVE | {"choice": "full", "most": "200", "on": of.first.isoformat()}),
            Door(f"/bills/accounts/{of.account}/forget", {}), Door("/bills/again", {"account": str(of.account)}),
            Door(f"/splits/{of.split.id}/"), Door(f"/splits/{of.split.id}/quote", {"mode": "now"}),
            Door(f"/splits/{of.split.id}/remind", {}), Door(f"/splits/{of.split.id}/cancel", {}),
            Door(f"/splits/new/?order={of.paid.id}"), Door(f"/spending/{of.paid.id}/category", {"category": "food"}),
            Door(f"/pots/{of.pot.id}/"), Door(f"/pots/{of.pot.id}/", GIVE | {"amount": "1"}),
            Door(f"/pots/{of.pot.id}/", GIVE | {"amount": "1", "back": "1"}),
            Door(f"/pots/{of.pot.id}/aim", {"name": "我的"}), Door(f"/pots/{of.pot.id}/close", {}),
            Door(f"/schedules/{of.schedule.id}/"), Door(f"/schedules/{of.schedule.id}/change", {"do": "cancel"}),
            Door(f"/schedules/{of.schedule.id}/change", {"do": "skip", "due_on": of.first.isoformat()}),
            Door("/exchange/confirm", GIVE | {"quote": str(of.quoted)}), Door(f"/orders/{of.exchanged}/"),
            Door(f"/receipts/order/{of.exchanged}/"),
            Door(f"/tap/devices/{of.device}/suspend", {}),
            Door(f"/tap/devices/{of.device}/resume"), Door(f"/tap/devices/{of.device}/resume", GIVE),
            Door(f"/tap/devices/{of.device}/remove", {}), Door(f"/tap/{of.wait}/"),
            Door(f"/me/notices/{of.notice}/"), Door(f"/orders/{of.by_card.id}/"), Door(f"/orders/{of.by_card.id}/ask", {}),
            Door(f"/orders/{of.kept.id}/"), Door(f"/orders/{of.kept.id}/route/"),
            Door(f"/orders/{of.kept.id}/route/", GIVE | {"route": "balance"}),
            Door(f"/orders/{of.drawn.id}/recall/"), Door(f"/orders/{of.drawn.id}/recall/", GIVE | {"reason": "FRAD"}),
        ],
    }  # fmt: skip


def _of_shop(of: SimpleNamespace) -> dict[str, list[Door]]:
    return {
        "shop": [
            Door(f"/shop/sales/{of.sale.id}/"), Door(f"/shop/sales/{of.sale.id}/close", {}),
            Door(f"/shop/payments/{of.paid.id}/"), Door(f"/shop/payments/{of.held.id}/capture", {}),
            Door(f"/shop/payments/{of.held.id}/void", {}),
            Door(f"/shop/payments/{of.paid.id}/refund", GIVE | {"amount": "1"}),
            Door(f"/shop/refunds/{of.refund.id}/"), Door(f"/shop/tap/{of.wait}/"), Door(f"/shop/tap/{of.wait}/state"),
            Door(f"/shop/money/account/{of.bank}/reject", {}), Door(f"/shop/money/account/check/{of.linking}/"),
            Door(f"/shop/money/account/check/{of.linking}/", {"code": "246810"}),
            Door(f"/shop/refunds/{of.refund.id}/answer", {"decision": "agree"}),
        ],
        "console": [
            Door(f"/console/c/{of.talked}/receipts?q=100"),
            Door(f"/console/c/{of.talked}/receipts/send", GIVE | {"order": str(of.paid.id), "line": "chat"}),
            Door(f"/console/case/{of.case.id}/take", {}),
            Door(f"/console/case/{of.case.id}/refund", {"amount": "1", "reason": "x"}),
            Door(f"/console/case/{of.case.id}/decline", {"reason": "x"}),
            Door(f"/console/case/{of.case.id}/recall", {"reason": "FRAD"}),
            Door(f"/console/case/{of.case.id}/goodwill", GIVE | {"amount": "1", "reason": "x"}),
            Door(f"/console/case/{of.case.id}/provisional"),
            Door(f"/console/case/{of.case.id}/records/?amount=1&day=2026-11-22&last4=8812"),
            Door(f"/console/case/{of.case.id}/provisional", GIVE | {"amount": "1", "reason": "x"}),
            *(
                Door(f"/console/case/{of.case.id}/provisional/{of.paid.id}/{deed}", {"reason": "x", "code": "refunded"})
                for deed in ("final", "notice", "recovery")
            ),
        ],
        "file": [Door(f"/refunds/files/{of.shot}")],
    }  # fmt: skip


def _of_office(of: SimpleNamespace) -> dict[str, list[Door]]:
    return {
        "office": [
            Door("/office/campaigns/"), Door("/office/campaigns/", {"name": "假活动"}),
            Door(f"/office/campaigns/{uuid4()}/open", {}), Door(f"/office/campaigns/{uuid4()}/end", {}),
            Door("/office/merchants/"), Door("/office/merchants/", {"name": "假店", "category": "food"}),
            Door(f"/office/merchants/{of.shop.id}/hold", {}), Door(f"/office/merchants/{of.shop.id}/reopen", {}),
            Door(f"/office/merchants/accounts/{of.bank}/approve", {}),
            Door(f"/office/merchants/accounts/{of.bank}/reject", {}),
            Door(f"/office/merchants/{of.shop.id}/ask", {}), Door(f"/office/merchants/logins/{uuid4()}/confirm", {}),
            Door(f"/office/limits/standing/{uuid4()}/decide", {"decision": "approve"}),
            Door(f"/office/merchants/{of.shop.id}/login", {"login": "evil-1", "name": "恶", "password": "x"}),
            Door("/office/rates/"), Door("/office/rates/1/decide", {"decision": "accept"}),
            Door("/office/fees/"), Door("/office/limits/"), Door("/office/limits/standing", {"phone": "1"}),
            Door(f"/office/terms/{uuid4()}/decide", {"decision": "approve"}), Door("/office/reports/"),
            Door(f"/office/reports/{uuid4()}/decide", {"note": "x"}), Door("/office/reconciliation/"),
            Door("/office/reconciliation/upload", {}), Door(f"/office/reconciliation/{uuid4()}/"),
            Door(f"/office/reconciliation/{uuid4()}/take", {}),
            Door(f"/office/reconciliation/{uuid4()}/propose", {"deed": "credit"}),
            Door(f"/office/reconciliation/{uuid4()}/decide", {"decision": "approve"}),
            Door("/office/alarms"), Door("/office/alarms/1/take", {"found": "没有事"}),
            Door("/office/provisional/"), Door("/office/safeguarding/"), Door("/office/safeguarding.csv"),
        ],
    }  # fmt: skip


def written() -> int:
    """How much was written down as done, but for coming in."""
    return AuditEntry.objects.exclude(action__startswith="identity.").count()


@pytest.mark.row("S-10")
def test_what_is_anothers_looks_like_none_at_every_door_and_nothing_is_written(
    town: Town, desk: Desk, mall: Mall, browser: SignedIn, doors: dict[str, list[Door]]
) -> None:
    thief = town.customer("王五", money=100_00)
    town.prove(thief, "any")
    people = {
        "thief": browser(thief),
        "other_shop": browser(mall.shop("别家书店").actor),
        "agent": browser(desk.chen),
        "supervisor": browser(desk.zhao),
        "operator": browser(desk.qian),
        "stranger": Client(headers={"accept-language": "zh-CN"}),
    }
    wanted = {
        "customer": {"thief": LOOKS_LIKE_NONE, "stranger": SIGN_IN},
        "shop": {"other_shop": LOOKS_LIKE_NONE, "stranger": SIGN_IN},
        "console": {"agent": LOOKS_LIKE_NONE, "stranger": SIGN_IN},
        "file": dict.fromkeys(people, LOOKS_LIKE_NONE) | {"stranger": SIGN_IN},
        "office": {"stranger": SIGN_IN},
    }
    skipped = {"console": {"supervisor"}, "office": {"supervisor", "operator"}}
    before, wrong = written(), []
    for place, all_doors in doors.items():
        for name, client in people.items():
            for door in all_doors if name not in skipped.get(place, ()) else ():
                got = door.knock(client)
                if got not in wanted[place].get(name, OTHER_PLACE):
                    wrong.append((name, door, got))
    assert wrong == []
    assert written() == before


@pytest.mark.row("S-10")
def test_nobody_finds_out_by_trying_who_has_which_number(
    town: Town, browser: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names behind phones, what accounts owe, and papers without end: each customer is let look a while."""
    pause = timedelta(minutes=10)
    monkeypatch.setattr(paces, "_PATIENCE", Patience(3, pause, 9, pause))
    thief, known = town.customer("王五", money=100_00), town.customer("周二")
    client, phone = browser(thief), town.phone(known)
    day = plans.local_day(town.now).isoformat()
    transfer = {"phone": phone, "amount": "1", "mode": "now", "remark": ""}
    statuses = [client.post("/transfer/confirm/", transfer).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    split = {"title": "饭", "amount": "10", "people": phone, "own": "1"}
    refused = client.post("/splits/new/", split)
    assert (refused.status_code, "分钟后再试" in text_of(refused)) == (429, True)
    assert "周*" not in text_of(refused)
    schedule = {"phone": phone, "amount": "1", "rhythm": "once", "first_on": "2099-01-01", "remark": ""}
    assert client.post("/schedules/new/", schedule).status_code == 429
    bill = {"payee": "river_power", "number": "1234567890"}
    assert [client.post("/bills/", bill).status_code for _ in range(4)] == [302, 302, 302, 429]
    paper = f"/receipts/statement?first={day}&last={day}"
    assert [client.get(paper).status_code for _ in range(4)] == [302, 302, 302, 429]
    assert Paper.objects.count() == 3
    assert browser(known).post("/bills/", bill).status_code == 302
