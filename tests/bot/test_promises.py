"""What DESIGN.md promises of events, turns and deliveries, each with an attempt to break it; LINE is the strict local platform."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from bot.handlers import HANDLERS
from bot.line.models import LineAddress
from bot.models import CallState, Conversation, Direction, EventState, InboundEvent, MessageRow, OutgoingCall, Resident, TurnRow
from bot.outcome import Outcome, Tools, Turn
from bot.preparing import ensure_municipality
from bot.routing import Route
from bot.simulator.courier import Parcel
from bot.simulator.faults import Loss, Redelivery, RequestFault
from bot.simulator.phone import Phone
from bot.simulator.records import Item, Json, Origin, Via
from core.database import Database
from core.migrating import migrate
from core.models import JobRow, JobState
from core.pack_loading import load_pack
from core.settings import SearchMode
from retrieval.passages import Passage
from retrieval.results import SearchResult
from tests.databases import KINDS, fresh_database_url
from tests.scenario_runner import settle, texts_in
from tests.town import MUNICIPALITY, Town

REPLY = "/v2/bot/message/reply"
PUSH = "/v2/bot/message/push"
THANKS = "お役に立ててうれしいです"
GREETING = "案内ボットです。知りたいことを"
APOLOGY = "こちらの不具合で"


class NothingFound:
    """A search without content: what is promised of turns and deliveries does not depend on what is answered."""

    def search(self, municipality_id: str, text: str, *, moment: datetime, limit: int = 100) -> SearchResult:
        return SearchResult(
            municipality_id=municipality_id,
            normalised=text,
            tokens=(),
            hits=(),
            mode=SearchMode.LIGHT,
            revision=0,
            features={},
            milliseconds=0.0,
        )

    def passage(self, municipality_id: str, entry_id: str, *, moment: datetime) -> Passage | None:
        return None


@pytest.fixture(scope="module", params=KINDS)
def shared_town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with fresh_database_url(request.param, tmp_path_factory.mktemp(request.param)) as url:
        database = Database(url)
        migrate(database)
        with database.transaction() as session:
            ensure_municipality(session, load_pack(MUNICIPALITY))
        town = Town(database, NothingFound())  # type: ignore[arg-type]  # it is asked no more than this
        yield town
        town.stop()
        database.close()


@pytest.fixture
def town(shared_town: Town) -> Iterator[Town]:
    """On a good day, with everything said before brought to an end. What is left of LINE's rules broken fails the test that broke them."""
    shared_town.clock.set(datetime.now(UTC))
    violations_before = len(shared_town.platform.violations)
    yield shared_town
    shared_town.platform.faults.clear()
    settle(shared_town)
    assert shared_town.platform.violations[violations_before:] == []


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


def soon(holds: Callable[[], object], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.01)


def pass_time(town: Town, seconds: float) -> None:
    town.clock.offset += timedelta(seconds=seconds)
    town.queue.wake()


