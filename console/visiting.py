"""Who sends a request: the dependencies by which routes get a visit, and refuse what somebody may not do or did not mean."""

import hmac
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Path, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session

from bot.counter import Counter
from bot.receiving import Receiving
from console import queries
from console.permissions import Permission, may
from console.rendering import Frame, PresenceMark, Room
from console.security import PREFIX, is_same_origin
from console.serving import Console
from console.sessions import Visitor, is_due_to_touch
from console.systems import Systems
from console.texts import named, say
from console.views.presence import Standing
from core.errors import ProjectError
from core.pack import Pack
from procedures.current import CurrentProcedures

COOKIE = "madoguchi_console"
NOTICE_COOKIE = "madoguchi_notice"
ROOMS = (
    ("start", "/", Permission.READ, None),
    ("cases", "/cases", Permission.READ, "counter"),
    ("applications", "/applications", Permission.READ_APPLICATIONS, "counter"),
    ("identity", "/identity", Permission.HANDLE_APPLICATIONS, "counter"),
    ("callbacks", "/callbacks", Permission.READ, "counter"),
    ("conversations", "/conversations", Permission.READ, "counter"),
    ("canned", "/canned", Permission.WORK_CASES, "counter"),
    ("handover", "/handover", Permission.WORK_CASES, "counter"),
    ("content", "/content", Permission.READ, "content"),
    ("procedures", "/procedures", Permission.READ, "content"),
    ("supervision", "/supervision", Permission.SUPERVISE, "running"),
    ("reviews", "/reviews", Permission.SUPERVISE, "running"),
    ("emergency", "/emergency", Permission.SUPERVISE, "running"),
    ("staff", "/staff", Permission.SUPERVISE, "running"),
    ("systems", "/systems", Permission.CONNECT_SYSTEMS, "running"),
    ("dead_letters", "/dead-letters", Permission.RETRY_JOBS, "running"),
)


class LoginNeededError(ProjectError):
    """Nobody is logged in, or the session has ended; the browser is sent to the login."""


class NotAllowedError(ProjectError):
    """The role does not allow it; the page says who to ask."""

    def __init__(self, permission: Permission) -> None:
        super().__init__(f"the role lacks '{permission}'")
        self.permission = permission


class ForgedRequestError(ProjectError):
    """A form that none of our pages sent, or an old one."""


