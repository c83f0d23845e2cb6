"""A counter for tests: a municipality with a small pack, people, talks, and a clock that stands on a Tuesday morning."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from bot.models import Conversation, Resident
from core.clock import JAPAN
from core.counter_rules import CounterRules
from core.database import Database
from core.models import Municipality
from core.pack import Pack
from core.pack_loading import load_pack
from handoff.cases import CaseRequest, Opened, open_case
from handoff.models import Case, CaseReason, Presence, PresenceState, Role, Staff
from handoff.packet import Packet
from handoff.tending import Happening, tend

MORNING = datetime(2026, 11, 24, 10, 0, tzinfo=JAPAN).astimezone(UTC)
"""A Tuesday on which every department is open."""


def at(text: str) -> datetime:
    """A moment in Japan."""
    return datetime.fromisoformat(text).replace(tzinfo=JAPAN).astimezone(UTC)


@dataclass
class Counter:
    """What tests do at it; each method is a transaction."""

    database: Database
    pack: Pack
    now: datetime = MORNING
    talks: list[int] = field(default_factory=list)

    def add_staff(self, name: str, **values: object) -> int:
        """Somebody who is there and takes cases, unless `state` says otherwise."""
        state = values.pop("state", PresenceState.AVAILABLE)
        given = {
            "role": Role.STAFF,
            "department_id": "citizens",
            "capacity": 4,
            "languages": [],
            "skills": [],
            "municipality_id": self.pack.id,
            **values,
        }
        with self.database.transaction() as session:
            staff = Staff(login=name, name=name, password_hash="", created_at=self.now, **given)
            session.add(staff)
            session.flush()
            if state is not PresenceState.OFF:
                session.add(
                    Presence(staff_id=staff.id, municipality_id=staff.municipality_id, state=state, since=self.now, heartbeat_at=self.now)
                )
            return staff.id

    def add_talk(self) -> int:
        with self.database.transaction() as session:
            resident = Resident(municipality_id=self.pack.id, created_at=self.now)
            session.add(resident)
            session.flush()
            number = len(self.talks) + 1
            talk = Conversation(
                municipality_id=self.pack.id,
                key=f"talk-{number}",
                kind="person",
                resident_id=resident.id,
                state={"kind": "idle"},
                created_at=self.now,
            )
            session.add(talk)
            session.flush()
            self.talks.append(talk.id)
            return talk.id

    def request(self, talk: int | None = None, **values: object) -> CaseRequest:
        usual = CaseRequest(
            reason=CaseReason.ASKED,
            title="住民票のこと",
            packet=Packet(summary="住民票がほしい", question="住民票はどこで取れますか"),
            department_id="citizens",
            category="certificates",
            conversation_id=talk,
        )
        return replace(usual, **values)  # type: ignore[arg-type]

    def open(self, talk: int | None = None, **values: object) -> int:
        return self.opened(talk, **values).case.id

    def opened(self, talk: int | None = None, **values: object) -> Opened:
        with self.database.transaction() as session:
            given = {"resident_id": session.get_one(Conversation, talk).resident_id, **values} if talk else values
            return open_case(session, self.pack, self.request(talk, **given), now=self.now)

    def case(self, case_id: int) -> Case:
        with self.database.reading() as session:
            return session.get_one(Case, case_id)

    def tend(self) -> Sequence[Happening]:
        with self.database.transaction() as session:
            return tend(session, self.pack, self.now)

    def later(self, **amount: float) -> None:
        """Time passes, and everybody's page stays open."""
        self.now += timedelta(**amount)
        with self.database.transaction() as session:
            for presence in session.query(Presence):
                presence.heartbeat_at = self.now

    def with_rules(self, **rules: object) -> None:
        self.pack = replace(self.pack, counter=CounterRules.model_validate({**self.pack.counter.model_dump(), **rules}))


def staff_in(session: Session, staff_id: int) -> Staff:
    return session.get_one(Staff, staff_id)


def set_up(database: Database, rules: CounterRules | None = None) -> Counter:
    with database.transaction() as session:
        session.add(Municipality(id="shiomi", name="汐見市", created_at=MORNING))
    return Counter(database=database, pack=replace(load_pack("shiomi"), counter=rules or CounterRules()))
