"""How many open cases stand where: read once for everybody who looks at lists, whose own numbers follow from it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handoff.desk_models import Mention
from handoff.listing import OWN_TABS, Tab, sees_all
from handoff.models import HELD_STATES, OPEN_STATES, Case, CaseState, Staff


@dataclass(frozen=True, kw_only=True)
class Pile:
    """Open cases that lists do not tell apart."""

    department_id: str | None
    holder_id: int | None
    state: str
    count: int = 1


@dataclass(frozen=True, kw_only=True)
class Tally:
    """The open cases of a municipality."""

    piles: tuple[Pile, ...]
    asked: Mapping[int, tuple[Pile, ...]]
    """By person: those where a colleague asks for their word, each a pile of its own."""

    def counts(self, staff: Staff) -> Mapping[Tab, int]:
        """What each tab of this person shows. Of closed cases nobody needs a number, so they are not counted.

        A list that looks the same for everybody of a department leaves out what only concerns this person, and so does its number.
        """
        shared = [pile for pile in self.piles if _is_of(pile, staff)]
        own = [pile for pile in self.piles if not _is_of(pile, staff) and pile.holder_id == staff.id]
        own += [pile for pile in self.asked.get(staff.id, ()) if not _is_of(pile, staff) and pile.holder_id != staff.id]
        return {
            tab: sum(pile.count for pile in (shared + own if tab in OWN_TABS else shared) if _is_in(tab, pile, staff))
            for tab in Tab
            if tab is not Tab.CLOSED
        }

    def owed_by(self, staff_id: int) -> int:
        """Cases in which the next word is this person's."""
        return sum(pile.count for pile in self.piles if pile.holder_id == staff_id and pile.state == CaseState.HELD)


def tally(session: Session, municipality_id: str) -> Tally:
    is_open = (Case.municipality_id == municipality_id, Case.state.in_(OPEN_STATES))
    looks = (Case.department_id, Case.holder_id, Case.state)
    rows = session.execute(select(*looks, func.count()).where(*is_open).group_by(*looks))
    piles = tuple(Pile(department_id=row[0], holder_id=row[1], state=row[2], count=row[3]) for row in rows)
    mentions = session.execute(
        select(Mention.staff_id, Case.id, *looks).join(Case, Case.id == Mention.case_id).where(*is_open).distinct().order_by(Case.id)
    )
    return Tally(piles=piles, asked=_by_person((row[0], Pile(department_id=row[2], holder_id=row[3], state=row[4])) for row in mentions))


def _by_person(found: Iterable[tuple[int, Pile]]) -> Mapping[int, tuple[Pile, ...]]:
    piles = defaultdict[int, list[Pile]](list)
    for staff_id, pile in found:
        piles[staff_id].append(pile)
    return {staff_id: tuple(asked) for staff_id, asked in piles.items()}


def _is_of(pile: Pile, staff: Staff) -> bool:
    """As `visible_to` for everybody of a department and role."""
    return sees_all(staff) or pile.department_id in (None, staff.department_id)


def _is_in(tab: Tab, pile: Pile, staff: Staff) -> bool:
    """As `in_tab`."""
    match tab:
        case Tab.UNASSIGNED:
            return pile.state in (CaseState.WAITING, CaseState.OFFERED)
        case Tab.MINE:
            return pile.holder_id == staff.id and pile.state in (CaseState.OFFERED, *HELD_STATES)
        case Tab.DEPARTMENT:
            return not staff.department_id or pile.department_id == staff.department_id
        case Tab.WAITING_FOR_RESIDENT:
            return pile.state == CaseState.WAITING_FOR_RESIDENT
        case Tab.SNOOZED:
            return pile.state == CaseState.SNOOZED
        case Tab.CLOSED:
            return False
        case Tab.ALL:
            return True
