"""What the bot reads of procedures while it decides: definitions, facts, what a resident has begun, and their applications."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot.my_data import Overview, overview
from bot.procedure_facts import calendar_facts, facts_for, looked_up
from core.database import Database
from core.errors import PackError
from core.messages import Language
from core.pack import Pack
from procedures import applications, queries
from procedures.applications import Desk, answers_of, begin_change
from procedures.carrying import carried_over
from procedures.conditions import Plain
from procedures.definition import Definition
from procedures.facts import Facts
from procedures.fillings import filling_by_uid, filling_for, filling_of, latest_filling
from procedures.keys import ForgottenError, Seals
from procedures.loading import Procedures
from procedures.models import Application
from procedures.progress import Progress
from procedures.reasons import load_reasons
from procedures.state import Filling
from procedures.versions import definition_of
from procedures.wording import Wording


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One of a resident's applications, as a decision may look at it; the row is detached."""

    application: Application
    definition: Definition
    answers: Mapping[str, Plain]
    """Empty where they were forgotten."""
    may_change: bool
    may_withdraw: bool
    may_reopen: bool
    filling: Filling | None
    """What completes or changes it, where that was begun."""


class ProcedureDesk:
    """Reads only. Safe to share between threads."""

    def __init__(self, database: Database, seals: Seals, packs: Callable[[str], Pack], procedures: Callable[[str], Procedures]) -> None:
        self._database = database
        self._packs = packs
        self._procedures = procedures
        self.seals = seals

    def procedures(self, municipality_id: str) -> Procedures:
        return self._procedures(municipality_id)

    def desk(self, municipality_id: str) -> Desk:
        return Desk(seals=self.seals, procedures=self._procedures(municipality_id), municipality_id=municipality_id)

    def definition(self, municipality_id: str, filling: Filling) -> Definition:
        """The version with which it was begun. Raises PackError where that is not stored."""
        procedures = self._procedures(municipality_id)
        if procedures.digests.get(filling.procedure_id) == filling.digest:
            return procedures.definitions[filling.procedure_id]
        with self._database.reading() as session:
            return definition_of(session, municipality_id, procedures, filling.procedure_id, filling.digest)

    def carried(self, municipality_id: str, filling: Filling | None) -> Filling | None:
        """Carried over to the version that is in force, where another was published since it was begun."""
        procedures = self._procedures(municipality_id)
        digest = procedures.digests.get(filling.procedure_id) if filling is not None else None
        if filling is None or digest is None or digest == filling.digest:
            return filling
        try:
            before = self.definition(municipality_id, filling)
        except PackError:
            before = None
        return carried_over(filling, before, procedures.definitions[filling.procedure_id], digest)

    def facts(self, municipality_id: str, definition: Definition, resident_id: int | None, now: datetime, *, besides: int | None) -> Facts:
        """Each look-up reads by itself, so that nothing is open while a decision is made."""

        def look_up(name: str, answers: Mapping[str, Plain]) -> Plain:
            with self._database.reading() as session:
                return looked_up(session, self.seals, municipality_id, definition, name, answers, now, besides)

        with self._database.reading() as session:
            return replace(self.facts_in(session, municipality_id, definition, resident_id, now, besides=besides), look_up=look_up)

    def facts_in(
        self,
        session: Session,
        municipality_id: str,
        definition: Definition,
        resident_id: int | None,
        now: datetime,
        *,
        besides: int | None,
    ) -> Facts:
        """Within the caller's transaction."""
        pack, procedures = self._packs(municipality_id), self._procedures(municipality_id)
        return facts_for(session, self.seals, pack, procedures, definition, resident_id, now, besides=besides)

    def overview(self, municipality_id: str, resident_id: int | None, language: Language, now: datetime) -> Overview:
        """Everything that is kept of a resident beyond the talk."""
        if resident_id is None:
            return Overview(data=(), begun=(), sent=())
        pack, procedures = self._packs(municipality_id), self._procedures(municipality_id)
        with self._database.reading() as session:
            return overview(session, self.seals, pack, procedures, resident_id, language, now)

    def begun(self, resident_id: int | None, procedure_id: str, now: datetime) -> Filling | None:
        """What the resident has begun of a procedure and not submitted."""
        if resident_id is None:
            return None
        with self._database.reading() as session:
            return filling_of(session, self.seals, resident_id, procedure_id, now)

    def filling(self, resident_id: int | None, uid: str, now: datetime) -> Filling | None:
        """One of the resident's own."""
        if resident_id is None:
            return None
        with self._database.reading() as session:
            return filling_by_uid(session, self.seals, resident_id, uid, now)

    def latest(self, resident_id: int | None, now: datetime) -> Filling | None:
        """What the resident filled in last and has not submitted."""
        if resident_id is None:
            return None
        with self._database.reading() as session:
            return latest_filling(session, self.seals, resident_id, now)

    def standings(self, resident_id: int | None, now: datetime) -> Sequence[Standing]:
        """All applications of the resident that are remembered, the newest first."""
        if resident_id is None:
            return ()
        with self._database.reading() as session:
            found = [self._standing(session, row, now) for row in queries.applications_of(session, resident_id)]
            session.expunge_all()
        return found

    def standing(
        self, resident_id: int | None, now: datetime, *, application_id: int | None = None, number: str = "", filling_uid: str = ""
    ) -> Standing | None:
        """By one of its names; None where there is none of the resident's own."""
        if resident_id is None:
            return None
        with self._database.reading() as session:
            row = queries.application_of_resident(
                session, resident_id, application_id=application_id, number=number, filling_uid=filling_uid
            )
            found = self._standing(session, row, now) if row is not None else None
            session.expunge_all()
        return found

    def change_of(self, standing: Standing, now: datetime) -> Filling:
        """What the resident goes on with to change it. Raises NotAllowedError."""
        with self._database.reading() as session:
            return begin_change(session, self.desk(standing.application.municipality_id), standing.application, now)

    def wording(
        self, municipality_id: str, definition: Definition, filling: Filling, language: Language, now: datetime, facts: Facts | None = None
    ) -> Wording:
        pack = self._packs(municipality_id)
        known = facts or calendar_facts(pack, self._procedures(municipality_id), definition)
        progress = Progress(definition=definition, state=filling, facts=known, now=now)
        return Wording(definition, pack, language, progress, load_reasons(pack.id).in_language)

    def _standing(self, session: Session, row: Application, now: datetime) -> Standing:
        desk = self.desk(row.municipality_id)
        definition = definition_of(session, desk.municipality_id, desk.procedures, row.procedure_id, row.digest)
        try:
            answers = answers_of(session, desk, row)
        except ForgottenError:
            answers = {}
        return Standing(
            application=row,
            definition=definition,
            answers=answers,
            may_change=bool(answers) and applications.may_change(row, now),
            may_withdraw=applications.may_withdraw(definition, row, now),
            may_reopen=applications.may_reopen(definition, row, now),
            filling=filling_for(session, self.seals, row.resident_id, row.id, now) if row.resident_id is not None else None,
        )


def filled(standing: Standing) -> Filling:
    """The application's answers in the form in which they were filled in, for wording."""
    application = standing.application
    return Filling(
        uid=application.filling_uid, procedure_id=application.procedure_id, digest=application.digest, answers=dict(standing.answers)
    )
