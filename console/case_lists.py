"""Building the list of cases that somebody sees: lines, tabs, offers, and what surrounds them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.models import MessageRow
from console import submissions
from console.case_query import PRIORITIES, CaseQuery, read_text
from console.dates import Calendar
from console.permissions import Permission
from console.saved_filters import saved_views
from console.security import PREFIX
from console.texts import named, say
from console.views.case_head import routing_steps
from console.views.cases import (
    BulkResultView,
    BulkView,
    CaseLine,
    CaseListView,
    CasesView,
    FilterView,
    OffersView,
    OfferView,
    TabsView,
    TabView,
    case_line,
)
from console.views.choices import Choice
from console.views.entry_form import department_choices
from console.views.hits import excerpt, segments
from console.views.paging import paging
from console.views.talk import Segment
from console.visiting import Visit
from core.clock import in_japan
from core.japanese_dates import read_day
from core.messages import Language
from core.pack import Pack
from handoff import clocks
from handoff.desk_models import Viewing
from handoff.listing import NOBODY, OWN_TABS, CaseFilter, Order, Tab, cases, count_of
from handoff.models import HELD_STATES, Case, CaseReason, CaseState, Presence, Staff
from handoff.presence import present
from handoff.tally import Tally, tally

PATH = f"{PREFIX}/cases"
PAGE = 50
DECLINE_REASONS = ("busy", "other_department", "language", "leaving", "other")
SNOOZES = ("hour", "morning", "week")
SHARED_LIST, OWN_LIST, TABS, OFFERS = "case_list", "own_case_list", "case_tabs", "case_offers"
"""Parts of the page as event streams call them."""
MOST_MESSAGES = 400
"""Of the talks on one page that are looked through for an excerpt."""


def cases_view(session: Session, visit: Visit, query: CaseQuery, *, result: BulkResultView | None = None) -> CasesView:
    may_work = visit.may(Permission.WORK_CASES)
    return CasesView(
        filter=filter_view(visit, query),
        tabs=tabs_view(tally(session, visit.municipality_id), visit, query),
        saved=saved_views(session, visit, "cases", query.text, path=PATH),
        offers=offers_view(session, visit, query),
        list=list_view(session, visit, query),
        may_work=may_work,
        bulk=bulk_view(session, visit) if may_work and query.tab is not Tab.CLOSED else None,
        result=result,
        here=address(query),
    )


def list_view(session: Session, visit: Visit, query: CaseQuery) -> CaseListView:
    """The same for everybody of a department and role, but for the tabs of OWN_TABS."""
    is_own = query.tab in OWN_TABS
    wanted = filter_of(visit, query, visit.visitor.staff_id if is_own else NOBODY)
    found = cases(session, wanted, limit=PAGE, offset=(query.page - 1) * PAGE)
    total = count_of(session, wanted)
    may_work = visit.may(Permission.WORK_CASES)
    tab = tab_view(query.tab, {}, query)
    return CaseListView(
        filter=filter_view(visit, query),
        tab_label=tab.label,
        tab_href=tab.href,
        lines=case_lines(session, visit, found, words=query.words.split(), may_pick=may_work),
        total=total,
        paging=paging(PATH, query.page, has_later=query.page * PAGE < total, query=query.fields),
        may_work=may_work,
        part=f"{OWN_LIST if is_own else SHARED_LIST}?{query.text}" + (f"&page={query.page}" if query.page > 1 else ""),
    )


def tabs_view(tally: Tally, visit: Visit, query: CaseQuery) -> TabsView:
    numbers = tally.counts(reader(visit, visit.visitor.staff_id))
    waiting = numbers[Tab.UNASSIGNED] + tally.owed_by(visit.visitor.staff_id)
    return TabsView(
        tabs=tuple(tab_view(tab, numbers, query) for tab in Tab),
        waiting=waiting if visit.may(Permission.WORK_CASES) else 0,
        part=f"{TABS}?tab={query.tab}",
    )


def offers_view(session: Session, visit: Visit, query: CaseQuery) -> OffersView:
    return OffersView(offers=offers(session, visit) if visit.may(Permission.WORK_CASES) else (), here=address(query))


def reader(visit: Visit, staff_id: int) -> Staff:
    """Somebody who looks at lists; NOBODY stands for all of a department and role."""
    visitor = visit.visitor
    return Staff(id=staff_id, municipality_id=visitor.municipality_id, role=visitor.role, department_id=visitor.department_id)


def filter_of(visit: Visit, query: CaseQuery, staff_id: int) -> CaseFilter:
    return CaseFilter(
        staff=reader(visit, staff_id),
        tab=query.tab,
        department_id=query.department or None,
        language=query.language or None,
        reason=query.reason or None,
        priority=PRIORITIES.get(query.priority),
        words=query.words,
        order=query.order,
    )


def address(query: CaseQuery) -> str:
    return f"{PATH}?{query.text}" + (f"&page={query.page}" if query.page > 1 else "")


def case_lines(
    session: Session, visit: Visit, found: Sequence[Case], *, words: Sequence[str] = (), may_pick: bool = False
) -> tuple[CaseLine, ...]:
    names = names_of(session, {case.holder_id for case in found if case.holder_id is not None})
    seen = seen_moments(session, found)
    told = excerpts(session, found, words)
    pack = visit.pack
    return tuple(
        case_line(
            case,
            pack=pack,
            now=visit.now,
            holder=names.get(case.holder_id or 0),
            share=share_of_clock(pack, case, visit.now),
            seen_at=seen.get(case.id),
            title=tuple(segments(case.title, words)),
            excerpt=told.get(case.id, ()),
            may_pick=may_pick and case.state != CaseState.CLOSED,
        )
        for case in found
    )


def share_of_clock(pack: Pack, case: Case, now: datetime) -> int | None:
    """In percent of the department's working time; None while the clock does not run."""
    if case.due_at is None or case.due_from is None:
        return None
    if now >= case.due_at:
        return 100
    time = clocks.working_time(pack, case)
    whole = time.between(case.due_from, case.due_at)
    return int(100 * (time.between(case.due_from, now) / whole)) if whole else 100


