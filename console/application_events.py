"""What happened to an application, in words."""

from typing import TYPE_CHECKING

from console.texts import named, say
from console.views.application import ApplicationEventLine
from procedures.lifecycle import Verb
from procedures.models import ApplicationEvent
from procedures.reviewing import words_of

if TYPE_CHECKING:
    from console.application_reading import ApplicationReading

BY_RESIDENT = (Verb.SUBMIT, Verb.RESUBMIT, Verb.CHANGE, Verb.WITHDRAW, Verb.REOPEN)


def event_lines(reading: "ApplicationReading") -> tuple[ApplicationEventLine, ...]:
    """The newest first."""
    return tuple(_line(reading, event) for event in reversed(reading.events))


def _line(reading: "ApplicationReading", event: ApplicationEvent) -> ApplicationEventLine:
    desk = reading.visit.receiving.desk(reading.visit.municipality_id)
    return ApplicationEventLine(
        id=event.id,
        at=event.at,
        text=_text(reading, event),
        by=_by(reading, event),
        words=words_of(reading.session, desk, reading.application, event),
        is_note=event.kind == Verb.NOTE,
    )


def _text(reading: "ApplicationReading", event: ApplicationEvent) -> str:
    text = named("application_event", event.kind)
    match event.kind:
        case Verb.RETURN | Verb.RESUBMIT | Verb.CHANGE:
            labels = [reading.wording.text(f"fields.{name}.label") for name in event.detail.get("fields", ())]
            shown = [label for label in labels if label]
            return say("application.with_fields", text=text, fields="、".join(shown)) if shown else text
        case Verb.ASSIGN:
            name = reading.names.get(event.detail.get("to") or 0, "")
            return say("application.assigned", name=name) if name else say("application.unassigned")
        case Verb.JOIN | Verb.LEAD:
            return say("application.with_number", text=text, number=event.detail.get("number", ""))
        case Verb.EFFECT:
            return named("application_effect", str(event.detail.get("name", "")))
        case _:
            return text


def _by(reading: "ApplicationReading", event: ApplicationEvent) -> str:
    if event.staff_id is not None:
        return reading.names.get(event.staff_id, "")
    if "system" in event.detail:
        return str(event.detail["system"])
    if event.kind not in BY_RESIDENT:
        return ""
    return say("application.applicant") if reading.application.shows_applicant else say("application.anonymous")
