"""Words of staff: said once, free while a token is young, refused where they would collide or the talk is another's."""

import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.counter_jobs import CALLBACKS_JOB
from bot.models import CallState, OutgoingCall, Resident
from bot.preparing import ensure_municipality
from bot.staff_words import LONGEST, UNDO_SECONDS, CollisionError, UnfitMessageError
from core.database import Database
from core.jobs import Job
from core.models import Change
from core.pack_loading import load_pack
from handoff.callbacks import finish, open_callback
from handoff.cases import Closing
from handoff.desk_models import CaseTask, EmergencyMessage, StaffMessage, StaffMessageState
from handoff.errors import NotHolderError
from handoff.models import CallbackRequest, Case, Staff
from tests.bot.promises.counter_world import CountedDatabase, World
from tests.town import MUNICIPALITY


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    counted = CountedDatabase(database.url)
    counted.watch(lambda _session: None)
    with counted.transaction() as session:
        ensure_municipality(session, load_pack(MUNICIPALITY))
    yield World(counted, tmp_path / "media")
    counted.close()


@pytest.fixture
def held(world: World) -> World:
    """The first of the staff holds the talk's case."""
    world.say("担当者と話したい")
    world.drain()
    world.act(0, lambda session, case, staff: world.counter.claim(session, case, staff, now=world.now))
    world.drain()
    world.line.said.clear()
    return world


def submit(
    world: World,
    text: str,
    *,
    number: int = 0,
    submission: str = "",
    seen: int | None = None,
    media_id: int | None = None,
    send_at: datetime | None = None,
) -> int:
    found: list[int] = []

    def act(session: Session, case: Case, staff: Staff) -> None:
        message = world.counter.submit_message(
            session,
            case,
            staff,
            text,
            submission=submission or str(uuid.uuid4()),
            seen_message_id=world.counter.newest_message_id(session, case) if seen is None else seen,
            media_id=media_id,
            send_at=send_at,
            now=world.now,
        )
        found.append(message.id)

    world.act(number, act)
    return found[0]


def calls_of_staff(world: World) -> list[OutgoingCall]:
    with world.database.reading() as session:
        return list(session.scalars(select(OutgoingCall).where(OutgoingCall.staff_id.is_not(None)).order_by(OutgoingCall.id)))


def state_of(world: World, message_id: int) -> str:
    with world.database.reading() as session:
        return session.get_one(StaffMessage, message_id).state


def test_double_click_says_it_once(held: World) -> None:
    key = str(uuid.uuid4())
    assert submit(held, "こんにちは", submission=key) == submit(held, "こんにちは", submission=key)
    held.drain()
    assert held.line.said == ["こんにちは"]


def test_nothing_leaves_before_the_time_to_undo_is_over(held: World) -> None:
    submit(held, "こんにちは")
    held.now += timedelta(seconds=UNDO_SECONDS - 1)
    held.work()
    assert held.line.said == []
    held.now += timedelta(seconds=1)
    held.work()
    assert held.line.said == ["こんにちは"]


def test_messages_keep_their_order_though_one_is_undone(held: World) -> None:
    first, second, third = submit(held, "一"), submit(held, "二"), submit(held, "三")
    held.act(
        0,
        lambda session, _case, staff: held.counter.undo_message(session, session.get_one(StaffMessage, second), staff, now=held.now),
    )
    held.drain()
    assert held.line.said == ["一", "三"]
    assert [state_of(held, one) for one in (first, second, third)] == ["sent", "undone", "sent"]


def test_words_for_later_wait_and_hold_up_nothing_that_is_said_before(held: World) -> None:
    morning = held.now + timedelta(hours=14)
    submit(held, "おはようございます", send_at=morning)
    submit(held, "先にこちらを")
    held.now += timedelta(seconds=UNDO_SECONDS)
    held.work()
    assert held.line.said == ["先にこちらを"]
    held.now = morning
    held.work()
    assert held.line.said == ["先にこちらを", "おはようございます"]


def test_words_for_later_can_be_taken_back_until_then(held: World) -> None:
    morning = held.now + timedelta(hours=14)
    message = submit(held, "おはようございます", send_at=morning)
    held.now = morning - timedelta(minutes=1)
    held.act(
        0,
        lambda session, _case, staff: held.counter.undo_message(session, session.get_one(StaffMessage, message), staff, now=held.now),
    )
    held.now = morning
    held.work()
    assert (held.line.said, state_of(held, message)) == ([], StaffMessageState.UNDONE)