def names_of(session: Session, staff_ids: Collection[int]) -> Mapping[int, str]:
    rows = session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(staff_ids)))
    return {row[0]: row[1] for row in rows}


def seen_moments(session: Session, found: Sequence[Case]) -> Mapping[int, datetime]:
    """When each case was last looked at by who has it, or by anybody while nobody has it."""
    holders = {case.id: case.holder_id for case in found if case.state in HELD_STATES}
    rows = session.execute(select(Viewing.case_id, Viewing.staff_id, Viewing.at).where(Viewing.case_id.in_([case.id for case in found])))
    seen: dict[int, datetime] = {}
    for case_id, staff_id, at in rows:
        if holders.get(case_id, staff_id) == staff_id:
            seen[case_id] = max(at, seen.get(case_id, at))
    return seen


def excerpts(session: Session, found: Sequence[Case], words: Sequence[str]) -> Mapping[int, tuple[Segment, ...]]:
    """By case: the newest words of its talk that were searched for, or the day on which something happened."""
    if not words:
        return {}
    days = {day for word in words if (day := read_day(word)) is not None}
    by_talk = {case.conversation_id: case.id for case in found if case.conversation_id is not None}
    rows = session.execute(
        select(MessageRow.conversation_id, MessageRow.text, MessageRow.at)
        .where(MessageRow.conversation_id.in_(by_talk), MessageRow.text != "", MessageRow.is_taken_back.is_(False))
        .order_by(MessageRow.id.desc())
        .limit(MOST_MESSAGES)
    )
    told: dict[int, tuple[Segment, ...]] = {}
    for conversation_id, text, at in rows:
        case_id = by_talk[conversation_id]
        if case_id not in told and (hit := excerpt(text, words) or _said_on(days, at, text)):
            told[case_id] = hit
    for case in found:
        if case.id not in told and (hit := _happened_on(days, case)):
            told[case.id] = hit
    return told


def _said_on(days: Collection[date], at: datetime, text: str) -> tuple[Segment, ...]:
    if in_japan(at).date() not in days:
        return ()
    return (_dated("case_list.hit_said", at), Segment(text=" " + " ".join(text.split())[:80], is_hit=False))


