"""`./kefu check config`: settings that contradict each other, or that are unsafe for production.

The supervisor runs it before a production start: what it names must be mended first.
"""

import argparse
import base64
import binascii
import os
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from kefu.cli.running.installation import joined
from kefu.cli.terminal import answer

DEMO, PRODUCTION = "demo", "production"
LOCAL = ("127.0.0.1", "localhost", "::1", "testserver")
SECRET_LEAST = {"secret_key": 50, "field_key": 44, "live_key": 32, "seal_key": 32, "receipt_key": 32}
PASSWORD_LEAST = 16
_DEFAULTS = ("unset", "test-only", "insecure", "changeme", "secret", "password", "example")


@dataclass(frozen=True)
class Facts:
    """What is judged, gathered from the environment, the settings, the database and the brand file."""

    mode: str
    told_mode: str
    data: str
    debug: bool
    url: str
    live_url: str
    hosts: tuple[str, ...]
    behind_tls: bool
    secrets: dict[str, str]
    database_password: str | None
    sms: str
    mail: str
    mail_host: str
    mail_is_sealed: bool
    connectors: dict[str, str]
    rate_source: str
    bank_url: str
    demo_people: tuple[str, ...]
    town_built: bool
    brand_problem: str
    brand_is_shipped: bool
    brand_domains: tuple[str, ...]
    brand_mail: str


def _is_local(host: str) -> bool:
    return host in LOCAL or host.strip("[]") in LOCAL


def _contradictions(facts: Facts) -> Iterator[str]:
    """What cannot be meant, in either mode."""
    if facts.brand_problem:
        yield f"brand: {facts.brand_problem}"
    if facts.told_mode and facts.mode != facts.told_mode:
        yield (
            f"mode: this database is a {facts.mode} one for good, KEFU_MODE says {facts.told_mode}; "
            "unset KEFU_MODE or use another data folder"
        )
    field_key = facts.secrets["field_key"]
    if field_key and not _is_aes_key(field_key):
        yield f"field_key: is not 32 bytes in base64; put back {facts.data}/secrets/field_key"
    secure = facts.url.startswith("https://")
    if secure != facts.live_url.startswith("https://"):
        yield f"address: pages are {facts.url}, the stream is {facts.live_url}; both or neither with https"
    if secure and not facts.behind_tls:
        yield "address: KEFU_URL is https but KEFU_BEHIND_TLS is not 1; set it where a proxy ends TLS"
    host = urlsplit(facts.url).hostname or ""
    if host and not _is_local(host) and host not in facts.hosts:
        yield f"address: KEFU_URL names {host} but KEFU_HOSTS does not; add it"


def _is_aes_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text, validate=True)) == 32
    except binascii.Error:
        return False


def _weak_secrets(facts: Facts) -> Iterator[str]:
    for name, least in SECRET_LEAST.items():
        value = facts.secrets[name]
        is_default = any(value.lower().startswith(word) for word in _DEFAULTS)
        if not value or is_default:
            yield f"{name}: is missing or a default; remove KEFU_{name.upper()} and let ./kefu up make it"
        elif len(value) < least:
            yield f"{name}: has {len(value)} characters, {least} are needed; let ./kefu up make it"
    password = facts.database_password
    if password is not None and len(password) < PASSWORD_LEAST:
        yield f"database: the password in DATABASE_URL has fewer than {PASSWORD_LEAST} characters; change it"


def _unsafe(facts: Facts) -> Iterator[str]:
    """What only a demo may be."""
    if facts.debug:
        yield "debug: KEFU_DEBUG shows the inside of errors to everybody; unset it"
    yield from _weak_secrets(facts)
    if facts.demo_people or facts.town_built:
        who = ", ".join(facts.demo_people[:3]) or "the town"
        yield f"people: {who} of the demo town are in this database; start with a new --data folder"
    for name, path in facts.connectors.items():
        if "sandbox" in path.lower():
            yield f"connector {name}: {path} moves no real money; name a real bank's connector"
    if "sandbox" in facts.rate_source.lower():
        yield f"rates: {facts.rate_source} makes its rates up; name a real source in KEFU_RATES, or none"
    if not facts.connectors:
        yield "connector: none is named; without a bank no order can be settled"
    if facts.bank_url:
        yield "bank: SANDBOX_BANK_URL names a sandbox, which moves no real money; unset it"
    for what, path, variable in (("sms", facts.sms, "KEFU_SMS"), ("mail", facts.mail, "KEFU_MAIL")):
        if path.rsplit(".", 1)[-1].startswith("File"):
            yield f"{what}: {path} writes to a file and reaches nobody; set {variable} to your provider"
    if not facts.mail_is_sealed and not _is_local(facts.mail_host):
        yield f"mail: goes to {facts.mail_host} in the clear; write KEFU_SMTP as smtps:// or smtp+tls://"
    yield from _exposed(facts)
    if not facts.brand_problem:
        yield from _unbranded(facts)


