"""Building the board of applications that somebody sees: columns, lists, tabs, filters."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.telling import UNDO
from console import queries, submissions
from console.access import seen_department
from console.application_query import COLUMNS, ApplicationQuery, BoardTab, read_text
from console.case_lists import names_of
from console.durations import duration
from console.permissions import ALLOWED, Permission
from console.saved_filters import saved_views
from console.security import PREFIX
from console.texts import named, say
from console.views.applications import (
    ApplicationBulkView,
    ApplicationFilterView,
    ApplicationLine,
    ApplicationsView,
    ApplicationTabsView,
    BoardView,
    ColumnView,
    ExportView,
    due_view,
    state_label,
)
from console.views.cases import TIME_GAP, BulkResultView, TabView
from console.views.choices import Choice
from console.views.entry_form import department_choices
from console.views.paging import paging
from console.visiting import Visit
from core.messages import Language
from procedures.definition import Definition
from procedures.fields.slot import SlotField
from procedures.lifecycle import ENDED
from procedures.listing import ApplicationFilter, applications, counts, found_by_words, joined_counts
from procedures.loading import Procedures
from procedures.models import Application, ApplicationMark, ApplicationState
from procedures.sheet import applicant, brief
from procedures.wording import Wording

PATH = f"{PREFIX}/applications"
PAGE = 50
IN_COLUMN = 20
BOARD, TABS = "application_board", "application_tabs"
"""Parts of the page as event streams call them."""


def procedures_of(visit: Visit) -> Procedures:
    return visit.receiving.desk(visit.municipality_id).procedures


def current_query(visit: Visit) -> ApplicationQuery:
    return query_of(visit, visit.request.url.query)


def query_of(visit: Visit, text: str) -> ApplicationQuery:
    return read_text(text, visit.pack.departments, procedures_of(visit).definitions)


def address(query: ApplicationQuery) -> str:
    return f"{PATH}?{query.text}" + (f"&page={query.page}" if query.page > 1 else "")


def filter_of(
    visit: Visit, query: ApplicationQuery, states: Sequence[ApplicationState] | None = None, *, procedure_id: str = ""
) -> ApplicationFilter:
    return ApplicationFilter(
        municipality_id=visit.municipality_id,
        seen_department=seen_department(visit),
        states=tuple(states if states is not None else query.tab.states),
        procedure_id=procedure_id or query.procedure,
        department_id=query.department,
        holder_id=query.holder_id,
        overdue_at=visit.now if query.overdue else None,
        words=query.words,
        first_day=query.first_day,
        last_day=query.last_day,
    )


def applications_view(
    session: Session, visit: Visit, query: ApplicationQuery, *, result: BulkResultView | None = None, problem: str = ""
) -> ApplicationsView:
    """`problem` is why no table was made."""
    may_handle = visit.may(Permission.HANDLE_APPLICATIONS)
    mine = own_definitions(visit)
    wanted = wanted_by(session, visit, query)
    return ApplicationsView(
        filter=filter_view(session, visit, query),
        tabs=tabs_view(session, visit, query, wanted),
        board=board_view(session, visit, query, wanted),
        bulk=bulk_view(session, visit) if may_handle and BoardTab(query.tab).states[0] not in ENDED else None,
        export=export_view(visit, query, problem),
        saved=saved_views(session, visit, "applications", query.text, path=PATH),
        result=result,
        has_map=any(has_places(definition) for definition in mine),
        has_slots=may_handle and any(slot_field(definition) is not None for definition in mine),
        may_handle=may_handle,
        here=address(query),
    )


def wanted_by(session: Session, visit: Visit, query: ApplicationQuery) -> ApplicationFilter:
    """What the words find is looked for once for all columns and numbers."""
    return found_by_words(session, visit.receiving.desk(visit.municipality_id), filter_of(visit, query))


def board_view(session: Session, visit: Visit, query: ApplicationQuery, wanted: ApplicationFilter | None = None) -> BoardView:
    """The same for everybody of a department and role."""
    desk = visit.receiving.desk(visit.municipality_id)
    wanted = wanted or wanted_by(session, visit, query)
    numbers = counts(session, desk, wanted)
    is_board = query.tab is BoardTab.OPEN
    columns = (
        tuple(_column(session, visit, query, replace(wanted, states=(state,)), numbers[state]) for state in COLUMNS) if is_board else ()
    )
    found: Sequence[Application] = ()
    if not is_board:
        found = applications(session, desk, wanted, limit=PAGE, offset=(query.page - 1) * PAGE)
    total = sum(numbers[state] for state in query.tab.states)
    return BoardView(
        filter=filter_view(session, visit, query),
        tab_label=named("application_tab", query.tab),
        tab_href=f"{PATH}?tab={query.tab}",
        clear_href=f"{PATH}?tab={query.tab}",
        is_board=is_board,
        columns=columns,
        lines=lines_of(session, visit, found),
        total=total,
        paging=paging(PATH, query.page, has_later=not is_board and query.page * PAGE < total, query=query.fields),
        part=f"{BOARD}?{query.text}" + (f"&page={query.page}" if query.page > 1 else ""),
    )


def _column(session: Session, visit: Visit, query: ApplicationQuery, wanted: ApplicationFilter, count: int) -> ColumnView:
    state = wanted.states[0]
    found = applications(session, visit.receiving.desk(visit.municipality_id), wanted, limit=IN_COLUMN) if count else ()
    return ColumnView(
        state=state.value,
        label=named("application_state", state),
        about=named("application_column", state),
        count=count,
        lines=lines_of(session, visit, found),
        href=address(query.on(BoardTab(state.value))),
        has_more=count > len(found),
    )


def tabs_view(session: Session, visit: Visit, query: ApplicationQuery, wanted: ApplicationFilter | None = None) -> ApplicationTabsView:
    wanted = wanted or wanted_by(session, visit, query)
    numbers = counts(session, visit.receiving.desk(visit.municipality_id), wanted)

    def tab_of(tab: BoardTab) -> TabView:
        count = sum(numbers[state] for state in tab.states)
        href = address(query.on(tab))
        return TabView(key=tab.value, label=named("application_tab", tab), count=count, href=href, is_current=tab is query.tab)

    return ApplicationTabsView(tabs=tuple(tab_of(tab) for tab in BoardTab), part=f"{TABS}?{query.text}")


def lines_of(session: Session, visit: Visit, found: Sequence[Application]) -> tuple[ApplicationLine, ...]:
    names = names_of(session, {one.holder_id for one in found if one.holder_id is not None})
    joined = joined_counts(session, [one.id for one in found])
    wrong = _corrections(session, found)
    return tuple(
        line_of(session, visit, one, holder=names.get(one.holder_id or 0), joined=joined.get(one.id, 0), corrections=wrong.get(one.id, 0))
        for one in found
    )


def line_of(
    session: Session, visit: Visit, one: Application, *, holder: str | None = None, joined: int = 0, corrections: int = 0
) -> ApplicationLine:
    teller, pack = visit.receiving.teller, visit.pack
    progress = teller.progress(session, one, visit.now)
    wording = Wording(progress.definition, pack, Language.JAPANESE, progress)
    department = pack.departments.get(one.department_id)
    return ApplicationLine(
        id=one.id,
        version=one.version,
        number=one.number,
        title=wording.text("title"),
        applicant=applicant(progress) if one.shows_applicant else say("application.anonymous"),
        brief=brief(progress, wording),
        department=department.name if department else one.department_id,
        state=one.state,
        state_label=state_label(one.state, wording.text(f"states.{one.state}")),
        due=due_view(one, visit.now, progress.facts.is_open),
        holder=holder,
        submitted_at=one.submitted_at,
        age=say("application.age", time=duration(visit.now - one.submitted_at)),
        age_words=say("application.age", time=TIME_GAP),
        joined=joined,
        corrections=corrections,
        is_reopened=one.reopened > 0,
        may_pick=visit.may(Permission.HANDLE_APPLICATIONS) and one.state not in ENDED,
    )


def _corrections(session: Session, found: Sequence[Application]) -> dict[int, int]:
    wanted = select(ApplicationMark.application_id, func.count()).where(
        ApplicationMark.application_id.in_([one.id for one in found]), ApplicationMark.is_fine.is_(False)
    )
    return {row[0]: row[1] for row in session.execute(wanted.group_by(ApplicationMark.application_id))}


def filter_view(session: Session, visit: Visit, query: ApplicationQuery) -> ApplicationFilterView:
    return ApplicationFilterView(
        tab=query.tab.value,
        words=query.words,
        procedure=query.procedure,
        department=query.department,
        holder=query.holder,
        overdue=bool(query.overdue),
        since=query.since,
        until=query.until,
        unread_days=query.unread_days,
        procedures=procedure_choices(visit),
        departments=department_choices(visit.pack) if seen_department(visit) is None else (),
        holders=(Choice(value="nobody", label=say("application.nobody")), *holder_choices(session, visit)),
        query=query.text,
        is_narrowed=bool(query.narrowing),
    )


def own_definitions(visit: Visit) -> tuple[Definition, ...]:
    """Those whose applications the visitor may see."""
    only = seen_department(visit)
    return tuple(one for one in procedures_of(visit).definitions.values() if only is None or one.department == only)


def procedure_choices(visit: Visit) -> tuple[Choice, ...]:
    return tuple(Choice(value=one.id, label=one.title) for one in own_definitions(visit))


def holder_choices(session: Session, visit: Visit) -> tuple[Choice, ...]:
    """Colleagues who may deal with applications that the visitor sees, by name."""
    only = seen_department(visit)
    people = queries.staff_of(session, visit.municipality_id, roles=ALLOWED[Permission.HANDLE_APPLICATIONS])
    theirs = [one for one in people if only is None or one.department_id in (only, None) or one.role in ALLOWED[Permission.SUPERVISE]]
    return tuple(Choice(value=str(one.id), label=one.name) for one in sorted(theirs, key=lambda one: one.name))


def bulk_view(session: Session, visit: Visit) -> ApplicationBulkView:
    return ApplicationBulkView(
        submission=submissions.new_key(), colleagues=holder_choices(session, visit), undo_seconds=int(UNDO.total_seconds())
    )


def export_view(visit: Visit, query: ApplicationQuery, problem: str = "") -> ExportView:
    return ExportView(
        procedures=procedure_choices(visit),
        procedure=query.procedure,
        may_reveal=visit.may(Permission.EXPORT_SENSITIVE),
        problem=problem,
    )


def slot_field(definition: Definition) -> SlotField | None:
    return next((field for field in definition.fields if isinstance(field, SlotField)), None)


def has_places(definition: Definition) -> bool:
    return definition.doubles is not None and bool(definition.doubles.place)