def skip_backoff(town: Town) -> None:
    """What waits for its next try is tried now."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        town.platform.wait_until_idle()
        with town.database.reading() as session:
            waiting = session.scalar(select(func.count()).where(InboundEvent.state == EventState.WAITING))
            jobs = session.scalars(
                select(JobRow).where(JobRow.kind.in_(("sort_arrivals", "turn", "deliver", "wake_turn")), JobRow.state != JobState.DEAD)
            ).all()
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
            assert self.open.wait(15), "the gate was never opened"
            return real(turn, tools)

        monkeypatch.setitem(HANDLERS, route, wait)


# 1. An event that was answered 200 is never lost; delivered twice, it has one effect.


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


# 2. One turn at a time per resident, the smallest timestamp first; a late redelivery never undoes a newer turn.


def test_turns_of_a_resident_run_in_order_of_their_timestamps(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = newcomer(town, "順序")
    gate = Gate(monkeypatch)
    deliver(town, composed(town, phone, "ありがとう"))
    assert gate.entered.acquire(timeout=10)
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
    assert gate.entered.acquire(timeout=10)
    quick.say("元気ですか？")
    assert len(quick.wait_for(1)) == 1
    assert said_by_bot(slow) == []
    gate.open.set()
    assert len(slow.wait_for(1)) == 1


def test_words_that_come_while_a_turn_thinks_join_it(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = newcomer(town, "追加")
    gate = Gate(monkeypatch)
    phone.say("ありがとう")
    assert gate.entered.acquire(timeout=10)
    phone.say("もう死にたい")
    town.platform.wait_until_idle()
    gate.open.set()
    settle(town)
    assert routes_of(town, phone)[1:] == ["crisis"]
    assert len(said_by_bot(phone)) == 1


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


# 3. Nothing leaves before its commit, and every call tells the truth about itself.


def test_reply_whose_answer_is_lost_is_sent_exactly_once(town: Town) -> None:
    for how in (Loss.CLOSE, Loss.ERROR):
        phone = newcomer(town, f"応答喪失 {how}")
        town.platform.faults.set(accept_then_drop=RequestFault(path=REPLY, count=1, how=how))
        phone.say("ありがとう")
        skip_backoff(town)
        call = last_call(town, phone)
        assert len(said_by_bot(phone)) == 1
        assert (call.state, call.via, call.reply_attempts, call.cost) == (CallState.SENT, "reply", 2, 0)


def test_reply_that_failed_before_line_acted_is_retried_with_the_same_token(town: Town) -> None:
    phone = newcomer(town, "500")
    town.platform.faults.set(api_errors=RequestFault(path=REPLY, count=1))
    phone.say("ありがとう")
    skip_backoff(town)
    call = last_call(town, phone)
    replies = [request for request in town.platform.requests if request.path == REPLY and request.json["replyToken"] == call.reply_token]
    assert [request.status for request in replies] == [500, 200]
    assert (call.state, call.via, call.cost) == (CallState.SENT, "reply", 0)
    assert len(said_by_bot(phone)) == 1


def test_old_token_leads_to_a_push_with_a_retry_key(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = newcomer(town, "期限切れ")
    gate = Gate(monkeypatch)
    phone.say("ありがとう")
    assert gate.entered.acquire(timeout=10)
    pass_time(town, 61)
    gate.open.set()
    settle(town)
    call = last_call(town, phone)
    assert (call.state, call.via, call.cost) == (CallState.SENT, "push", 1)
    assert [item.via for item in bot_items(phone)] == [Via.PUSH]
    pushes = [request for request in town.platform.requests if request.path == PUSH]
    assert pushes[-1].headers["x-line-retry-key"] == call.retry_key


def test_token_that_line_declares_dead_leads_to_a_push_at_once(town: Town) -> None:
    phone = newcomer(town, "短い期限")
    town.platform.faults.set(reply_token_seconds=0.0)
    phone.say("ありがとう")
    settle(town)
    call = last_call(town, phone)
    assert (call.state, call.via, len(said_by_bot(phone))) == (CallState.SENT, "push", 1)


def pushed(town: Town, name: str) -> Phone:
    """A resident whose answer can only be pushed; the platform's faults are set beforehand."""
    phone = newcomer(town, name)
    town.platform.faults.set(reply_token_seconds=0.0)
    return phone


def test_push_whose_answer_is_lost_is_sent_exactly_once(town: Town) -> None:
    for how in (Loss.CLOSE, Loss.ERROR):
        phone = pushed(town, f"プッシュ喪失 {how}")
        town.platform.faults.set(accept_then_drop=RequestFault(path=PUSH, count=1, how=how))
        phone.say("ありがとう")
        skip_backoff(town)
        call = last_call(town, phone)
        statuses = [request.status for request in town.platform.requests if request.headers.get("x-line-retry-key") == call.retry_key]
        assert statuses[-1] == 409
        assert len(said_by_bot(phone)) == 1
        assert call.state == CallState.SENT


def test_push_that_failed_before_line_acted_is_sent_later(town: Town) -> None:
    phone = pushed(town, "プッシュ500")
    town.platform.faults.set(api_errors=RequestFault(path=PUSH, count=2))
    phone.say("ありがとう")
    skip_backoff(town)
    call = last_call(town, phone)
    assert (call.state, call.push_attempts, len(said_by_bot(phone))) == (CallState.SENT, 3, 1)


