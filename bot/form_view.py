"""The page on which a resident enters what must not be asked in the talk, as a frozen view."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.forms import OpenForm
from core.clock import in_japan
from core.messages import Language
from core.pack import Pack
from procedures.conditions import Plain
from procedures.entering import Question, holds_individual_number
from procedures.fields.inputs import Given, Input, InputKind
from procedures.forms import EXTENSION, LinkEnd
from procedures.wording import Wording


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """Words with the language in which they are, where it is not the page's."""

    text: str
    lang: str = ""


@dataclass(frozen=True, kw_only=True)
class OptionView:
    """Something to mark."""

    id: str
    value: str
    label: Phrase
    is_marked: bool


@dataclass(frozen=True, kw_only=True)
class InputView:
    """One control, or the group of what can be marked."""

    id: str
    name: str
    kind: InputKind
    label: Phrase
    value: str
    options: tuple[OptionView, ...]
    mode: str
    autocomplete: str
    longest: int
    error: str
    error_prefix: str
    described_by: str

    @property
    def focus(self) -> str:
        """Id of what the link in the summary leads to."""
        return self.options[0].id if self.options else self.id


@dataclass(frozen=True, kw_only=True)
class QuestionView:
    """A question with its controls; several make a group."""

    name: str
    label: Phrase
    ask: Phrase
    example: str
    now: str
    optional: str
    inputs: tuple[InputView, ...]

    @property
    def is_group(self) -> bool:
        return len(self.inputs) > 1


@dataclass(frozen=True, kw_only=True)
class FormView:
    """The page; everything is in the resident's language where somebody wrote it."""

    lang: str
    municipality: str
    title: Phrase
    heading: str
    intro: str
    no_number: str
    until: str
    extend: str
    send: str
    questions: tuple[QuestionView, ...]
    summary_title: str = ""
    error_prefix: str = ""
    more: str = ""

    @property
    def errors(self) -> tuple[InputView, ...]:
        return tuple(each for question in self.questions for each in question.inputs if each.error)


@dataclass(frozen=True, kw_only=True)
class EndView:
    """A page that says what came of it, or why nothing can be entered."""

    lang: str
    municipality: str
    title: str
    text: str
    contact: str = ""
    phone: str = ""


def form_view(form: OpenForm, given: Mapping[str, Given]) -> FormView:
    wording = form.wording
    answers = form.progress.state.answers
    questions = tuple(
        question_view(wording, question, given.get(question.field.name, {}), answers.get(question.field.name))
        for question in form.entered.questions
    )
    count = sum(1 for question in questions for each in question.inputs if each.error)
    has_more = bool(given) and any(question.field.name not in given for question in form.entered.questions)
    return FormView(
        lang=wording.language.tag,
        municipality=form.pack.label(form.pack.municipality.name, wording.language),
        title=_phrase(wording, "title"),
        heading=wording.say("procedure.form.heading"),
        intro=wording.say("procedure.form.intro"),
        no_number=wording.say("procedure.form.no_number"),
        until=wording.say("procedure.form.until", time=_clock(form.expires_at)),
        extend=wording.say("procedure.form.extend", minutes=EXTENSION.seconds // 60),
        send=wording.say("procedure.form.send"),
        questions=questions,
        summary_title=wording.say("procedure.form.summary", number=count) if count else "",
        error_prefix=wording.say("procedure.form.error"),
        more=wording.say("procedure.form.more") if has_more and not count else "",
    )


def end_view(pack: Pack, language: Language, end: LinkEnd) -> EndView:
    """`used` is what somebody sees right after sending, too."""
    resume = pack.sentences.say("procedure.choice.resume", language)
    return EndView(
        lang=language.tag,
        municipality=pack.label(pack.municipality.name, language),
        title=pack.sentences.say(f"procedure.form.{end.value}_title", language),
        text=pack.sentences.say(f"procedure.form.{end.value}_text", language, resume=resume),
        contact=pack.sentences.say("procedure.form.contact", language),
        phone=pack.municipality.phone,
    )


def question_view(wording: Wording, question: Question, given: Given, current: Plain = None) -> QuestionView:
    """`current` is the answer that another one replaces."""
    field = question.field
    place, about = f"fields.{field.name}", f"{field.name}-about"
    label = _phrase(wording, f"{place}.label")
    return QuestionView(
        name=field.name,
        label=label,
        ask=_phrase(wording, f"{place}.ask"),
        example=wording.say("procedure.example", example=wording.text(f"{place}.example")) if field.example else "",
        now=wording.say("procedure.is_now", value=wording.shown(field, current)) if current is not None else "",
        optional=wording.say("procedure.form.optional") if field.optional else "",
        inputs=tuple(
            _input(wording, question, control, label, given, about, is_first=number == 0)
            for number, control in enumerate(field.inputs(wording.progress.asking(field)))
        ),
    )


def _input(wording: Wording, question: Question, control: Input, label: Phrase, given: Given, about: str, *, is_first: bool) -> InputView:
    name = f"{question.field.name}.{control.part}" if control.part else question.field.name
    known = {control.part, ""} if is_first else {control.part}
    said = next((line for part, line in question.misfits.items() if part in known), None)
    error = wording.line(said) if said is not None else ""
    texts = [text for text in given.get(control.part, ()) if not holds_individual_number(text)]
    own = Phrase(text=_capital(wording.line(control.label))) if control.label is not None else label
    described = [about, *([f"{name}-error"] if error else [])]
    return InputView(
        id=name,
        name=name,
        kind=control.kind,
        label=own,
        value=texts[0] if texts else "",
        options=tuple(_options(wording, name, control, texts)),
        mode=control.mode,
        autocomplete=control.autocomplete,
        longest=control.longest,
        error=error,
        error_prefix=wording.say("procedure.form.error"),
        described_by=" ".join(described),
    )


def _options(wording: Wording, name: str, control: Input, texts: list[str]) -> Iterator[OptionView]:
    for number, option in enumerate(control.options):
        key = option.label.key if not isinstance(option.label, str) else ""
        shown = wording.label(option.label)
        label = Phrase(text=shown, lang="ja" if key.startswith("fields.") and not wording.is_translated(key) else "")
        yield OptionView(id=f"{name}-{number}", value=option.value, label=label, is_marked=option.value in texts)


def _phrase(wording: Wording, place: str) -> Phrase:
    is_own = wording.language.is_japanese or wording.is_translated(place)
    return Phrase(text=wording.text(place), lang="" if is_own else "ja")


def _capital(text: str) -> str:
    """Names of parts stand inside sentences too."""
    return text[:1].upper() + text[1:]


def _clock(moment: datetime) -> str:
    return f"{in_japan(moment):%H:%M}"
