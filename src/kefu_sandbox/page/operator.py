"""The page where a person sets the bank's mood: unsigned, loopback only, forms from its own pages only."""

from __future__ import annotations

import base64
import hashlib
import json
import sqlite3
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from urllib.parse import parse_qsl, urlencode, urlsplit

from kefu_sandbox import callbacks, cards, moods, movements, pans
from kefu_sandbox.bank import Bank
from kefu_sandbox.page import parts
from kefu_sandbox.page.texts import text
from kefu_sandbox.partners import accounts, catalogue
from kefu_sandbox.refusal import BankRefusal
from kefu_sandbox.web import Answer, Request, json_answer

LOCAL_NAMES = ("127.0.0.1", "localhost", "::1")


def answer(bank: Bank, request: Request, *, now: int) -> Answer:
    """Serve `/`, `/healthz` and the two forms.

    Refusals: host_foreign, origin_foreign (403), not_found (404), form_invalid (400).
    """
    if request.path == "/healthz" and request.method in ("GET", "HEAD"):
        return _health(bank, now=now)
    # A page elsewhere could point its own name at this address; only names of this machine are served.
    if urlsplit(f"//{request.headers.get('host', '')}").hostname not in LOCAL_NAMES:
        raise BankRefusal(403, "host_foreign", "This page is served to this machine only.")
    if request.path == "/" and request.method in ("GET", "HEAD"):
        return _page(bank, request, now=now)
    if request.method == "POST" and request.path in _FORMS:
        return _form(bank, request, now=now)
    raise BankRefusal(404, "not_found", "There is no such page.")


def _health(bank: Bank, *, now: int) -> Answer:
    with bank.store.read() as db:
        mood = moods.current(db, now=now, lasting=True).scenario
        waiting = db.execute("SELECT count(*) AS n FROM callbacks WHERE state = 'waiting'").fetchone()["n"]
        processing = db.execute("SELECT count(*) AS n FROM movements WHERE status = 'PROCESSING'").fetchone()[
            "n"
        ]
    return json_answer(
        {"ok": True, "mood": mood, "callbacks_waiting": waiting, "movements_processing": processing}
    )


def _form(bank: Bank, request: Request, *, now: int) -> Answer:
    origin, host = request.headers.get("origin", ""), request.headers.get("host", "")
    if origin != f"http://{host}" or request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise BankRefusal(403, "origin_foreign", "This form is taken only from the bank's own page.")
    try:
        given = dict(parse_qsl(request.body.decode(), keep_blank_values=True, max_num_fields=20))
    except ValueError as error:
        raise BankRefusal(400, "form_invalid", "This is not a form.") from error
    try:
        done = _FORMS[request.path](bank, given, now)
    except BankRefusal as refusal:
        done = refusal.code
    where = urlencode({"lang": "en" if given.get("lang") == "en" else "zh", "done": done})
    return Answer(status=303, headers={"Location": f"{bank.prefix}/?{where}"}, content_type="text/plain")


def _mood_form(bank: Bank, given: Mapping[str, str], now: int) -> str:
    wanted: dict[str, object] = {"scenario": given.get("scenario", "")}
    wanted["card_token"] = given.get("card_token") or None
    for name in ("seed", "next"):
        if given.get(name, "").strip():
            wanted[name] = _number(given[name], name)
    if given.get("reason"):
        wanted["params"] = {"reason": given["reason"]}
    with bank.store.change() as db:
        moods.set_mood(db, body=json.dumps(wanted).encode(), now=now, owned=bank.store.owns)
    bank.wake.set()
    return "mood"


def _number(typed: str, name: str) -> int:
    digits = typed.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 16):
        raise BankRefusal(422, f"{name}_invalid", f"{name} must be a whole number.")
    return int(digits)


def _settle_form(bank: Bank, given: Mapping[str, str], now: int) -> str:
    wanted = {"instruction": given.get("instruction", ""), "status": given.get("status", "")}
    with bank.store.change() as db:
        movements.force(db, body=json.dumps(wanted).encode(), now=now, demo=bank.demo)
    bank.wake.set()
    return "settled"


_FORMS = {"/operator/mood": _mood_form, "/operator/settle": _settle_form}


