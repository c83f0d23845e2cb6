"""What was promised survives the end of the process at any moment."""

import time

import pytest
from sqlalchemy import delete

from bot.models import CallState, OutgoingCall
from bot.simulator.phone import Phone
from core.jobs import Job, JobKind
from core.models import JobRow, JobState
from tests.bot.promises.acts import last_call, newcomer, routes_of, said_by_bot
from tests.patience import soon
from tests.town import MUNICIPALITY, Town, settle

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")


def crashed_before_sending(town: Town, phone: Phone, *, keep_job: bool) -> None:
    """The turn is committed and the process ends before the call goes out."""

    def end(_job: Job) -> None:
        """The worker is gone without a word, and its job stays as a crash leaves it."""
        raise SystemExit

    town.queue._kinds["deliver"] = JobKind(name="deliver", run=end)
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
