"""A counter for tests: a municipality with a small pack, people, talks, and a clock that stands on a Tuesday morning."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.models import Conversation, Resident
from core.clock import JAPAN
from core.counter_rules import CounterRules
from core.database import Database
from core.models import Change, Municipality
from core.pack import Pack
from core.pack_loading import load_pack
from handoff import cases, queries
from handoff.cases import CaseRequest, Closing, Opened, ToDepartment, ToStaff, open_case
from handoff.models import Case, CaseReason, Presence, PresenceState, Role, Staff
from handoff.notices import Notice
from handoff.packet import Packet
from handoff.presence import Handed, set_presence
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

    def kinds(self, case_id: int) -> list[str]:
        """What happened to it, in order."""
        with self.database.reading() as session:
            return [event.kind for event in queries.events_of(session, case_id)]

    def detail(self, case_id: int, kind: str) -> dict[str, object]:
        """Of the last event of this kind."""
        with self.database.reading() as session:
            return [event.detail for event in queries.events_of(session, case_id) if event.kind == kind][-1]

    @contextmanager
    def working_on(self, case_id: int) -> Iterator[tuple[Session, Case]]:
        with self.database.transaction() as session:
            yield session, session.get_one(Case, case_id)

    def claim(self, case_id: int, staff_id: int, **values: int) -> Notice:
        with self.working_on(case_id) as (session, case):
            return cases.claim(session, self.pack, case, session.get_one(Staff, staff_id), now=self.now, **values)

    def assign(self, case_id: int, staff_id: int, by: int) -> Notice:
        with self.working_on(case_id) as (session, case):
            by_staff = session.get_one(Staff, by)
            return cases.assign(session, self.pack, case, session.get_one(Staff, staff_id), by=by_staff, now=self.now)

    def decline(self, case_id: int, staff_id: int, reason: str = "会議中") -> None:
        with self.working_on(case_id) as (session, case):
            cases.decline(session, case, session.get_one(Staff, staff_id), reason, now=self.now)

    def release(self, case_id: int, staff_id: int, note: str = "") -> Notice:
        with self.working_on(case_id) as (session, case):
            return cases.release(session, case, session.get_one(Staff, staff_id), note, now=self.now)

    def reply(self, case_id: int, staff_id: int) -> None:
        with self.working_on(case_id) as (session, case):
            cases.replied(session, case, by=session.get_one(Staff, staff_id), now=self.now)

    def write(self, case_id: int) -> bool:
        """The resident writes."""
        with self.working_on(case_id) as (session, case):
            return cases.add_words(session, self.pack, case, now=self.now)

    def transfer(self, case_id: int, by: int, note: str = "お願いします", **values: Any) -> Notice:
        """To `staff` (an id) or to `department`."""
        with self.working_on(case_id) as (session, case):
            staff_id, department = values.pop("staff", None), values.pop("department", "")
            target = ToStaff(staff=session.get_one(Staff, staff_id)) if staff_id else ToDepartment(department_id=department)
            return cases.transfer(session, self.pack, case, target, note, by=session.get_one(Staff, by), now=self.now, **values)

    def snooze(self, case_id: int, staff_id: int, **amount: float) -> None:
        with self.working_on(case_id) as (session, case):
            cases.snooze(session, case, self.now + timedelta(**amount), by=session.get_one(Staff, staff_id), now=self.now)

    def close(
        self, case_id: int, staff_id: int | None, reason: str = "answered", minutes: int | None = 5, seen_version: int | None = None
    ) -> Notice:
        with self.working_on(case_id) as (session, case):
            by = session.get_one(Staff, staff_id) if staff_id else None
            closing = Closing(reason=reason, minutes=minutes)
            return cases.close(session, self.pack, case, closing, by=by, now=self.now, seen_version=seen_version)

    def set_presence(self, staff_id: int, state: PresenceState) -> Sequence[Handed]:
        with self.database.transaction() as session:
            return set_presence(session, session.get_one(Staff, staff_id), state, now=self.now)

    def held(self, talk: int, staff_id: int, *, is_answered: bool = False) -> int:
        """A case of the talk that the person has, and perhaps has answered."""
        case_id = self.open(talk)
        self.claim(case_id, staff_id)
        if is_answered:
            self.reply(case_id, staff_id)
        return case_id

    def topics(self) -> list[str]:
        """What pages were told so far."""
        with self.database.reading() as session:
            statement = select(Change.topic).where(Change.municipality_id == self.pack.id)
            return list(session.scalars(statement.order_by(Change.number)))

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


def set_up(database: Database, rules: CounterRules | None = None) -> Counter:
    with database.transaction() as session:
        session.add(Municipality(id="shiomi", name="汐見市", created_at=MORNING))
    return Counter(database=database, pack=replace(load_pack("shiomi"), counter=rules or CounterRules()))