@pytest.mark.parametrize(
    ("meanwhile", "state"), [("nothing", "sent"), ("goes home", "sent"), ("another", "refused"), ("resident", "refused")]
)
def test_words_for_later_go_out_unless_they_might_be_no_answer_any_more(held: World, meanwhile: str, state: str) -> None:
    morning = held.now + timedelta(hours=14)
    message = submit(held, "おはようございます", send_at=morning)
    if meanwhile == "resident":
        held.say("もう解決しました")
        held.work()
    elif meanwhile != "nothing":
        held.act(0, lambda session, case, staff: held.counter.release(session, case, staff, "帰ります", now=held.now))
        held.work()
    if meanwhile == "another":
        held.act(1, lambda session, case, staff: held.counter.claim(session, case, staff, now=held.now))
        held.work()
    held.line.said.clear()
    held.now = morning
    held.work()
    assert state_of(held, message) == state
    assert ("おはようございます" in held.line.said) is (state == "sent")
    with held.database.reading() as session:
        case = held.open_case(session)
        assert case is not None
        assert (case.due_from is None) is (state == "sent"), "an answer pauses the clock"


def test_undoing_too_late_or_by_another_changes_nothing(held: World) -> None:
    def undo(number: int, message_id: int) -> bool:
        answers: list[bool] = []
        held.act(
            number,
            lambda session, _case, staff: answers.append(
                held.counter.undo_message(session, session.get_one(StaffMessage, message_id), staff, now=held.now)
            ),
        )
        return answers[0]

    message = submit(held, "こんにちは")
    assert undo(1, message) is False
    held.drain()
    assert undo(0, message) is False
    assert held.line.said == ["こんにちは"]


def test_what_the_resident_wrote_meanwhile_is_shown_before_it_is_answered(held: World) -> None:
    with held.database.reading() as session:
        seen = held.counter.newest_message_id(session, held.open_case(session))  # type: ignore[arg-type]
    held.say("もう解決しました")
    held.drain()
    with pytest.raises(CollisionError) as raised:
        submit(held, "お調べします", seen=seen)
    assert [(one.who, one.text) for one in raised.value.newer] == [("", "もう解決しました")]
    submit(held, "よかったです", seen=raised.value.newer[-1].message_id)
    held.drain()
    assert held.line.said == ["よかったです"]


def test_own_words_and_those_of_the_bot_do_not_collide(held: World) -> None:
    submit(held, "一")
    held.drain()
    with held.database.reading() as session:
        seen = held.counter.newest_message_id(session, held.open_case(session)) - 1  # type: ignore[arg-type]
    submit(held, "二", seen=seen)
    held.drain()
    assert held.line.said == ["一", "二"]


def test_only_who_holds_the_case_may_answer(held: World) -> None:
    with pytest.raises(NotHolderError):
        submit(held, "わたしが答えます", number=1)


def test_words_that_lost_the_talk_are_refused(held: World) -> None:
    message = submit(held, "もうすぐお返事します")
    held.act(0, lambda session, case, staff: held.counter.release(session, case, staff, "休憩", now=held.now))
    held.act(0, lambda session, case, staff: held.counter.claim(session, case, staff, now=held.now))
    held.drain()
    assert state_of(held, message) == StaffMessageState.REFUSED, "the token is another, though the person is the same"
    assert "もうすぐお返事します" not in held.line.said


def test_young_reply_token_is_used_once_and_costs_nothing(held: World) -> None:
    held.say("質問があります")
    held.drain()
    held.line.said.clear()
    with held.database.reading() as session:
        assert held.counter.preview(session, held.open_case(session), "はい", now=held.now).cost == 0  # type: ignore[arg-type]
    submit(held, "はい")
    held.drain()
    submit(held, "どうぞ")
    held.drain()
    first, second = calls_of_staff(held)
    assert (first.via, first.cost, first.state) == ("reply", 0, CallState.SENT)
    assert second.reply_token is None
    with held.database.reading() as session:
        assert held.counter.preview(session, held.open_case(session), "はい", now=held.now).cost == 1  # type: ignore[arg-type]


def test_old_token_is_not_tried(held: World) -> None:
    held.say("質問があります")
    held.drain()
    held.now += timedelta(seconds=51)
    submit(held, "はい")
    held.drain()
    assert calls_of_staff(held)[-1].reply_token is None


@pytest.mark.parametrize(("text", "problem"), [("  ", "empty"), ("あ" * (LONGEST + 1), "too_long")])
def test_what_line_would_not_take_is_refused_at_once(held: World, text: str, problem: str) -> None:
    with pytest.raises(UnfitMessageError) as raised:
        submit(held, text)
    assert raised.value.problem == problem
    with held.database.reading() as session:
        assert held.counter.preview(session, held.open_case(session), text, now=held.now).problem == problem  # type: ignore[arg-type]


def test_file_of_another_case_is_not_sent(held: World) -> None:
    with pytest.raises(UnfitMessageError, match="media_gone"):
        submit(held, "", media_id=99_999)


def test_preview_shows_the_bubbles_that_are_sent(held: World) -> None:
    text = "これは長い文です。" * 200
    with held.database.reading() as session:
        preview = held.counter.preview(session, held.open_case(session), text, now=held.now)  # type: ignore[arg-type]
    submit(held, text)
    held.drain()
    assert held.line.said == list(preview.bubbles)
    assert len(preview.bubbles) > 1
    assert preview.characters == len(text)


