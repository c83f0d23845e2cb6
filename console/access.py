"""Which cases somebody may see: those of their department, and those that were given to them or on which they are asked for a word."""

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from console.permissions import Permission
from console.visiting import NotHereError, Visit
from handoff.desk_models import Mention
from handoff.models import Case, Staff


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


def accessible_case(session: Session, visit: Visit, case_id: int) -> Case:
    """Raises NotHereError, as if there were none, where the case belongs to another municipality or department."""
    case = session.scalars(select(Case).where(Case.id == case_id, visible_cases(visit))).one_or_none()
    if case is None:
        raise NotHereError(f"no case {case_id} that staff {visit.visitor.staff_id} may see")
    return case


def acting_staff(session: Session, visit: Visit) -> Staff:
    """The visitor's row, for verbs that are told who acts."""
    return session.get_one(Staff, visit.visitor.staff_id)
