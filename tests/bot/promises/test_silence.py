"""However bot, staff, resident, time and crashes interleave: the bot is silent in a held talk, words are said once, and none is lost."""

import uuid
from collections import Counter as Tally
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.preparing import ensure_municipality
from bot.staff_words import CollisionError
from core.migrating import migrate
from core.pack_loading import load_pack
from handoff.cases import Closing, ToDepartment
from handoff.desk_models import StaffMessage, StaffMessageState
from handoff.errors import CaseError
from handoff.models import Case, PresenceState, Staff
from tests.bot.promises.counter_world import CountedDatabase, World
from tests.databases import KINDS, fresh_database_url
from tests.town import MUNICIPALITY

WORDS = st.sampled_from(
    ["担当者と話したい", "ありがとう", "もう死にたい", "ごみのことです#", "ボットで続ける", "やめる", "量子の件#", "メニュー"]
)
PEOPLE = st.sampled_from([0, 1])
CRASHES = st.sampled_from(["before", "after"])


class Counters(RuleBasedStateMachine):
    """Invariants of every commit are looked at by the world itself."""

    database: CountedDatabase
    folder: Path

    def __init__(self) -> None:
        super().__init__()
        self.world = World(self.database, self.folder)
        self.submitted: dict[int, str] = {}

    @rule(text=WORDS)
    def resident_writes(self, text: str) -> None:
        self.world.say(text)

    @rule(most=st.integers(1, 3))
    def jobs_are_done(self, most: int) -> None:
        self.world.work(most)

    @rule(crash=CRASHES)
    def process_ends_in_a_job(self, crash: str) -> None:
        self.world.work(1, crash=crash)

    @rule(number=PEOPLE)
    def claim(self, number: int) -> None:
        self._try(number, lambda session, case, staff: self.world.counter.claim(session, case, staff, now=self.world.now))

    @rule(number=PEOPLE)
    def claim_while_a_turn_thinks(self, number: int) -> None:
        self.world.during_turn = lambda: self.claim(number)

    @rule(number=PEOPLE, has_read=st.booleans())
    def reply(self, number: int, has_read: bool) -> None:  # Hypothesis gives it by name.
        text = f"返事{uuid.uuid4().hex[:8]}"

        def submit(session: Session, case: Case, staff: Staff) -> None:
            counter = self.world.counter
            seen = counter.newest_message_id(session, case) if has_read else 0
            with suppress(CollisionError):
                row = counter.submit_message(
                    session, case, staff, text, submission=str(uuid.uuid4()), seen_message_id=seen, now=self.world.now
                )
                self.submitted[row.id] = text

        self._try(number, submit)

    @precondition(lambda self: self.submitted)
    @rule(number=PEOPLE)
    def undo(self, number: int) -> None:
        newest = max(self.submitted)
        with self.world.database.transaction() as session:
            staff = session.get_one(Staff, self.world.staff_ids[number])
            self.world.counter.undo_message(session, session.get_one(StaffMessage, newest), staff, now=self.world.now)

    @rule(number=PEOPLE)
    def release(self, number: int) -> None:
        self._try(number, lambda session, case, staff: self.world.counter.release(session, case, staff, "休憩", now=self.world.now))

    @rule(number=PEOPLE)
    def give_back(self, number: int) -> None:
        self._try(number, lambda session, case, staff: self.world.counter.return_to_bot(session, case, staff, now=self.world.now))

    @rule(number=PEOPLE)
    def close(self, number: int) -> None:
        ending = Closing(reason="answered", minutes=3)
        self._try(number, lambda session, case, staff: self.world.counter.close(session, case, ending, by=staff, now=self.world.now))

    @rule(number=PEOPLE)
    def transfer(self, number: int) -> None:
        target = ToDepartment(department_id="tax")
        self._try(
            number,
            lambda session, case, staff: self.world.counter.transfer(session, case, target, "お願いします", by=staff, now=self.world.now),
        )

    @rule(number=PEOPLE, state=st.sampled_from([PresenceState.OFF, PresenceState.BUSY, PresenceState.AVAILABLE]))
    def come_or_go(self, number: int, state: PresenceState) -> None:
        with self.world.database.transaction() as session:
            staff = session.get_one(Staff, self.world.staff_ids[number])
            self.world.counter.set_presence(session, staff, state, now=self.world.now)

    @rule(seconds=st.sampled_from([6, 70, 3700, 90_000]))
    def time_passes(self, seconds: int) -> None:
        self.world.now += timedelta(seconds=seconds)
        self.world.tending.tend_one(MUNICIPALITY)

    def teardown(self) -> None:
        self.world.drain()
        heard = [line for text in self.world.heard() for line in text.splitlines()]
        assert Tally(heard) == Tally(self.world.said), "every word of the resident stands in the ledger once"
        spoken = Tally(self.world.line.said)
        with self.world.database.reading() as session:
            states = {row.id: row.state for row in session.scalars(select(StaffMessage).where(StaffMessage.id.in_(self.submitted)))}
        for number, text in self.submitted.items():
            assert states[number] != StaffMessageState.PENDING
            assert spoken[text] == (1 if states[number] == StaffMessageState.SENT else 0)

    def _try(self, number: int, do: object) -> None:
        with suppress(CaseError):
            self.world.act(number, do)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
def test_silence_once_and_nothing_lost_in_every_interleaving(kind: str, tmp_path: Path) -> None:
    with fresh_database_url(kind, tmp_path) as url:
        database = CountedDatabase(url)
        database.watch(lambda _session: None)
        migrate(database)
        with database.transaction() as session:
            ensure_municipality(session, load_pack(MUNICIPALITY))

        class Machine(Counters):
            pass

        Machine.database, Machine.folder = database, tmp_path / "media"
        # A failing run is told as it is: making it shorter takes minutes.
        phases = (Phase.explicit, Phase.reuse, Phase.generate)
        # Each database sees the same runs, and PostgreSQL, where they take longer, fewer of them.
        most = settings().max_examples if kind == "sqlite" else settings().max_examples // 3
        run_state_machine_as_test(Machine, settings=settings(max_examples=most, stateful_step_count=40, phases=phases))
        database.close()