def test_uncertain_reply_whose_token_grew_old_is_pushed_and_stays_unknown(town: Town) -> None:
    phone = newcomer(town, "不明")
    town.platform.faults.set(api_errors=RequestFault(path=REPLY, count=4))
    phone.say("ありがとう")
    skip_backoff(town)
    call = last_call(town, phone)
    assert (call.state, call.via, call.cost) == (CallState.UNKNOWN, "push", 1)
    assert call.settled_at is not None
    assert len(said_by_bot(phone)) == 1


def test_rate_limited_call_is_sent_later(town: Town) -> None:
    phone = newcomer(town, "流量制限")
    town.platform.faults.set(rate_limited=RequestFault(path=REPLY, count=2))
    phone.say("ありがとう")
    skip_backoff(town)
    call = last_call(town, phone)
    assert (call.state, call.reply_attempts, len(said_by_bot(phone))) == (CallState.SENT, 3, 1)


def test_monthly_limit_fails_the_call_and_an_operator_sees_it(town: Town) -> None:
    phone = pushed(town, "月間上限")
    town.platform.faults.set(quota_exhausted=True)
    phone.say("ありがとう")
    settle(town)
    call = last_call(town, phone)
    assert (call.state, call.cost, said_by_bot(phone)) == (CallState.FAILED, 0, [])
    assert "monthly limit" in (call.error or "")
    with town.database.reading() as session:
        letter = town.queue.dead_letters(session, MUNICIPALITY)[0]
    assert letter.kind == "deliver"
    assert f"call {call.id}" in letter.error


def test_message_that_the_monthly_limit_stopped_goes_out_when_an_operator_retries_it(town: Town) -> None:
    """The retried job used to find its call settled, and the letter disappeared without a message."""
    phone = pushed(town, "月が変わる")
    town.platform.faults.set(quota_exhausted=True)
    phone.say("ありがとう")
    settle(town)
    assert said_by_bot(phone) == []
    town.platform.faults.set(quota_exhausted=False)
    with town.database.transaction() as session:
        assert town.queue.retry(session, town.queue.dead_letters(session, MUNICIPALITY)[0].id)
    settle(town)
    call = last_call(town, phone)
    assert (call.state, call.cost, len(said_by_bot(phone))) == (CallState.SENT, 1, 1)


def test_replies_go_out_although_the_monthly_limit_is_reached(town: Town) -> None:
    phone = newcomer(town, "月間上限の返信")
    town.platform.faults.set(quota_exhausted=True)
    phone.say("ありがとう")
    settle(town)
    assert last_call(town, phone).state == CallState.SENT


def test_message_to_somebody_who_blocked_us_meanwhile_is_undeliverable(town: Town) -> None:
    phone = newcomer(town, "ブロック")
    town.platform.faults.set(rate_limited=RequestFault(path=REPLY, count=1))
    phone.say("ありがとう")
    soon(lambda: len(rows_of(town, phone, OutgoingCall)) == 2 and last_call(town, phone).reply_attempts)
    phone.block()
    skip_backoff(town)
    call = last_call(town, phone)
    assert said_by_bot(phone) == []
    assert call.state == CallState.UNDELIVERABLE


def test_somebody_whose_return_was_never_told_is_answered_again(town: Town) -> None:
    phone = newcomer(town, "復帰")
    phone.block()
    settle(town)
    phone.chat.friendship = type(phone.chat.friendship).FRIEND  # The event of the return was lost.
    phone.say("ありがとう")
    settle(town)
    assert len(said_by_bot(phone)) == 1
    assert last_call(town, phone).state == CallState.SENT


