"""The office in which applications are received, for scenarios: it takes the newest one of the talk through the real verbs."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.line.models import LineAddress
from bot.models import Conversation
from bot.simulator.phone import Phone
from procedures.applications import accept, finish, refuse, return_to_resident
from procedures.fillings import save_filling
from procedures.models import Application
from procedures.slots import set_capacity
from tests.scenario_checks import require
from tests.scenario_desk import any_staff
from tests.scenario_format import OfficeAct
from tests.town import MUNICIPALITY, Town, settle



class Office:
    """Nobody is told by it: that is what bot/telling.py is tested for."""

    def __init__(self, town: Town, phone: Phone) -> None:
        self._town = town
        self._phone = phone

    def act(self, act: OfficeAct) -> None:
        settle(self._town)
        desk, now = self._town.bot.procedures.desk(MUNICIPALITY), self._town.clock()
        with self._town.database.transaction() as session:
            application, staff_id = self._newest(session), any_staff(session, now).id
            if act.back is not None:
                filling, _ = return_to_resident(session, desk, application, act.back, staff_id=staff_id, now=now)
                assert application.resident_id is not None
                save_filling(
                    session, desk.seals, desk.procedures, filling,
                    municipality_id=MUNICIPALITY, resident_id=application.resident_id, now=now,
                )  # fmt: skip
            elif act.accept:
                accept(session, desk, application, staff_id=staff_id, now=now)
            elif act.finish:
                accept(session, desk, application, staff_id=staff_id, now=now)
                finish(session, desk, application, staff_id=staff_id, now=now)
            else:
                refuse(session, desk, application, staff_id=staff_id, now=now, words=act.refuse or "")

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
