"""An event that was answered 200 is never lost; delivered twice, it has one effect."""

import time
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.models import InboundEvent
from bot.simulator.faults import Redelivery
from tests.bot.promises.acts import composed, deliver, newcomer, pass_time, redeliver, routes_of, said_by_bot
from tests.town import MUNICIPALITY, Town, settle


def test_redelivered_event_is_answered_once(town: Town) -> None:
    phone = newcomer(town, "再送")
    event = composed(town, phone, "ありがとう")
    deliver(town, event)
    settle(town)
    redeliver(town, phone, event)
    settle(town)
    pass_time(town, 3600)
    redeliver(town, phone, event)
    settle(town)
    assert len(said_by_bot(phone)) == 1
    assert routes_of(town, phone) == ["follow", "thanks"]


def test_concurrent_copies_of_an_event_are_answered_once(town: Town) -> None:
    town.platform.faults.set(redeliver=Redelivery(copies=4, delay_ms=5, concurrent=True, reorder=True))
    phone = newcomer(town, "同時")
    phones = [newcomer(town, f"同時{number}") for number in range(4)]
    for each in (phone, *phones):
        each.say("ありがとう")
    settle(town)
    assert [len(said_by_bot(each)) for each in (phone, *phones)] == [1] * 5


def test_unmarked_duplicates_are_answered_once(town: Town) -> None:
    town.platform.faults.set(webhook_duplicates=3)
    phone = newcomer(town, "複製")
    phone.say("ありがとう")
    settle(town)
    assert len(said_by_bot(phone)) == 1


def test_event_that_could_not_be_stored_is_not_acknowledged_and_comes_again(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = newcomer(town, "保存不可")
    town.platform.faults.set(redeliver=Redelivery(copies=1, delay_ms=50, only_failures=True))
    failures = iter([True])
    real = town.bot.inbox._store

    def store(session: Any, batch: Any) -> None:  # Any: handed on.
        if next(failures, False):
            raise OSError("disk full")
        real(session, batch)

    monkeypatch.setattr(town.bot.inbox, "_store", store)
    phone.say("ありがとう")
    settle(town)
    statuses = [delivery.status for delivery in town.platform.deliveries if phone.chat.id in delivery.body.decode()][-2:]
    assert statuses == [503, 200]
    assert len(said_by_bot(phone)) == 1


def test_wrongly_signed_delivery_stores_nothing_and_a_signed_one_does(town: Town) -> None:
    phone = newcomer(town, "署名")
    parcel = b'{"destination":"U","events":[{"type":"message","webhookEventId":"%s","timestamp":1,"source":{"type":"user","userId":"%s"}}]}'

    def stored(event_id: str) -> int | None:
        with town.database.reading() as session:
            return session.scalar(select(func.count()).where(InboundEvent.webhook_event_id == event_id))

    forged, genuine = f"F{time.monotonic_ns()}", f"G{time.monotonic_ns()}"
    body = parcel % (forged.encode(), phone.person.id.encode())
    assert town.platform.send_raw(MUNICIPALITY, body, signed_with="AAAA").status == 401
    assert town.platform.send_raw(MUNICIPALITY, body, signed_with=None).status == 401
    assert stored(forged) == 0
    assert town.platform.send_raw(MUNICIPALITY, parcel % (genuine.encode(), phone.person.id.encode())).status == 200
    assert stored(genuine) == 1
