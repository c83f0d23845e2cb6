"""The parts of a case's page that follow changes of the case: each is read and rendered for one visitor."""

from collections.abc import Callable, Mapping

from console.case_reading import Reading
from console.live.parts import Parameters, Part
from console.visiting import NotHereError, Visit
from core.changes import case_topic

ROOM = "cases"


def case_id_of(parameters: Parameters) -> int:
    """Raises NotHereError."""
    return _number(parameters, "case")


def _topics(_visit: Visit, parameters: Parameters) -> tuple[str, ...]:
    return (case_topic(case_id_of(parameters)),)


def _part(template: str, view: Callable[[Reading, Parameters], object]) -> Part:
    def read(visit: Visit, parameters: Parameters) -> object:
        with visit.reading() as session:
            return view(Reading.of(session, visit, case_id_of(parameters)), parameters)

    return Part(template=template, room=ROOM, topics=_topics, view=read)


def _number(parameters: Parameters, name: str) -> int:
    text = parameters.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise NotHereError(f"no number {name!r}")
    return int(text)


CASE_PARTS: Mapping[str, Part] = {
    "case_head": _part("case/_head.html", lambda reading, _: reading.head()),
    "case_presence": _part("case/_presence.html", lambda reading, _: reading.presence()),
    "case_talk": _part("case/_talk.html", lambda reading, given: reading.talk(_number(given, "before") if "before" in given else None)),
    "case_moves": _part("case/_moves.html", lambda reading, _: reading.moves()),
    "case_notes": _part("case/_notes.html", lambda reading, _: reading.notes()),
    "case_side": _part("case/_side.html", lambda reading, _: reading.side()),
}
