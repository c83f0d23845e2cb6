"""What a token allows, and which events an endpoint may want. Pure."""

from collections.abc import Mapping
from enum import StrEnum

from procedures.lifecycle import Verb


class Scope(StrEnum):
    """Something that a token allows."""

    READ = "applications:read"
    """The list and each application, without what is sensitive."""
    SENSITIVE = "applications:sensitive"
    """Answers to sensitive fields as well."""
    FILES = "applications:files"
    """Photos, files and the application on paper."""
    ACKNOWLEDGE = "applications:acknowledge"
    WRITE = "applications:write"
    """Moving an application on, which its resident is told."""


class Event(StrEnum):
    """Something that endpoints are told."""

    RECEIVED = "application.received"
    CHANGED = "application.changed"
    """Changed, completed or reopened by the resident; or staff took their last step back."""
    ACCEPTED = "application.accepted"
    RETURNED = "application.returned"
    REFUSED = "application.refused"
    DONE = "application.done"
    WITHDRAWN = "application.withdrawn"
    TEST = "test"
    """Sent by hand; it can't be chosen."""


EVENTS = tuple(event for event in Event if event is not Event.TEST)
EVENT_OF: Mapping[str, Event] = {
    Verb.SUBMIT.value: Event.RECEIVED,
    Verb.CHANGE.value: Event.CHANGED,
    Verb.RESUBMIT.value: Event.CHANGED,
    Verb.REOPEN.value: Event.CHANGED,
    Verb.TAKE_BACK.value: Event.CHANGED,
    Verb.ACCEPT.value: Event.ACCEPTED,
    Verb.RETURN.value: Event.RETURNED,
    Verb.REFUSE.value: Event.REFUSED,
    Verb.FINISH.value: Event.DONE,
    Verb.WITHDRAW.value: Event.WITHDRAWN,
}
"""By the kind of an application's event."""
MOVES = (*EVENT_OF, Verb.CHECK.value, Verb.JOIN.value, Verb.LEAD.value)
"""Kinds of events after which an application looks different to other systems."""