def _exposed(facts: Facts) -> Iterator[str]:
    if facts.url.startswith("https://"):
        return
    open_names = [name for name in (urlsplit(facts.url).hostname or "", *facts.hosts) if not _is_local(name)]
    if open_names:
        yield (
            f"address: {open_names[0]} is public without TLS; put a proxy in front, set KEFU_URL "
            "to https://… and KEFU_BEHIND_TLS=1"
        )


def _unbranded(facts: Facts) -> Iterator[str]:
    if facts.brand_is_shipped:
        yield f"brand: is the demo's; copy core/brand.toml to {facts.data}/brand.toml and make it yours"
        return
    if facts.brand_mail.endswith((".example", ".test", ".invalid")):
        yield f"brand: `mail` {facts.brand_mail} can receive nothing; write an address that you read"
    host = urlsplit(facts.url).hostname or ""
    if host and not any(host == domain or host.endswith("." + domain) for domain in facts.brand_domains):
        yield f"brand: `domains` does not name {host}, where the pages are; customers check against it"


def judge(facts: Facts) -> list[str]:
    """One line each: what, why, remedy. Contradictions in either mode, the rest in production only."""
    found = [*_contradictions(facts)]
    if facts.mode == PRODUCTION:
        found += _unsafe(facts)
    return found


def _demo_people() -> tuple[str, ...]:
    from kefu.cli.demo.cast import CUSTOMERS, STAFF
    from kefu.identity.models import User

    cast = {(f"+86{person.phone}", person.name) for person in CUSTOMERS}
    cast |= {(person.staff_no, person.name) for person in STAFF}
    there = User.objects.filter(login__in=[login for login, _name in cast]).values_list("login", "name")
    return tuple(f"{name} {login}" for login, name in there if (login, name) in cast)


def gather() -> Facts:
    """Reads settings, database and brand file. Django must be set up, the database migrated."""
    from django.conf import settings

    from kefu.core.brand import SHIPPED, BrandInvalid, load_brand
    from kefu.core.models import Installation

    own = Path(settings.KEFU_DATA) / "brand.toml"
    problem, brand = "", None
    try:
        brand = load_brand(own if own.exists() else SHIPPED)
    except BrandInvalid as wrong:
        problem = str(wrong)
    installation = Installation.objects.filter(pk=1).first()
    database = settings.DATABASES["default"]
    told = os.environ.get("KEFU_MODE", "")
    return Facts(
        mode=installation.mode if installation else told or DEMO,
        told_mode=told,
        data=str(settings.KEFU_DATA),
        debug=bool(settings.DEBUG),
        url=settings.KEFU_URL,
        live_url=settings.KEFU_LIVE_URL,
        hosts=tuple(settings.ALLOWED_HOSTS),
        behind_tls=settings.SECURE_PROXY_SSL_HEADER is not None,
        secrets={
            "secret_key": settings.SECRET_KEY,
            "field_key": settings.KEFU_FIELD_KEY,
            "live_key": settings.KEFU_LIVE_KEY.decode("ascii", "replace"),
            "seal_key": settings.KEFU_SEAL_KEY.decode("ascii", "replace"),
            "receipt_key": settings.KEFU_RECEIPT_KEY.decode("ascii", "replace"),
        },
        # Without a host it is a socket of this machine, and the file's rights guard it.
        database_password=str(database["PASSWORD"]) if database["HOST"] else None,
        sms=settings.NOTICES_SMS,
        mail=settings.NOTICES_MAIL,
        mail_host=settings.EMAIL_HOST,
        mail_is_sealed=settings.EMAIL_USE_SSL or settings.EMAIL_USE_TLS,
        connectors=dict(settings.RAILS_CONNECTORS),
        rate_source=settings.RATE_SOURCE,
        bank_url=settings.SANDBOX_BANK_URL,
        demo_people=_demo_people(),
        town_built=installation is not None and installation.town_built_at is not None,
        brand_problem=problem,
        brand_is_shipped=not own.exists(),
        brand_domains=brand.domains if brand else (),
        brand_mail=brand.mail if brand else "",
    )


def violations() -> list[str]:
    """What keeps this installation from being started as what it is. Django must be set up."""
    return judge(gather())


def run(argv: Sequence[str]) -> int:
    """Prints a line a violation, or with `--json` one object. Exit 0 when there is none, 1 when there is."""
    parser = argparse.ArgumentParser(prog="kefu check config")
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="data folder (default: .kefu in the checkout)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
    options = parser.parse_args(argv)
    # A start has the environment of its processes set already, and holds the data folder's lock.
    inside = "DATABASE_URL" in os.environ and "KEFU_DATA" in os.environ and options.data is None
    with nullcontext() if inside else joined(options.data):
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kefu.config.settings")
        import django

        django.setup()
        found = violations()
    if options.json:
        answer({"violations": found})
    else:
        for line in found:
            print(line)
        if not found:
            print("the settings hold")
    return 1 if found else 0
