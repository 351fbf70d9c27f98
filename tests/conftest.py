"""One throw-away PostgreSQL a run, one migrated template in it, and a clone for whoever needs commits.

The runner passes `KEFU_TEST_ADMIN_DSN` and the name of a migrated template; alone, pytest makes both itself.
Tests connect as the application role, so that what a room forbids itself fails here as it would in production.
"""

import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from kefu.core.actor import Actor

if TYPE_CHECKING:
    from playwright.sync_api import Browser

BROWSER = ("tests/browser/", "tests/live/test_browser.py")
ROOT = Path(__file__).resolve().parents[1]
os.environ.setdefault("KEFU_PLAIN_STATIC", "1")
os.environ.setdefault("KEFU_DATA", str(ROOT / ".kefu" / "test" / os.environ.get("PYTEST_XDIST_WORKER", "main")))
os.environ.setdefault("KEFU_SECRET_KEY", "test-only-" + "x" * 50)
os.environ.setdefault("KEFU_LIVE_KEY", "test-only-live-key")
os.environ.setdefault("KEFU_SEAL_KEY", "test-only-seal-key")
os.environ.setdefault("KEFU_RECEIPT_KEY", "test-only-receipt-key")
os.environ.setdefault("KEFU_FIELD_KEY", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
os.environ.setdefault("SANDBOX_BANK_SECRET", "test-only-bank-secret")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")


def _dsn(admin: str, role: str, name: str) -> str:
    """The address of database `name` for `role` (postgresql://user@host:port/name)."""
    place = admin.split("@", 1)[1].split("/", 1)[0]
    return f"postgresql://{role}:test@{place}/{name}"


def make_template(admin: str, name: str) -> str:
    """Create and migrate database `name` as the owner."""
    from kefu.cli.database import create_database, prepare_database

    owner = _dsn(admin, "kefu_owner", name)
    create_database(admin_dsn=_dsn(admin, "kefu_owner", "postgres"), name=name)
    prepare_database(owner_dsn=owner)
    environment = {**os.environ, "DATABASE_URL": owner, "PYTHONPATH": str(ROOT / "src"), "KEFU_POOL": ""}
    command = [sys.executable, "-m", "kefu.config.manage", "migrate", "--verbosity", "0"]
    subprocess.run(command, check=True, env=environment)
    return name


def pytest_configure(config: pytest.Config) -> None:
    """Before Django reads its settings: a server, a template, and this worker's own clone of it."""
    if os.environ.get("KEFU_TEST_NO_DATABASE") == "1":
        return
    from kefu.cli.database import create_database

    admin = os.environ.get("KEFU_TEST_ADMIN_DSN")
    if not admin:
        from kefu.cli.server.postgres import temporary_cluster

        cluster = temporary_cluster()
        admin = os.environ["KEFU_TEST_ADMIN_DSN"] = cluster.__enter__()
        config.add_cleanup(lambda: cluster.__exit__(None, None, None))
    if "KEFU_TEST_TEMPLATE" not in os.environ:
        os.environ["KEFU_TEST_TEMPLATE"] = make_template(admin, f"template_{uuid.uuid4().hex[:8]}")
        template = os.environ["KEFU_TEST_TEMPLATE"]
        config.add_cleanup(lambda: _drop(admin, template))
    if hasattr(config, "workerinput") or not _has_workers(config):
        own = f"test_{uuid.uuid4().hex[:10]}"
        create_database(
            admin_dsn=_dsn(admin, "kefu_owner", "postgres"), name=own, template=os.environ["KEFU_TEST_TEMPLATE"]
        )
        connect_django_to(_dsn(admin, "kefu_app", own))
        set_secrets()
        config.add_cleanup(lambda: _drop(admin, own))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """One worker has all browser tests: they share an installation and a Chromium. (The marks of xdist 3.8 for such
    groups do not reach the node ids of pytest 9.2.)
    """
    from xdist.scheduler import LoadScopeScheduling

    class BrowserTogether(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "browser" if nodeid.startswith(BROWSER) else nodeid

    return BrowserTogether(config, log)


def set_secrets() -> None:
    """The same for the secrets that some rooms cannot do without. Hashes are quick ones: the real take 35 ms each, and
    people are made in most tests.
    """
    from django.conf import settings
    from django.contrib.auth import hashers

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]
    hashers.get_hashers.cache_clear()  # type: ignore[attr-defined]
    hashers.get_hashers_by_algorithm.cache_clear()  # type: ignore[attr-defined]

    settings.KEFU_FIELD_KEY = os.environ["KEFU_FIELD_KEY"]
    settings.KEFU_LIVE_KEY = os.environ["KEFU_LIVE_KEY"].encode()
    settings.KEFU_RECEIPT_KEY = os.environ["KEFU_RECEIPT_KEY"].encode()
    settings.KEFU_SEAL_KEY = os.environ["KEFU_SEAL_KEY"].encode()


def connect_django_to(url: str) -> None:
    """pytest-django reads the settings before any conftest, so the address is changed in place."""
    from django.conf import settings
    from django.db import connections

    from kefu.config.settings import database_of

    os.environ["DATABASE_URL"] = url
    for databases in (settings.DATABASES, connections.databases):
        databases["default"].update(database_of(url))


def _has_workers(config: pytest.Config) -> bool:
    return bool(getattr(config.option, "numprocesses", None))


def _drop(admin: str, name: str) -> None:
    from kefu.cli.database import drop_database

    drop_database(admin_dsn=admin, name=name)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: pytest.FixtureRequest) -> None:
    """The clone is migrated already; pytest-django makes no database of its own."""


