"""The office in which applications are received, for scenarios: it takes the newest one of the talk through the real verbs."""

from datetime import date

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.line.models import LineAddress
from bot.models import Conversation
from bot.receiving import By
from bot.simulator.phone import Phone
from bot.telling import AFTER
from procedures.models import Application, Slot
from procedures.slots import set_capacity
from tests.scenario_checks import require
from tests.scenario_desk import any_staff
from tests.scenario_format import OfficeAct
from tests.town import MUNICIPALITY, Town, settle


class Office:
    """One office per talk."""

    def __init__(self, town: Town, phone: Phone) -> None:
        self._town = town
        self._phone = phone

    def act(self, act: OfficeAct) -> None:
        settle(self._town)
        receiving, now = self._town.bot.receiving, self._town.clock()
        with self._town.database.transaction() as session:
            application, by = self._newest(session), By(staff_id=any_staff(session, now).id, now=now)
            if act.back is not None:
                receiving.return_to_resident(session, application, by, act.back)
            elif act.accept:
                receiving.accept(session, application, by)
            elif act.finish:
                receiving.finish(session, application, by)
            else:
                receiving.refuse(session, application, by, act.refuse or "")
        self._town.clock.offset += AFTER
        self._town.queue.wake()

    def close_day(self, day: date) -> None:
        """In every area."""
        settle(self._town)
        with self._town.database.transaction() as session:
            for area in {row.area for row in self._town.bot.procedures.procedures(MUNICIPALITY).locality.waste.areas}:
                set_capacity(session, MUNICIPALITY, "oversized_waste", f"date|{area}|{day.isoformat()}|", day=day, capacity=0)

    def _newest(self, session: Session) -> Application:
        mine = (
            select(Application)
            .join(Conversation, Conversation.resident_id == Application.resident_id)
            .join(LineAddress, LineAddress.conversation_id == Conversation.id)
            .where(LineAddress.line_id == self._phone.chat.id)
        )
        found = session.scalars(mine.order_by(Application.id.desc()).limit(1)).first()
        require(found is not None, "the resident has applied for nothing")
        assert found is not None
        return found


def clear_office(town: Town) -> None:
    """What an earlier scenario applied for must neither take a place from a later one nor count as the same."""
    with town.database.transaction() as session:
        session.execute(delete(Slot))
        session.execute(update(Application).values(double_key=None, latitude=None, longitude=None, next_reminder_at=None))
