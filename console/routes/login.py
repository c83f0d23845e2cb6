"""Logging in and out."""

import hashlib
import hmac
import secrets
from typing import Annotated

import structlog
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from console import queries
from console.accounts import normal_login
from console.forms import TextForm
from console.passwords import is_right_password
from console.security import PREFIX, is_same_origin, safe_way_back
from console.serving import Console
from console.sessions import LONGEST
from console.texts import say
from console.views.choices import Choice
from console.views.login import LoginView
from console.visiting import COOKIE, NOTICE_COOKIE, Writer, console_of, is_same_token
from core.errors import TemporaryError
from handoff.models import Staff

LOGIN_COOKIE = "madoguchi_login"

log = structlog.get_logger()
router = APIRouter()


class LoginForm(TextForm):
    """What somebody types to log in; `next` is where they were."""

    municipality: str = ""
    login: str = ""
    password: str = ""
    next: str = ""
    csrf_token: str = ""


@router.get("/login")
def login(request: Request, next: str = "", ended: str = "") -> Response:  # The name stands in the address.
    console = console_of(request)
    with console.database.reading() as session:
        visitor = console.sessions.visitor(session, request.cookies.get(COOKIE, ""), console.clock())
    if visitor is not None:
        return RedirectResponse(safe_way_back(next), 303)
    notice = "notice.logged_out" if request.cookies.get(NOTICE_COOKIE) == "logged_out" else "login.ended" if ended else None
    return show_login(request, LoginForm(next=next), notice=say(notice) if notice else None)


@router.post("/login")
def log_in(request: Request, form: Annotated[LoginForm, Form()]) -> Response:
    console = console_of(request)
    if not is_meant(request, console, form):
        return show_login(request, form, problem=say("login.stale"), status=403)
    if not form.login.strip() or not form.password:
        return show_login(request, form, problem=say("login.empty"), status=422)
    try:
        staff = staff_with_password(request, console, form)
    except TooManyAttemptsError:
        return show_login(request, form, problem=say("login.blocked"), status=429)
    except TemporaryError:
        return show_login(request, form, problem=say("login.busy"), status=503)
    if staff is None:
        return show_login(request, form, problem=say("login.wrong"), status=422)
    return begin_session(request, console, staff, safe_way_back(form.next))


@router.post("/logout")
def log_out(visit: Writer) -> Response:
    with visit.writing() as session:
        visit.console.sessions.end(session, visit.request.cookies.get(COOKIE, ""))
        visit.record(session, "session.end", f"staff:{visit.visitor.staff_id}")
    response = visit.redirect(f"{PREFIX}/login", "logged_out")
    response.delete_cookie(COOKIE, path=PREFIX)
    return response


class TooManyAttemptsError(Exception):
    """This login or this address has failed too often."""


def staff_with_password(request: Request, console: Console, form: LoginForm) -> Staff | None:
    """No transaction is open while the password is checked. Raises TooManyAttemptsError, even for the right password."""
    now, login = console.clock(), normal_login(form.login)
    with console.database.reading() as session:
        known = {municipality.id for municipality in queries.municipalities(session)}
        municipality_id = form.municipality or (min(known) if len(known) == 1 else "")
        staff = queries.staff_by_login(session, municipality_id, login)
    account, address = f"{municipality_id}/{login}", request.client.host if request.client else ""
    if console.attempts.is_blocked(account, address, now):
        raise TooManyAttemptsError
    is_right = is_right_password(form.password, staff.password_hash if staff is not None and staff.is_active else None)
    if staff is None or not is_right:
        console.attempts.count(account, address, now)
        log.warning("login_failed", municipality=municipality_id if municipality_id in known else None, staff=staff.id if staff else None)
        return None
    console.attempts.forgive(account)
    return staff


def begin_session(request: Request, console: Console, staff: Staff, to: str) -> Response:
    now = console.clock()
    with console.database.transaction() as session:
        console.sessions.end(session, request.cookies.get(COOKIE, ""))
        token = console.sessions.begin(session, staff, now)
        console.audit.record(
            session, municipality_id=staff.municipality_id, staff_id=staff.id, action="session.begin", subject=f"staff:{staff.id}", now=now
        )
    response = RedirectResponse(to, 303)
    response.set_cookie(
        COOKIE, token, max_age=int(LONGEST.total_seconds()), path=PREFIX, secure=console.is_secure, httponly=True, samesite="lax"
    )
    response.delete_cookie(LOGIN_COOKIE, path=PREFIX)
    return response


def is_meant(request: Request, console: Console, form: LoginForm) -> bool:
    """The form was made for this browser: nobody logs somebody else in under a foreign account."""
    secret = request.cookies.get(LOGIN_COOKIE, "")
    is_ours = bool(secret) and is_same_token(form.csrf_token, form_token(console, secret))
    return is_ours and is_same_origin(request.headers, console.public_url)


def form_token(console: Console, secret: str) -> str:
    return hmac.new(console.login_key, secret.encode(), hashlib.sha256).hexdigest()


def show_login(request: Request, form: LoginForm, *, problem: str | None = None, notice: str | None = None, status: int = 200) -> Response:
    console = console_of(request)
    secret = request.cookies.get(LOGIN_COOKIE) or secrets.token_urlsafe(24)
    with console.database.reading() as session:
        municipalities = [Choice(value=row.id, label=row.name) for row in queries.municipalities(session)]
    view = LoginView(
        municipalities=tuple(municipalities),
        municipality=form.municipality,
        login=form.login[:64],
        next=safe_way_back(form.next),
        csrf_token=form_token(console, secret),
        problem=problem,
        notice=notice,
    )
    response = HTMLResponse(console.renderer.render("login.html", view), status)
    response.set_cookie(LOGIN_COOKIE, secret, path=PREFIX, secure=console.is_secure, httponly=True, samesite="lax")
    response.delete_cookie(NOTICE_COOKIE, path=PREFIX)
    if status == 429:
        response.headers["retry-after"] = "900"
    return response
