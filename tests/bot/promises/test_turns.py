"""One turn at a time per resident, the smallest timestamp first; a late redelivery never undoes a newer turn."""

from datetime import timedelta

import pytest

from bot import crowd
from bot.crowd import LATEST
from bot.handlers import HANDLERS
from bot.models import Direction, MessageRow, Resident
from bot.outcome import Outcome, Tools, Turn
from bot.routing import Route
from tests.bot.promises.acts import (
    Gate,
    bot_items,
    composed,
    conversation_of,
    deliver,
    newcomer,
    pass_time,
    redeliver,
    routes_of,
    rows_of,
    said_by_bot,
)
from tests.patience import PATIENCE, soon
from tests.town import MUNICIPALITY, Town, settle


def test_turns_of_a_resident_run_in_order_of_their_timestamps(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = newcomer(town, "順序")
    gate = Gate(monkeypatch)
    deliver(town, composed(town, phone, "ありがとう"))
    assert gate.entered.acquire(timeout=PATIENCE)
    events = []
    for text in ("元気ですか？", "メニュー", "やめる"):
        pass_time(town, 10)
        events.append(composed(town, phone, text))
    for event in reversed(events):
        deliver(town, event)
        town.platform.wait_until_idle()
    gate.open.set()
    settle(town)
    assert routes_of(town, phone)[1:] == ["thanks", "small_talk", "menu", "cancel"]


def test_residents_do_not_wait_for_each_other(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    slow, quick = newcomer(town, "遅い"), newcomer(town, "速い")
    gate = Gate(monkeypatch)
    slow.say("ありがとう")
    assert gate.entered.acquire(timeout=PATIENCE)
    quick.say("元気ですか？")
    assert len(quick.wait_for(1)) == 1
    assert said_by_bot(slow) == []
    gate.open.set()
    assert len(slow.wait_for(1)) == 1


def test_words_that_come_while_a_turn_thinks_join_it(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = newcomer(town, "追加")
    gate = Gate(monkeypatch)
    phone.say("ありがとう")
    assert gate.entered.acquire(timeout=PATIENCE)
    phone.say("もう死にたい")
    town.platform.wait_until_idle()
    gate.open.set()
    settle(town)
    assert routes_of(town, phone)[1:] == ["crisis"]
    assert len(said_by_bot(phone)) == 2, "the safe message, and who answers"


def test_residents_in_one_large_delivery_are_answered_each_in_order(town: Town) -> None:
    """So many events are given to their conversations after they were acknowledged."""
    phones = [newcomer(town, f"大勢 {number}") for number in range(6)]
    events = []
    for place, phone in enumerate(phones):
        first, second = composed(town, phone, f"ひとつめの話です {place}"), composed(town, phone, f"ふたつめの話です {place}")
        second["timestamp"] = first["timestamp"] + 10_000
        events += [second, first]
    town.platform.send_events(MUNICIPALITY, tuple(events))
    settle(town)
    for place, phone in enumerate(phones):
        heard = [row.text for row in rows_of(town, phone, MessageRow) if row.direction == Direction.INBOUND and "の話です" in row.text]
        assert heard == [f"ひとつめの話です {place}", f"ふたつめの話です {place}"]
        assert len(bot_items(phone)) >= 2


def test_late_redelivery_does_not_undo_a_newer_state(town: Town) -> None:
    phone = newcomer(town, "遅配")
    early = composed(town, phone, "やめる")
    pass_time(town, 30)
    phone.say("職員に相談")
    settle(town)
    callback = next(item["action"] for item in (phone.quick_reply or {})["items"] if item["action"]["label"] == "折り返し電話を頼む")
    phone.tap(callback)
    settle(town)
    assert conversation_of(town, phone).state["kind"] == "asked_for_phone"
    redeliver(town, phone, early)
    settle(town)
    assert conversation_of(town, phone).state["kind"] == "asked_for_phone"
    assert routes_of(town, phone)[-1] == "cancel"
    phone.say("090-1234-5678")
    settle(town)
    assert conversation_of(town, phone).state["kind"] == "asked_for_time"


def test_late_redelivery_of_a_choice_of_language_does_not_change_the_newer_choice(town: Town) -> None:
    phone = newcomer(town, "言語")
    early = composed(town, phone, "中文")
    pass_time(town, 30)
    phone.say("English")
    settle(town)
    redeliver(town, phone, early)
    settle(town)
    with town.database.reading() as session:
        resident = session.get_one(Resident, conversation_of(town, phone).resident_id)
    assert resident.language == "en"


def turns_waiting(town: Town) -> int:
    with town.database.reading() as session:
        return town.queue.waiting(session).get("turn", 0)


def test_turns_are_hurried_while_all_wait_long_and_not_afterwards(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowd, "LONGEST_WAIT", timedelta(seconds=20))  # So that a busy machine decides nothing.
    workers = [newcomer(town, f"先{number}") for number in range(4)]
    others = [newcomer(town, f"後{number}") for number in range(LATEST + 4)]
    late = newcomer(town, "翌日")
    gate, hurried = Gate(monkeypatch), []
    gated = HANDLERS[Route.THANKS]

    def watch(turn: Turn, tools: Tools) -> Outcome:
        hurried.append(turn.is_hurried)
        return gated(turn, tools)

    monkeypatch.setitem(HANDLERS, Route.THANKS, watch)
    for phone in workers:
        phone.say("ありがとう")
        assert gate.entered.acquire(timeout=PATIENCE)
    for number, phone in enumerate(others, start=len(workers) + 1):
        phone.say("ありがとう")
        soon(lambda number=number: turns_waiting(town) == number)  # type: ignore[misc]  # a default binds it
    pass_time(town, 30)
    gate.open.set()
    settle(town)
    assert hurried.count(True) == len(others) - LATEST + 1
    late.say("ありがとう")
    settle(town)
    assert hurried[-1] is False
    assert len(hurried) == len(workers) + len(others) + 1
