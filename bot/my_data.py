"""わたしのデータ: everything that is kept of a resident beyond the talk, as they may see it, and how it is corrected and deleted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from bot.procedure_facts import calendar_facts
from core.audit import AuditLog
from core.clock import in_japan
from core.messages import Language
from core.pack import Pack
from procedures import personal_data
from procedures.conditions import Plain
from procedures.definition import Definition
from procedures.entering import answer_in
from procedures.fields.base import Field, Line
from procedures.fields.inputs import Given
from procedures.fillings import begun_of
from procedures.keys import Seals
from procedures.lifecycle import OPEN
from procedures.loading import Procedures
from procedures.personal_data import CORRECTED, KnownDatum
from procedures.progress import Progress
from procedures.queries import applications_of
from procedures.state import Filling
from procedures.wording import Wording

MOST_APPLICATIONS = 100
HIDDEN = "●●●●"


@dataclass(frozen=True, kw_only=True)
class Datum:
    """One thing that is offered again. `field` is None where no procedure asks it any more: then it can only be deleted."""

    kind: str
    label: str
    value: str
    purpose: str
    origin: str
    """Title of the procedure in which it was given; empty where the resident corrected it."""
    until: date
    field: Field | None
    wording: Wording | None


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A procedure that was begun and not submitted."""

    title: str
    until: date


@dataclass(frozen=True, kw_only=True)
class Sent:
    """An application. `until` is None while it is under way."""

    number: str
    title: str
    is_open: bool
    is_forgotten: bool
    until: date | None


@dataclass(frozen=True, kw_only=True)
class Overview:
    """What is kept of one resident."""

    data: tuple[Datum, ...]
    begun: tuple[Begun, ...]
    sent: tuple[Sent, ...]

    @property
    def open_numbers(self) -> tuple[str, ...]:
        """Of applications under way: while there is one, not everything can be deleted."""
        return tuple(one.number for one in self.sent if one.is_open)

    @property
    def is_empty(self) -> bool:
        return not (self.data or self.begun or self.sent)


def overview(
    session: Session, seals: Seals, pack: Pack, procedures: Procedures, resident_id: int, language: Language, now: datetime
) -> Overview:
    shown = _Shown(pack, procedures, language, now)
    return Overview(
        data=tuple(shown.datum(datum) for datum in personal_data.known_data(session, seals, resident_id, now)),
        begun=tuple(
            Begun(title=shown.title(procedure), until=in_japan(until).date()) for procedure, until in begun_of(session, resident_id, now)
        ),
        sent=tuple(
            Sent(
                number=row.number,
                title=shown.title(row.procedure_id),
                is_open=row.state in OPEN,
                is_forgotten=row.sealed is None,
                until=in_japan(row.keep_until).date() if row.keep_until is not None else None,
            )
            for row in applications_of(session, resident_id, MOST_APPLICATIONS)
        ),
    )


def judge(datum: Datum, given: Given) -> tuple[Mapping[str, Line], Plain]:
    """What is wrong with a correction, by part, and the value where nothing is."""
    assert datum.field is not None
    assert datum.wording is not None
    return answer_in(datum.wording.progress, datum.field, given)


class MyData:
    """The verbs. They act in the caller's transaction, and are written into the audit log; safe to share between threads."""

    def __init__(self, seals: Seals, audit: AuditLog) -> None:
        self._seals = seals
        self._audit = audit

    def correct(self, session: Session, municipality_id: str, resident_id: int, kind: str, value: Plain, now: datetime) -> bool:
        """False where nothing of that kind is kept any more."""
        is_kept = personal_data.correct_datum(session, self._seals, resident_id, kind, value, now)
        if is_kept:
            self._record(session, municipality_id, resident_id, "own_data.correct", kind, now)
        return is_kept

    def delete(self, session: Session, municipality_id: str, resident_id: int, kind: str, now: datetime) -> bool:
        """False where nothing of that kind was kept."""
        was_kept = personal_data.delete_datum(session, resident_id, kind)
        if was_kept:
            self._record(session, municipality_id, resident_id, "own_data.delete", kind, now)
        return was_kept

    def delete_kept(self, session: Session, municipality_id: str, resident_id: int, now: datetime) -> None:
        personal_data.delete_data(session, resident_id)
        self._record(session, municipality_id, resident_id, "own_data.delete_kept", "", now)

    def forget(self, session: Session, municipality_id: str, resident_id: int, now: datetime) -> None:
        """Raises OpenApplicationsError while an application is under way."""
        personal_data.forget_resident(session, resident_id)
        self._record(session, municipality_id, resident_id, "own_data.forget", "", now)

    def _record(self, session: Session, municipality_id: str, resident_id: int, action: str, kind: str, now: datetime) -> None:
        subject = f"resident:{resident_id} {kind}".strip()
        self._audit.record(session, municipality_id=municipality_id, staff_id=None, action=action, subject=subject, now=now)


class _Shown:
    """How what is kept is called, in one language."""

    def __init__(self, pack: Pack, procedures: Procedures, language: Language, now: datetime) -> None:
        self._pack, self._procedures, self._language, self._now = pack, procedures, language, now

    def datum(self, datum: KnownDatum) -> Datum:
        found = _asked_in(self._procedures, datum)
        origin = self.title(datum.origin) if datum.origin != CORRECTED else ""
        until = in_japan(datum.expires_at).date()
        if found is None:
            return Datum(
                kind=datum.kind, label=datum.kind, value=HIDDEN, purpose=datum.purpose, origin=origin, until=until, field=None, wording=None
            )
        wording, field = self._wording(found[0]), found[1]
        return Datum(
            kind=datum.kind,
            label=wording.text(f"fields.{field.name}.label"),
            value=wording.shown(field, datum.value),
            purpose=wording.text(f"fields.{field.name}.purpose") or datum.purpose,
            origin=origin,
            until=until,
            field=field,
            wording=wording,
        )

    def title(self, procedure_id: str) -> str:
        """Its id where it is offered no more."""
        definition = self._procedures.definitions.get(procedure_id)
        return self._wording(definition).text("title") if definition is not None else procedure_id

    def _wording(self, definition: Definition) -> Wording:
        facts = calendar_facts(self._pack, self._procedures, definition)
        state = Filling(uid="", procedure_id=definition.id, digest="")
        return Wording(definition, self._pack, self._language, Progress(definition=definition, state=state, facts=facts, now=self._now))


def _asked_in(procedures: Procedures, datum: KnownDatum) -> tuple[Definition, Field] | None:
    """The question that asked it: of the procedure in which it was given, or, once corrected, for the purpose that was agreed to."""
    asking = [
        (definition, field)
        for definition in procedures.definitions.values()
        for field in definition.asked
        if field.keeps == datum.kind and field.type == datum.field_type
    ]
    return min(asking, key=lambda one: (one[0].id != datum.origin, one[1].purpose != datum.purpose), default=None)
