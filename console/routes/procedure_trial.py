"""Trying a procedure out on a phone in the page: the pure engine answers, and nothing is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time

import orjson
from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from bot.procedure_facts import calendar_facts
from console.forms import Posted
from console.procedure_editing import ROOM, Editing, accessible_definition, editing_of, read_text
from console.texts import named, say
from console.views.choices import Choice
from console.views.procedure_trial import TrialView, bubbles_of, dumped, quick_of
from console.visiting import NotHereError, Reader, Visit, Writer
from core.clock import JAPAN, in_japan
from core.japanese_dates import read_day
from core.messages import Language
from procedures.conditions import Plain
from procedures.definition import Definition
from procedures.facts import Facts
from procedures.said import Picked, Words
from procedures.slots import slots_from
from procedures.steps import Ask
from procedures.trial import LONGEST, MOST, Played, play, written
from procedures.wording import Wording

PAGE = "procedures/trial.html"
FRAGMENT = "procedures/_phone.html"
IN_FORCE, WAITING, PACK = "in_force", "waiting", "pack"
HISTORY_LIMIT = 100_000
MORNING = time(10)

router = APIRouter()


@router.get("/procedures/{procedure_id}/trial")
def show_trial(procedure_id: str, visit: Reader, language: str = "ja", day: str = "", version: str = IN_FORCE) -> Response:
    return trial(visit, procedure_id, {"language": language, "day": day, "version": version})


@router.post("/procedures/{procedure_id}/trial")
def go_on_trying(procedure_id: str, posted: Posted, visit: Writer) -> Response:
    """Only answers: whoever may read may try."""
    return trial(visit, procedure_id, posted)


def trial(visit: Visit, procedure_id: str, posted: Mapping[str, str]) -> Response:
    accessible_definition(visit, procedure_id)
    day = read_day(posted.get("day", ""))
    problem = say("problem.date_bad", text=posted["day"][:20]) if posted.get("day") and day is None else ""
    # The same moment whenever it is played again.
    now = datetime.combine(day or in_japan(visit.now).date(), MORNING, JAPAN)
    language = language_of(posted.get("language", "ja"))
    with visit.reading() as session:
        editing = editing_of(session, visit, procedure_id)
        version = posted.get("version", IN_FORCE)
        definition = read_text(visit, editing, version_text(editing, version))
        facts = trial_facts(session, visit, definition, now)
    try:
        played = play(
            definition,
            said_so_far(posted),
            now=now,
            facts=facts,
            wording=lambda progress: Wording(definition, visit.pack, language, progress),
        )
    except ValueError:
        raise NotHereError("a trial that no page sends") from None
    view = trial_view(visit, editing, definition, played, language, day, version, now, problem)
    return visit.page_or_fragment(PAGE, FRAGMENT, view, room=ROOM)


def said_so_far(posted: Mapping[str, str]) -> Sequence[Mapping[str, Plain]]:
    """Raises NotHereError for what no page of a trial sends."""
    if "again" in posted:
        return ()
    try:
        history = orjson.loads(posted.get("history") or "[]") if len(posted.get("history", "")) <= HISTORY_LIMIT else []
        said = [one for one in history if isinstance(one, dict)][:MOST]
        if posted.get("pick"):
            day = read_day(posted.get(f"day-{posted['pick']}", ""))
            return [*said, written(Picked(field=posted["pick"], day=day.isoformat()), day.isoformat())] if day is not None else said
        if posted.get("do"):
            return [*said, orjson.loads(posted["do"])]
    except orjson.JSONDecodeError:
        raise NotHereError("a trial that no page sends") from None
    words = posted.get("words", "").strip()[:LONGEST]
    return [*said, written(Words(text=words), words)] if words else said


def trial_facts(session: Session, visit: Visit, definition: Definition, now: datetime) -> Facts:
    """As a resident meets them who comes for the first time; a stop of intake does not stop a trial."""
    procedures = visit.procedures(visit.municipality_id)
    taken, capacities = slots_from(session, visit.municipality_id, definition.id, in_japan(now).date())
    facts = calendar_facts(visit.pack, procedures, definition)
    return replace(facts, intake_notice="", taken=lambda key: taken.get(key, 0), capacities=capacities)


def version_text(editing: Editing, version: str) -> str:
    texts = {IN_FORCE: editing.in_force, PACK: editing.original}
    if editing.waiting is not None:
        texts[WAITING] = editing.waiting.text
    if version not in texts:
        raise NotHereError("no such version to try")
    return texts[version]


def language_of(tag: str) -> Language:
    try:
        return Language(tag)
    except ValueError:
        raise NotHereError("no such language") from None


def trial_view(
    visit: Visit,
    editing: Editing,
    definition: Definition,
    played: Played,
    language: Language,
    day: date | None,
    version: str,
    now: datetime,
    problem: str,
) -> TrialView:
    last = played.exchanges[-1]
    facility = next(iter(visit.pack.facilities), None)
    place = (facility.latitude, facility.longitude) if facility is not None else (35.0, 139.0)
    quick, pickers = quick_of(last.reply, place)
    versions = [IN_FORCE, *((WAITING,) if editing.waiting is not None else ()), *((PACK,) if editing.in_force != editing.original else ())]
    return TrialView(
        title=definition.title,
        path=editing.path,
        tag=language.tag,
        language=language.value,
        languages=tuple(Choice(value=one.value, label=named("language", one.value)) for one in Language),
        day=(day or in_japan(now).date()).isoformat(),
        version=version,
        version_label=named("trial_version", version),
        versions=tuple(Choice(value=one, label=named("trial_version", one)) for one in versions),
        bubbles=tuple(bubbles_of(played.exchanges, place)),
        quick=quick,
        pickers=pickers,
        aside=say(f"trial.{last.end}") if last.end else "",
        is_over=played.is_over,
        by_form=isinstance(played.step, Ask) and played.step.by_form,
        history=dumped(played.said),
        was_typed=bool(played.said) and played.said[-1]["as"] == Words.__name__,
        was_tapped=bool(played.said) and played.said[-1]["as"] != Words.__name__,
        problem=problem,
    )
