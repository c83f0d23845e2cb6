"""Endpoints of other systems, and the log of what they were told."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Response
from sqlalchemy.orm import Session

from console.forms import TextForm
from console.routes.systems import MADE, PAGE, PATH, ROOM, Ticked, systems_view
from console.submissions import begin, finish
from console.texts import say
from console.views.paging import paging
from console.views.systems import DeliveriesView, delivery_view, filled, made_view
from console.visiting import NotHereError, PageNumber, RowId, SystemReader, SystemWriter, Visit
from procedures.outside import queries
from procedures.outside.addresses import AddressRefusedError
from procedures.outside.delivering import send_job, trial
from procedures.outside.endpoints import EndpointRefusedError, remove, start_again
from procedures.outside.models import DeliveryState, WebhookEndpoint

DELIVERIES = f"{PATH}/deliveries"
ON_A_PAGE = 30

router = APIRouter(prefix="/systems")


class EndpointForm(TextForm):
    """Where to tell whom."""

    system: str = ""
    url: str = ""
    submission: str = ""


@router.post("/endpoints")
def register_endpoint(form: Annotated[EndpointForm, Form()], boxes: Ticked, visit: SystemWriter) -> Response:
    """The secret is on this one page only; the same form sent again registers no second one."""
    try:
        # Asks the network, so before the transaction.
        visit.systems.endpoints.look_at(form.url.strip())
        with visit.writing() as session:
            if not begin(session, visit, form.submission, "endpoint"):
                return visit.redirect(PATH, "system_made_before")
            row, secret = visit.systems.endpoints.register(
                session,
                municipality_id=visit.municipality_id,
                system=form.system,
                url=form.url.strip(),
                events=boxes["events"],
                procedures=boxes["procedures"],
                known_procedures=tuple(visit.systems.titles(visit.municipality_id)),
                existing=len(queries.endpoints_of(session, visit.municipality_id)),
                now=visit.now,
            )
            finish(session, form.submission, {"endpoint": row.id})
            visit.record(session, "endpoint.make", f"endpoint:{row.id} {row.url}")
    except (AddressRefusedError, EndpointRefusedError) as error:
        typed = {"system": form.system, "url": form.url}
        with visit.reading() as session:
            view = systems_view(session, visit)
        wrong = filled(view.endpoint_form, typed, boxes, say(f"systems.problem.{error.problem}"))
        return visit.page(PAGE, replace(view, endpoint_form=wrong), room=ROOM, status=422)
    return visit.page(MADE, made_view("endpoint", row.system, secret, row.url), room=ROOM)


@router.post("/endpoints/{endpoint_id}/rotate")
def rotate_secret(endpoint_id: RowId, visit: SystemWriter) -> Response:
    with visit.writing() as session:
        row = accessible_endpoint(session, visit, endpoint_id)
        secret = visit.systems.endpoints.rotate(row, visit.now)
        visit.record(session, "endpoint.rotate", f"endpoint:{endpoint_id}")
    return visit.page(MADE, made_view("rotated", row.system, secret, row.url), room=ROOM)


@router.post("/endpoints/{endpoint_id}/start")
def start_endpoint(endpoint_id: RowId, visit: SystemWriter) -> Response:
    with visit.writing() as session:
        row = accessible_endpoint(session, visit, endpoint_id)
        if row.disabled_at is not None:
            start_again(row)
            visit.record(session, "endpoint.start", f"endpoint:{endpoint_id}")
    return visit.redirect(PATH, "endpoint_started")


@router.post("/endpoints/{endpoint_id}/test")
def test_endpoint(endpoint_id: RowId, visit: SystemWriter) -> Response:
    with visit.writing() as session:
        row = accessible_endpoint(session, visit, endpoint_id)
        if row.disabled_at is not None:
            return visit.redirect(PATH, "endpoint_is_stopped")
        delivery = trial(row, visit.now)
        session.add(delivery)
        session.flush()
        visit.console.queue.enqueue(session, send_job(delivery))
        visit.record(session, "endpoint.test", f"endpoint:{endpoint_id}")
    return visit.redirect(f"{DELIVERIES}?endpoint={endpoint_id}", "endpoint_tested")


@router.post("/endpoints/{endpoint_id}/remove")
def remove_endpoint(endpoint_id: RowId, visit: SystemWriter) -> Response:
    with visit.writing() as session:
        row = accessible_endpoint(session, visit, endpoint_id)
        remove(session, row, visit.now)
        visit.record(session, "endpoint.remove", f"endpoint:{endpoint_id}")
    return visit.redirect(PATH, "endpoint_removed")


@router.get("/deliveries")
def list_deliveries(visit: SystemReader, page: PageNumber, endpoint: str = "", state: str = "") -> Response:
    endpoint_id = int(endpoint) if endpoint.isascii() and endpoint.isdecimal() and len(endpoint) < 19 else None
    wanted = state if state in set(DeliveryState) else None
    with visit.reading() as session:
        rows = queries.deliveries_of(
            session,
            visit.municipality_id,
            endpoint_id=endpoint_id,
            state=wanted,
            limit=ON_A_PAGE + 1,
            offset=(page - 1) * ON_A_PAGE,
        )
        view = DeliveriesView(
            deliveries=tuple(delivery_view(delivery, row) for delivery, row in rows[:ON_A_PAGE]),
            state=wanted or "",
            endpoint=endpoint if endpoint_id is not None else "",
            paging=paging(DELIVERIES, page, has_later=len(rows) > ON_A_PAGE, query={"endpoint": endpoint, "state": wanted or ""}),
        )
    return visit.page("systems/deliveries.html", view, room=ROOM)


@router.post("/deliveries/{delivery_id}/again")
def send_again(delivery_id: RowId, visit: SystemWriter) -> Response:
    """The receiver knows it by the same number, so one that had arrived does no harm."""
    with visit.writing() as session:
        delivery = queries.delivery_in(session, visit.municipality_id, delivery_id)
        if delivery is None:
            raise NotHereError(f"no delivery {delivery_id} here")
        endpoint = queries.endpoint_in(session, visit.municipality_id, delivery.endpoint_id)
        if endpoint is None or endpoint.disabled_at is not None:
            return visit.redirect(DELIVERIES, "endpoint_is_stopped")
        delivery.state, delivery.settled_at = DeliveryState.WAITING, None
        visit.console.queue.enqueue(session, send_job(delivery))
        visit.record(session, "delivery.again", f"delivery:{delivery_id}")
    return visit.redirect(DELIVERIES, "delivery_again")


def accessible_endpoint(session: Session, visit: Visit, endpoint_id: int) -> WebhookEndpoint:
    """Locked. Raises NotHereError."""
    row = queries.endpoint_in(session, visit.municipality_id, endpoint_id)
    if row is None:
        raise NotHereError(f"no endpoint {endpoint_id} here")
    return row
