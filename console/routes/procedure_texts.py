"""Changing texts of a procedure, one portion of them in one language at a time."""

from collections.abc import Mapping, Sequence

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from console.forms import Posted
from console.procedure_editing import ROOM, Editing, editing_of, notice_of, read_text, save_text, text_named
from console.procedure_text_form import changed_texts, raw_of, translated_into, with_texts, written_texts
from console.source_problems import EMPTY, ProblemLine, problem_line
from console.texts import named, say
from console.views.choices import Choice
from console.views.differences import differences
from console.views.procedure_texts import Difference, TextConflict, TextsView, TextView, place_label, rows_for
from console.visiting import NotHereError, ProcedureReader, ProcedureWriter, Visit
from core.edits import editions_of
from core.messages import Language
from core.models import Edition
from procedures.definition import Definition
from procedures.editions import StaleEditionError
from procedures.examining import SourceProblem
from procedures.places import GENERAL, parts_of

PAGE = "procedures/texts.html"

router = APIRouter()


@router.get("/procedures/{procedure_id}/texts/{portion}")
def show_texts(procedure_id: str, portion: str, visit: ProcedureReader, language: str = "ja") -> Response:
    with visit.reading() as session:
        view = texts_view(visit, editing_of(session, visit, procedure_id), portion, language_of(language))
    return visit.page(PAGE, view, room=ROOM)


@router.post("/procedures/{procedure_id}/texts/{portion}")
def change_texts(procedure_id: str, portion: str, posted: Posted, visit: ProcedureWriter) -> Response:
    language = language_of(posted.get("language", "ja"))
    try:
        with visit.writing() as session:
            editing = editing_of(session, visit, procedure_id)
            made_from = text_named(session, visit, editing, posted.get("edited", ""))
            saved = saved_texts(session, visit, editing, portion, language, made_from, posted)
    except StaleEditionError:
        with visit.reading() as session:
            return stale(session, visit, procedure_id, portion, language, posted)
    if isinstance(saved, Edition) or not saved:
        return visit.redirect(editing.path, notice_of(saved if isinstance(saved, Edition) else None))
    definition = read_text(visit, editing, editing.text)
    problems = [problem_line(one, place_label(one.place, definition) if one.place else "") for one in saved]
    return visit.page(PAGE, texts_view(visit, editing, portion, language, posted, problems), room=ROOM, status=422)


def saved_texts(
    session: Session,
    visit: Visit,
    editing: Editing,
    portion: str,
    language: Language,
    made_from: str | None,
    posted: Mapping[str, str],
) -> Edition | Sequence[SourceProblem]:
    """Raises StaleEditionError where somebody changed the procedure since the form was opened."""
    if made_from is None:
        raise StaleEditionError("the form began with a text that nobody knows")
    places = places_of(visit, editing, portion)
    typed = changed_texts(written_texts(raw_of(made_from), places, language), posted)
    now = written_texts(raw_of(editing.text), places, language)
    if all(now[place].strip() == text for place, text in typed.items()):
        # Nothing was typed anew, or the first of two clicks has done it.
        return ()
    if made_from != editing.text:
        raise StaleEditionError("the procedure was changed since the form was opened")
    empty = [place for place, text in typed.items() if not text and language is Language.JAPANESE and not is_optional(place)]
    if empty:
        return [SourceProblem(where=place, said=EMPTY, line=0, place=place) for place in empty]
    text = with_texts(editing.text, typed, language, keeps_translations=bool(posted.get("keep_translations")))
    return save_text(session, visit, editing, text, way="texts", made_from=made_from)


def stale(session: Session, visit: Visit, procedure_id: str, portion: str, language: Language, posted: Mapping[str, str]) -> Response:
    """What was typed stays in its fields, all others show what stands there now; saved once more it is written over that."""
    editing = editing_of(session, visit, procedure_id)
    places = places_of(visit, editing, portion)
    now = written_texts(raw_of(editing.text), places, language)
    made_from = text_named(session, visit, editing, posted.get("edited", ""))
    before = written_texts(raw_of(made_from), places, language) if made_from is not None else now
    typed = changed_texts(before, posted)
    definition = read_text(visit, editing, editing.text)
    last = next(iter(editions_of(session, visit.municipality_id, (editing.subject,), limit=1)), None)
    found = [
        Difference(label=place_label(place, definition), pieces=differences(before[place], now[place]))
        for place in places
        if before[place] != now[place]
    ]
    conflict = TextConflict(
        author=last.author if last is not None else "", at=last.created_at if last is not None else None, differences=tuple(found)
    )
    kept = {**now, **typed, "keep_translations": posted.get("keep_translations", "")}
    return visit.page(PAGE, texts_view(visit, editing, portion, language, kept, (), conflict), room=ROOM, status=409)


def places_of(visit: Visit, editing: Editing, portion: str) -> tuple[str, ...]:
    """Raises NotHereError."""
    places = dict(parts_of(read_text(visit, editing, editing.text))).get(portion)
    if places is None:
        raise NotHereError("no such portion of texts")
    return places


def language_of(tag: str) -> Language:
    try:
        return Language(tag)
    except ValueError:
        raise NotHereError("no such language") from None


def texts_view(
    visit: Visit,
    editing: Editing,
    portion: str,
    language: Language,
    typed: Mapping[str, str] | None = None,
    problems: Sequence[ProblemLine] = (),
    conflict: TextConflict | None = None,
) -> TextsView:
    places = places_of(visit, editing, portion)
    raw, definition = raw_of(editing.text), read_text(visit, editing, editing.text)
    written, japanese = written_texts(raw, places, language), written_texts(raw, places, Language.JAPANESE)
    values = {place: (typed or {}).get(place, written[place]) for place in places}
    is_japanese = language is Language.JAPANESE
    return TextsView(
        title=definition.title,
        portion=portion,
        portion_label=say("texts.general") if portion == GENERAL else definition.by_name[portion.removeprefix("fields.")].label,
        path=editing.path,
        edited=editing.digest,
        language=language.value,
        language_label=named("language", language.value),
        tag=language.tag,
        languages=tuple(Choice(value=one.value, label=named("language", one.value)) for one in Language),
        texts=tuple(text_view(place, values[place], japanese[place], is_japanese, definition) for place in places),
        translated="、".join(named("language", name) for name in translated_into(editing.text, places)) if is_japanese else "",
        needs_approval=visit.pack.municipality.procedures_need_approval,
        problems=tuple(problems),
        conflict=conflict,
        keeps_translations=bool((typed or {}).get("keep_translations")),
    )


def text_view(place: str, value: str, japanese: str, is_japanese: bool, definition: Definition) -> TextView:
    return TextView(
        place=place,
        label=place_label(place, definition),
        value=value,
        japanese="" if is_japanese else japanese,
        rows=rows_for(value or japanese),
        is_required=is_japanese and not is_optional(place),
    )


def is_optional(place: str) -> bool:
    return place in ("intro", "confirm") or place.endswith((".example", ".purpose"))