class NotHereError(ProjectError):
    """No such thing in the visitor's municipality."""


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One request of somebody who is logged in, and the ways to answer it."""

    console: Console
    request: Request
    visitor: Visitor
    now: datetime
    standing: Standing = field(default_factory=Standing)
    """Of the visitor, as of the beginning of the request."""

    @property
    def municipality_id(self) -> str:
        return self.visitor.municipality_id

    @property
    def pack(self) -> Pack:
        return self.console.packs(self.municipality_id)

    @property
    def counter(self) -> Counter:
        counter = self.console.counter
        assert counter is not None, "this console was built without a counter"
        return counter

    @property
    def procedures(self) -> CurrentProcedures:
        procedures = self.console.procedures
        assert procedures is not None, "this console was built without procedures"
        return procedures

    @property
    def systems(self) -> Systems:
        systems = self.console.systems
        assert systems is not None, "this console was built without other systems"
        return systems

    @property
    def receiving(self) -> Receiving:
        receiving = self.console.receiving
        assert receiving is not None, "this console was built without applications"
        return receiving

    @property
    def wants_fragment(self) -> bool:
        return wants_fragment(self.request)

    def may(self, permission: Permission) -> bool:
        return may(self.visitor.role, permission)

    def reading(self) -> AbstractContextManager[Session]:
        return self.console.database.reading()

    def writing(self) -> AbstractContextManager[Session]:
        return self.console.database.transaction()

    def record(self, session: Session, action: str, subject: str) -> None:
        """In the audit log, within the transaction of what was done."""
        self.console.audit.record(
            session, municipality_id=self.municipality_id, staff_id=self.visitor.staff_id, action=action, subject=subject, now=self.now
        )

    def page(self, template: str, view: object, *, room: str, status: int = 200, address: str = "") -> Response:
        """`address` is where a page stands that answers a form."""
        notice = self.request.cookies.get(NOTICE_COOKIE)
        frame = self.frame(room, say(f"notice.{notice}") if notice and named("notice", notice) != notice else None)
        response = HTMLResponse(self.console.renderer.render(template, view, replace(frame, address=address)), status)
        if notice:
            response.delete_cookie(NOTICE_COOKIE, path=PREFIX)
        return response

    def page_or_fragment(
        self, template: str, fragment: str, view: object, *, room: str, status: int = 200, announce: str = "", address: str = ""
    ) -> Response:
        """The fragment is a file that the page includes, so that both show the same."""
        if self.wants_fragment:
            return self.fragment(fragment, view, room=room, status=status, announce=announce)
        return self.page(template, view, room=room, status=status, address=address)

    def fragment_or_redirect(self, fragment: str, view: object, *, room: str, to: str, notice: str) -> Response:
        """After a change: the changed part with a word for screen readers, or 303 and a notice on the page that follows."""
        if self.wants_fragment:
            return self.fragment(fragment, view, room=room, announce=say(f"notice.{notice}"))
        return self.redirect(to, notice)

    def fragment(self, fragment: str, view: object, *, room: str, status: int = 200, announce: str = "") -> Response:
        body = self.console.renderer.render("_fragment.html", view, self.frame(room), fragment=fragment, announce=announce)
        return HTMLResponse(body, status, headers={"vary": "HX-Request-Type"})

    def redirect(self, to: str, notice: str | None = None) -> Response:
        response = RedirectResponse(to, 303)
        if notice is None:
            return response
        response.set_cookie(NOTICE_COOKIE, notice, max_age=60, path=PREFIX, secure=self.console.is_secure, httponly=True, samesite="lax")
        return response

    def frame(self, room: str, notice: str | None = None) -> Frame:
        return Frame(
            municipality=self.visitor.municipality_name,
            name=self.visitor.name,
            role=self.visitor.role,
            csrf_token=self.visitor.csrf_token,
            rooms=tuple(self._rooms(room)),
            notice=notice,
            staff_id=self.visitor.staff_id,
            change_number=self.visitor.change_number,
            presence=PresenceMark(standing=self.standing, back=self.here) if self.may(Permission.WORK_CASES) else None,
        )

    @property
    def here(self) -> str:
        """The page that the visitor looks at, as a way back to it."""
        if self.request.method != "GET":
            return f"{PREFIX}/"
        return self.request.url.path + (f"?{self.request.url.query}" if self.request.url.query else "")

    def _rooms(self, current: str) -> Iterator[Room]:
        last = None
        for key, path, permission, group in ROOMS:
            if self.may(permission):
                begins = say(f"room_group.{group}") if group not in (None, last) else None
                yield Room(key=key, label=say(f"navigation.{key}"), href=PREFIX + path, is_current=key == current, begins=begins)
                last = group


def wants_fragment(request: Request) -> bool:
    """htmx asks for a part; after going back in the history it asks for the whole page."""
    return request.headers.get("hx-request-type") == "partial"


def console_of(request: Request) -> Console:
    console: Console = request.app.state.console
    return console


def visitor_of(request: Request) -> Visitor | None:
    """Who sends it, as far as the session goes on; asking does not prolong it."""
    console = console_of(request)
    with console.database.reading() as session:
        return console.sessions.visitor(session, request.cookies.get(COOKIE, ""), console.clock())


def quiet_visit(request: Request) -> Visit:
    """Of a page that speaks by itself, which keeps no session alive. Raises LoginNeededError."""
    visitor = visitor_of(request)
    if visitor is None:
        raise LoginNeededError("the session has ended")
    console = console_of(request)
    with console.database.reading() as session:
        standing = queries.standing_of(session, visitor.staff_id)
    visit = Visit(console=console, request=request, visitor=visitor, now=console.clock(), standing=standing)
    # The pages for errors are shown within the frame, too.
    request.state.visit = visit
    return visit


def current_visit(request: Request) -> Visit:
    """Raises LoginNeededError."""
    visit = quiet_visit(request)
    if is_due_to_touch(visit.visitor, visit.now):
        with visit.writing() as session:
            queries.touch_session(session, visit.visitor.session_id, visit.now)
    return visit


def _allowed(permission: Permission) -> Callable[[Visit], Visit]:
    def allowed_visit(visit: Annotated[Visit, Depends(current_visit)]) -> Visit:
        if not visit.may(permission):
            raise NotAllowedError(permission)
        return visit

    return allowed_visit


def _meant(permission: Permission) -> Callable[[Request, Visit], Awaitable[Visit]]:
    async def meant_visit(request: Request, visit: Annotated[Visit, Depends(_allowed(permission))]) -> Visit:
        await refuse_unless_meant(request, visit)
        return visit

    return meant_visit


async def refuse_unless_meant(request: Request, visit: Visit) -> None:
    """Raises ForgedRequestError."""
    form = await request.form()
    token = str(form.get("csrf_token", ""))
    if not is_same_origin(request.headers, visit.console.public_url) or not is_same_token(token, visit.visitor.csrf_token):
        raise ForgedRequestError("the form was not sent by a page of this session")


async def quiet_writer(request: Request, visit: Annotated[Visit, Depends(quiet_visit)]) -> Visit:
    """A heartbeat: sent by a page of this session, prolonging nothing."""
    await refuse_unless_meant(request, visit)
    return visit


def is_same_token(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())


Beating = Annotated[Visit, Depends(quiet_writer)]
Reader = Annotated[Visit, Depends(_allowed(Permission.READ))]
ContentReader = Annotated[Visit, Depends(_allowed(Permission.EDIT_CONTENT))]
ProcedureReader = Annotated[Visit, Depends(_allowed(Permission.EDIT_PROCEDURES))]
SlotReader = Annotated[Visit, Depends(_allowed(Permission.CHANGE_SLOTS))]
CaseReader = Annotated[Visit, Depends(_allowed(Permission.WORK_CASES))]
ApplicationReader = Annotated[Visit, Depends(_allowed(Permission.READ_APPLICATIONS))]
ApplicationHandler = Annotated[Visit, Depends(_allowed(Permission.HANDLE_APPLICATIONS))]
SupervisionReader = Annotated[Visit, Depends(_allowed(Permission.SUPERVISE))]
SystemReader = Annotated[Visit, Depends(_allowed(Permission.CONNECT_SYSTEMS))]
JobReader = Annotated[Visit, Depends(_allowed(Permission.RETRY_JOBS))]
Writer = Annotated[Visit, Depends(_meant(Permission.READ))]
CallbackWriter = Annotated[Visit, Depends(_meant(Permission.HANDLE_CALLBACKS))]
CaseWriter = Annotated[Visit, Depends(_meant(Permission.WORK_CASES))]
ApplicationWriter = Annotated[Visit, Depends(_meant(Permission.HANDLE_APPLICATIONS))]
SupervisionWriter = Annotated[Visit, Depends(_meant(Permission.SUPERVISE))]
ContentWriter = Annotated[Visit, Depends(_meant(Permission.EDIT_CONTENT))]
ProcedureWriter = Annotated[Visit, Depends(_meant(Permission.EDIT_PROCEDURES))]
SlotWriter = Annotated[Visit, Depends(_meant(Permission.CHANGE_SLOTS))]
Approver = Annotated[Visit, Depends(_meant(Permission.APPROVE_PROCEDURES))]
SystemWriter = Annotated[Visit, Depends(_meant(Permission.CONNECT_SYSTEMS))]
JobWriter = Annotated[Visit, Depends(_meant(Permission.RETRY_JOBS))]

RowId = Annotated[int, Path(ge=1, le=2**63 - 1)]


def page_number(request: Request) -> int:
    """From 1; nonsense in the address shows the first page."""
    given = request.query_params.get("page", "1")
    return max(int(given), 1) if given.isascii() and given.isdecimal() and len(given) < 7 else 1


PageNumber = Annotated[int, Depends(page_number)]