def block(world: World) -> None:
    with world.database.transaction() as session:
        conversation = world.conversation(session)
        assert conversation is not None
        session.get_one(Resident, conversation.resident_id).blocked_at = world.now


def test_words_that_do_not_arrive_become_one_task_however_often_they_are_tried(held: World) -> None:
    block(held)
    submit(held, "お待たせしました")
    held.drain()
    call = calls_of_staff(held)[-1]
    assert call.state == CallState.UNDELIVERABLE
    with held.database.transaction() as session:
        from bot.counter_jobs import call_settled

        call_settled(session, call.id, held.now)
    with held.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(CaseTask)) == 1


def test_notice_that_does_not_arrive_is_no_task(held: World) -> None:
    block(held)
    held.act(0, lambda session, case, staff: held.counter.release(session, case, staff, "休憩", now=held.now))
    held.drain()
    with held.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(CaseTask)) == 0


def test_satisfaction_is_asked_once_though_the_case_is_closed_twice(held: World) -> None:
    ending = Closing(reason="answered", minutes=1)
    question = load_pack(MUNICIPALITY).sentences.say("csat.ask")
    submit(held, "はい")
    held.drain()
    held.act(0, lambda session, case, staff: held.counter.close(session, case, ending, by=staff, now=held.now))
    held.drain()
    assert held.line.said.count(question) == 1
    with held.database.transaction() as session:
        case = session.scalars(select(Case)).one()
        held.counter.reopen(session, case, by=session.get_one(Staff, held.staff_ids[0]), now=held.now)
        if case.holder_id is None:
            held.counter.claim(session, case, session.get_one(Staff, held.staff_ids[0]), now=held.now)
    held.act(0, lambda session, case, staff: held.counter.close(session, case, ending, by=staff, now=held.now))
    held.drain()
    assert held.line.said.count(question) == 1


def test_emergency_message_goes_to_each_friend_once(held: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.counter_jobs.AT_ONCE", 1)
    with held.database.transaction() as session:
        conversation = held.conversation(session)
        assert conversation is not None
        session.get_one(Resident, conversation.resident_id).is_friend = True
        emergency = EmergencyMessage(
            municipality_id=MUNICIPALITY, texts={"ja": "避難してください"}, began_at=held.now, staff_id=held.staff_ids[0]
        )
        session.add(emergency)
        session.flush()
        assert held.counter.send_to_all(session, MUNICIPALITY, emergency.id) == 1
        held.counter.send_to_all(session, MUNICIPALITY, emergency.id)
    held.drain()
    assert held.line.said == ["避難してください"]


@pytest.mark.parametrize(
    "act",
    [
        lambda world: lambda session, case, staff: world.counter.release(session, case, staff, "休憩", now=world.now),
        lambda world: lambda session, case, staff: world.counter.return_to_bot(session, case, staff, now=world.now),
    ],
)
def test_open_pages_are_told_of_each_change(held: World, act: Callable[[World], Callable[[Session, Case, Staff], object]]) -> None:
    def topics() -> list[str]:
        with held.database.reading() as session:
            return list(session.scalars(select(Change.topic).order_by(Change.number)))

    before = len(topics())
    held.act(0, act(held))
    assert {topic.partition(":")[0] for topic in topics()[before:]} >= {"queue", "case"}


def apologies(world: World) -> int:
    return sum("まだできていません" in words for words in world.line.said)


def ask_to_be_called(world: World) -> None:
    with world.database.transaction() as session:
        conversation = world.conversation(session)
        assert conversation is not None
        open_callback(
            session,
            municipality_id=MUNICIPALITY,
            conversation_id=conversation.id,
            department_id="general_affairs",
            phone="090-1234-5678",
            preferred_time="",
            topic="",
            promised_from=world.now,
            now=world.now,
        )


def apologise(world: World) -> None:
    world.jobs.apologise_for_callbacks(Job(id=0, kind=CALLBACKS_JOB, payload={}, key=None, attempt=1, enqueued_at=world.now))
    world.work()


@pytest.mark.parametrize("is_called", [False, True])
def test_whoever_was_not_called_on_the_promised_day_hears_an_apology_once(world: World, is_called: bool) -> None:
    world.say("こんにちは")
    world.drain()
    ask_to_be_called(world)
    promised = world.now
    if is_called:
        with world.database.transaction() as session:
            finish(session.scalars(select(CallbackRequest)).one(), by="田中", now=world.now)
    for later in (timedelta(hours=6), timedelta(hours=17)):
        world.now = promised + later
        apologise(world)
        assert apologies(world) == 0, "within the day, and before the office opens, nobody is told"
    world.now = promised + timedelta(hours=24)
    apologise(world)
    apologise(world)
    assert apologies(world) == (0 if is_called else 1)


def test_apology_for_a_call_is_left_to_the_person_who_holds_the_talk(held: World) -> None:
    ask_to_be_called(held)
    held.now += timedelta(hours=24)
    apologise(held)
    assert apologies(held) == 0
