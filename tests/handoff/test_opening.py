"""Opening: each trigger makes one case with its reason, and the resident hears at once what will happen."""

from datetime import timedelta

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from core.database import Database
from handoff import cases, queries
from handoff.desk_models import IntakePause
from handoff.models import Case, CaseReason, CaseState, Priority, Role
from handoff.notices import NoticeKey
from handoff.packet import Packet, Tried, load
from handoff.pausing import pause_intake
from handoff.presence import PresenceState
from tests.handoff.counter import Counter, at


@pytest.mark.parametrize("reason", list(CaseReason))
def test_each_trigger_opens_exactly_one_case_with_its_reason(counter: Counter, reason: CaseReason) -> None:
    talk = counter.add_talk()
    first = counter.opened(talk, reason=reason)
    again = counter.opened(talk, reason=reason)
    assert (first.is_new, again.is_new, again.case.id) == (True, False, first.case.id)
    case = counter.case(first.case.id)
    assert (case.reason, case.state) == (reason, CaseState.WAITING)
    assert counter.kinds(case.id) == ["opened", "asked_again"]
    assert counter.detail(case.id, "opened")["reason"] == reason
    with counter.database.reading() as session:
        assert session.query(Case).count() == 1


def test_packet_keeps_all_that_is_known(counter: Counter) -> None:
    packet = Packet(
        summary="粗大ごみを出したい",
        question="布団の手数料",
        tried=(
            Tried(entry="waste-futon", question="布団は粗大ごみですか", status="answered", score=0.83, source="https://example.jp/gomi"),
        ),
        slots={"品目": "布団", "住所": "浜町1丁目"},
        media=(3, 4),
        language="ja",
        is_easy=True,
        risks=("deadline",),
        earlier_cases=(7,),
    )
    case = counter.case(counter.open(counter.add_talk(), packet=packet))
    assert load(case.packet) == packet


def test_packet_of_another_version_is_read_as_far_as_it_goes() -> None:
    stored = {"summary": "住民票", "tried": [{"entry": "e", "question": "q", "status": "s", "unknown": 1}], "unknown": True, "media": None}
    assert load(stored) == Packet(summary="住民票", tried=(Tried(entry="e", question="q", status="s"),))
    assert load({}) == Packet()


def test_out_of_hours_a_time_is_promised_by_which_somebody_can_answer(counter: Counter) -> None:
    counter.now = at("2026-11-27T20:15")  # Friday evening
    opened = counter.opened(counter.add_talk())
    assert opened.notice.key == NoticeKey.CLOSED
    assert opened.notice.values == {
        "department": "citizens", "opening": at("2026-11-30T08:30"), "promised_at": at("2026-11-30T09:30"),
    }  # fmt: skip
    assert counter.case(opened.case.id).promised_at == at("2026-11-30T09:30")


def test_lunch_break_is_out_of_hours(counter: Counter) -> None:
    counter.now = at("2026-11-24T12:30")
    opened = counter.opened(counter.add_talk(), department_id="environment")
    assert opened.notice.key == NoticeKey.CLOSED
    assert opened.notice.values["opening"] == at("2026-11-24T13:00")


def test_a_crisis_at_night_promises_no_more_than_can_be_kept(counter: Counter) -> None:
    boss = counter.add_staff("suzuki", role=Role.SUPERVISOR, state=PresenceState.OFF)
    counter.now = at("2026-11-27T23:00")
    opened = counter.opened(counter.add_talk(), reason=CaseReason.CRISIS, priority=Priority.CRISIS)
    assert opened.case.due_at == counter.now + timedelta(minutes=5)
    assert opened.notice.values["promised_at"] == at("2026-11-30T08:35")
    # Supervisors are told at once, wherever they are.
    assert f"staff:{boss}" in counter.topics()
    assert "escalated" in counter.kinds(opened.case.id)


def test_where_nobody_is_there_a_time_is_promised_too(counter: Counter) -> None:
    alone = counter.opened(counter.add_talk())
    assert alone.notice.key == NoticeKey.NOBODY_HERE
    assert alone.notice.values == {"department": "citizens", "promised_at": counter.now + timedelta(minutes=60)}
    counter.add_staff("tanaka")
    known = counter.opened(counter.add_talk())
    assert (known.notice.key, known.case.promised_at) == (NoticeKey.WAITING_UNKNOWN, None)


