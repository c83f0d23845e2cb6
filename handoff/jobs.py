"""The job that tends the counter again and again."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core.clock import Clock, system_clock
from core.database import Database
from core.for_each import for_each
from core.jobs import Job, JobKind, PeriodicJob
from core.pack import Pack
from handoff.changing import LockTalks, leave_talks
from handoff.tending import Happening, look, tend

TEND_JOB = "tend_counter"
TEND_PERIOD = PeriodicJob(kind=TEND_JOB, every=timedelta(seconds=1))

Tell = Callable[[Session, Sequence[Happening], datetime], None]
"""Says the notices and gives talks back to the bot, in the transaction in which things happened."""


class Tending:
    """Tends each municipality's counter in a transaction of its own, and opens none where nothing is to do."""

    def __init__(
        self,
        database: Database,
        packs: Callable[[str], Pack],
        municipality_ids: Sequence[str],
        tell: Tell,
        *,
        lock_talks: LockTalks = leave_talks,
        clock: Clock = system_clock,
    ) -> None:
        self._database, self._packs, self._municipality_ids = database, packs, municipality_ids
        self._tell, self._lock_talks, self._clock = tell, lock_talks, clock

    def run(self, _job: Job) -> None:
        for_each(self._municipality_ids, self.tend_one, "counter_not_tended")

    def tend_one(self, municipality_id: str) -> Sequence[Happening]:
        pack, now = self._packs(municipality_id), self._clock()
        with self._database.reading() as session:
            if not look(session, pack, now):
                return ()
        with self._database.transaction() as session:
            happenings = tend(session, pack, now, lock_talks=self._lock_talks)
            self._tell(session, happenings, now)
        return happenings


def tend_kind(tending: Tending) -> JobKind:
    return JobKind(name=TEND_JOB, run=tending.run)
