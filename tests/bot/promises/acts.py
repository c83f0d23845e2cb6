"""What tests of promises do to the bot and look up of it."""

import threading
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.handlers import HANDLERS
from bot.line.models import LineAddress
from bot.models import Conversation, EventState, InboundEvent, OutgoingCall, TurnRow
from bot.outcome import Outcome, Tools, Turn
from bot.routing import Route
from bot.simulator.courier import Parcel
from bot.simulator.phone import Phone
from bot.simulator.records import Item, Json, Origin
from core.models import JobRow, JobState
from core.settings import SearchMode
from retrieval.passages import Passage
from retrieval.results import SearchResult
from tests.patience import PATIENCE
from tests.screen import texts_in
from tests.town import CONVERSATION_JOBS, MUNICIPALITY, Town, settle

REPLY = "/v2/bot/message/reply"
PUSH = "/v2/bot/message/push"
THANKS = "お役に立ててうれしいです"
APOLOGY = "こちらの不具合で"


class NothingFound:
    """A search without content: what is promised of turns and deliveries does not depend on what is answered."""

    def search(self, municipality_id: str, text: str, *, moment: datetime, limit: int = 100, is_hurried: bool = False) -> SearchResult:
        return SearchResult(
            municipality_id=municipality_id,
            normalised=text,
            tokens=(),
            hits=(),
            mode=SearchMode.LIGHT,
            revision=0,
            milliseconds=0.0,
            steps=(),
        )

    def passage(self, municipality_id: str, entry_id: str, *, moment: datetime) -> Passage | None:
        return None


def said_by_bot(phone: Phone) -> list[str]:
    """One line per bubble, the welcome left out."""
    items = [item for item in phone.timeline() if item.origin is Origin.BOT]
    return [" ".join(texts_in(item.message)) for item in items][2:]


def bot_items(phone: Phone) -> list[Item]:
    return [item for item in phone.timeline() if item.origin is Origin.BOT][2:]


def conversation_of(town: Town, phone: Phone) -> Conversation:
    with town.database.reading() as session:
        joined = select(Conversation).join(LineAddress, LineAddress.conversation_id == Conversation.id)
        return session.scalars(joined.where(LineAddress.line_id == phone.chat.id)).one()


def rows_of(town: Town, phone: Phone, table: Any) -> Sequence[Any]:  # Any: either of two tables.
    conversation_id = conversation_of(town, phone).id
    with town.database.reading() as session:
        return session.scalars(select(table).where(table.conversation_id == conversation_id).order_by(table.id)).all()


def last_call(town: Town, phone: Phone) -> OutgoingCall:
    return rows_of(town, phone, OutgoingCall)[-1]  # type: ignore[no-any-return]


def routes_of(town: Town, phone: Phone) -> list[str]:
    return [turn.route for turn in rows_of(town, phone, TurnRow)]


def newcomer(town: Town, name: str) -> Phone:
    phone = town.phone(f"{name} {time.monotonic_ns()}")
    settle(town)
    return phone


def composed(town: Town, phone: Phone, text: str) -> Json:
    """The event of a message that is on the phone but has not reached the bot."""
    message = {"type": "text", "id": town.platform.identifiers.message_id(), "text": text}
    return town.platform.compose_event(phone.account, phone.chat, "message", {"message": message}, person_id=phone.person.id)


def deliver(town: Town, event: Json) -> None:
    town.platform.send_events(MUNICIPALITY, (event,))


def redeliver(town: Town, phone: Phone, event: Json) -> None:
    parcel = Parcel(account=phone.account, events=(event,)).redelivered()
    town.platform.send_events(MUNICIPALITY, parcel.events)


def pass_time(town: Town, seconds: float) -> None:
    town.clock.offset += timedelta(seconds=seconds)
    town.queue.wake()


def skip_backoff(town: Town) -> None:
    """What waits for its next try is tried now."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        town.platform.wait_until_idle()
        with town.database.reading() as session:
            waiting = session.scalar(select(func.count()).where(InboundEvent.state == EventState.WAITING))
            jobs = session.scalars(select(JobRow).where(JobRow.kind.in_(CONVERSATION_JOBS), JobRow.state != JobState.DEAD)).all()
        if not jobs and not waiting:
            return
        now = int(town.clock().timestamp() * 1000)
        if jobs and all(job.state == JobState.READY and job.run_at > now for job in jobs):
            pass_time(town, (min(job.run_at for job in jobs) - now) / 1000 + 0.01)
        time.sleep(0.02)
    raise TimeoutError("jobs are still waiting")


class Gate:
    """A handler that stops in the middle of its thinking until the test lets it go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, route: Route = Route.THANKS) -> None:
        self.entered = threading.Semaphore(0)
        self.open = threading.Event()
        real = HANDLERS[route]

        def wait(turn: Turn, tools: Tools) -> Outcome:
            self.entered.release()
            assert self.open.wait(PATIENCE), "the gate was never opened"
            return real(turn, tools)

        monkeypatch.setitem(HANDLERS, route, wait)