def test_wait_is_said_from_what_was_measured(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka", capacity=1)
    for _ in range(5):
        case_id = counter.held(counter.add_talk(), tanaka, is_answered=True)
        counter.close(case_id, tanaka, minutes=12)
    counter.held(counter.add_talk(), tanaka)
    first, second = counter.opened(counter.add_talk()).notice, counter.opened(counter.add_talk()).notice
    assert (first.key, first.values) == (NoticeKey.WAITING, {"department": "citizens", "position": 1, "least": 10, "most": 15})
    assert (second.values["position"], second.values["least"], second.values["most"]) == (2, 20, 25)


def test_pause_is_told(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    with counter.database.transaction() as session:
        pause_intake(session, counter.pack, "窓口混雑", by=session.get_one(cases.Staff, tanaka), now=counter.now)
    assert counter.opened(counter.add_talk()).notice.key == NoticeKey.PAUSED
    with counter.database.transaction() as session:
        session.query(IntakePause).update({"ended_at": counter.now})
    assert counter.opened(counter.add_talk()).notice.key == NoticeKey.WAITING_UNKNOWN


def test_asking_again_while_somebody_has_it_names_them(counter: Counter) -> None:
    tanaka = counter.add_staff("田中")
    talk = counter.add_talk()
    counter.held(talk, tanaka)
    again = counter.opened(talk)
    assert (again.notice.key, again.notice.values["staff"]) == (NoticeKey.ALREADY_HELD, "田中")


def test_asking_again_more_urgently_lifts_the_case(counter: Counter) -> None:
    talk = counter.add_talk()
    case_id = counter.open(talk)
    counter.opened(talk, reason=CaseReason.CRISIS, priority=Priority.CRISIS)
    case = counter.case(case_id)
    assert (case.priority, case.due_at) == (Priority.CRISIS, counter.now + timedelta(minutes=5))
    counter.opened(talk)
    assert counter.case(case_id).priority == Priority.CRISIS


def test_unknown_department_is_none(counter: Counter) -> None:
    assert counter.case(counter.open(counter.add_talk(), department_id="no_such")).department_id is None


def test_cases_by_hand_need_no_talk_and_do_not_join(counter: Counter) -> None:
    first, second = (counter.opened(None, reason=CaseReason.BY_HAND, contact="03-1111-2222") for _ in range(2))
    assert first.is_new
    assert second.is_new
    assert first.case.id != second.case.id


@pytest.mark.parametrize(("hours", "is_same"), [(1, True), (71, True), (73, False)])
def test_a_resident_who_asks_again_within_three_days_finds_the_same_case(counter: Counter, hours: int, is_same: bool) -> None:
    tanaka = counter.add_staff("tanaka")
    talk = counter.add_talk()
    case_id = counter.held(talk, tanaka, is_answered=True)
    counter.close(case_id, tanaka)
    counter.later(hours=hours)
    opened = counter.opened(talk)
    assert opened.is_new is not is_same
    assert (opened.case.id == case_id) is is_same
    if is_same:
        assert (opened.notice.key, counter.case(case_id).reopened) == (NoticeKey.REOPENED, 1)


@pytest.mark.parametrize(
    "other", [{"department_id": "tax"}, {"category": "tax"}, {"reason": CaseReason.SENSITIVE}, {"reason": CaseReason.CRISIS}]
)
def test_another_matter_within_three_days_is_a_new_case(counter: Counter, other: dict[str, object]) -> None:
    tanaka = counter.add_staff("tanaka")
    talk = counter.add_talk()
    case_id = counter.held(talk, tanaka, is_answered=True)
    counter.close(case_id, tanaka)
    opened = counter.opened(talk, **other)
    assert opened.is_new
    assert opened.case.id != case_id


def test_database_itself_refuses_a_second_open_case_of_a_talk(counter: Counter) -> None:
    talk = counter.add_talk()
    case_id = counter.open(talk)
    with counter.database.reading() as session:
        assert queries.open_case_of(session, talk) is not None
    with counter.database.transaction() as session:
        stored = session.get_one(Case, case_id)
        values = {column.key: getattr(stored, column.key) for column in Case.__table__.columns if column.key != "id"}
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(insert(Case).values(**values))


def test_packet_of_easy_japanese_names_a_language_that_there_is() -> None:
    """It used to hold the tag `easy`, also in rows that are there."""
    stored = load({"language": "easy", "summary": "給食のこと"})
    assert (stored.language, stored.is_easy, stored.summary) == ("ja", True, "給食のこと")
    assert (load({"language": "vi"}).language, load({"language": "vi"}).is_easy) == ("vi", False)


def test_pages_are_told_once_the_case_is_there(counter: Counter, emptied: Database) -> None:
    case_id = counter.open(counter.add_talk())
    assert counter.topics() == ["queue:*", "queue:citizens", f"case:{case_id}"]
