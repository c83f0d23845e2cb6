"""A person at the counter, who takes the case of a scenario's talk and speaks through the real verbs."""

import uuid
from datetime import datetime
from itertools import count

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.line.models import LineAddress
from bot.models import Conversation
from bot.ownership import BOT
from bot.simulator.phone import Phone
from bot.states import Idle, dump_state
from handoff.cases import Closing, ToDepartment
from handoff.desk_models import IntakePause, Media
from handoff.models import Case, CaseState, PresenceState, Role, Staff
from tests.scenario_checks import require
from tests.scenario_format import StaffAct
from tests.town import MUNICIPALITY, Town, settle

NAME = "田中 一郎"
numbers = count(1)

SMALL_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63b8b5a0e03f0005e70284e0b7b1ae0000000049454e44ae426082"
)


class Desk:
    """One desk per talk; its person is made when they first do something."""

    def __init__(self, town: Town, phone: Phone) -> None:
        self._town = town
        self._phone = phone
        self._staff_id: int | None = None

    def act(self, act: StaffAct) -> None:
        settle(self._town)
        name = next(iter(act.model_fields_set))
        value = getattr(act, name)
        counter, now = self._town.bot.counter, self._town.clock()
        with self._town.database.transaction() as session:
            case, staff = self._case(session), self._staff(session)
            match name:
                case "claim":
                    counter.claim(session, case, staff, now=now)
                case "reply":
                    self._submit(session, case, staff, value)
                case "undo":
                    message = self._submit(session, case, staff, value)
                    require(counter.undo_message(session, message, staff, now=now), "the words could not be taken back")
                case "photo":
                    media = counter.media.take_upload(session, case, "地図.png", SMALL_PNG, now=now)
                    self._submit(session, case, staff, "", media)
                case "release":
                    counter.release(session, case, staff, value, now=now)
                case "hand_to":
                    counter.transfer(session, case, ToDepartment(department_id=value), "引き継ぎます。", by=staff, now=now)
                case "close":
                    counter.close(session, case, Closing(reason=value, minutes=5), by=staff, now=now)
                case "give_back":
                    counter.return_to_bot(session, case, staff, now=now)
                case "leave":
                    counter.set_presence(session, staff, PresenceState.OFF, now=now)

    def pause_intake(self) -> None:
        """Until the next scenario begins."""
        with self._town.database.transaction() as session:
            staff = self._staff(session)
            session.add(IntakePause(municipality_id=MUNICIPALITY, reason="混雑", staff_id=staff.id, began_at=self._town.clock()))

    def _submit(self, session: Session, case: Case, staff: Staff, text: str, media: Media | None = None):  # type: ignore[no-untyped-def]
        counter = self._town.bot.counter
        return counter.submit_message(
            session,
            case,
            staff,
            text,
            submission=str(uuid.uuid4()),
            seen_message_id=counter.newest_message_id(session, case),
            media_id=media.id if media is not None else None,
            now=self._town.clock(),
        )

    def _case(self, session: Session) -> Case:
        joined = select(Case).join(LineAddress, LineAddress.conversation_id == Case.conversation_id)
        found = session.scalars(joined.where(LineAddress.line_id == self._phone.chat.id).order_by(Case.id.desc()).limit(1)).first()
        require(found is not None, "the talk has no case that somebody could work on")
        assert found is not None
        return found

    def _staff(self, session: Session) -> Staff:
        if self._staff_id is not None:
            return session.get_one(Staff, self._staff_id)
        staff = Staff(
            municipality_id=MUNICIPALITY,
            login=f"desk{next(numbers)}",
            name=NAME,
            role=Role.STAFF,
            department_id="general_affairs",
            password_hash="",
            created_at=self._town.clock(),
        )
        session.add(staff)
        session.flush()
        self._staff_id = staff.id
        return staff


def any_staff(session: Session, now: datetime) -> Staff:
    """Whoever is there, for what is not about a person at the counter."""
    found = session.scalars(select(Staff).order_by(Staff.id).limit(1)).first()
    if found is None:
        found = Staff(
            municipality_id=MUNICIPALITY, login="office", name=NAME, role=Role.STAFF, department_id=None, password_hash="", created_at=now
        )
        session.add(found)
        session.flush()
    return found


def clear_counter(town: Town) -> None:
    """What an earlier scenario left at the counter must not change the place in the queue of a later one."""
    with town.database.transaction() as session:
        session.execute(update(Case).where(Case.state != CaseState.CLOSED).values(state=CaseState.CLOSED, closed_at=town.clock()))
        session.execute(update(IntakePause).where(IntakePause.ended_at.is_(None)).values(ended_at=town.clock()))
        session.execute(update(Conversation).where(Conversation.owner != BOT).values(owner=BOT, state=dump_state(Idle())))
