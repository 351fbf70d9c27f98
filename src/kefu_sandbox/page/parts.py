"""The operator's page as HTML: every value escaped, no outside assets, works without script."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from html import escape

from kefu_sandbox import moments
from kefu_sandbox.bank import Bank
from kefu_sandbox.moods import Mood
from kefu_sandbox.page.texts import scenario_text, text
from kefu_sandbox.pans import bank_name
from kefu_sandbox.plans import REASONS, SCENARIOS

_TONES = {"PROCESSING": "wait", "SUCCEEDED": "ok", "FAILED": "bad", "RETURNED": "bad"}


def money(amount: int) -> str:
    """Fen as yuan, as people read it."""
    return f"¥{amount // 100:,}.{amount % 100:02d}"


def chip(words: str, tone: str = "") -> str:
    """A small coloured mark; the words carry the meaning, not the colour."""
    return f'<span class="chip {tone}">{escape(words)}</span>'


def moment(at: int) -> str:
    """Beijing time, exact on hover."""
    return f'<time datetime="{moments.iso(at)}" title="{moments.iso(at)}">{moments.bank_clock(at)}</time>'


def listing(ident: str, title: str, hint: str, empty: str, items: Iterable[str]) -> str:
    """A card with a list, kept fresh by the script, or the sentence that says what will be here."""
    rows = "".join(f"<li>{item}</li>" for item in items)
    body = f'<ul class="list">{rows}</ul>' if rows else f'<p class="soft">{escape(empty)}</p>'
    said = f'<p class="small soft">{escape(hint)}</p>' if hint else ""
    return f'<section class="card" id="{ident}" data-live><h2>{escape(title)}</h2>{said}{body}</section>'


def mood_now(standing: list[Mood], met: Mood, cards: dict[str, str], lang: str, role: str) -> str:
    """How the bank behaves now, with what stands in front of it for single cards or the next few movements."""
    name, about = scenario_text(met.scenario, lang, role)
    others = "".join(
        f"<li><span>{escape(scenario_text(mood.scenario, lang, role)[0])}</span>"
        f'<span class="row">{_limits(mood, cards, lang)}</span></li>'
        for mood in standing
        if mood.seq != met.seq
    )
    return (
        f'<section class="card" id="mood" data-live><p class="small soft">{text("now", lang)}</p>'
        f'<p class="mood">{escape(name)}</p><p>{escape(about)}</p>'
        f'<p class="row">{_limits(met, cards, lang)}</p>'
        + (
            f'<p class="small soft">{text("before_it", lang)}</p><ul class="list">{others}</ul>'
            if others
            else ""
        )
        + "</section>"
    )


def _limits(mood: Mood, cards: dict[str, str], lang: str) -> str:
    card = mood.card_token
    where = text("for_all", lang) if card is None else text("for_card", lang) % cards.get(card, "?")
    marks = [chip(where, "info"), chip(f"{text('seed', lang)} {mood.seed}")]
    if mood.remaining is not None:
        marks.append(chip(text("next_n", lang) % mood.remaining, "wait"))
    if mood.until is not None:
        marks.append(chip(text("until", lang) % moments.bank_clock(mood.until), "wait"))
    if mood.params:
        marks.append(f'<span class="mono soft">{escape(json.dumps(mood.params))}</span>')
    return "".join(marks)


def mood_form(met: Mood, cards: dict[str, str], lang: str, bank: Bank) -> str:
    """One form: to whom it applies above, a button for each scenario below."""
    options = "".join(
        f'<option value="{escape(token)}">{escape(text("for_card", lang) % last4)}</option>'
        for token, last4 in cards.items()
    )
    reasons = "".join(
        f'<option value="{reason}">{text(bank.words.get(reason, reason), lang)}</option>' for reason in REASONS
    )
    shown = [name for name in SCENARIOS if bank.role == "bank" or not name.startswith("recall_")]
    return (
        '<form class="card" method="post" action="operator/mood">'
        f'<h2>{text("choose", lang)}</h2><input type="hidden" name="lang" value="{lang}"><div class="fields">'
        f'<label>{text("scope", lang)}<select name="card_token">'
        f'<option value="">{text("for_all", lang)}</option>{options}</select></label>'
        f'<label>{text("reason", lang)}<select name="reason"><option value="">{text("reason_default", lang)}'
        f"</option>{reasons}</select></label>"
        f'<label>{text("seed", lang)}<input name="seed" inputmode="numeric" value="{met.seed}"></label>'
        f'<label>{text("count", lang)}<input name="next" inputmode="numeric"></label></div>'
        f'<ul class="choices">{"".join(_choice(name, met, lang, bank.role) for name in shown)}</ul></form>'
    )


def _choice(scenario: str, met: Mood, lang: str, role: str) -> str:
    name, about = scenario_text(scenario, lang, role)
    on = scenario == met.scenario
    mark = f" {chip(text('in_use', lang), 'info')}" if on else ""
    return (
        f'<li class="{"on" if on else ""}"><div><h3>{escape(name)}{mark}</h3>'
        f'<p class="small soft">{escape(about)}</p></div>'
        f'<button class="btn" name="scenario" value="{scenario}"'
        f' aria-label="{text("use", lang)}: {escape(name)}">{text("use", lang)}</button></li>'
    )


def _card(row: sqlite3.Row, lang: str) -> str:
    if "payee" in row.keys():  # noqa: SIM118 - a row is no mapping
        return escape(f"{text(row['payee'], lang)} {row['number'][:2]}…{row['number'][-4:]} {row['holder']}")
    return escape(f"{bank_name(row['bank'], lang)} {text('card_end', lang) % row['last4']}")


def movement_item(row: sqlite3.Row, lang: str, bank: Bank) -> str:
    """One movement, with its buttons: succeed or fail while it is open, come back for a payout that succeeded."""
    role, words = bank.role, bank.words
    state = "RETURNED" if row["returned_at"] is not None else row["status"]
    reason = row["return_reason"] or row["reason"]
    status = text(words.get(state, state), lang)
    status += f" · {text(words.get(reason, reason), lang)}" if reason else ""
    sign = "" if row["direction"] == "debit" else "−"
    shown = (
        f'<div><p><span class="money">{sign}{money(row["amount"])}</span> '
        f'<span class="soft">{text(row["direction"] + "_of", lang, role)} · {_card(row, lang)}</span></p>'
        f'<p class="mono soft">{escape(row["instruction"])} · {row["bank_ref"]}</p></div>'
        f'<div class="end">{chip(status, _TONES[state])}'
        f'<p class="small soft">{moment(row["returned_at"] or row["settled_at"] or row["accepted_at"])}</p></div>'
    )
    choices = {
        "PROCESSING": (("SUCCEEDED", "succeed", "good"), ("FAILED", "fail", "bad")),
        "SUCCEEDED": (("RETURNED", "give_back", "bad"),) if row["direction"] == "payout" else (),
    }.get(state, ())
    if not choices:
        return shown
    buttons = "".join(
        f'<button class="btn {tone}" name="status" value="{value}"'
        f' aria-label="{escape(text(key + "_label", lang, role) % row["instruction"])}">'
        f"{text(key, lang, role)}</button>"
        for value, key, tone in choices
    )
    return (
        f'{shown}<form class="acts row" method="post" action="operator/settle">'
        f'<input type="hidden" name="lang" value="{lang}">'
        f'<input type="hidden" name="instruction" value="{escape(row["instruction"])}">{buttons}</form>'
    )


def code_item(row: sqlite3.Row, now: int, lang: str) -> str:
    """One code as it stood in the SMS."""
    if row["token"] is not None:
        mark = chip(text("code_used", lang))
    elif now >= row["expires_at"]:
        mark = chip(text("code_expired", lang))
    else:
        mark = chip(text("code_valid", lang) % moments.bank_clock(row["expires_at"])[6:], "ok")
    return (
        f'<div><p class="code">{row["code"]}</p><p class="small soft">'
        f"{_card(row, lang)} · {escape(row['holder'])} · {row['phone']}</p></div>"
        f'<div class="end">{mark}<p class="small soft">{moment(row["sent_at"])}</p></div>'
    )


def callback_item(row: sqlite3.Row, lang: str, words: Mapping[str, str]) -> str:
    """One callback and what became of it."""
    if row["state"] == "lost":
        mark = chip(text("state_lost", lang), "bad")
    elif row["verdict"] == "refused" and row["state"] == "done":
        mark = chip(text("state_refused", lang), "wait")
    elif row["state"] == "done":
        mark = chip(text("state_done", lang), "ok")
    elif row["attempts"]:
        mark = chip(text("state_retry", lang) % row["attempts"], "wait")
    else:
        mark = chip(text("state_waiting", lang), "wait")
    return (
        f"<div><p>{escape(text(row['kind'], lang))} · {escape(text(words.get(row['status'], row['status']), lang))}</p>"
        f'<p class="mono soft">{escape(row["instruction"])} · {row["event"]}</p></div>'
        f'<div class="end">{mark}<p class="small soft">{moment(row["made_at"])}</p></div>'
    )


def pan_item(pan: str, bank: str, kind: str, lang: str) -> str:
    """One free test number, spaced as on a card."""
    spaced = " ".join(pan[start : start + 4] for start in range(0, len(pan), 4))
    issuer = f"{escape(bank)} · {text(kind, lang)}"
    return f'<span class="mono whole">{spaced}</span><span class="small soft">{issuer}</span>'
