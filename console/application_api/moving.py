"""Writing the state of an application back: which verb leads to the state that a system names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from procedures import applications
from procedures.applications import Desk, Telling
from procedures.models import Application, ApplicationState
from procedures.state import Filling

LONGEST = 500
"""Characters of a reason: residents read it in a bubble."""


class Target(StrEnum):
    """States into which a system may bring an application."""

    CHECKING = ApplicationState.CHECKING
    RETURNED = ApplicationState.RETURNED
    ACCEPTED = ApplicationState.ACCEPTED
    DONE = ApplicationState.DONE
    REFUSED = ApplicationState.REFUSED


@dataclass(frozen=True, kw_only=True)
class Moved:
    """What must be told, and what the resident goes on with where some fields were opened again."""

    tellings: Sequence[Telling]
    filling: Filling | None = None


def move(
    session: Session,
    desk: Desk,
    application: Application,
    target: Target,
    *,
    version: int,
    reason: str,
    reasons: Mapping[str, str],
    now: datetime,
) -> Moved:
    """`desk.system` is who does it. Raises NotAllowedError and StaleApplicationError."""
    match target:
        case Target.CHECKING:
            return Moved(tellings=applications.check(session, application, staff_id=None, now=now, seen_version=version, desk=desk))
        case Target.ACCEPTED:
            told = applications.accept(session, desk, application, staff_id=None, now=now, words=reason, seen_version=version)
        case Target.DONE:
            told = applications.finish(session, desk, application, staff_id=None, now=now, words=reason, seen_version=version)
        case Target.REFUSED:
            told = applications.refuse(session, desk, application, staff_id=None, now=now, words=reason, seen_version=version)
        case Target.RETURNED:
            filling, told = applications.return_to_resident(
                session, desk, application, reasons, staff_id=None, now=now, seen_version=version
            )
            return Moved(tellings=told, filling=filling)
    return Moved(tellings=told)
