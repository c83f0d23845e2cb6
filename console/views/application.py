"""The page of one application: its head, its answers with what staff found of them, what can be done, and what happened."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from console.views.applications import ApplicationLine
from console.views.case import PresenceView
from console.views.choices import Choice


@dataclass(frozen=True, kw_only=True)
class TypedWords:
    """What somebody had typed into a form that was refused, and why it was."""

    form: str = ""
    problem: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    def value(self, form: str, name: str, otherwise: str = "") -> str:
        return self.values.get(name, "") if form == self.form else otherwise

    def problem_of(self, form: str) -> str:
        return self.problem if form == self.form else ""


@dataclass(frozen=True, kw_only=True)
class ApplicationHeadView:
    """Where it stands."""

    line: ApplicationLine
    submitted_at: datetime
    language: str | None
    """None for Japanese."""
    legal_basis: str
    changes_until: datetime | None
    ended_at: datetime | None
    is_forgotten: bool
    """The answers can't be read any more."""
    case_id: int | None
    """The open case of the same person."""
    conversation_id: int | None
    joined_to: Choice | None
    """The earlier report of the same thing, as number and name."""
    may_handle: bool
    may_open_case: bool
    version: int
    taken_back_until: datetime | None
    undo_seconds: int


@dataclass(frozen=True, kw_only=True)
class PhotoView:
    """A picture or file; no address where it is gone or not there yet."""

    href: str
    small_href: str
    name: str
    is_photo: bool
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class FieldView:
    """One answer, and what was found of it."""

    name: str
    label: str
    text: str
    is_veiled: bool
    photos: tuple[PhotoView, ...]
    is_checkable: bool
    mark: str
    """fine, fix, or nothing."""
    reason: str
    marked_by: str
    marked_at: datetime | None
    is_changed: bool
    """Given anew after it was returned or changed."""
    reasons: tuple[str, ...]
    """Prepared ones."""


@dataclass(frozen=True, kw_only=True)
class FieldSection:
    """A step of the procedure."""

    title: str
    fields: tuple[FieldView, ...]


@dataclass(frozen=True, kw_only=True)
class FieldsView:
    """All answers."""

    application_id: int
    sections: tuple[FieldSection, ...]
    may_mark: bool
    has_veiled: bool
    may_reveal: bool
    checked: int
    checkable: int
    map: "PlaceView | None"
    typed: TypedWords


@dataclass(frozen=True, kw_only=True)
class PlaceView:
    """Where it is, in the coordinates of a drawing."""

    x: float
    y: float
    latitude: float
    longitude: float
    ground: "GroundView"


@dataclass(frozen=True, kw_only=True)
class RoadView:
    """A road of somebody else."""

    points: str
    name: str
    owner: str
    x: float
    y: float
    is_left: bool = False
    """Its name stands left of the line, because there is no room on the right."""


@dataclass(frozen=True, kw_only=True)
class GroundView:
    """The municipality as a drawing."""

    width: int
    height: int
    borders: tuple[str, ...]
    roads: tuple[RoadView, ...]


@dataclass(frozen=True, kw_only=True)
class BubbleView:
    """What those who applied will read."""

    texts: tuple[str, ...]
    choices: tuple[str, ...]
    tag: str
    people: int
    """How many hear it."""
    is_silent: bool
    """Nothing is said of this step."""


@dataclass(frozen=True, kw_only=True)
class StepView:
    """Something that can be done, with the message that it leads to."""

    name: str
    """Of its form."""
    verb: str
    label: str
    about: str
    bubble: BubbleView


@dataclass(frozen=True, kw_only=True)
class StepsView:
    """What can be done as it stands; nothing for those who only read."""

    application_id: int
    version: int
    submission: str
    check: StepView | None
    accept: StepView | None
    finish: StepView | None
    refuse: StepView | None
    returning: StepView | None
    corrections: tuple[Choice, ...]
    """Fields that need correction, with the reasons."""
    takes_photo: bool
    refusals: tuple[str, ...]
    """Prepared reasons."""
    holders: tuple[Choice, ...]
    holder: str
    typed: TypedWords

    @property
    def is_empty(self) -> bool:
        return not any((self.check, self.accept, self.finish, self.refuse, self.returning))


@dataclass(frozen=True, kw_only=True)
class ApplicationEventLine:
    """One thing that happened."""

    id: int
    at: datetime
    text: str
    by: str
    words: str
    is_note: bool


@dataclass(frozen=True, kw_only=True)
class CourseView:
    """What happened, reports that joined, and others of the same person."""

    application_id: int
    events: tuple[ApplicationEventLine, ...]
    joined: tuple[ApplicationLine, ...]
    others: tuple[ApplicationLine, ...]
    hidden: int
    """Of other departments."""
    photo_after: PhotoView | None


@dataclass(frozen=True, kw_only=True)
class ApplicationView:
    """The page."""

    staff_id: int
    head: ApplicationHeadView
    presence: PresenceView
    fields: FieldsView
    steps: StepsView
    course: CourseView
    note_submission: str
    typed: TypedWords
    changes: tuple[ApplicationEventLine, ...]
    """What happened since the page was made whose form was refused."""
    last_event: int
    may_handle: bool
