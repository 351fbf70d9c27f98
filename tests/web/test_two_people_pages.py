"""Two people in the operator's place, and lists that go on page by page."""

from datetime import timedelta

from django.test import Client
from tests.wallet.mall import Mall
from tests.wallet.town import Town
from tests.web.conftest import PASSWORD, SignedIn, text_of
from tests.web.staff import QUERIES_MOST, Desk, queries_of

from kefu.cases import queries as cases
from kefu.core.clock import now as this_moment
from kefu.identity.models import User
from kefu.planning import queries as plans
from kefu.planning.models import Occurrence, Schedule
from kefu.wallet.models import StandingChange, Wallet


def test_a_higher_class_is_proposed_by_one_and_agreed_to_by_another(town: Town, desk: Desk, browser: SignedIn) -> None:
    lin = town.customer("林一", tier=1, proof=1)
    maker, checker = browser(desk.qian), browser(desk.zhao)
    form = {"phone": town.phone(lin), "tier": "3", "proof": "3", "in_person": "on"}
    assert maker.post("/office/limits/standing", form).status_code == 302
    assert Wallet.objects.get(pk=lin.uuid).tier == 1
    change = StandingChange.objects.get()
    door = f"/office/limits/standing/{change.id}/decide"
    assert "由另一位同事同意后生效" in text_of(maker.get("/office/limits/"))
    assert maker.post(door, {"decision": "approve"}).status_code == 403
    page = text_of(checker.get("/office/limits/"))
    assert "林*" in page
    assert door in page
    assert checker.post(door, {"decision": "maybe"}).status_code == 422
    assert checker.post(door, {"decision": "approve"}).status_code == 302
    assert Wallet.objects.get(pk=lin.uuid).tier == 3
    assert checker.post(door, {"decision": "reject"}).status_code == 409


def test_approvals_go_on_page_by_page(town: Town, desk: Desk, browser: SignedIn, monkeypatch) -> None:
    monkeypatch.setattr(cases, "WAITING_MOST", 2)
    made = [desk.proposal(desk.case(town.customer(f"客{n}"), desk.chen), desk.chen) for n in range(5)]
    client, seen = browser(desk.zhao), []
    for after, shown, more in ((0, 2, True), (2, 2, True), (4, 1, False)):
        page = text_of(client.get(f"/console/approvals/?after={after}"))
        here = [one for one in made if str(one.id) in page]
        assert (len(here), f"?after={after + 2}" in page) == (shown, more)
        seen += here
    assert len(seen) == 5
    assert "没有等您复核的申请" in text_of(client.get("/console/approvals/?after=999"))
    for bad in ("x", "-1", "9999999", "１"):
        assert client.get(f"/console/approvals/?after={bad}").status_code == 422, bad
    assert queries_of(client, "/console/approvals/") <= QUERIES_MOST


def test_ended_schedules_go_on_page_by_page_and_long_lives_are_read_no_further(town: Town, browser: SignedIn) -> None:
    lin, now = town.customer("林一"), this_moment()
    common = {
        "customer_id": lin.uuid, "kind": "transfer", "target_ref": "customer:x", "amount": 1_00, "currency": "CNY",
        "rhythm": "monthly", "day": 1, "proof_ref": "x", "created_at": now,
    }  # fmt: skip
    over = [Schedule(label=f"旧{n:02d}", status="CANCELLED", ended_at=now, **common) for n in range(45)]
    Schedule.objects.bulk_create(over)
    live = Schedule.objects.create(label="房东", **common)
    today = plans.local_day(now)
    Occurrence.objects.bulk_create(
        Occurrence(
            schedule=live, due_on=today - timedelta(days=n), run_at=now, next_try_at=now, created_at=now,
            status="SKIPPED" if n else "WAITING",
        )
        for n in range(120)
    )  # fmt: skip
    client, seen = browser(lin), set()
    for after in (0, 20, 40):
        page = text_of(client.get(f"/schedules/?after={after}"))
        assert "房东" in page
        seen |= {one.label for one in over if one.label in page}
        assert (f"?after={after + 20}" in page) is (after < 40)
    assert len(seen) == 45
    assert client.get("/schedules/?after=x").status_code == 422
    assert queries_of(client, "/schedules/") <= QUERIES_MOST
    found = plans.schedule_for(lin, live.id)
    assert (len(found.past), found.next.due_on) == (12, today)


def test_a_merchants_first_sign_in_sets_their_own_password(town: Town, desk: Desk, browser: SignedIn) -> None:
    shop = Mall(town).shop()
    form = {"login": "baker-1", "name": "店长", "password": PASSWORD}
    assert browser(desk.qian).post(f"/office/merchants/{shop.id}/login", form).status_code == 302
    made = User.objects.get(login="baker-1")
    assert browser(desk.zhao).post(f"/office/merchants/logins/{made.id}/confirm").status_code == 302
    client = Client(headers={"accept-language": "zh-CN"})
    asked = {"login": "baker-1", "password": PASSWORD, "next": "/shop/money/"}
    answer = client.post("/shop/signin/", asked)
    assert (answer.status_code, "换成您自己的密码" in text_of(answer)) == (403, True)
    assert PASSWORD not in text_of(answer)
    assert client.get("/shop/").status_code == 302
    for new, words in (("", "必填"), (PASSWORD, "不能和初始密码一样"), ("kurz", "至少要")):
        answer = client.post("/shop/signin/", asked | {"new": new})
        assert (answer.status_code, words in text_of(answer)) == (422, True), new
    assert client.get("/shop/").status_code == 302
    assert client.post("/shop/signin/", asked | {"new": "a quiet pond at night"})["Location"] == "/shop/money/"
    assert client.get("/shop/").status_code == 200
    again = Client(headers={"accept-language": "zh-CN"})
    assert again.post("/shop/signin/", asked).status_code == 422
    assert again.post("/shop/signin/", asked | {"password": "a quiet pond at night"}).status_code == 302
