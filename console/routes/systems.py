"""Other systems: their tokens, made and revoked by administrators, and the overview of what is connected."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy.orm import Session

from console.forms import TextForm, clean
from console.security import PREFIX
from console.submissions import begin, finish, new_key
from console.texts import say
from console.views.systems import (
    LASTING,
    SystemsView,
    blank_endpoint_form,
    blank_token_form,
    endpoint_view,
    filled,
    made_view,
    token_view,
)
from console.visiting import NotHereError, RowId, SystemReader, SystemWriter, Visit
from procedures.outside import queries
from procedures.outside.tokens import TokenRefusedError, revoke

PATH = f"{PREFIX}/systems"
ROOM = "systems"
PAGE = "systems/page.html"
MADE = "systems/made.html"

router = APIRouter(prefix="/systems")


class TokenForm(TextForm):
    """`days` is how long it is to open anything; 0 without end."""

    system: str = ""
    days: str = ""
    submission: str = ""


async def ticked(request: Request) -> Mapping[str, Sequence[str]]:
    """Boxes that carry the same name."""
    form = await request.form()
    return {name: [clean(str(value)) for value in form.getlist(name)] for name in ("scopes", "procedures", "events")}


Ticked = Annotated[Mapping[str, Sequence[str]], Depends(ticked)]


@router.get("")
def show_systems(visit: SystemReader) -> Response:
    with visit.reading() as session:
        view = systems_view(session, visit)
    return visit.page(PAGE, view, room=ROOM)


@router.post("/tokens")
def make_token(form: Annotated[TokenForm, Form()], boxes: Ticked, visit: SystemWriter) -> Response:
    """The token is on this one page only; the same form sent again makes no second one."""
    days = int(form.days) if form.days in LASTING else 0
    try:
        with visit.writing() as session:
            if not begin(session, visit, form.submission, "token"):
                return visit.redirect(PATH, "system_made_before")
            row, token = visit.systems.tokens.make(
                session,
                municipality_id=visit.municipality_id,
                system=form.system,
                scopes=boxes["scopes"],
                procedures=boxes["procedures"],
                known_procedures=tuple(visit.systems.titles(visit.municipality_id)),
                staff_id=visit.visitor.staff_id,
                now=visit.now,
                expires_at=visit.now + timedelta(days=days) if days else None,
            )
            finish(session, form.submission, {"token": row.id})
            visit.record(session, "token.make", f"token:{row.id} {row.system}")
    except TokenRefusedError as error:
        typed = {"system": form.system, "days": form.days}
        with visit.reading() as session:
            view = systems_view(session, visit)
        wrong = filled(view.token_form, typed, boxes, say(f"systems.problem.{error.problem}"))
        return visit.page(PAGE, replace(view, token_form=wrong), room=ROOM, status=422)
    return visit.page(MADE, made_view("token", row.system, token), room=ROOM)


@router.post("/tokens/{token_id}/revoke")
def revoke_token(token_id: RowId, visit: SystemWriter) -> Response:
    with visit.writing() as session:
        if queries.token_in(session, visit.municipality_id, token_id) is None:
            raise NotHereError(f"no token {token_id} here")
        if revoke(session, visit.municipality_id, token_id, visit.now) is not None:
            visit.record(session, "token.revoke", f"token:{token_id}")
    return visit.redirect(PATH, "token_revoked")


def systems_view(session: Session, visit: Visit) -> SystemsView:
    titles = visit.systems.titles(visit.municipality_id)
    return SystemsView(
        tokens=tuple(token_view(row, titles, visit.now) for row in queries.tokens_of(session, visit.municipality_id)),
        endpoints=tuple(
            endpoint_view(row, titles, queries.waiting_deliveries(session, row.id), visit.now)
            for row in queries.endpoints_of(session, visit.municipality_id)
        ),
        token_form=blank_token_form(titles, new_key()),
        endpoint_form=blank_endpoint_form(titles, new_key()),
        allows_private=visit.systems.endpoints.allows_private,
    )
