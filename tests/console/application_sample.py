"""Procedures of the two sample towns, and applications of them, made by the product's own verbs."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func
from sqlalchemy.orm import Session

from bot.models import Conversation, OutgoingCall, Resident
from bot.procedure_facts import facts_for
from core.embedded_queue import EmbeddedQueue
from handoff.models import Staff
from procedures.conditions import Plain
from procedures.models import Application
from procedures.queries import locked_application
from procedures.state import Filling
from procedures.submitting import submit
from tests.console.conftest import House
from tests.console.sample import add_conversation, password_hash

NAME: Plain = {"name": "髙橋 𠮷野", "kana": "タカハシ ヨシノ"}
ACCOUNT: Plain = {"bank": "0001", "branch": "123", "kind": "ordinary", "number": "7654321", "holder": "タカハシ ヨシノ"}
BULKY_ANSWERS: dict[str, Plain] = {
    "thing": "古いソファ",
    "day": {"day": "2026-11-30", "time": ""},
    "name": NAME,
    "phone": {"number": "090-0000-1234", "hours": ""},
    "account": ACCOUNT,
}
PLACE: Plain = {"latitude": 35.0, "longitude": 139.0, "accuracy": None, "text": "緑公園の前"}


def applied(
    house: House,
    procedure: str = "bulky",
    *,
    key: str = "m-apply",
    municipality_id: str = "midori",
    language: str = "ja",
    ago: timedelta = timedelta(),
    **answers: Plain,
) -> int:
    """Submitted by the resident of the talk with this key; what is not given is the sample's."""
    with house.database.transaction() as session:
        return apply(session, house, procedure, key=key, municipality_id=municipality_id, language=language, ago=ago, **answers)


def apply(
    session: Session,
    house: House,
    procedure: str = "bulky",
    *,
    key: str = "m-apply",
    municipality_id: str = "midori",
    language: str = "ja",
    ago: timedelta = timedelta(),
    **answers: Plain,
) -> int:
    now = house.clock() - ago
    talk = session.query(Conversation).filter_by(municipality_id=municipality_id, key=key).one_or_none()
    talk = talk or add_conversation(session, municipality_id, key, language=language)
    desk = house.receiving.desk(municipality_id)
    definition = desk.procedures.definitions[procedure]
    base = BULKY_ANSWERS if procedure == "bulky" else {"kind": "hole", "place": PLACE, "notify": "line"}
    resident_id = session.get_one(Resident, talk.resident_id).id
    facts = facts_for(session, desk.seals, house.packs(municipality_id), desk.procedures, definition, resident_id, now)
    uid = f"{key}-{procedure}-{session.query(Application).count()}"
    filling = Filling(uid=uid, procedure_id=procedure, digest=desk.procedures.digests[procedure], answers={**base, **answers})
    done = submit(session, desk, filling, resident_id=resident_id, language=language, now=now, facts=replace(facts, known={}))
    return done.application.id


def stored(house: House, number: int) -> Application:
    with house.database.reading() as session:
        found = session.get_one(Application, number)
        session.expunge(found)
        return found


def tell_what_waits(house: House, *, pass_by: timedelta = timedelta(seconds=31)) -> list[str]:
    """The time to take back is over: what residents are told then."""
    house.clock.pass_by(pass_by)
    texts: list[str] = []
    for job in jobs_of(house.queue):
        with house.database.transaction() as session:
            newest = session.query(func.max(OutgoingCall.id)).scalar() or 0
            sent = house.receiving.teller.send(session, job["municipality"], job["application"], job["event"], now=house.clock())
            if sent is not None and sent.id > newest:
                texts += [str(message.get("text", message["type"])) for message in sent.body]
    return texts


def jobs_of(queue: EmbeddedQueue) -> list[dict[str, int]]:
    """Tellings that wait, oldest first."""
    from core.models import JobRow

    with queue._database.reading() as session:  # The queue has no list of what waits.
        rows = session.query(JobRow).filter_by(kind="tell_applicant").order_by(JobRow.id).all()
        return [dict(row.payload) for row in rows]


def held(session: Session, number: int) -> Application:
    found = locked_application(session, "midori", number)
    assert found is not None
    return found


def add_official(house: House, login: str, department_id: str | None, role: str = "staff") -> int:
    with house.database.transaction() as session:
        row = Staff(
            municipality_id="midori",
            login=login,
            name=f"{login}さん",
            role=role,
            department_id=department_id,
            password_hash=password_hash(),
            is_active=True,
            created_at=house.clock(),
        )
        session.add(row)
        session.flush()
        return row.id
