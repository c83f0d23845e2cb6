"""Who calls: the token of a request, what it allows, and whether its owner asks too often."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from bot.receiving import Receiving
from console.application_api.limits import BURST, FAILURES_AT_ONCE, FAILURES_PER_SECOND, PER_SECOND, Bucket
from console.application_api.problems import ProblemError
from console.texts import say
from core.clock import Clock
from core.database import Database
from core.jobs import Queue
from core.pack import Pack
from procedures.applications import Desk
from procedures.outside import queries
from procedures.outside.scopes import Scope
from procedures.outside.taking import Caller
from procedures.outside.tokens import Bearer, Tokens


@dataclass(frozen=True, kw_only=True)
class Interface:
    """What the API is served with, built once."""

    database: Database
    queue: Queue
    tokens: Tokens
    packs: Callable[[str], Pack]
    receiving: Receiving
    clock: Clock
    calls: Bucket = field(default_factory=lambda: Bucket(PER_SECOND, BURST))
    failures: Bucket = field(default_factory=lambda: Bucket(FAILURES_PER_SECOND, FAILURES_AT_ONCE))


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request of a system that may make it."""

    interface: Interface
    bearer: Bearer

    @property
    def municipality_id(self) -> str:
        return self.bearer.municipality_id

    @property
    def caller(self) -> Caller:
        return Caller(municipality_id=self.bearer.municipality_id, system=self.bearer.system)

    @property
    def desk(self) -> Desk:
        return self.interface.receiving.desk(self.municipality_id)


def interface_of(request: Request) -> Interface:
    interface: Interface | None = request.app.state.interface
    if interface is None:
        raise ProblemError("missing", 404)
    return interface


bearer_scheme = HTTPBearer(auto_error=False, description=say("api.token"))


def known_caller(request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer_scheme)]) -> Call:
    """Raises ProblemError 401 and 429."""
    interface = interface_of(request)
    now = interface.clock()
    found = None
    if given is not None:
        with interface.database.reading() as session:
            found = interface.tokens.bearer(session, given.credentials, now)
    if found is None:
        _wait(interface.failures.take(request.client.host if request.client else ""))
        key = "token_unknown" if given is not None else "token_missing"
        raise ProblemError(key, 401, headers={"www-authenticate": "Bearer"})
    bearer, is_to_be_noted = found
    _wait(interface.calls.take(bearer.token_id))
    if is_to_be_noted:
        with interface.database.transaction() as session:
            queries.note_use(session, bearer.token_id, now)
    return Call(interface=interface, bearer=bearer)


def _wait(seconds: float) -> None:
    if seconds > 0:
        whole = math.ceil(seconds)
        raise ProblemError("too_often", 429, headers={"retry-after": str(whole)}, seconds=whole)


def _allowed(scope: Scope) -> Callable[[Call], Call]:
    def allowed_call(call: Annotated[Call, Depends(known_caller)]) -> Call:
        require(call, scope)
        return call

    return allowed_call


def require(call: Call, scope: Scope) -> None:
    """Raises ProblemError 403."""
    if not call.bearer.may(scope):
        raise ProblemError("scope_missing", 403, scope=scope.value)


ReadCall = Annotated[Call, Depends(_allowed(Scope.READ))]
FileCall = Annotated[Call, Depends(_allowed(Scope.FILES))]
TakingCall = Annotated[Call, Depends(_allowed(Scope.ACKNOWLEDGE))]
WriteCall = Annotated[Call, Depends(_allowed(Scope.WRITE))]
