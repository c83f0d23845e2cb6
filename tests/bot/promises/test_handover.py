"""A talk that a person holds: the bot is silent whatever comes, their words survive crashes, and nothing opens twice."""

import uuid

import pytest
from sqlalchemy import select

from bot.models import CallState, OutgoingCall
from bot.simulator.phone import Phone
from handoff.cases import CaseRequest
from handoff.models import Case, CaseReason, CaseState, Role, Staff
from handoff.packet import Packet
from tests.bot.promises.acts import (
    Gate,
    composed,
    conversation_of,
    deliver,
    last_call,
    newcomer,
    pass_time,
    redeliver,
    routes_of,
    rows_of,
    said_by_bot,
)
from tests.patience import PATIENCE
from tests.town import MUNICIPALITY, Town, settle


def staff_id_of(town: Town) -> int:
    with town.database.transaction() as session:
        staff = Staff(
            municipality_id=MUNICIPALITY,
            login=f"s{uuid.uuid4().hex[:10]}",
            name="田中 一郎",
            role=Role.STAFF,
            department_id="general_affairs",
            password_hash="",
            created_at=town.clock(),
        )
        session.add(staff)
        session.flush()
        return staff.id


def claim(town: Town, phone: Phone, staff_id: int) -> int:
    """Opens a case by hand where there is none, and takes it."""
    conversation = conversation_of(town, phone)
    with town.database.transaction() as session:
        staff = session.get_one(Staff, staff_id)
        request = CaseRequest(
            reason=CaseReason.BY_HAND,
            title="x",
            packet=Packet(),
            department_id=None,
            conversation_id=conversation.id,
            resident_id=conversation.resident_id,
        )
        opened = town.bot.counter.open_case(session, request, by=staff, now=town.clock())
        town.bot.counter.claim(session, opened.case, staff, now=town.clock())
        return opened.case.id


def cases_of(town: Town, phone: Phone) -> list[Case]:
    return list(rows_of(town, phone, Case))


def test_turn_that_was_decided_before_a_claim_says_nothing_after_it(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    phone, staff_id = newcomer(town, "決めた後の引き受け"), staff_id_of(town)
    gate = Gate(monkeypatch)
    phone.say("ありがとう")
    assert gate.entered.acquire(timeout=PATIENCE)
    claim(town, phone, staff_id)
    gate.open.set()
    settle(town)
    assert routes_of(town, phone)[-1] == "relay"
    assert not any("お役に立てて" in text for text in said_by_bot(phone))


def test_held_talk_is_silent_for_everything_but_danger(town: Town) -> None:
    phone = newcomer(town, "担当中")
    claim(town, phone, staff_id_of(town))
    settle(town)
    before = len(said_by_bot(phone))
    for act in (
        lambda: phone.say("ありがとう"),
        lambda: phone.say("メニュー"),
        lambda: phone.say("担当者と話したい"),
        lambda: phone.send_sticker("11537", "52002734", keywords=["ありがとう"]),
        lambda: phone.send_location("ここ", "汐見市", 34.9, 139.3),
        phone.block,
        phone.unblock,
    ):
        act()
        settle(town)
    assert len(said_by_bot(phone)) == before
    phone.say("もう死にたい")
    phone.say("死にたいです")
    settle(town)
    assert len(said_by_bot(phone)) == before + 1
    assert len(cases_of(town, phone)) == 1


def test_request_that_is_delivered_twice_opens_one_case(town: Town) -> None:
    phone = newcomer(town, "二度届いた相談")
    event = composed(town, phone, "担当者と話したい")
    deliver(town, event)
    settle(town)
    before = len(said_by_bot(phone))
    redeliver(town, phone, event)
    settle(town)
    assert len(cases_of(town, phone)) == 1
    assert len(said_by_bot(phone)) == before


def test_words_of_staff_survive_the_end_of_the_process_and_are_said_once(town: Town) -> None:
    phone, staff_id = newcomer(town, "返事の途中の停止"), staff_id_of(town)
    case_id = claim(town, phone, staff_id)
    settle(town)
    with town.database.transaction() as session:
        case, staff = session.get_one(Case, case_id), session.get_one(Staff, staff_id)
        seen = town.bot.counter.newest_message_id(session, case)
        town.bot.counter.submit_message(
            session, case, staff, "お調べしました。", submission=str(uuid.uuid4()), seen_message_id=seen, now=town.clock()
        )
    town.restart()
    phone.say("お願いします")
    settle(town)
    pass_time(town, 6)
    settle(town)
    assert said_by_bot(phone).count("お調べしました。") == 1
    assert last_call(town, phone).state == CallState.SENT


def test_claim_survives_the_end_of_the_process(town: Town) -> None:
    phone = newcomer(town, "引き受けた後の停止")
    claim(town, phone, staff_id_of(town))
    town.restart()
    phone.say("ありがとう")
    settle(town)
    assert routes_of(town, phone)[-1] == "relay"
    assert [case.state for case in cases_of(town, phone)] == [CaseState.HELD]


def test_failure_while_a_person_holds_the_talk_is_not_apologised_for(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = newcomer(town, "担当中の不具合")
    claim(town, phone, staff_id_of(town))
    settle(town)
    before = len(said_by_bot(phone))

    def fail(*_: object) -> None:
        raise ValueError

    with monkeypatch.context() as patch:
        patch.setattr("bot.turn.route", fail)
        phone.say("ありがとう")
        settle(town)
    assert routes_of(town, phone)[-1] == "failed"
    assert len(said_by_bot(phone)) == before


def test_apology_is_heard_though_no_case_can_be_opened(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = newcomer(town, "案件も作れない不具合")

    def fail(*_: object, **__: object) -> None:
        raise ValueError

    with monkeypatch.context() as patch:
        patch.setattr("handoff.cases.open_case", fail)
        phone.say("担当者と話したい")
        settle(town)
    assert ["こちらの不具合で" in text for text in said_by_bot(phone)] == [True]
    assert cases_of(town, phone) == []


def test_reply_token_of_a_silent_turn_carries_the_answer_of_staff(town: Town) -> None:
    phone, staff_id = newcomer(town, "無料の返事"), staff_id_of(town)
    case_id = claim(town, phone, staff_id)
    phone.say("質問です")
    settle(town)
    with town.database.transaction() as session:
        case, staff = session.get_one(Case, case_id), session.get_one(Staff, staff_id)
        seen = town.bot.counter.newest_message_id(session, case)
        town.bot.counter.submit_message(
            session, case, staff, "はい。", submission=str(uuid.uuid4()), seen_message_id=seen, now=town.clock()
        )
    settle(town)
    with town.database.reading() as session:
        call = session.scalars(select(OutgoingCall).where(OutgoingCall.staff_id == staff_id)).one()
    assert (call.state, call.via, call.cost) == (CallState.SENT, "reply", 0)
