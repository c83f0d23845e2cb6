"""Which cases, talks and applications somebody may see: those of their department, and cases that are theirs or on which they are asked."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session

from bot.models import Conversation
from console.permissions import Permission
from console.visiting import NotHereError, Visit
from handoff.desk_models import Mention
from handoff.models import CallbackRequest, Case, Staff
from procedures.listing import visible
from procedures.models import Application
from procedures.queries import locked_application


def sees_every_department(visit: Visit) -> bool:
    """Supervisors and administrators do; so does an account that belongs to no department."""
    return visit.may(Permission.SUPERVISE) or visit.visitor.department_id is None


def visible_cases(visit: Visit) -> ColumnElement[bool]:
    """A condition on `case` that leaves out what the visitor may not see."""
    own = Case.municipality_id == visit.municipality_id
    if sees_every_department(visit):
        return own
    staff_id = visit.visitor.staff_id
    is_shown = or_(
        Case.department_id == visit.visitor.department_id,
        Case.department_id.is_(None),
        Case.holder_id == staff_id,
        Case.id.in_(select(Mention.case_id).where(Mention.staff_id == staff_id)),
    )
    return own & is_shown


def visible_talks(visit: Visit) -> ColumnElement[bool]:
    """A condition on `conversation`: whoever may not see the latest case of a talk may not read it either."""
    if sees_every_department(visit):
        return true()
    newest = select(func.max(Case.id)).where(Case.conversation_id == Conversation.id).correlate(Conversation).scalar_subquery()
    return newest.is_(None) | newest.in_(select(Case.id).where(visible_cases(visit)))


def visible_callbacks(visit: Visit) -> ColumnElement[bool]:
    """A condition on `callback_request`: those of a case go with it."""
    if sees_every_department(visit):
        return true()
    return CallbackRequest.case_id.is_(None) | CallbackRequest.case_id.in_(select(Case.id).where(visible_cases(visit)))


def accessible_case(session: Session, visit: Visit, case_id: int) -> Case:
    """Raises NotHereError, as if there were none, where the case belongs to another municipality or department."""
    case = session.scalars(select(Case).where(Case.id == case_id, visible_cases(visit))).one_or_none()
    if case is None:
        raise NotHereError(f"no case {case_id} that staff {visit.visitor.staff_id} may see")
    return case


def seen_among(session: Session, visit: Visit, case_ids: Collection[int]) -> frozenset[int]:
    """Those of the cases that the visitor may see."""
    return frozenset(session.scalars(select(Case.id).where(Case.id.in_(case_ids), visible_cases(visit))))


def seen_department(visit: Visit) -> str | None:
    """The only one whose applications the visitor sees; None for all."""
    return None if sees_every_department(visit) else visit.visitor.department_id


def accessible_application(session: Session, visit: Visit, application_id: int) -> Application:
    """Raises NotHereError, as if there were none, where it belongs to another municipality or department."""
    wanted = select(Application).where(Application.id == application_id, visible(visit.municipality_id, seen_department(visit)))
    application = session.scalars(wanted).one_or_none()
    if application is None:
        raise NotHereError(f"no application {application_id} that staff {visit.visitor.staff_id} may see")
    return application


def held_application(session: Session, visit: Visit, application_id: int) -> Application:
    """Locked, to be changed. Raises NotHereError."""
    accessible_application(session, visit, application_id)
    application = locked_application(session, visit.municipality_id, application_id)
    if application is None:
        raise NotHereError(f"no application {application_id} any more")
    return application


def acting_staff(session: Session, visit: Visit) -> Staff:
    """The visitor's row, for verbs that are told who acts."""
    return session.get_one(Staff, visit.visitor.staff_id)