@pytest.fixture
def now() -> datetime:
    """A Friday afternoon in Shanghai, when every clock of the suite starts."""
    return datetime(2026, 11, 20, 14, 3, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    """The one browser of this worker: Playwright's loop stays in the thread, so a second one cannot start beside it.

    One worker runs all tests that use it.
    """
    from playwright.sync_api import expect, sync_playwright

    named = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    assert named, "no Chromium: name one in CHROMIUM"
    # Django's tests in the same thread must not mind that loop.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    expect.set_options(timeout=15_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=named, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def clone_db() -> Iterator[str]:
    """A database of its own for a test that commits; yields the application's address of it."""
    from kefu.cli.database import create_database

    admin = os.environ["KEFU_TEST_ADMIN_DSN"]
    name = f"clone_{uuid.uuid4().hex[:10]}"
    create_database(
        admin_dsn=_dsn(admin, "kefu_owner", "postgres"), name=name, template=os.environ["KEFU_TEST_TEMPLATE"]
    )
    yield _dsn(admin, "kefu_app", name)
    _drop(admin, name)


@pytest.fixture
def clone_owner_dsn(clone_db: str) -> str:
    """The owner's address of the same clone."""
    return clone_db.replace("//kefu_app:", "//kefu_owner:")


@dataclass(frozen=True)
class Cast:
    """The few people of the suite, always the same, made by real actions."""

    lin: Actor
    zhou: Actor
    wang: Actor
    chen: Actor
    li: Actor
    zhao: Actor
    sun: Actor
    qian: Actor


STAFF_PASSWORD = "seven calm cats on a wall"
PHONES = {"lin": "+8613811110001", "zhou": "+8613811110002", "wang": "+8613811110003"}


@pytest.fixture
def cast(db: None, now: datetime) -> Cast:
    """Three customers with wallets, two agents under one lead, two supervisors, one operator."""
    from kefu.core.actor import SYSTEM
    from kefu.identity import actions as identity
    from kefu.identity import queries as people
    from kefu.wallet import actions as wallet

    made: dict[str, Actor] = {}
    before = now - timedelta(days=30)
    for key, name in (("lin", "林晓雨"), ("zhou", "周敏"), ("wang", "王芳")):
        person = identity.register_customer(
            actor=SYSTEM, phone=PHONES[key], name=name, password="", now=before
        )
        made[key] = people.actor_for_user(person.id)
        wallet.open_wallet(actor=made[key], customer_id=person.id, now=before)
        wallet.set_standing(actor=SYSTEM, customer_id=person.id, tier=3, proof=3, checks=["in_person"], now=before)
    lead = identity.register_staff(
        actor=SYSTEM, staff_no="1001", name="吴涛", alias="吴组长", role="agent", password=STAFF_PASSWORD, now=before
    )
    for key, number, alias, role, under in (
        ("chen", "1024", "陈工", "agent", lead.id),
        ("li", "1031", "小李", "agent", lead.id),
        ("zhao", "2001", "赵主管", "supervisor", None),
        ("sun", "2002", "孙主管", "supervisor", None),
        ("qian", "3001", "钱运营", "operator", None),
    ):
        person = identity.register_staff(
            actor=SYSTEM, staff_no=number, name=alias, alias=alias, role=role, password=STAFF_PASSWORD,
            now=before, lead_id=under
        )
        made[key] = people.actor_for_user(person.id)
    return Cast(**made)
