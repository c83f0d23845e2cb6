"""Who opens わたしのデータ by a link sees and does there: everything that is kept, correcting, deleting."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot import queries
from bot.form_links import DATA_PREFIX
from bot.models import Conversation
from bot.my_data import Datum, MyData, Overview, judge, overview
from bot.procedure_desk import ProcedureDesk
from core.clock import Clock
from core.database import Database
from core.errors import TamperedError
from core.messages import Language
from core.pack import Pack
from procedures.fields.base import Line
from procedures.fields.inputs import Given
from procedures.forms import Purpose, extend_link, opened_link
from procedures.models import FormLink


class GoneError(Exception):
    """That is no longer kept."""


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One request behind a valid link."""

    token: str
    link: FormLink
    pack: Pack
    language: Language
    kept: Overview
    now: datetime

    def datum(self, kind: str) -> Datum:
        """Raises GoneError."""
        found = next((one for one in self.kept.data if one.kind == kind), None)
        if found is None:
            raise GoneError(kind)
        return found

    def say(self, key: str, **gaps: object) -> str:
        return self.pack.sentences.say(key, self.language, **gaps)

    @property
    def municipality(self) -> str:
        return self.pack.label(self.pack.municipality.name, self.language)

    @property
    def home(self) -> str:
        return f"{DATA_PREFIX}/{self.token}"


class DataRoom:
    """Opens links and acts for whoever holds one. Safe to share between threads."""

    def __init__(self, database: Database, desk: ProcedureDesk, my_data: MyData, packs: Callable[[str], Pack], clock: Clock) -> None:
        self._database, self._desk, self._my_data, self._packs, self._clock = database, desk, my_data, packs, clock

    def look(self, token: str) -> Visit:
        """Raises TamperedError and LinkOverError."""
        with self._database.reading() as session:
            return self._visit(session, token)

    def correct(self, token: str, kind: str, given: Given) -> tuple[Visit, Mapping[str, Line]]:
        """What is wrong, by part; nothing once it is corrected. Raises like `look`, and GoneError."""
        with self._database.transaction() as session:
            visit = self._acting(session, token)
            datum = visit.datum(kind)
            if datum.field is None:
                raise GoneError(kind)
            misfits, value = judge(datum, given)
            if not misfits:
                self._my_data.correct(session, visit.pack.id, visit.link.resident_id, kind, value, visit.now)
            return visit, misfits

    def delete(self, token: str, kind: str) -> Visit:
        """Raises like `look`. What is gone already is as it shall be."""
        with self._database.transaction() as session:
            visit = self._acting(session, token)
            self._my_data.delete(session, visit.pack.id, visit.link.resident_id, kind, visit.now)
            return visit

    def delete_all(self, token: str) -> Visit:
        """Raises like `look`, and OpenApplicationsError."""
        with self._database.transaction() as session:
            visit = self._acting(session, token)
            self._my_data.forget(session, visit.pack.id, visit.link.resident_id, visit.now)
            return visit

    def delete_kept(self, token: str) -> Visit:
        with self._database.transaction() as session:
            visit = self._acting(session, token)
            self._my_data.delete_kept(session, visit.pack.id, visit.link.resident_id, visit.now)
            return visit

    def _acting(self, session: Session, token: str) -> Visit:
        """A turn that is being decided at this moment must not bring back what is deleted: it is decided anew."""
        link = self._link(session, token)
        talk = queries.talk_of_resident(session, link.resident_id)
        if talk is not None:
            session.get_one(Conversation, talk.id, with_for_update=True, populate_existing=True).version += 1
        extend_link(session, link, self._clock())
        return self._visit(session, token)

    def _link(self, session: Session, token: str) -> FormLink:
        link = opened_link(session, self._desk.seals, token, self._clock())
        if link.purpose != Purpose.DATA:
            raise TamperedError("a link opens another page")
        return link

    def _visit(self, session: Session, token: str) -> Visit:
        link, now = self._link(session, token), self._clock()
        pack, language = self._packs(link.municipality_id), Language(link.language)
        procedures = self._desk.procedures(link.municipality_id)
        kept = overview(session, self._desk.seals, pack, procedures, link.resident_id, language, now)
        return Visit(token=token, link=link, pack=pack, language=language, kept=kept, now=now)
