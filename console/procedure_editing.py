"""What the pages of one procedure share: the procedure that is meant, the text that is edited, and writing an edition of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from console.security import PREFIX
from console.visiting import NotHereError, Visit
from core.current_packs import written_rows
from core.database import after_commit
from core.edits import PROCEDURE, VALUE, digest_of, edition_in, editions_of
from core.models import Edition, EditionState
from core.values import placeholders
from procedures.definition import Definition, conditions_of
from procedures.editions import Author, propose, text_in_force, text_to_edit
from procedures.examining import Examined, SourceProblem, examine
from procedures.loading import Procedures
from procedures.queries import count_open
from procedures.versions import store_text

PATH = f"{PREFIX}/procedures"
ROOM = "procedures"
OF_OTHER_FILES = ("department.", "municipality.")
"""Values that follow from departments.yaml and municipality.yaml."""


@dataclass(frozen=True, kw_only=True)
class Editing:
    """A procedure as somebody edits it."""

    id: str
    original: str
    """The pack's own text."""
    in_force: str
    text: str
    """What the next edition is made from: the one that waits for approval, or what is in force."""
    waiting: Edition | None

    @property
    def subject(self) -> str:
        return PROCEDURE + self.id

    @property
    def digest(self) -> str:
        """By which a form names the text with which it began."""
        return digest_of(self.text)

    @property
    def path(self) -> str:
        return f"{PATH}/{self.id}"


def accessible_definition(visit: Visit, procedure_id: str) -> Definition:
    """As it is in force. Raises NotHereError."""
    found = visit.procedures(visit.municipality_id).definitions.get(procedure_id)
    if found is None:
        raise NotHereError("no such procedure here")
    return found


def editing_of(session: Session, visit: Visit, procedure_id: str) -> Editing:
    """Raises NotHereError."""
    original = visit.procedures.original(visit.municipality_id).sources.get(procedure_id)
    if original is None:
        raise NotHereError("no such procedure here")
    subject = PROCEDURE + procedure_id
    return Editing(
        id=procedure_id,
        original=original,
        in_force=text_in_force(session, visit.municipality_id, subject, original),
        text=text_to_edit(session, visit.municipality_id, subject, original),
        waiting=edition_in(session, visit.municipality_id, subject, EditionState.IN_REVIEW),
    )


def text_named(session: Session, visit: Visit, editing: Editing, digest: str) -> str | None:
    """The text with which a form began; None where nobody knows it any more."""
    known = [editing.text, editing.in_force, editing.original]
    known += [one.text for one in editions_of(session, visit.municipality_id, (editing.subject,))]
    return next((text for text in known if digest_of(text) == digest), None)


def examined(visit: Visit, procedure_id: str, text: str) -> Examined:
    procedures = visit.procedures(visit.municipality_id)
    return examine(text, procedure_id, visit.pack, procedures.locality)


def read_text(visit: Visit, editing: Editing, text: str) -> Definition:
    """A text that was checked when it was written."""
    definition = examined(visit, editing.id, text).definition
    return definition if definition is not None else accessible_definition(visit, editing.id)


def save_text(
    session: Session, visit: Visit, editing: Editing, text: str, *, way: str, made_from: str
) -> Edition | Sequence[SourceProblem]:
    """Publishes it, or lets it wait; what would break the definition is refused. Raises StaleEditionError.

    The text that is in force already is no new edition: the one that waits, or the one that is in force, is given.
    """
    found = examined(visit, editing.id, text)
    if found.problems:
        return found.problems
    added = propose(
        session, visit.municipality_id, editing.subject, text, made_from=made_from, original=editing.original, way=way,
        by=author_of(visit), now=visit.now, needs_approval=visit.pack.municipality.procedures_need_approval,
    )  # fmt: skip
    if added is None:
        return ()
    # What was filled in with either is read with it, however soon the next edition comes.
    for one in (editing.in_force, text):
        store_text(session, visit.municipality_id, editing.id, one, visit.now)
    noted(session, visit, added)
    return added


def noted(session: Session, visit: Visit, added: Edition) -> None:
    """Audits an edition and lets this process follow it at once."""
    done = {EditionState.PUBLISHED: "publish", EditionState.IN_REVIEW: "propose", EditionState.ARCHIVED: "refuse"}[
        EditionState(added.state)
    ]
    visit.record(session, f"procedure.{done}", f"{added.subject}#{added.number}")
    follow(session, visit)


def notice_of(saved: Edition | None) -> str:
    """What the page that follows says."""
    if saved is None:
        return "procedure_same"
    return "procedure_published" if saved.state == EditionState.PUBLISHED else "procedure_proposed"


def follow(session: Session, visit: Visit) -> None:
    edits, municipality_id = visit.console.edits, visit.municipality_id
    if edits is not None:
        after_commit(session, lambda: edits.look_again(municipality_id))


def author_of(visit: Visit) -> Author:
    return Author(id=visit.visitor.staff_id, name=visit.visitor.name)


def values_used(definition: Definition) -> tuple[str, ...]:
    """Names of the values that the procedure needs and that stand in values/: fees first, in the order in which they come."""
    fees = [fee.value for fee in definition.fees.values() if fee.value]
    rules = [name for _, name in definition.value_names()]
    looked_at = [path.removeprefix("value.") for _, one in conditions_of(definition) for path in one.paths() if path.startswith("value.")]
    in_texts = [name for text in definition.texts.values() for name in placeholders(text)]
    names = dict.fromkeys((*fees, *rules, *looked_at, *in_texts))
    return tuple(name for name in names if not name.startswith(OF_OTHER_FILES))


def value_text(session: Session, visit: Visit, name: str) -> tuple[str, str, str]:
    """Rows of a value as text: the pack's, in force, and those to edit."""
    original = written_rows(visit.procedures.original_pack(visit.municipality_id).values.rows_of(name))
    subject = VALUE + name
    in_force = text_in_force(session, visit.municipality_id, subject, original)
    return original, in_force, text_to_edit(session, visit.municipality_id, subject, original)


def save_value(session: Session, visit: Visit, name: str, text: str, *, way: str) -> Edition | None:
    """Rows that were checked. None where they are so already."""
    original, _, to_edit = value_text(session, visit, name)
    added = propose(
        session, visit.municipality_id, VALUE + name, text, made_from=to_edit, original=original, way=way,
        by=author_of(visit), now=visit.now, needs_approval=visit.pack.municipality.procedures_need_approval,
    )  # fmt: skip
    if added is not None:
        noted(session, visit, added)
    return added


def open_applications(session: Session, visit: Visit, procedures: Procedures) -> Mapping[str, int]:
    return count_open(session, visit.municipality_id, list(procedures.definitions))
