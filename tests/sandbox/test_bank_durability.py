"""kill -9 at any moment loses no debit, no callback and no cent."""

from __future__ import annotations

import contextlib
import http.client
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.sandbox.conftest import Bank, Listener


def insist(bank: Bank, instruction: str, card: str, amount: int) -> dict[str, Any]:
    """Submit until the bank has answered, as a careful caller does."""
    end = time.monotonic() + 15
    while time.monotonic() < end:
        with contextlib.suppress(OSError, http.client.HTTPException):
            status, answer = bank.submit(instruction, card, amount)
            assert status == 202, answer
            return dict(answer)
        time.sleep(0.05)
    raise AssertionError(f"{instruction} was never answered")


def test_kills_lose_and_double_nothing(bank: Bank, listener: Listener, card: str) -> None:
    bank.mood("storm", seed=11, params={"hang_s": 0.05, "settle_max_s": 0.5, "delay_max_s": 0.5, "drops": 0})
    dice = random.Random(3)
    amounts = {f"TU-{number}": dice.randrange(1, 100_000) for number in range(60)}
    stop = threading.Event()

    def killer() -> None:
        for _ in range(6):
            if stop.wait(0.35):
                return
            bank.kill()
            bank.start()

    thread = threading.Thread(target=killer)
    thread.start()
    with ThreadPoolExecutor(4) as pool:
        answers = dict(
            zip(
                amounts,
                pool.map(lambda one: insist(bank, one[0], card, one[1]), amounts.items()),
                strict=True,
            )
        )
    thread.join()
    stop.set()
    bank.wait_for(lambda: bank.waiting() == 0, within=20)

    took = 0
    for instruction, amount in amounts.items():
        bank.wait_for(lambda one=instruction: bank.call("GET", f"/v1/debits/{one}")[0] == 200)
        told = bank.call("GET", f"/v1/debits/{instruction}")[1]
        assert (told["bank_ref"], told["amount"]) == (answers[instruction]["bank_ref"], amount)
        assert told["status"] in ("SUCCEEDED", "FAILED")
        took += amount if told["status"] == "SUCCEEDED" else 0
        if bank.plan(instruction)["callback"] == "send":
            true = [
                one for one in listener.of(instruction) if one.good and one.body["status"] == told["status"]
            ]
            assert [one for one in true if one.body["amount"] == amount], instruction
    assert len(bank.books()["movements"]) == 60
    day = bank.statement(bank.today())
    assert day["closing"] == took
    assert len({entry["instruction"] for entry in day["entries"]}) == len(day["entries"])


def test_callback_is_tried_again_until_it_is_heard(bank: Bank, listener: Listener, card: str) -> None:
    listener.broken = 2
    started = time.time()
    bank.submit("TU-1", card)
    heard = bank.wait_for(lambda: listener.of("TU-1"))
    assert heard[0].at - started >= 3  # after 1 and 2 seconds
    bank.wait_for(lambda: bank.waiting() == 0)
    lines = bank.call("GET", "/sandbox/events?instruction=TU-1")[1]["events"]
    told = [(line["status"], line["verdict"]) for line in lines if line["direction"] == "out"]
    assert told == [(200, "heard"), (500, "refused"), (500, "refused")]


def test_callback_owed_at_a_kill_is_sent_after_it(bank: Bank, listener: Listener, card: str) -> None:
    bank.mood("late_callback", params={"callback_delay_s": 0.5})
    bank.submit("TU-1", card)
    bank.mood("sunny", params={"settle_s": 0.5})
    bank.submit("TU-2", card)
    bank.kill()
    time.sleep(0.6)
    assert listener.heard == []
    bank.start()
    bank.wait_for(lambda: listener.of("TU-1") and listener.of("TU-2"))
    assert bank.status("TU-2") == "SUCCEEDED"


def test_callback_cut_off_before_its_answer_is_sent_again(bank: Bank, listener: Listener, card: str) -> None:
    listener.mute = True
    bank.submit("TU-1", card)
    bank.wait_for(lambda: listener.of("TU-1"))
    bank.kill()
    listener.mute = False
    bank.start()
    first, second = bank.wait_for(lambda: len(listener.of("TU-1")) == 2 and listener.of("TU-1"))
    assert first.raw == second.raw
    assert second.good


def test_debit_accepted_but_unanswered_at_a_kill_is_kept(bank: Bank, card: str) -> None:
    bank.mood("timeout_accepts", params={"settle_s": 0.2})
    thread = threading.Thread(target=bank.submit_in_vain, args=("TU-1", card))
    thread.start()
    reference = bank.wait_for(lambda: bank.books()["movements"])[0][2]
    bank.kill()
    thread.join()
    bank.start()
    assert insist(bank, "TU-1", card, 500)["bank_ref"] == reference
    bank.wait_for(lambda: bank.status("TU-1") == "SUCCEEDED")
    assert len(bank.books()["movements"]) == 1


def test_second_bank_on_the_same_store_refuses_to_start(bank: Bank) -> None:
    assert bank.second() == (3, f"kefu_sandbox: another bank has {bank.store} open; stop it first\n")
    assert bank.call("GET", "/sandbox/mood")[0] == 200


def test_stops_clean_even_while_a_request_hangs(bank: Bank, card: str) -> None:
    bank.mood("timeout_accepts")
    thread = threading.Thread(target=bank.submit_in_vain, args=("TU-1", card))
    thread.start()
    bank.wait_for(lambda: bank.books()["movements"])
    started = time.monotonic()
    assert bank.stop() == 0
    assert time.monotonic() - started < 3
    thread.join()
    bank.start()
    assert bank.status("TU-1") in ("PROCESSING", "SUCCEEDED")


def test_short_secret_is_refused_at_the_start(bank: Bank) -> None:
    status, said = bank.second(secret="short")
    assert status == 2
    assert "shorter than 32 bytes" in said
