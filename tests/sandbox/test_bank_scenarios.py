"""Every mood, as the wallet would see it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import Bank, Listener


def statuses(listener: Listener, instruction: str) -> list[str]:
    return [heard.body["status"] for heard in listener.of(instruction)]


def test_lost_callback_is_truth_without_a_word(bank: Bank, listener: Listener, card: str) -> None:
    bank.mood("lost_callback")
    assert bank.submit("TU-1", card)[1]["status"] == "PROCESSING"
    assert bank.status("TU-1") == "SUCCEEDED"
    bank.mood("sunny")
    bank.submit("TU-2", card)
    bank.wait_for(lambda: listener.of("TU-2"))
    assert listener.of("TU-1") == []


def test_denial_names_its_reason(bank: Bank, listener: Listener, card: str) -> None:
    for reason in ("insufficient_funds", "card_closed", "risk", "limit_exceeded"):
        bank.mood("bank_denies", params={"reason": reason})
        answer = bank.submit(reason, card)[1]
        assert (answer["status"], answer["reason"]) == ("FAILED", reason)
        told = bank.wait_for(lambda one=reason: listener.of(one))[0]
        assert (told.body["status"], told.body["reason"], told.good) == ("FAILED", reason, True)
        assert bank.status(reason) == "FAILED"


def test_denial_may_be_known_only_to_a_query(bank: Bank, card: str) -> None:
    bank.mood("bank_denies", params={"answer": "processing", "callback": "lose"})
    assert bank.submit("TU-1", card)[1]["status"] == "PROCESSING"
    assert bank.status("TU-1") == "FAILED"
    assert bank.books()["callbacks"][0][7] == "lost"


def test_accepted_then_failed(bank: Bank, listener: Listener, card: str) -> None:
    bank.mood("accept_then_fail", params={"settle_s": 0.4})
    assert bank.submit("TU-1", card)[1]["status"] == "PROCESSING"
    assert bank.status("TU-1") == "PROCESSING"
    bank.wait_for(lambda: len(listener.of("TU-1")) == 2)
    assert statuses(listener, "TU-1") == ["PROCESSING", "FAILED"]
    assert bank.status("TU-1") == "FAILED"


def test_time_out_after_acceptance(bank: Bank, listener: Listener, card: str) -> None:
    bank.mood("timeout_accepts", params={"settle_s": 0.1})
    with pytest.raises(TimeoutError):
        bank.call("POST", "/v1/debits", order(card), timeout=0.5)
    bank.wait_for(lambda: listener.of("TU-1"))
    assert bank.status("TU-1") == "SUCCEEDED"
    started = time.monotonic()
    assert bank.call("POST", "/v1/debits", order(card))[0] == 202
    assert time.monotonic() - started < 5
    assert len(bank.books()["movements"]) == 1


def test_default_time_outs_last_more_than_ten_seconds(bank: Bank, card: str) -> None:
    bank.mood("timeout_accepts")
    bank.submit_in_vain("TU-1", card, timeout=0.3)
    plan = bank.plan("TU-1")
    assert plan["hang_s"] > 10


def order(card: str) -> dict[str, Any]:
    return {"instruction": "TU-1", "card_token": card, "amount": 500, "currency": "CNY"}


def test_time_out_without_acceptance(bank: Bank, listener: Listener, card: str) -> None:
    bank.mood("timeout_drops", params={"hang_s": 0.2})
    for _ in range(2):
        bank.submit_in_vain("TU-1", card)
        assert bank.status("TU-1") == "not_found"
    bank.mood("sunny")
    assert bank.submit("TU-1", card)[0] == 202
    bank.wait_for(lambda: listener.of("TU-1"))


def test_repeats_say_the_same_event_three_times(bank: Bank, listener: Listener, card: str) -> None:
    bank.mood("repeats")
    bank.submit("TU-1", card)
    heard = bank.wait_for(lambda: len(listener.of("TU-1")) >= 3 and listener.of("TU-1"))
    bank.wait_for(lambda: bank.waiting() == 0)
    assert len(listener.of("TU-1")) == 3
    assert len({one.raw for one in heard}) == 1
    assert len({one.headers["X-Bank-Nonce"] for one in heard}) == 3
    assert all(one.good for one in heard)


def test_reordered_events_say_processing_last(bank: Bank, listener: Listener, card: str) -> None:
    bank.mood("reorders")
    bank.submit("TU-1", card)
    heard = bank.wait_for(lambda: len(listener.of("TU-1")) == 2 and listener.of("TU-1"))
    assert statuses(listener, "TU-1") == ["SUCCEEDED", "PROCESSING"]
    assert heard[0].body["happened_at"] > heard[1].body["happened_at"]
    assert bank.status("TU-1") == "SUCCEEDED"


def test_forgeries_are_told_apart_by_signature_or_query(bank: Bank, listener: Listener, card: str) -> None:
    truths = {"TU-1": ("SUCCEEDED", "FAILED"), "TU-2": ("FAILED", "SUCCEEDED")}
    for instruction, (truth, _) in truths.items():
        bank.mood("forges", params={"callback_delay_s": 0.6, "outcome": truth})
        bank.submit(instruction, card, 500)
    for instruction, (truth, lie) in truths.items():
        bank.wait_for(lambda one=instruction: len(listener.of(one)) == 6)
        seen = [(one.good, one.body["status"], one.body["amount"]) for one in listener.of(instruction)]
        assert sorted(seen) == sorted(
            [
                (False, truth, 500),  # wrong signature
                (False, truth, 500),  # stale
                (False, truth, 500),  # replayed
                (True, lie, 500),  # contradicts the query
                (True, truth, 5000),  # contradicts the amount of the query
                (True, truth, 500),
            ]
        )
        told = bank.call("GET", f"/v1/debits/{instruction}")[1]
        assert (told["amount"], told["status"]) == (500, truth)
    bank.wait_for(lambda: bank.waiting() == 0)
    assert len(listener.heard) == 12


def test_slow_waits_to_be_told_or_for_its_time(bank: Bank, listener: Listener, card: str) -> None:
    bank.mood("slow", params={"settle_after": 0.6})
    bank.submit("TU-1", card)
    bank.mood("slow")
    bank.submit("TU-2", card)
    assert bank.status("TU-1") == bank.status("TU-2") == "PROCESSING"
    bank.wait_for(lambda: listener.of("TU-1"))
    assert bank.status("TU-2") == "PROCESSING"
    bank.call("POST", "/sandbox/settle", {"instruction": "TU-2", "status": "SUCCEEDED"})
    bank.wait_for(lambda: listener.of("TU-2"))


def test_late_callback_comes_after_its_delay(bank: Bank, listener: Listener, card: str) -> None:
    bank.mood("late_callback", params={"callback_delay_s": 0.8})
    started = time.time()
    bank.submit("TU-1", card)
    assert bank.status("TU-1") == "SUCCEEDED"
    assert bank.wait_for(lambda: listener.of("TU-1"))[0].at - started >= 0.8


def test_queries_fail_while_they_are_down(bank: Bank, card: str) -> None:
    bank.submit("TU-1", card)
    bank.mood("query_down")
    assert [bank.call("GET", "/v1/debits/TU-1")[0] for _ in range(5)] == [503] * 5
    assert bank.status("TU-9") == "query_unavailable"
    bank.mood("sunny")
    assert bank.status("TU-9") == "not_found"
    assert bank.call("GET", "/v1/debits/TU-1")[0] == 200


def test_first_queries_of_a_debit_can_fail(bank: Bank, card: str) -> None:
    bank.mood("sunny", params={"query_failures": 2})
    bank.submit("TU-1", card)
    assert [bank.call("GET", "/v1/debits/TU-1")[0] for _ in range(4)] == [503, 503, 200, 200]


def test_bank_down_refuses_everything_and_says_nothing(bank: Bank, listener: Listener, card: str) -> None:
    bank.mood("sunny", params={"settle_s": 0.5})
    bank.submit("TU-1", card)
    bank.mood("down")
    for method, path, value in (
        ("POST", "/v1/debits", order(card)),
        ("GET", "/v1/debits/TU-1", None),
        ("GET", "/v1/statement?date=2026-01-01", None),
        ("POST", "/v1/cards", {}),
    ):
        status, answer = bank.call(method, path, value)
        assert (status, answer["code"]) == (503, "bank_down")
    time.sleep(0.9)
    assert listener.heard == []
    assert len(bank.books()["movements"]) == 1
    bank.mood("sunny")
    bank.wait_for(lambda: listener.of("TU-1"))
    assert bank.status("TU-1") == "SUCCEEDED"


def test_mood_for_one_card_for_the_next_and_for_a_while(bank: Bank, card: str) -> None:
    other = bank.link()
    bank.mood("slow", card_token=card)
    bank.mood("lost_callback", next=1)
    bank.submit("TU-1", card)
    bank.submit("TU-2", other)
    bank.submit("TU-3", other)
    scenarios = [bank.books()["movements"][place][12] for place in range(3)]
    assert scenarios == ["slow", "lost_callback", "sunny"]
    bank.mood(None, card_token=card)
    bank.mood("bank_denies", params={"for_s": 0.3})
    assert bank.submit("TU-4", card)[1]["status"] == "FAILED"
    time.sleep(0.35)
    assert bank.submit("TU-5", card)[1]["status"] == "PROCESSING"


def test_retry_of_a_known_instruction_uses_up_no_mood(bank: Bank, card: str) -> None:
    bank.submit("TU-1", card)
    bank.mood("bank_denies", next=1)
    bank.submit("TU-1", card)
    assert bank.submit("TU-2", card)[1]["status"] == "FAILED"
    assert bank.submit("TU-3", card)[1]["status"] == "PROCESSING"


def test_moods_survive_a_kill(bank: Bank, card: str) -> None:
    bank.mood("bank_denies", seed=7, params={"reason": "risk"})
    before = bank.call("GET", "/sandbox/mood")[1]
    bank.kill()
    bank.start()
    assert bank.call("GET", "/sandbox/mood")[1] == before
    assert bank.submit("TU-1", card)[1]["reason"] == "risk"


def test_storm_is_the_same_for_the_same_seed(bank: Bank, card: str) -> None:
    def fates(seed: int) -> list[Any]:
        fates = []
        bank.mood("storm", seed=seed, params={"hang_s": 0})
        for number in range(40):
            instruction = f"TU-{number}"
            for _ in range(2):
                if bank.submit_or_nothing(instruction, card):
                    break
            fates.append(bank.plan(instruction))
        return fates

    first = fates(5)
    bank.kill()
    for path in bank.store.parent.glob("bank*"):
        path.unlink()
    bank.start()
    card = bank.link()
    assert fates(5) == first
    seen = [{name for name, value in plan.items() if value} for plan in first]
    assert {"copies", "forgeries", "reorder", "callback_delay_s", "query_failures"} <= set().union(*seen)
    assert {plan["callback"] for plan in first} == {"send", "lose"}
    assert {plan["outcome"] for plan in first} == {"SUCCEEDED", "FAILED"}
    assert all(plan["settle_s"] is not None for plan in first)


@pytest.mark.parametrize(
    ("mood", "code"),
    [
        ({"scenario": "rainy"}, "scenario_unknown"),
        ({"scenario": 3}, "scenario_invalid"),
        ({"scenario": "sunny", "seed": -1}, "seed_invalid"),
        ({"scenario": "sunny", "next": 0}, "next_invalid"),
        ({"scenario": "sunny", "params": []}, "params_invalid"),
        ({"scenario": "sunny", "params": {"luck": 1}}, "param_unknown"),
        ({"scenario": "sunny", "params": {"odds": {}}}, "param_unknown"),
        ({"scenario": "sunny", "params": {"settle_s": -1}}, "param_invalid"),
        ({"scenario": "sunny", "params": {"settle_s": True}}, "param_invalid"),
        ({"scenario": "sunny", "params": {"copies": 99}}, "param_invalid"),
        ({"scenario": "sunny", "params": {"reason": {}}}, "param_invalid"),
        ({"scenario": "sunny", "params": {"forgeries": ["x"]}}, "param_invalid"),
        ({"scenario": "storm", "params": {"odds": {"lose": 2}}}, "param_invalid"),
        ({"scenario": "storm", "params": {"odds": {"luck": 1}}}, "param_invalid"),
        ({"scenario": "sunny", "card_token": "none"}, "card_unknown"),
        ({"scenario": "down", "next": 2}, "mood_scope"),
    ],
)
def test_bad_moods_change_nothing(quiet_bank: Bank, mood: dict[str, Any], code: str) -> None:
    before = quiet_bank.books()
    status, answer = quiet_bank.call("POST", "/sandbox/mood", mood)
    assert (status, answer["code"]) == (422, code)
    assert quiet_bank.books() == before
