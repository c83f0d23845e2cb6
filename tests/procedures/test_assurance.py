"""How surely somebody is known: what each level lets them do, codes from the counter, and drafts for it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from core.database import Database
from core.errors import PackError
from procedures.applications import Desk
from procedures.assurance import (
    LIFETIME,
    MOST_FAILURES,
    VERIFIED_FOR,
    WINDOW,
    NotAssuredError,
    Verification,
    give_code,
    level_of,
    new_code,
    read_code,
    verify_account,
)
from procedures.definition import Assurance, Definition
from procedures.drafts import KEPT, draft_with, drop_expired, keep_draft, submit_draft
from procedures.loading import Procedures, digest_of, read_definition
from procedures.models import Application, CounterDraft, LinkCode, Slot
from procedures.rendering import rendered
from procedures.said import Confirmed
from procedures.state import Filling
from procedures.steps import Completed, Confirm, Drafted
from procedures.submitting import submit
from tests.procedures.database import SEALS, settled
from tests.procedures.talk import NOW, PACK, PROCEDURES, Talk, sample_facts

SOURCE = """
id: umbrella_loan
title: 傘の貸し出し
department: general_affairs
starts: [傘の貸し出し]
assurance: L2
legal_basis: 試し
retention: {days: 30, because: 試し}
thanks: 受け付けました。{number}
tells: {accepted: あ, returned: い, refused: う, done: え}
steps:
  - title: 貸し出し
    fields:
      - {name: count, type: number, label: 本数, ask: 何本いりますか。, least: 1, most: 3}
      - {name: visit, type: slot, label: 来庁する日, ask: いつ窓口に来られますか。, capacity: 1,
         after: 1 day, until: 14 days, when: {field: fact.assured, is: false}}
