"""Profiles of staff, as supervisors keep them: languages, skills, capacity."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy.orm import Session

from console import queries
from console.forms import TextForm, clean
from console.permissions import ALLOWED, Permission
from console.security import PREFIX
from console.texts import say
from console.views.staff import MOST, StaffListView, fingerprint, language_choices, profile_view
from console.visiting import NotHereError, RowId, SupervisionReader, SupervisionWriter, Visit
from core.changes import PRESENCE, announce
from faq.queries import category_counts

PATH = f"{PREFIX}/staff"
ROOM = "staff"
PAGE = "staff/page.html"

router = APIRouter(prefix="/staff")


class ProfileForm(TextForm):
    """`seen` is the profile as it was when the page was made."""

    capacity: str = ""
    seen: str = ""


async def ticked(request: Request) -> Mapping[str, Sequence[str]]:
    """Boxes that carry the same name."""
    form = await request.form()
    return {name: [clean(str(value)) for value in form.getlist(name)] for name in ("languages", "skills")}


@router.get("")
def list_staff(visit: SupervisionReader) -> Response:
    with visit.reading() as session:
        view = list_view(session, visit)
    return visit.page(PAGE, view, room=ROOM)


@router.post("/{staff_id}")
def change_profile(
    staff_id: RowId,
    form: Annotated[ProfileForm, Form()],
    boxes: Annotated[Mapping[str, Sequence[str]], Depends(ticked)],
    visit: SupervisionWriter,
) -> Response:
    with visit.writing() as session:
        staff = queries.staff_in(session, visit.municipality_id, staff_id)
        if staff is None or not staff.is_active:
            raise NotHereError(f"no staff {staff_id} here")
        session.refresh(staff, with_for_update=True)
        languages = [choice.value for choice in language_choices() if choice.value in boxes["languages"]]
        known = set(category_counts(session, visit.municipality_id)) | set(staff.skills)
        skills = sorted(skill for skill in set(boxes["skills"]) if skill in known)
        capacity = int(form.capacity) if form.capacity.isascii() and form.capacity.isdecimal() and len(form.capacity) < 4 else 0
        is_changed = (capacity, languages, skills) != (staff.capacity, staff.languages, sorted(staff.skills))
        problem = None
        if not 1 <= capacity <= MOST:
            problem = say("problem.capacity_bad", most=MOST)
        elif is_changed and form.seen != fingerprint(staff):
            problem = say("problem.profile_changed", name=staff.name)
        elif is_changed:
            staff.capacity, staff.languages, staff.skills = capacity, languages, skills
            visit.record(session, "staff.profile", f"staff:{staff_id}")
            announce(session, visit.municipality_id, PRESENCE, now=visit.now)
        if problem is not None:
            view = list_view(session, visit, wrong=staff_id, problem=problem, typed=form.capacity)
            return visit.page(PAGE, view, room=ROOM, status=422)
    return visit.redirect(PATH, "profile_saved")


def list_view(session: Session, visit: Visit, *, wrong: int | None = None, problem: str | None = None, typed: str = "") -> StaffListView:
    people = queries.staff_of(session, visit.municipality_id, roles=ALLOWED[Permission.WORK_CASES])
    return StaffListView(
        profiles=tuple(profile_view(staff, visit.pack, *((problem, typed) if staff.id == wrong else ())) for staff in people),
        languages=language_choices(),
        categories=tuple(category_counts(session, visit.municipality_id)),
    )
