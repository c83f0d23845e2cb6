"""Writing the state of an application back: which verb leads to the state that a system names."""

from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy.orm import Session

from bot.receiving import By, Receiving
from procedures.models import Application, ApplicationState

LONGEST = 500
"""Characters of a reason: residents read it in a bubble."""


class Target(StrEnum):
    """States into which a system may bring an application."""

    CHECKING = ApplicationState.CHECKING
    RETURNED = ApplicationState.RETURNED
    ACCEPTED = ApplicationState.ACCEPTED
    DONE = ApplicationState.DONE
    REFUSED = ApplicationState.REFUSED


def move(
    session: Session, receiving: Receiving, application: Application, target: Target, by: By, *, reason: str, reasons: Mapping[str, str]
) -> None:
    """The resident is told. Raises NotAllowedError and StaleApplicationError."""
    match target:
        case Target.CHECKING:
            receiving.check(session, application, by)
        case Target.ACCEPTED:
            receiving.accept(session, application, by, reason)
        case Target.DONE:
            receiving.finish(session, application, by, reason)
        case Target.REFUSED:
            receiving.refuse(session, application, by, reason)
        case Target.RETURNED:
            receiving.return_to_resident(session, application, by, reasons)