"""


def procedures_with(level: str) -> Procedures:
    source = SOURCE.replace("assurance: L2", f"assurance: {level}")
    definition = read_definition(source, "procedures/umbrella_loan.yaml", PACK, PROCEDURES.locality)
    name = definition.id
    return replace(PROCEDURES, definitions={name: definition}, digests={name: digest_of(source)}, sources={name: source})


def filled(procedures: Procedures, level: Assurance, *said: str, uid: str = "uid") -> Talk:
    definition: Definition = procedures.definitions["umbrella_loan"]
    talk = Talk(definition, facts=sample_facts("general_affairs", assurance=level.value), uid=uid)
    talk.say("2", *said)
    assert isinstance(talk.step, Confirm)
    return talk


def state_of(talk: Talk, procedures: Procedures) -> Filling:
    return replace(talk.step.state, digest=procedures.digests["umbrella_loan"])


@pytest.mark.parametrize("needed", ["L0", "L1", "L2", "L3"])
@pytest.mark.parametrize("level", list(Assurance)[1:])
def test_level_decides_between_application_and_draft(needed: str, level: Assurance) -> None:
    procedures = procedures_with(needed)
    is_enough = level.value >= needed
    talk = filled(procedures, level, *(() if is_enough else ("12月7日",)))
    assert isinstance(talk.step, Confirm)
    assert talk.step.is_draft is not is_enough
    labels = [choice.label for message in rendered(talk.step, talk.wording()).messages for choice in getattr(message, "choices", ())]
    assert ("下書きを作る" in labels) is not is_enough
    assert ("この内容で申し込む" in labels) is is_enough
    talk.do(Confirmed(fingerprint=talk.step.fingerprint))
    assert isinstance(talk.step, Completed if is_enough else Drafted)


def test_nothing_is_submitted_below_the_level_whoever_asks(database: Database) -> None:
    people, procedures = settled(database), procedures_with("L2")
    desk = Desk(seals=SEALS, procedures=procedures, municipality_id="shiomi")
    talk = filled(procedures, Assurance.VERIFIED)
    given = {"resident_id": people.resident, "language": "ja", "now": NOW}
    with database.transaction() as session:
        with pytest.raises(NotAssuredError):
            submit(session, desk, state_of(talk, procedures), **given, facts=replace(talk.facts, assurance="L1"))  # type: ignore[arg-type]
        assert session.scalars(select(Application)).all() == []
        assert submit(session, desk, state_of(talk, procedures), **given, facts=talk.facts).is_new  # type: ignore[arg-type]


def test_draft_holds_the_visit_and_becomes_an_application_at_the_counter_once(database: Database) -> None:
    people, procedures = settled(database), procedures_with("L3")
    desk = Desk(seals=SEALS, procedures=procedures, municipality_id="shiomi")
    talk = filled(procedures, Assurance.ACCOUNT, "12月7日")
    given = {"resident_id": people.resident, "language": "ja", "now": NOW, "facts": talk.facts}
    with database.transaction() as session:
        draft = keep_draft(session, desk, state_of(talk, procedures), **given)  # type: ignore[arg-type]
        again = keep_draft(session, desk, state_of(talk, procedures), **given)  # type: ignore[arg-type]
        assert again.id == draft.id
        assert session.scalars(select(Slot.taken)).all() == [1]
        assert session.scalars(select(Application)).all() == []
        code = draft.code
    with database.transaction() as session:
        assert draft_with(session, "aoba", code, NOW) is None
        found = draft_with(session, "shiomi", code, NOW + timedelta(days=8))
        assert found is not None
        submitted = submit_draft(session, desk, found, now=NOW, facts=sample_facts("general_affairs"))
        assert submitted.is_new
        assert submitted.application.number.startswith("JU-2026-")
        assert session.scalars(select(CounterDraft)).all() == []
        assert draft_with(session, "shiomi", code, NOW) is None


def test_draft_whose_time_is_over_gives_its_place_back(database: Database) -> None:
    people, procedures = settled(database), procedures_with("L3")
    desk = Desk(seals=SEALS, procedures=procedures, municipality_id="shiomi")
    talk = filled(procedures, Assurance.ACCOUNT, "12月7日")
    with database.transaction() as session:
        keep_draft(session, desk, state_of(talk, procedures), resident_id=people.resident, language="ja", now=NOW, facts=talk.facts)
        assert drop_expired(session, "shiomi", NOW + KEPT - timedelta(seconds=1)) == 0
        assert drop_expired(session, "shiomi", NOW + KEPT) == 1
        assert session.scalars(select(Slot.taken)).all() == [0]


def code_for(database: Database, staff: int, now: datetime = NOW) -> str:
    with database.transaction() as session:
        return give_code(session, SEALS, municipality_id="shiomi", staff_id=staff, method="passport", now=now)


def type_code(database: Database, resident: int, code: str, now: datetime = NOW) -> Verification:
    with database.transaction() as session:
        return verify_account(session, SEALS, municipality_id="shiomi", resident_id=resident, code=code, now=now)


def level(database: Database, resident: int, now: datetime = NOW) -> Assurance:
    with database.reading() as session:
        return level_of(session, "shiomi", resident, now)


def test_code_of_the_counter_verifies_one_account_once_and_for_a_year(database: Database) -> None:
    people = settled(database)
    code = code_for(database, people.staff)
    assert level(database, people.resident) is Assurance.ACCOUNT
    with database.reading() as session:
        assert code not in repr([vars(row) for row in session.scalars(select(LinkCode))])
    assert type_code(database, people.resident, code) is Verification.VERIFIED
    assert level(database, people.resident) is Assurance.VERIFIED
    assert type_code(database, people.other, code) is Verification.WRONG
    assert level(database, people.other) is Assurance.ACCOUNT
    assert level(database, people.resident, NOW + VERIFIED_FOR) is Assurance.ACCOUNT


def test_code_is_good_for_some_minutes(database: Database) -> None:
    people = settled(database)
    late, early = code_for(database, people.staff), code_for(database, people.staff)
    assert type_code(database, people.resident, late, NOW + LIFETIME) is Verification.WRONG
    assert type_code(database, people.resident, early, NOW + LIFETIME - timedelta(seconds=1)) is Verification.VERIFIED


def test_after_some_wrong_codes_the_right_one_is_refused_for_an_hour(database: Database) -> None:
    people = settled(database)
    for _ in range(MOST_FAILURES):
        assert type_code(database, people.resident, new_code()) is Verification.WRONG
    assert type_code(database, people.resident, code_for(database, people.staff)) is Verification.LOCKED
    later = NOW + WINDOW
    assert type_code(database, people.resident, code_for(database, people.staff, later), later) is Verification.VERIFIED


def test_provider_of_a_municipality_proves_more_and_none_is_pretended(database: Database) -> None:
    people = settled(database)

    class Proved:
        def level(self, resident_id: int, now: datetime) -> Assurance | None:
            return Assurance.PUBLIC if resident_id == people.resident else None

    with database.reading() as session:
        providers = {"shiomi": Proved()}
        assert level_of(session, "shiomi", people.resident, NOW, providers) is Assurance.PUBLIC
        assert level_of(session, "shiomi", people.other, NOW, providers) is Assurance.ACCOUNT
        assert level_of(session, "aoba", people.resident, NOW, providers) is Assurance.ACCOUNT
        assert level_of(session, "shiomi", people.resident, NOW) is Assurance.ACCOUNT


@pytest.mark.parametrize("written", ["{}", " {} ", "{}\n"])
def test_code_is_read_however_it_is_typed_and_words_are_none(written: str) -> None:
    for _ in range(50):
        code = new_code()
        assert read_code(written.format(code)) == code
        assert read_code(code.lower().replace("-", " ")) == code
        wrong = code[:-1] + next(letter for letter in "23456789" if letter != code[-1])
        assert read_code(wrong) is None
    for words in ("hospital", "12345678", "粗大ごみ", "JU-2026-000001-X", "", "ABCD EFGH IJKL"):
        assert read_code(words) is None


def test_sample_procedures_need_no_more_than_an_account() -> None:
    for definition in PROCEDURES.definitions.values():
        assert definition.assurance.value <= Assurance.ACCOUNT.value
    with pytest.raises(PackError):
        read_definition(SOURCE.replace("L2", "L4"), "procedures/umbrella_loan.yaml", PACK, PROCEDURES.locality)