def test_nothing_leaves_when_the_transaction_fails(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = newcomer(town, "巻き戻し")
    tries = iter([True])
    real = town.bot.runner._jobs.enqueue

    def enqueue(session: Any, *jobs: Any) -> None:  # Any: handed on.
        if any(job.kind == "deliver" for job in jobs) and next(tries, False):
            raise OSError("the connection broke just before the commit")
        real(session, *jobs)

    monkeypatch.setattr(town.bot.runner._jobs, "enqueue", enqueue)
    phone.say("ありがとう")
    settle(town)
    # The turn's own words never left: what the resident hears is the apology, in a transaction of its own.
    assert [APOLOGY in text for text in said_by_bot(phone)] == [True]
    assert routes_of(town, phone) == ["follow", "failed"]


# Crashes and restarts.


def crashed_before_sending(town: Town, phone: Phone, *, keep_job: bool) -> None:
    """The turn is committed and the process ends before the call goes out."""
    town.bot._queue._kinds.pop("deliver")  # type: ignore[attr-defined]  # This process never gets to deliver.
    phone.say("ありがとう")
    soon(lambda: routes_of(town, phone)[-1] == "thanks")
    town.bot.stop()
    if not keep_job:
        with town.database.transaction() as session:
            session.execute(delete(JobRow).where(JobRow.kind == "deliver"))


@pytest.mark.parametrize("keep_job", [True, False], ids=["job ready", "no job"])
def test_call_that_was_committed_before_a_crash_is_sent_after_it(town: Town, *, keep_job: bool) -> None:
    phone = newcomer(town, "送信前の停止")
    crashed_before_sending(town, phone, keep_job=keep_job)
    assert said_by_bot(phone) == []
    town.restart()
    settle(town)
    assert len(said_by_bot(phone)) == 1
    assert last_call(town, phone).state == CallState.SENT


def test_forgotten_call_is_sent_though_others_have_their_jobs(town: Town) -> None:
    forgotten, waiting = newcomer(town, "忘れられた"), newcomer(town, "待っている")
    crashed_before_sending(town, forgotten, keep_job=False)
    with town.database.transaction() as session:
        call = session.get_one(OutgoingCall, last_call(town, waiting).id)
        copy = OutgoingCall(
            municipality_id=MUNICIPALITY,
            conversation_id=call.conversation_id,
            body=call.body,
            state=CallState.READY,
            retry_key=f"00000000-0000-4000-8000-{time.monotonic_ns() % 10**12:012d}",
            created_at=town.clock(),
        )
        session.add(copy)
        session.flush()
        session.add(
            JobRow(
                kind="deliver",
                key=f"deliver:{call.conversation_id}",
                payload={"call_id": copy.id},
                run_at=0,
                created_at=0,
                municipality_id=MUNICIPALITY,
            )
        )
    town.restart()
    settle(town)
    assert last_call(town, waiting).state == CallState.SENT
    assert last_call(town, forgotten).state == CallState.SENT
    assert len(said_by_bot(forgotten)) == 1


def test_crash_in_the_middle_of_a_reply_sends_it_exactly_once(town: Town) -> None:
    """LINE took the reply, and the process ended before it could write that down."""
    phone = newcomer(town, "送信中の停止")
    phone.say("ありがとう")
    settle(town)
    with town.database.transaction() as session:
        call = session.get_one(OutgoingCall, last_call(town, phone).id)
        call.state, call.settled_at = CallState.SENDING, None
        session.add(
            JobRow(
                kind="deliver",
                key=f"deliver:{call.conversation_id}",
                payload={"call_id": call.id},
                state=JobState.RUNNING,
                attempts=1,
                run_at=0,
                created_at=0,
                municipality_id=MUNICIPALITY,
            )
        )
    town.platform.note_bot_crash(MUNICIPALITY)
    town.restart()
    settle(town)
    assert len(said_by_bot(phone)) == 1
    assert last_call(town, phone).state == CallState.SENT


def test_restart_in_the_middle_of_a_backlog_leaves_nobody_without_an_answer(town: Town) -> None:
    phones = [town.phone(f"大勢 {number} {time.monotonic_ns()}") for number in range(30)]
    settle(town)
    for phone in phones:
        phone.say("ありがとう")
    soon(lambda: any(said_by_bot(phone) for phone in phones))
    town.restart()
    settle(town)
    assert [len(said_by_bot(phone)) for phone in phones] == [1] * 30


# Failures of our own.


def test_exception_in_a_handler_is_apologised_for_once_and_a_retry_answers(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = newcomer(town, "不具合")
    real = HANDLERS[Route.THANKS]

    def fail(_turn: Turn, _tools: Tools) -> Outcome:
        raise ValueError("ありがとう must not be logged")

    monkeypatch.setitem(HANDLERS, Route.THANKS, fail)
    phone.say("ありがとう")
    settle(town)
    assert [APOLOGY in text for text in said_by_bot(phone)] == [True]
    with town.database.reading() as session:
        letter = town.queue.dead_letters(session, MUNICIPALITY)[0]
    assert letter.kind == "turn"
    assert "ありがとう" not in letter.error

    with town.database.transaction() as session:
        assert town.queue.retry(session, letter.id)
    settle(town)
    assert len(said_by_bot(phone)) == 1, "a second failure of the same turn is not apologised for again"

    monkeypatch.setitem(HANDLERS, Route.THANKS, real)
    with town.database.transaction() as session:
        assert town.queue.retry(session, letter.id)
    settle(town)
    assert THANKS in said_by_bot(phone)[-1]
    with town.database.reading() as session:
        assert letter.id not in [other.id for other in town.queue.dead_letters(session)]


def test_log_holds_nothing_of_what_a_resident_wrote(town: Town, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    phone = newcomer(town, "記録")
    capfd.readouterr()

    def fail(turn: Turn, _tools: Tools) -> Outcome:
        raise ValueError(turn.text)

    monkeypatch.setitem(HANDLERS, Route.ANSWER, fail)
    phone.say("ムジナヤマの件、番号は123456789018です")
    settle(town)
    assert APOLOGY in said_by_bot(phone)[-1]
    logged = "".join(capfd.readouterr())
    assert "job_died" in logged
    assert "ムジナヤマ" not in logged
    assert "1234567890" not in logged


def test_second_failure_of_a_resident_is_apologised_for_too(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite gave the number of a finished job again, the second apology then broke on its turn's name, and nobody heard of the failure."""
    phone = newcomer(town, "二度目の不具合")
    real = HANDLERS[Route.THANKS]

    def fail(_turn: Turn, _tools: Tools) -> Outcome:
        raise ValueError

    for number in (1, 2):
        monkeypatch.setitem(HANDLERS, Route.THANKS, fail)
        phone.say("ありがとう")
        settle(town)
        assert sum(APOLOGY in text for text in said_by_bot(phone)) == number
        monkeypatch.setitem(HANDLERS, Route.THANKS, real)
        with town.database.transaction() as session:
            assert town.queue.retry(session, town.queue.dead_letters(session, MUNICIPALITY)[0].id)
        settle(town)


def test_resident_is_answered_as_usual_after_a_failure(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = newcomer(town, "不具合の後")
    with monkeypatch.context() as patch:

        def fail(_turn: Turn, _tools: Tools) -> Outcome:
            raise ValueError

        patch.setitem(HANDLERS, Route.THANKS, fail)
        phone.say("ありがとう")
        settle(town)
    phone.say("ありがとう")
    settle(town)
    assert [APOLOGY in text for text in said_by_bot(phone)] == [True, False]


def test_retry_of_a_failed_turn_reaches_it_though_newer_words_wait(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = newcomer(town, "不具合と新しい質問")
    real = HANDLERS[Route.THANKS]

    def fail(_turn: Turn, _tools: Tools) -> Outcome:
        raise ValueError

    monkeypatch.setitem(HANDLERS, Route.THANKS, fail)
    phone.say("ありがとう")
    settle(town)
    with town.database.reading() as session:
        letter = town.queue.dead_letters(session, MUNICIPALITY)[0]
    monkeypatch.setitem(HANDLERS, Route.THANKS, real)
    gate = Gate(monkeypatch, Route.SMALL_TALK)
    pass_time(town, 10)
    phone.say("元気ですか？")
    assert gate.entered.acquire(timeout=10)
    with town.database.transaction() as session:
        town.queue.retry(session, letter.id)
    gate.open.set()
    settle(town)
    assert any(THANKS in text for text in said_by_bot(phone))


def test_every_violation_of_lines_rules_is_noticed(town: Town) -> None:
    """The check at the end of each test here would be worthless if the platform overlooked a token used twice."""
    phone = newcomer(town, "違反")
    phone.say("ありがとう")
    settle(town)
    call = last_call(town, phone)
    before = len(town.platform.violations)
    town.bot.delivery._clients(MUNICIPALITY).reply(call.reply_token or "", call.body)
    assert len(town.platform.violations) == before + 1
    town.platform.journal._violations.clear()
