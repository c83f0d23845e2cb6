"""An application in machine form: its fields as the definition of its version names them, what was answered, and its files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.messages import Language
from core.pack import Pack
from procedures.applications import Desk, answers_of
from procedures.conditions import Plain
from procedures.definition import Definition
from procedures.facts import Facts
from procedures.fields.base import Field
from procedures.fields.media import FileField, PhotosField
from procedures.keys import ForgottenError
from procedures.models import Application
from procedures.progress import Progress
from procedures.sheet import shown
from procedures.state import Filling
from procedures.versions import definition_of
from procedures.wording import Wording


@dataclass(frozen=True, kw_only=True)
class AnsweredField:
    """A field with its answer; both forms are masked or gone where the answer is withheld."""

    name: str
    type: str
    label: str
    step: str
    value: Plain
    display: str
    is_sensitive: bool
    is_withheld: bool


@dataclass(frozen=True, kw_only=True)
class AnsweredFile:
    """A photo or file that is part of an answer."""

    id: int
    field: str
    mime: str


@dataclass(frozen=True, kw_only=True)
class ReadApplication:
    """`fields` is None once the answers were forgotten."""

    progress: Progress
    wording: Wording
    fields: tuple[AnsweredField, ...] | None
    files: tuple[AnsweredFile, ...]

    @property
    def definition(self) -> Definition:
        return self.progress.definition


def read_application(
    session: Session, desk: Desk, pack: Pack, application: Application, *, now: datetime, shows_sensitive: bool
) -> ReadApplication:
    """In Japanese whatever language it was filled in: that is what offices work in."""
    definition = definition_of(session, desk.municipality_id, desk.procedures, application.procedure_id, application.digest)
    try:
        answers, is_forgotten = answers_of(session, desk, application), False
    except ForgottenError:
        answers, is_forgotten = {}, True
    filling = Filling(uid="", procedure_id=definition.id, digest=application.digest, answers=answers)
    progress = Progress(definition=definition, state=filling, facts=Facts(locality=desk.procedures.locality), now=now)
    wording = Wording(definition, pack, Language.JAPANESE, progress)
    steps = {field.name: step.title for step in definition.steps for field in step.fields}
    found = [field for field in definition.fields if field.name in answers]
    return ReadApplication(
        progress=progress,
        wording=wording,
        fields=None
        if is_forgotten
        else tuple(_answered(field, answers[field.name], steps[field.name], wording, shows_sensitive) for field in found),
        files=tuple(
            file for field in found if shows_sensitive or not field.sensitive for file in _files(field, answers[field.name])
        ),
    )  # fmt: skip


def _answered(field: Field, value: Plain, step: str, wording: Wording, shows_sensitive: bool) -> AnsweredField:
    is_withheld = field.sensitive and not shows_sensitive
    return AnsweredField(
        name=field.name,
        type=field.type,
        label=wording.text(f"fields.{field.name}.label"),
        step=step,
        value=None if is_withheld else value,
        display=shown(field, value, wording, reveals=shows_sensitive),
        is_sensitive=field.sensitive,
        is_withheld=is_withheld,
    )


def _files(field: Field, value: Plain) -> Iterator[AnsweredFile]:
    if not isinstance(field, PhotosField | FileField):
        return
    parts: Sequence[Plain] = value if isinstance(value, list) else [value]
    for part in parts:
        if isinstance(part, dict) and isinstance(part.get("media"), int):
            yield AnsweredFile(id=part["media"], field=field.name, mime=str(part.get("mime", "")))
