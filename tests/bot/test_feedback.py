"""Feedback in the database: one row per answer, masked, changed rather than doubled, and gone with what was taken back."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.feedback import forget_words, handle, record_reason, record_verdict
from bot.feedback_queries import feedback_lines, waiting_feedback_count
from bot.jobs import Housekeeping
from bot.line.client import LineClient
from bot.models import Conversation, Direction, Feedback, FeedbackReason, MessageRow, TurnRow, Verdict
from bot.queries import answered_turn
from core.database import Database
from core.embedded_queue import EmbeddedQueue
from core.jobs import Job
from core.models import Municipality
from core.pack_loading import load_pack
from core.personal_data import MASK, mask_personal_data

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
ENTRIES = [{"entry": "dog", "version": 7, "quoted": True}, {"entry": "cat", "version": 8, "quoted": False}]


@pytest.fixture
def database(emptied: Database) -> Database:
    with emptied.transaction() as session:
        session.add_all(Municipality(id=key, name=key, created_at=NOW) for key in ("shiomi", "aoba"))
    return emptied


def conversation(session: Session, key: str = "U1", municipality_id: str = "shiomi") -> Conversation:
    row = Conversation(
        municipality_id=municipality_id, key=key, kind="person", state={}, version=1, owner="bot", fencing_token=0, created_at=NOW
    )
    session.add(row)
    session.flush()
    return row


def turn(session: Session, talk: Conversation, uid: str, said: str = "犬の登録 090-1234-5678", *, decision: str = "answer") -> TurnRow:
    row = TurnRow(
        uid=uid,
        municipality_id=talk.municipality_id,
        conversation_id=talk.id,
        route="answer",
        decision=decision,
        entries=ENTRIES,
        trace={},
        milliseconds=1.0,
        at=NOW,
    )
    session.add(row)
    session.flush()
    shared = {"municipality_id": talk.municipality_id, "conversation_id": talk.id, "turn_id": row.id, "at": NOW}
    session.add(MessageRow(direction=Direction.INBOUND, kind="text", text=said, **shared))
    session.flush()
    return row


def test_second_verdict_changes_the_first(database: Database) -> None:
    with database.transaction() as session:
        rated = turn(session, conversation(session), "one")
        record_verdict(session, rated, Verdict.HELPED, NOW)
        handle(record_verdict(session, rated, Verdict.HELPED, NOW), by="係", now=NOW)
        feedback = record_verdict(session, rated, Verdict.NOT_HELPED, NOW + timedelta(minutes=1))
        assert session.scalar(select(func.count()).select_from(Feedback)) == 1
        assert (feedback.verdict, rated.feedback, feedback.handled_at) == ("not_helped", "not_helped", None)
        assert (feedback.created_at, feedback.changed_at) == (NOW, NOW + timedelta(minutes=1))
        assert feedback.entries == ENTRIES


def test_same_verdict_again_leaves_what_was_handled(database: Database) -> None:
    with database.transaction() as session:
        rated = turn(session, conversation(session), "one")
        handle(record_verdict(session, rated, Verdict.NOT_HELPED, NOW), by="係", now=NOW)
        assert record_verdict(session, rated, Verdict.NOT_HELPED, NOW).handled_by == "係"


def test_question_and_comment_are_masked(database: Database) -> None:
    with database.transaction() as session:
        rated = turn(session, conversation(session), "one")
        feedback = record_reason(session, rated, FeedbackReason.WRONG, "古いです。hana@example.jp へ", said_in=rated, now=NOW)
        assert feedback.question == f"犬の登録 {MASK}"
        assert feedback.comment == f"古いです。{MASK} へ"
        assert (feedback.verdict, feedback.reason) == ("not_helped", "wrong")


def test_changed_mind_takes_the_reason_with_it(database: Database) -> None:
    with database.transaction() as session:
        rated = turn(session, conversation(session), "one")
        record_reason(session, rated, FeedbackReason.WRONG, "古いです", said_in=rated, now=NOW)
        feedback = record_verdict(session, rated, Verdict.HELPED, NOW)
        assert (feedback.reason, feedback.comment, feedback.comment_turn_id) == (None, "", None)


def test_words_that_were_taken_back_are_gone(database: Database) -> None:
    with database.transaction() as session:
        talk = conversation(session)
        rated, later = turn(session, talk, "one"), turn(session, talk, "two", "料金が古いです")
        feedback = record_reason(session, rated, FeedbackReason.WRONG, "料金が古いです", said_in=later, now=NOW)
        forget_words(session, later)
        assert (feedback.comment, feedback.question != "") == ("", True)
        forget_words(session, rated)
        assert feedback.question == ""


def test_only_answers_of_the_same_talk_can_be_judged(database: Database) -> None:
    with database.transaction() as session:
        talk, other = conversation(session), conversation(session, "U2")
        mine = turn(session, talk, "one")
        turn(session, other, "two")
        turn(session, talk, "three", decision="refuse")
        assert answered_turn(session, talk, "one", before=10**9) == mine
        assert answered_turn(session, talk, "", before=10**9) == mine
        assert answered_turn(session, talk, "two", before=10**9) is None
        assert answered_turn(session, talk, "three", before=10**9) is None


def test_what_did_not_help_waits_in_its_own_city_and_is_found_by_its_entry(database: Database) -> None:
    with database.transaction() as session:
        rated = turn(session, conversation(session), "one", "犬の登録")
        elsewhere = turn(session, conversation(session, "U9", "aoba"), "far", "よその質問")
        for row in (rated, elsewhere):
            record_reason(session, row, FeedbackReason.OTHER_QUESTION, "", said_in=row, now=NOW)
        assert waiting_feedback_count(session, "shiomi") == 1
        assert [line.turn.uid for line in feedback_lines(session, "shiomi", entry_id="dog")] == ["one"]
        assert feedback_lines(session, "shiomi", entry_id="do_") == []


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("090-1234-5678 に電話を", f"{MASK} に電話を"),
        ("０９０１２３４５６７８", MASK),
        ("+81 90 1234 5678", MASK),
        ("hana.sato@example.jp", MASK),
        ("〒123-4567", f"〒{MASK}"),
        ("2026-04-01から300円", "2026-04-01から300円"),
        ("3人で15,000円", "3人で15,000円"),
        ("犬の登録", "犬の登録"),
    ],
)
def test_personal_data_is_masked_and_nothing_else(text: str, masked: str) -> None:
    assert mask_personal_data(text) == masked
    assert mask_personal_data(masked) == masked


def test_feedback_goes_with_the_ledger(database: Database) -> None:
    pack = load_pack("shiomi")
    days = pack.municipality.retention.ledger_days
    with database.transaction() as session:
        talk = conversation(session)
        for uid, age in (("old", days + 1), ("young", days - 1)):
            record_verdict(session, turn(session, talk, uid), Verdict.HELPED, NOW - timedelta(days=age))
    queue = EmbeddedQueue(database)
    job = Job(id=1, kind="drop_old", key=None, payload={}, attempt=1, enqueued_at=NOW)
    Housekeeping(database, queue, lambda _: pack, refuse_client, ["shiomi"], lambda: NOW).drop_old(job)
    with database.reading() as session:
        assert [line.turn.uid for line in feedback_lines(session, "shiomi")] == ["young"]


def refuse_client(_municipality_id: str) -> LineClient:
    raise AssertionError("nobody is called")
