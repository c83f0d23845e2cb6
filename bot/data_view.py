"""The pages of わたしのデータ as frozen views."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.data_room import GoneError, Visit
from bot.form_view import EndView, InputView, QuestionView, question_view
from bot.my_data import Datum
from core.clock import in_japan
from core.messages import Language
from core.pack import Pack
from procedures.entering import Question
from procedures.fields.base import Line
from procedures.fields.inputs import Given


@dataclass(frozen=True, kw_only=True)
class DatumView:
    """One thing that is kept."""

    label: str
    value: str
    rows: tuple[tuple[str, str], ...]
    correct: str
    """Address where it is corrected; empty where it can only be deleted."""
    delete: str


@dataclass(frozen=True, kw_only=True)
class OverviewView:
    """Everything that is kept."""

    lang: str
    municipality: str
    title: str
    heading: str
    until: str
    saved: str
    words: Mapping[str, str]
    data: tuple[DatumView, ...]
    begun: tuple[str, ...]
    sent: tuple[tuple[str, str], ...]
    delete_all: str
    delete_all_label: str


@dataclass(frozen=True, kw_only=True)
class ConfirmView:
    """Asks once more before something is deleted."""

    lang: str
    municipality: str
    title: str
    texts: tuple[str, ...]
    delete: str
    do: str
    back: str
    home: str


@dataclass(frozen=True, kw_only=True)
class CorrectView:
    """One thing with inputs for what is to stand there."""

    lang: str
    municipality: str
    title: str
    now: str
    """What is kept at present."""
    question: QuestionView
    no_number: str
    save: str
    back: str
    home: str
    summary_title: str
    error_prefix: str

    @property
    def errors(self) -> tuple[InputView, ...]:
        return tuple(each for each in self.question.inputs if each.error)


WORDS = ("kept_title", "begun_title", "applications_title", "correct", "delete", "blocking", "nothing_kept")


def overview_view(visit: Visit, is_saved: bool) -> OverviewView:
    until = visit.say("procedure.form.until", time=f"{in_japan(visit.link.expires_at):%H:%M}")
    return OverviewView(
        lang=visit.language.tag,
        municipality=visit.municipality,
        title=visit.say("my_data.title"),
        heading=visit.say("my_data.heading"),
        until=until,
        saved=visit.say("my_data.saved") if is_saved else "",
        words={name: visit.say(f"my_data.{name}") for name in WORDS},
        data=tuple(_datum(visit, datum) for datum in visit.kept.data),
        begun=tuple(visit.say("my_data.begun", title=one.title, day=_day(visit, one.until)) for one in visit.kept.begun),
        sent=tuple(
            (
                visit.say("my_data.application", title=one.title, number=one.number),
                visit.say("my_data.keeps_open")
                if one.is_open
                else visit.say("my_data.forgotten")
                if one.is_forgotten or one.until is None
                else visit.say("my_data.keeps_until", day=_day(visit, one.until)),
            )
            for one in visit.kept.sent
        ),
        delete_all=f"{visit.home}/delete",
        delete_all_label=visit.say("choice.delete_all"),
    )


def confirm_view(visit: Visit, kind: str) -> ConfirmView:
    """Of one thing, or of everything; while an application is under way, of what is offered again."""
    texts: tuple[str, ...]
    if kind:
        datum = visit.datum(kind)
        title, texts, do = visit.say("my_data.delete_title", label=datum.label), (datum.value,), "one"
    elif visit.kept.open_numbers:
        numbers = visit.say("procedure.list_separator").join(visit.kept.open_numbers)
        title, texts, do = visit.say("my_data.delete_all_title"), (visit.say("my_data.open", numbers=numbers),), "kept"
    else:
        days = visit.pack.municipality.retention.ledger_days
        title, texts, do = (
            visit.say("my_data.delete_all_title"),
            (visit.say("my_data.sure", days=days), visit.say("my_data.blocking")),
            "all",
        )
    return ConfirmView(
        lang=visit.language.tag,
        municipality=visit.municipality,
        title=title,
        texts=texts,
        delete=visit.say("choice.delete_kept" if do == "kept" else "choice.delete_sure"),
        do=do,
        back=visit.say("my_data.back"),
        home=visit.home,
    )


def correct_view(visit: Visit, kind: str, given: Given, misfits: Mapping[str, Line]) -> CorrectView:
    """Raises GoneError."""
    datum = visit.datum(kind)
    if datum.field is None or datum.wording is None:
        raise GoneError(kind)
    question = question_view(datum.wording, Question(field=datum.field, misfits=misfits), given)
    count = sum(1 for each in question.inputs if each.error)
    return CorrectView(
        lang=visit.language.tag,
        municipality=visit.municipality,
        title=visit.say("my_data.correct_title", label=datum.label),
        now=visit.say("procedure.is_now", value=datum.value),
        question=question,
        no_number=visit.say("procedure.form.no_number"),
        save=visit.say("my_data.save"),
        back=visit.say("my_data.back"),
        home=visit.home,
        summary_title=visit.say("procedure.form.summary", number=count) if count else "",
        error_prefix=visit.say("procedure.form.error"),
    )


def end_view(pack: Pack, language: Language, end: str) -> EndView:
    """`over`: the link opens nothing any more; `done`: everything was deleted."""
    sentences = pack.sentences
    return EndView(
        lang=language.tag,
        municipality=pack.label(pack.municipality.name, language),
        title=sentences.say("my_data.over_title" if end == "over" else "my_data.done_title", language),
        text=sentences.say("my_data.over_text" if end == "over" else "my_data.done_text", language),
        contact=sentences.say("procedure.form.contact", language),
        phone=pack.municipality.phone,
    )


def _datum(visit: Visit, datum: Datum) -> DatumView:
    rows = (
        (visit.say("my_data.purpose"), datum.purpose),
        (visit.say("my_data.origin"), datum.origin or visit.say("my_data.corrected")),
        (visit.say("my_data.until"), _day(visit, datum.until)),
    )
    return DatumView(
        label=datum.label,
        value=datum.value,
        rows=rows,
        correct=f"{visit.home}/correct/{datum.kind}" if datum.field is not None and datum.field.is_for_pages else "",
        delete=f"{visit.home}/delete/{datum.kind}",
    )


def _day(visit: Visit, day: date) -> str:
    return visit.say("card.date", year=day.year, month=day.month, day=day.day)
