"""What keeps an installation from starting, one line each, with its remedy."""

import base64
import dataclasses
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from kefu.cli.check import config as check_config
from kefu.cli.check.config import Facts, gather, judge
from kefu.cli.demo.cast import CUSTOMERS
from kefu.core.actor import SYSTEM
from kefu.core.brand import SHIPPED
from kefu.core.models import Installation
from kefu.identity import actions

GOOD = Facts(
    mode="production",
    told_mode="production",
    data="/srv/kefu",
    debug=False,
    url="https://pay.qingmai.cn",
    live_url="https://pay.qingmai.cn",
    hosts=("127.0.0.1", "pay.qingmai.cn"),
    behind_tls=True,
    secrets={
        "secret_key": "k" * 64,
        "field_key": base64.b64encode(bytes(range(32))).decode(),
        "live_key": "l" * 44,
        "seal_key": "s" * 44,
        "receipt_key": "r" * 44,
    },
    database_password="d" * 32,
    sms="acme.sms.Provider",
    mail="kefu.notices.backends.SmtpMail",
    mail_host="smtp.qingmai.cn",
    mail_is_sealed=True,
    connectors={"icbc": "acme.rails.Icbc"},
    rate_source="acme.rails.Market",
    bank_url="",
    demo_people=(),
    town_built=False,
    brand_problem="",
    brand_is_shipped=False,
    brand_domains=("qingmai.cn",),
    brand_mail="help@qingmai.cn",
)
SANDBOX = {"sandbox": "kefu.rails.connectors.sandbox.SandboxBank"}

PLAIN = "http://pay.qingmai.cn"
INSIDE = {
    "url": "http://127.0.0.1:8000",
    "live_url": "http://127.0.0.1:8001",
    "hosts": ("127.0.0.1", "10.0.0.5"),
    "brand_domains": ("127.0.0.1",),
}

UNSAFE: list[tuple[str, dict[str, Any]]] = [
    ("debug:", {"debug": True}),
    ("secret_key: is missing or a default", {"secrets": {**GOOD.secrets, "secret_key": "unset"}}),
    ("secret_key: has 20", {"secrets": {**GOOD.secrets, "secret_key": "k" * 20}}),
    ("live_key: is missing or a default", {"secrets": {**GOOD.secrets, "live_key": ""}}),
    ("seal_key: is missing or a default", {"secrets": {**GOOD.secrets, "seal_key": "test-only-" * 5}}),
    ("database:", {"database_password": "kefu"}),
    ("people: 林晓雨", {"demo_people": ("林晓雨 +8613800000001",)}),
    ("people: the town", {"town_built": True}),
    ("connector sandbox:", {"connectors": SANDBOX}),
    ("connector: none", {"connectors": {}}),
    ("rates:", {"rate_source": "kefu.rails.connectors.market.SandboxMarket"}),
    ("bank:", {"bank_url": "http://127.0.0.1:8002"}),
    ("sms:", {"sms": "kefu.notices.backends.FileSms"}),
    ("mail:", {"mail": "kefu.notices.backends.FileMail"}),
    ("mail: goes to smtp.qingmai.cn in the clear", {"mail_is_sealed": False}),
    ("address: pay.qingmai.cn is public without TLS", {"url": PLAIN, "live_url": PLAIN}),
    ("address: 10.0.0.5 is public without TLS", INSIDE),
    ("brand: is the demo's", {"brand_is_shipped": True}),
    ("brand: `mail`", {"brand_mail": "help@qinghe.example"}),
    ("brand: `domains`", {"brand_domains": ("other.cn", "ingmai.cn")}),
]  # fmt: skip

CONTRADICTIONS: list[tuple[str, dict[str, Any]]] = [
    ("brand: /srv/kefu/brand.toml", {"brand_problem": "/srv/kefu/brand.toml: `hotline` is missing"}),
    ("mode:", {"told_mode": "demo"}),
    ("field_key: is not 32 bytes", {"secrets": {**GOOD.secrets, "field_key": "x" * 44}}),
    ("address: pages are", {"live_url": "http://pay.qingmai.cn"}),
    ("address: KEFU_URL is https but", {"behind_tls": False}),
    ("address: KEFU_URL names", {"hosts": ("127.0.0.1",)}),
]


def test_a_sound_production_holds() -> None:
    assert judge(GOOD) == []


@pytest.mark.parametrize(
    ("line", "changed"), UNSAFE + CONTRADICTIONS, ids=[case[0] for case in UNSAFE + CONTRADICTIONS]
)
def test_each_fault_is_one_line_with_a_remedy(line: str, changed: dict[str, Any]) -> None:
    found = judge(dataclasses.replace(GOOD, **changed))
    assert len(found) == 1, found
    assert found[0].startswith(line)
    assert "\n" not in found[0]
    assert len(found[0]) > 40


@pytest.mark.parametrize(("line", "changed"), UNSAFE, ids=[case[0] for case in UNSAFE])
def test_a_demo_may_be_what_production_may_not(line: str, changed: dict[str, Any]) -> None:
    assert judge(dataclasses.replace(GOOD, mode="demo", told_mode="demo", **changed)) == []


@pytest.mark.parametrize(
    ("line", "changed"), CONTRADICTIONS[2:], ids=[case[0] for case in CONTRADICTIONS[2:]]
)
def test_contradictions_are_told_in_a_demo_too(line: str, changed: dict[str, Any]) -> None:
    found = judge(dataclasses.replace(GOOD, mode="demo", told_mode="demo", **changed))
    assert [one.startswith(line) for one in found] == [True]


@pytest.fixture
def data(tmp_path: Path, settings: Any) -> Path:
    settings.KEFU_DATA = tmp_path
    return tmp_path


@pytest.mark.django_db
def test_a_production_database_that_is_really_the_demo(
    data: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEFU_MODE", "production")
    Installation.objects.create(id=1, mode="production", created_at=now)
    person = CUSTOMERS[0]
    actions.register_customer(actor=SYSTEM, phone=person.phone, name=person.name, password="", now=now)
    actions.register_customer(actor=SYSTEM, phone=CUSTOMERS[1].phone, name="真的客户", password="", now=now)
    text = "\n".join(check_config.violations())
    assert f"people: {person.name} +86{person.phone} of the demo town" in text
    for line in (
        "sms: kefu.notices.backends.FileSms",
        "mail: kefu",
        "connector sandbox",
        "brand: is the demo's",
    ):
        assert line in text
    assert "secret_key: is missing or a default" in text


@pytest.mark.django_db
@pytest.mark.parametrize("spoilt", ["", "hotline = 1", "not toml at all ="])
def test_a_brand_that_cannot_be_read_is_named(spoilt: str, data: Path, now: datetime) -> None:
    Installation.objects.create(id=1, mode="demo", created_at=now)
    (data / "brand.toml").write_text(SHIPPED.read_text("utf-8"), "utf-8")
    assert gather().brand_problem == ""
    (data / "brand.toml").write_text(spoilt, "utf-8")
    [line] = [line for line in check_config.violations() if line.startswith("brand:")]
    assert str(data / "brand.toml") in line


@pytest.mark.django_db
def test_the_database_says_which_mode_it_is(
    data: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    Installation.objects.create(id=1, mode="demo", created_at=now)
    monkeypatch.setenv("KEFU_MODE", "production")
    assert any(line.startswith("mode: this database is a demo one") for line in check_config.violations())
