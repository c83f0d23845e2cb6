"""Filters of a list that somebody keeps under a name of their own."""

from fastapi import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from console import queries
from console.forms import TextForm
from console.models import SavedFilter
from console.views.cases import SavedFilterView
from console.visiting import NotHereError, Visit

NAME_LIMIT = 40
MOST_FILTERS = 20
"""Of one person, for each list."""


class FilterForm(TextForm):
    """`query` is the list as it stands in the address."""

    name: str = ""
    query: str = ""


def keep(visit: Visit, room: str, name: str, query: str, *, path: str) -> Response:
    """Under a name that is there already the old one is replaced, so a second click makes no second filter."""
    name, to = name.strip()[:NAME_LIMIT], f"{path}?{query}"
    if not name:
        return visit.redirect(to, "filter_unnamed")
    with visit.writing() as session:
        kept = queries.saved_filters(session, visit.visitor.staff_id, room)
        same = next((saved for saved in kept if saved.name == name), None)
        if same is not None:
            same.query = query
        elif len(kept) >= MOST_FILTERS:
            return visit.redirect(to, "filter_too_many")
        else:
            row = SavedFilter(municipality_id=visit.municipality_id, staff_id=visit.visitor.staff_id, room=room, name=name, query=query)
            session.add(row)
    return visit.redirect(to, "filter_kept")


def delete(visit: Visit, filter_id: int, *, path: str) -> Response:
    with visit.writing() as session:
        saved = session.scalars(select(SavedFilter).where(SavedFilter.id == filter_id)).one_or_none()
        if saved is not None and saved.staff_id != visit.visitor.staff_id:
            raise NotHereError(f"filter {filter_id} is not this person's")
        if saved is not None:
            session.delete(saved)
    return visit.redirect(path, "filter_deleted")


def saved_views(session: Session, visit: Visit, room: str, query: str, *, path: str) -> tuple[SavedFilterView, ...]:
    return tuple(
        SavedFilterView(id=saved.id, name=saved.name, href=f"{path}?{saved.query}", is_current=saved.query == query)
        for saved in queries.saved_filters(session, visit.visitor.staff_id, room)
    )
