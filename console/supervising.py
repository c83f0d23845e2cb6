"""Reading what the supervisor's room shows."""

from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from console import queries
from console.case_lists import PATH, case_lines, colleague_choices
from console.durations import duration
from console.texts import say
from console.views.cases import department_name, resident_name
from console.views.choices import Choice
from console.views.supervision import DepartmentView, LimitView, PauseView, PersonView, SupervisionView
from console.visiting import Visit
from core.pack import Department
from handoff.abuse import Step
from handoff.business_hours import is_open, next_opening
from handoff.desk_models import ContactLimit
from handoff.holidays import is_national_holiday
from handoff.models import HELD_STATES, OPEN_STATES, QUEUED_STATES, Case, CaseState, Presence, PresenceState, Staff
from handoff.presence import present
from handoff.queries import active_pauses

MOST_LINES = 20
OTHER = ""
"""Stands for cases of no department."""


def supervision_view(session: Session, visit: Visit, *, reason: str = "", problem: str | None = None) -> SupervisionView:
    open_cases = session.scalars(
        select(Case).where(Case.municipality_id == visit.municipality_id, Case.state.in_(OPEN_STATES)).order_by(Case.opened_at, Case.id)
    ).all()
    people = present(session, visit.municipality_id)
    escalated = [case for case in open_cases if case.is_escalated]
    queued = [case for case in open_cases if case.state in QUEUED_STATES and not case.is_escalated]
    return SupervisionView(
        people=tuple(person_views(visit, people, open_cases)),
        departments=tuple(department_views(visit, people, open_cases)),
        pauses=tuple(pause_views(session, visit)),
        escalated=case_lines(session, visit, escalated[:MOST_LINES]),
        oldest=case_lines(session, visit, queued[:MOST_LINES]),
        limits=tuple(limit_views(session, visit)),
        colleagues=colleague_choices(session, visit),
        places=place_choices(visit),
        waiting=sum(case.state in QUEUED_STATES for case in open_cases),
        reason=reason,
        problem=problem,
    )


def person_views(visit: Visit, people: Sequence[tuple[Staff, Presence]], open_cases: Sequence[Case]) -> list[PersonView]:
    held = Tally(case.holder_id for case in open_cases if case.state in HELD_STATES)
    offered = Tally(case.holder_id for case in open_cases if case.state == CaseState.OFFERED)
    return [
        PersonView(
            id=staff.id,
            name=staff.name,
            department=department_name(visit.pack, staff.department_id) or say("case_list.any_department"),
            presence=presence.state,
            since=presence.since,
            held=held[staff.id],
            offered=offered[staff.id],
            capacity=staff.capacity,
        )
        for staff, presence in people
    ]


def department_views(visit: Visit, people: Sequence[tuple[Staff, Presence]], open_cases: Sequence[Case]) -> list[DepartmentView]:
    """Those with open cases or people first, in the order of the pack; cases of no department at the end."""
    by_place: dict[str, list[Case]] = defaultdict(list)
    for case in open_cases:
        by_place[case.department_id or OTHER].append(case)
    there: dict[str, list[str]] = defaultdict(list)
    for staff, presence in people:
        there[staff.department_id or OTHER].append(presence.state)
    found = [
        department_view(visit, department, by_place.get(department.id, ()), there.get(department.id, ()))
        for department in visit.pack.departments.values()
    ]
    if by_place.get(OTHER):
        found.append(department_view(visit, None, by_place[OTHER], [state for states in there.values() for state in states]))
    return found


def department_view(visit: Visit, department: Department | None, cases: Sequence[Case], states: Collection[str]) -> DepartmentView:
    queued = [case for case in cases if case.state in QUEUED_STATES]
    opened = is_open(department, visit.pack.calendar, visit.now, is_national_holiday) if department is not None else True
    opens: datetime | None = None
    if department is not None and not opened:
        opens = next_opening(department, visit.pack.calendar, visit.now, is_national_holiday)
    available = sum(state == PresenceState.AVAILABLE for state in states)
    return DepartmentView(
        id=department.id if department else OTHER,
        name=department.name if department else say("case_list.without_department"),
        is_open=opened,
        opens=opens,
        waiting=len(queued),
        oldest=duration(visit.now - min(case.opened_at for case in queued)) if queued else None,
        late=sum(case.due_at is not None and case.due_at <= visit.now for case in cases),
        held=sum(case.state in HELD_STATES for case in cases),
        available=available,
        present=len(states),
        href=f"{PATH}?tab=unassigned&department={department.id}" if department else f"{PATH}?tab=unassigned",
        is_unattended=bool(queued) and opened and not available,
    )


def pause_views(session: Session, visit: Visit) -> list[PauseView]:
    names = {staff.id: staff.name for staff in queries.staff_of(session, visit.municipality_id)}
    return [
        PauseView(
            id=pause.id,
            place=department_name(visit.pack, pause.department_id) or say("supervision.everywhere"),
            reason=pause.reason,
            since=pause.began_at,
            author=names.get(pause.staff_id, ""),
        )
        for pause in active_pauses(session, visit.municipality_id)
    ]


def limit_views(session: Session, visit: Visit) -> list[LimitView]:
    """Blocks that nobody has approved, the oldest first."""
    statement = (
        select(ContactLimit, Case, Staff.name)
        .join(Case, Case.id == ContactLimit.case_id)
        .join(Staff, Staff.id == ContactLimit.asked_by)
        .where(
            ContactLimit.municipality_id == visit.municipality_id,
            ContactLimit.step == Step.BLOCKED,
            ContactLimit.approved_by.is_(None),
            ContactLimit.ended_at.is_(None),
        )
    )
    return [
        LimitView(
            id=limit.id,
            case_id=case.id,
            resident=resident_name(case),
            title=case.title,
            reason=limit.reason,
            asker=name,
            at=limit.at,
            is_own=limit.asked_by == visit.visitor.staff_id,
        )
        for limit, case, name in session.execute(statement.order_by(ContactLimit.at, ContactLimit.id))
    ]


def place_choices(visit: Visit) -> tuple[Choice, ...]:
    everywhere = Choice(value="", label=say("supervision.everywhere"))
    return (everywhere, *(Choice(value=department.id, label=department.name) for department in visit.pack.departments.values()))