def _happened_on(days: Collection[date], case: Case) -> tuple[Segment, ...]:
    for key, moment in (("case_list.hit_opened", case.opened_at), ("case_list.hit_closed", case.closed_at)):
        if moment is not None and in_japan(moment).date() in days:
            return (_dated(key, moment),)
    return ()


def _dated(key: str, moment: datetime) -> Segment:
    day = Calendar(lambda: moment).day(in_japan(moment).date())
    return Segment(text=say(key, day=day), is_hit=True)


def offers(session: Session, visit: Visit) -> tuple[OfferView, ...]:
    """What ends first at the top."""
    is_theirs = (Case.holder_id == visit.visitor.staff_id, Case.state == CaseState.OFFERED, Case.offered_until > visit.now)
    found = session.scalars(select(Case).where(*is_theirs).order_by(Case.offered_until, Case.id)).all()
    reasons = tuple(Choice(value=label, label=label) for label in (named("decline_reason", key) for key in DECLINE_REASONS))
    names = names_of(session, {int(step["staff"]) for case in found for step in case.routing if step.get("staff")})
    return tuple(
        OfferView(
            line=line,
            until=until,
            seconds=max(0, int((until - visit.now).total_seconds())),
            why=routing_steps(case.routing, visit.pack, names),
            decline_reasons=reasons,
        )
        for case, line in zip(found, case_lines(session, visit, found), strict=True)
        if (until := case.offered_until) is not None
    )


def tab_view(tab: Tab, numbers: Mapping[Tab, int], query: CaseQuery) -> TabView:
    # Of what is closed, and of all, nobody needs a number.
    count = None if tab in (Tab.CLOSED, Tab.ALL) else numbers.get(tab)
    return TabView(key=tab.value, label=named("case_tab", tab), count=count, href=f"{PATH}?tab={tab.value}", is_current=tab is query.tab)


def filter_view(visit: Visit, query: CaseQuery) -> FilterView:
    return FilterView(
        tab=query.tab.value,
        words=query.words,
        department=query.department,
        language=query.language,
        reason=query.reason,
        priority=query.priority,
        sort=query.order.value,
        departments=department_choices(visit.pack),
        languages=tuple(Choice(value=tag.value, label=named("language", tag.value)) for tag in Language),
        reasons=tuple(Choice(value=reason.value, label=named("case_reason", reason)) for reason in CaseReason),
        priorities=priority_choices(),
        sorts=tuple(Choice(value=order.value, label=named("case_order", order)) for order in Order),
        query=query.text,
    )


def priority_choices() -> tuple[Choice, ...]:
    """The most urgent first."""
    return tuple(Choice(value=name, label=named("priority", name)) for name in reversed(list(PRIORITIES)))


def bulk_view(session: Session, visit: Visit) -> BulkView:
    return BulkView(
        submission=submissions.new_key(),
        colleagues=colleague_choices(session, visit),
        snoozes=tuple(Choice(value=key, label=named("bulk_until", key)) for key in SNOOZES),
        close_reasons=tuple(Choice(value=reason.id, label=reason.label or reason.id) for reason in visit.pack.counter.close_reasons),
        priorities=tuple(reversed(priority_choices())),
    )


def colleague_choices(session: Session, visit: Visit) -> tuple[Choice, ...]:
    """Oneself; for supervisors everybody who is there."""
    own = Choice(value=str(visit.visitor.staff_id), label=say("case_list.myself", name=visit.visitor.name))
    if not visit.may(Permission.SUPERVISE):
        return (own,)
    people = present(session, visit.municipality_id)
    return (own, *(colleague_choice(visit.pack, *one) for one in people if one[0].id != visit.visitor.staff_id))


def colleague_choice(pack: Pack, staff: Staff, presence: Presence) -> Choice:
    department = pack.departments.get(staff.department_id or "")
    place = department.name if department else say("case_list.any_department")
    label = say("case_list.colleague", name=staff.name, department=place, presence=named("presence", presence.state))
    return Choice(value=str(staff.id), label=label)


def current_query(visit: Visit) -> CaseQuery:
    return read_text(visit.request.url.query, visit.pack.departments)
