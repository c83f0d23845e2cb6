"""What the API says and takes, as it stands in its description."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from console.application_api.moving import LONGEST, Target
from core.clock import iso
from procedures.models import ApplicationState
from procedures.outside.queries import Standing
from procedures.outside.reading import AnsweredField, AnsweredFile, ReadApplication

MOST_RETURNED = 50
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]
Reason = Annotated[str, StringConstraints(max_length=LONGEST, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")]


class Taken(BaseModel):
    """What the calling system has taken over."""

    version: int
    at: str
    is_current: bool
    """Whether it is the present version."""


class Summary(BaseModel):
    """An application in the list; it holds nothing that the resident wrote."""

    number: str
    """The receipt number, by which residents know it."""
    procedure: str
    state: ApplicationState
    version: int
    """Grows with every change."""
    submitted_at: str
    changed_at: str
    due_at: str | None
    taken: Taken | None
    url: str


class Page(BaseModel):
    """Applications in the order of their latest change."""

    applications: list[Summary]
    next_cursor: str
    """Where to go on, also when this was the end: what changes later comes after it."""
    has_more: bool


class FieldShape(BaseModel):
    """An answer. A computed field follows from others."""

    name: str
    type: str
    label: str
    step: str
    value: Any
    """In the form of the field's type; null where it is withheld."""
    display: str
    """As people read it."""
    sensitive: bool
    withheld: bool
    """Sensitive, and the token does not allow it."""


class FileShape(BaseModel):
    """A photo or file; its address needs the token and the scope `applications:files`."""

    id: int
    field: str
    mime: str
    url: str


class Definition(BaseModel):
    """Of the version that the application was filled in with."""

    id: str
    version: str
    title: str


class Whole(Summary):
    """An application with its answers."""

    definition: Definition
    department: str
    fields: list[FieldShape] | None
    """null once the time of keeping is over, or the resident had everything deleted."""
    files: list[FileShape]


class Acknowledging(BaseModel):
    """That a version was taken over."""

    model_config = ConfigDict(extra="forbid")

    version: Version


class Moving(BaseModel):
    """Which state an application is to have, seen from a version of it."""

    model_config = ConfigDict(extra="forbid")

    state: Target
    version: Version
    reason: Reason = ""
    """Told to the resident; needed for `refused`."""
    fields: Annotated[dict[Annotated[str, StringConstraints(max_length=40)], Reason], Field(max_length=MOST_RETURNED)] = {}
    """For `returned`: which fields are asked again, each with its reason."""


class Moved(BaseModel):
    """How the application stands after a call."""

    number: str
    state: ApplicationState
    version: int


def summary(standing: Standing) -> Summary:
    return Summary(**_summed(standing))


def whole(standing: Standing, read: ReadApplication) -> Whole:
    application = standing.application
    return Whole(
        **_summed(standing),
        definition=Definition(id=read.definition.id, version=application.digest, title=read.definition.title),
        department=application.department_id,
        fields=[field_shape(field) for field in read.fields] if read.fields is not None else None,
        files=[file_shape(application.number, file) for file in read.files],
    )


def taken_shape(standing: Standing) -> Taken | None:
    taken = standing.taken
    if taken is None:
        return None
    return Taken(version=taken.version, at=iso(taken.at), is_current=taken.version >= standing.application.version)


def field_shape(field: AnsweredField) -> FieldShape:
    return FieldShape(
        name=field.name,
        type=field.type,
        label=field.label,
        step=field.step,
        value=field.value,
        display=field.display,
        sensitive=field.is_sensitive,
        withheld=field.is_withheld,
    )


def file_shape(number: str, file: AnsweredFile) -> FileShape:
    return FileShape(id=file.id, field=file.field, mime=file.mime, url=f"/api/v1/applications/{number}/files/{file.id}")


def _summed(standing: Standing) -> dict[str, Any]:
    application = standing.application
    return {
        "number": application.number,
        "procedure": application.procedure_id,
        "state": application.state,
        "version": application.version,
        "submitted_at": iso(application.submitted_at),
        "changed_at": iso(standing.change.at),
        "due_at": iso(application.due_at) if application.due_at is not None else None,
        "taken": taken_shape(standing),
        "url": f"/api/v1/applications/{application.number}",
    }