@cache
def _asset(name: str) -> tuple[str, str]:
    """A file of the page and its hash for the content security policy."""
    content = files("kefu_sandbox.page").joinpath(name).read_text(encoding="utf-8")
    return content, base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def _page(bank: Bank, request: Request, *, now: int) -> Answer:
    lang = "en" if request.query.get("lang") == "en" else "zh"
    style, style_hash = _asset("page.css")
    script, script_hash = _asset("page.js")
    other = "zh" if lang == "en" else "en"
    html = (
        f'<!doctype html><html lang="{"en" if lang == "en" else "zh-Hans"}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<title>{text('title', lang, bank.role)}</title><style>{style}</style></head><body>"
        f'<header><p class="banner">{text("demo", lang)}</p><div class="head"><div>'
        f'<h1>{text("title", lang, bank.role)}</h1><p class="soft">{text("lead", lang, bank.role)}</p></div>'
        f'<nav class="row">{_houses(bank, lang)}'
        f'<a class="btn" href="{bank.prefix}/?lang={lang}">{text("refresh", lang)}</a>'
        f'<a class="btn" href="{bank.prefix}/?lang={other}" lang="{other}">{text("other_language", lang)}</a>'
        "</nav></div></header>"
        f"<main>{_said(request.query.get('done', ''), lang)}{_columns(bank, lang, now=now)}</main>"
        f"<script>{script}</script></body></html>"
    )
    policy = (
        f"default-src 'none'; style-src 'sha256-{style_hash}'; script-src 'sha256-{script_hash}';"
        " img-src data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    # same-origin, not no-referrer: with the latter a browser sends "Origin: null" with our own forms.
    headers = {"Content-Security-Policy": policy, "Referrer-Policy": "same-origin"}
    return Answer(status=200, body=html.encode(), content_type="text/html; charset=utf-8", headers=headers)


def _said(done: str, lang: str) -> str:
    if not done:
        return ""
    known = {"mood": text("done_mood", lang), "settled": text("done_settled", lang)}
    # Only codes that could be ours are shown; anything else in the address is not repeated.
    code = done if len(done) <= 40 and done.replace("_", "").isalnum() and done.isascii() else "?"
    words = known.get(done) or text("done_refused", lang) % code
    return f'<p class="said" role="status">{words}</p>'


HOUSES = {"bank": "", "biller": "/biller", "lender": "/lender"}


def _houses(bank: Bank, lang: str) -> str:
    """The way to the other houses of this process."""
    return "".join(
        f'<a class="btn" href="{prefix}/?lang={lang}">{text("house." + role, lang)}</a>'
        for role, prefix in HOUSES.items()
        if role != bank.role
    )


def _columns(bank: Bank, lang: str, *, now: int) -> str:
    banks = bank.role == "bank"
    with bank.store.read() as db:
        owned = _owned(db, banks, lang)
        standing, met = moods.standing(db, now=now), moods.current(db, now=now, lasting=True)
        money_rows = movements.recent(db, limit=30) if banks else accounts.recent(db, limit=30)
        told = callbacks.recent(db, limit=20)
        own = _codes_and_numbers(bank, db, lang, now=now) if banks else _test_numbers(bank, lang)
    return (
        f'<div class="column">{parts.mood_now(standing, met, owned, lang, bank.role)}'
        f"{parts.mood_form(met, owned, lang, bank)}</div><div class='column'>"
        + parts.listing(
            "movements",
            text("movements", lang, bank.role),
            "",
            text("movements_empty", lang, bank.role),
            (parts.movement_item(row, lang, bank) for row in money_rows),
        )
        + own
        + parts.listing(
            "callbacks",
            text("callbacks", lang),
            "",
            text("callbacks_empty", lang, bank.role),
            (parts.callback_item(row, lang, bank.words) for row in told),
        )
        + "</div>"
    )


def _owned(db: sqlite3.Connection, banks: bool, lang: str) -> dict[str, str]:
    """The cards or accounts for which a mood of their own can be set, by token."""
    if banks:
        linked = db.execute("SELECT token, last4 FROM cards ORDER BY linked_at DESC LIMIT 100").fetchall()
        return {row["token"]: row["last4"] for row in linked}
    rows = db.execute("SELECT token, payee, number FROM accounts ORDER BY opened_at DESC LIMIT 100").fetchall()
    return {row["token"]: f"{text(row['payee'], lang)} {row['number'][-4:]}" for row in rows}


def _codes_and_numbers(bank: Bank, db: sqlite3.Connection, lang: str, *, now: int) -> str:
    # The numbers shown change every ten minutes, not under the eyes of who copies one.
    free = [
        (
            cards.unused_pan(
                db, key=bank.store.card_key, issuer=issuer, last4=None, seed=now // 600_000 + place
            ),
            issuer,
        )
        for place, issuer in enumerate(pans.ISSUERS)
    ]
    numbers = (
        parts.pan_item(pan, issuer.name_en if lang == "en" else issuer.name, issuer.kind, lang)
        for pan, issuer in free
    )
    return parts.listing(
        "codes",
        text("codes", lang),
        text("codes_hint", lang),
        text("codes_empty", lang),
        (parts.code_item(row, now, lang) for row in cards.sent_codes(db, limit=8)),
    ) + parts.listing("pans", text("pans", lang), text("pans_hint", lang), "", numbers)


def _test_numbers(bank: Bank, lang: str) -> str:
    shown = (
        f'<span class="mono whole">{catalogue.sample(payee, seed=seed)}</span>'
        f'<span class="small soft">{text(payee.code, lang)}</span>'
        for payee in catalogue.PAYEES[bank.role]
        for seed in (1, 2)
    )
    return parts.listing("numbers", text("numbers", lang), text("numbers_hint", lang), "", shown)
