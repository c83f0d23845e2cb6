"""Which way an application may go: every verb with the states from which it starts and the one in which it ends. Pure."""

from collections.abc import Mapping
from enum import StrEnum

from core.errors import ProjectError
from procedures.models import ApplicationState as S


class Verb(StrEnum):
    """What is done to an application; also the kinds of its events."""

    SUBMIT = "submitted"
    CHECK = "checked"
    RETURN = "returned"
    RESUBMIT = "resubmitted"
    ACCEPT = "accepted"
    FINISH = "finished"
    REFUSE = "refused"
    WITHDRAW = "withdrawn"
    CHANGE = "changed"
    REOPEN = "reopened"
    JOIN = "joined"
    LEAD = "leads"
    """The earlier report was withdrawn: this one stands for all that had joined it."""
    TAKE_BACK = "taken_back"
    """What staff did a moment ago, before anybody was told."""
    NOTE = "noted"
    ASSIGN = "assigned"
    EFFECT = "effect"
    REMIND = "reminded"


class NotAllowedError(ProjectError):
    """An application can't go this way from where it stands; read it again."""


OPEN = (S.NEW, S.CHECKING, S.RETURNED, S.ACCEPTED)
ENDED = (S.DONE, S.REFUSED, S.WITHDRAWN)
SHARED = (Verb.CHECK, Verb.ACCEPT, Verb.FINISH, Verb.REFUSE, Verb.REOPEN)
"""What befalls a report and all that joined it."""
WAYS: Mapping[Verb, tuple[tuple[S, ...], S | None]] = {
    Verb.CHECK: ((S.NEW,), S.CHECKING),
    Verb.RETURN: ((S.NEW, S.CHECKING), S.RETURNED),
    Verb.RESUBMIT: ((S.RETURNED,), S.CHECKING),
    Verb.ACCEPT: ((S.NEW, S.CHECKING), S.ACCEPTED),
    Verb.FINISH: ((S.ACCEPTED, S.CHECKING), S.DONE),
    Verb.REFUSE: ((S.NEW, S.CHECKING, S.RETURNED, S.ACCEPTED), S.REFUSED),
    Verb.WITHDRAW: (OPEN, S.WITHDRAWN),
    Verb.CHANGE: (OPEN, None),
    Verb.REOPEN: ((S.DONE,), S.CHECKING),
}
"""None leaves the state as it is."""


def state_after(state: S, verb: Verb) -> S:
    """Raises NotAllowedError."""
    starts, end = WAYS[verb]
    if state not in starts:
        raise NotAllowedError(f"an application that is {state.value} can't be {verb.value}")
    return end or state
