"""Cases of the sample towns, made by the product's own verbs."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.models import Conversation
from bot.staff_words import UNDO_SECONDS
from handoff.canned import CannedWords, add_reply
from handoff.cases import CaseRequest, open_case
from handoff.desk_models import StaffMessage, StaffMessageState
from handoff.models import Case, CaseChannel, CaseReason, Priority, Staff
from handoff.packet import Packet, Tried
from tests.console.conftest import House
from tests.console.sample import ATTACK, NOW, add_conversation, add_turn, password_hash

QUESTION = "住民票の写しの手数料を教えてください"
PACKET = Packet(
    summary="住民票の手数料を知りたい。",
    question=QUESTION,
    tried=(
        Tried(
            entry="certificates-copy",
            question="住民票の写しはどこで取れますか。",
            status="answered_confident",
            score=0.87,
            source="https://www.city.midori.example.jp/juminhyo/",
        ),
        Tried(entry="", question=ATTACK, status="unanswerable_no_passage"),
    ),
    slots={"住所": "緑市中央1-2-3", "備考": ATTACK},
    language="ja",
    risks=("deadline",),
)


def staff_of(session: Session, login: str, municipality_id: str = "midori") -> Staff:
    return session.scalars(select(Staff).where(Staff.login == login, Staff.municipality_id == municipality_id)).one()


def add_colleague(house: House, login: str, name: str, department_id: str, role: str = "staff") -> int:
    with house.database.transaction() as session:
        row = Staff(
            municipality_id="midori",
            login=login,
            name=name,
            role=role,
            department_id=department_id,
            password_hash=password_hash(),
            is_active=True,
            created_at=house.clock(),
        )
        session.add(row)
        session.flush()
        return row.id


def opened_case(
    house: House,
    *,
    key: str = "m-case",
    title: str = "住民票の手数料",
    department_id: str | None = "citizens",
    language: str = "ja",
    said: str = QUESTION,
    packet: Packet = PACKET,
    channel: CaseChannel = CaseChannel.LINE,
    priority: Priority = Priority.ORDINARY,
    municipality_id: str = "midori",
) -> int:
    """A case that waits, with a talk of its own behind it."""
    with house.database.transaction() as session:
        conversation = None
        if channel is CaseChannel.LINE:
            conversation = session.scalars(select(Conversation).where(Conversation.key == key)).one_or_none()
            if conversation is None:
                conversation = add_conversation(session, municipality_id, key, language=language)
            nothing = "すみません、見つかりませんでした。"
            add_turn(session, conversation, said=said, replies=(nothing,), decision="refuse", status="unanswerable_no_passage")
        request = CaseRequest(
            reason=CaseReason.ASKED if conversation is not None else CaseReason.BY_HAND,
            title=title,
            packet=packet,
            department_id=department_id,
            language=language,
            priority=priority,
            channel=channel,
            contact="" if conversation is not None else "090-0000-3333",
            conversation_id=conversation.id if conversation is not None else None,
            resident_id=conversation.resident_id if conversation is not None else None,
        )
        return open_case(session, house.packs(municipality_id), request, now=house.clock()).case.id


def claimed_case(house: House, login: str = "staff", **request: object) -> int:
    case_id = opened_case(house, **request)  # type: ignore[arg-type]
    with house.database.transaction() as session:
        house.counter.claim(session, session.get_one(Case, case_id), staff_of(session, login), now=house.clock())
    return case_id


def add_canned(session: Session, shortcut: str, title: str, text: str, *, until: datetime | None = None) -> None:
    """A prepared reply of everybody's."""
    words = CannedWords(shortcut=shortcut, title=title, text=text, department_id=None, owner_id=None, valid_from=None, valid_until=until)
    add_reply(session, "midori", words, NOW)


def resident_says(house: House, case_id: int, said: str, **message: object) -> None:
    """After the case was opened; nobody but its holder answers."""
    with house.database.transaction() as session:
        case = session.get_one(Case, case_id)
        conversation = session.get_one(Conversation, case.conversation_id)
        add_turn(session, conversation, said=said, decision=None, status=None, at=house.clock(), **message)


def send_what_waits(house: House) -> list[str]:
    """The seconds to undo have passed; what was said then."""
    house.clock.pass_by(timedelta(seconds=UNDO_SECONDS))
    said = []
    with house.database.transaction() as session:
        waiting = session.scalars(select(StaffMessage).where(StaffMessage.state == StaffMessageState.PENDING).order_by(StaffMessage.id))
        for message in waiting.all():
            if house.counter.send_pending(session, message.id, now=house.clock()) is not None:
                said.append(message.text)
    return said


def state_of(house: House, case_id: int) -> Case:
    with house.database.reading() as session:
        case = session.get_one(Case, case_id)
        session.expunge(case)
        return case
