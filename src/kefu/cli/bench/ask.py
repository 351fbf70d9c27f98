"""`./kefu bench ask`: from a customer's question to the answer that is stored, by the chat's own door."""

import argparse
import os
import statistics
import threading
import time
from collections.abc import Sequence
from itertools import cycle, islice
from typing import Any

from kefu.cli.storm.customers import Customer
from kefu.cli.storm.journal import Journal
from kefu.cli.storm.people import Storm
from kefu.cli.terminal import answer, say
from kefu.cli.throwaway import Installation, installation

HELP = "measure questions and their answers, diagnosis included"
CUSTOMERS, TOPUPS, WARM = 4, 3, 4
# Below the limit of messages that one customer may send in a minute.
MOST = 160
QUESTIONS = (
    "充了钱还没到账",
    "昨天下午那笔两百多的充值到哪了",
    "刚才那笔转账对方说没收到",
    "转错人了怎么办",
    "手续费怎么收",
    "我的余额是多少",
    "账户为什么被限制了",
    "怎么联系人工客服的热线",
    "why is my top-up still pending",
    "what are the fees for a transfer",
)


def run(argv: list[str]) -> int:
    """Fields: n, p50_ms, p95_ms, per_s; besides think_p50_ms, think_p95_ms (the answer alone, in process)."""
    parser = argparse.ArgumentParser(prog="kefu bench ask", description=HELP)
    parser.add_argument("--questions", type=int, default=60, metavar="N", help="how many (default 60)")
    parser.add_argument("--json", action="store_true", help="the result as one JSON object")
    options = parser.parse_args(argv)
    if not 10 <= options.questions <= MOST:
        parser.error(f"--questions is between 10 and {MOST}")
    with installation() as place:
        phones = _customers(place)
        os.environ.update(place.environment())
        import django

        django.setup()
        fields = _measured(phones, options.questions)
    say(f"{fields['n']} questions: p50 {fields['p50_ms']} ms, p95 {fields['p95_ms']} ms, {fields['per_s']}/s")
    if options.json:
        answer(fields)
    return 0


def _customers(place: Installation) -> list[str]:
    """Customers with a card and some top-ups, who came in over HTTP."""
    storm = Storm(place, Journal(), seed=7)
    place.mood("sunny", settle_s=0)
    people = [Customer(storm, number) for number in range(CUSTOMERS)]

    def come(person: Customer) -> None:
        person.begin()
        for _ in range(TOPUPS):
            person.top_up()

    threads = [threading.Thread(target=come, args=(person,), daemon=True) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [person.phone for person in people]


def _measured(phones: Sequence[str], questions: int) -> dict[str, Any]:
    from kefu.cli.asking.inside import ask

    who = cycle(phones)
    for text in islice(cycle(QUESTIONS), WARM * len(phones)):
        ask(login=next(who), text=text)
    one_by_one = [ask(login=next(who), text=text)["ms"] for text in islice(cycle(QUESTIONS), questions // 2)]
    together = _together(phones, questions - len(one_by_one))
    return {
        "n": questions,
        **_spread(one_by_one, ""),
        "per_s": together,
        **_spread(_thinking(phones[0]), "think_"),
    }


def _spread(times: Sequence[float], name: str) -> dict[str, float]:
    ordered = sorted(times)
    return {
        f"{name}p50_ms": round(statistics.median(ordered), 1),
        f"{name}p95_ms": round(ordered[int(len(ordered) * 0.95)], 1),
    }


def _together(phones: Sequence[str], questions: int) -> float:
    """Questions a second when every customer asks as soon as they were answered."""
    from kefu.cli.asking.inside import ask

    each = max(1, questions // len(phones))

    def customer(phone: str) -> None:
        for text in islice(cycle(QUESTIONS), each):
            ask(login=phone, text=text)

    threads = [threading.Thread(target=customer, args=(phone,)) for phone in phones]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return round(each * len(phones) / (time.monotonic() - began), 1)


def _thinking(phone: str) -> list[float]:
    """How long the answer alone takes, in this process: understanding, diagnosis, wording."""
    from kefu.assistant.actions import answer as think
    from kefu.core import clock
    from kefu.identity import queries as people

    person = people.find_customer_by_phone(phone)
    assert person is not None
    customer = people.customer_actor(person.id)
    times = []
    for text in [*QUESTIONS, *QUESTIONS, *QUESTIONS]:
        began = time.perf_counter()
        think(customer=customer, text=text, language="zh-hans", now=clock.now())
        times.append((time.perf_counter() - began) * 1000)
    return times[len(QUESTIONS) :]
