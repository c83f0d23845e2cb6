"""The shape of an answer: the quoted words, and a card with source, office, telephone and buttons."""

from collections.abc import Mapping, Sequence
from urllib.parse import unquote

from bot.handlers import offering
from bot.office import department_rows
from bot.outcome import Turn
from bot.taps import AskEntry, NoneOfThese
from core.messages import Call, Card, Choice, Message, OpenLink, Row, Tap, Text, in_script_of
from core.pack import Department
from core.text import shorten
from retrieval.composing import Composed
from retrieval.passages import Passage, Translation

BUTTON_LABEL = 20
MOST_RELATED = 3


def answer_messages(
    turn: Turn,
    passage: Passage,
    composed: Composed,
    related: Sequence[Passage] = (),
    *,
    before: str = "",
    after: str = "",
    sources: Sequence[Passage] = (),
    start: tuple[Choice, ...] = (),
) -> tuple[Message, ...]:
    """The checked words, in the resident's language where a translation is published, otherwise in Japanese with a word of explanation.

    `related` may be more than are offered. `sources` are what joined words cite, by their numbers; they are told on the card, which also
    holds the button that begins a procedure (`start`).
    """
    is_foreign = composed.language != turn.language.value
    parts = (
        before,
        turn.say("answer.only_japanese", staff=turn.say("choice.staff")) if is_foreign else "",
        composed.text,
        turn.say("answer.joined") if composed.is_joined else "",
        turn.say("answer.guide_part") if composed.is_part and passage.source_url else "",
        after,
    )
    words = "\n\n".join(part.strip() for part in parts if part.strip())
    return Text(text=words), source_card(turn, passage, _question(turn, passage), related, sources, start)


def translation_of(turn: Turn, passage: Passage) -> Translation | None:
    """In the resident's language, or in the other script of Chinese, which is readable too."""
    return in_script_of(turn.language, passage.translations)


def source_card(
    turn: Turn,
    passage: Passage,
    title: str,
    related: Sequence[Passage] = (),
    sources: Sequence[Passage] = (),
    start: tuple[Choice, ...] = (),
) -> Card:
    department = turn.pack.department(passage.department_id)
    rows = department_rows(turn, department) if department else ()
    if passage.checked_on is not None:
        day = passage.checked_on
        rows = (*rows, Row(label=turn.say("card.checked_on"), text=turn.say("card.date", year=day.year, month=day.month, day=day.day)))
    if len(sources) > 1:
        numbered = enumerate(sources, start=1)
        rows = (*rows, *(Row(label=turn.say("card.numbered_source", number=number), text=_named(turn, one)) for number, one in numbered))
    else:
        rows = (*rows, Row(label=turn.say("card.source"), text=_source(turn, passage)))
    return Card(
        alt=turn.say("card.alt", title=title),
        title=title,
        rows=rows,
        also=tuple(question_row(turn, other) for other in related[:MOST_RELATED]),
        also_title=turn.say("card.related"),
        choices=(*start, *_buttons(turn, passage, department)),
    )


def readable(address: str) -> str:
    """An address for the eye: Japanese letters instead of their codes."""
    shown = unquote(address)
    return shown if shown.isprintable() and not set(" \ufffd") & set(shown) else address


def _source(turn: Turn, passage: Passage) -> str:
    source = readable(passage.source_url) if passage.source_url else turn.say("card.own_entry", entry=passage.entry_id)
    return turn.say("card.source_place", source=source, place=passage.place) if passage.place else source


def _named(turn: Turn, passage: Passage) -> str:
    """One of several sources, with its title, since the card has that of the first only."""
    return f"{_question(turn, passage)} {_source(turn, passage)}"


def _buttons(turn: Turn, passage: Passage, department: Department | None) -> tuple[Choice, ...]:
    buttons = [Choice(label=shorten(link.label, BUTTON_LABEL), action=OpenLink(url=link.url)) for link in passage.links]
    if passage.source_url:
        buttons.append(Choice(label=turn.say("choice.source"), action=OpenLink(url=passage.source_url)))
    if department is not None and department.phone:
        buttons.append(Choice(label=turn.say("choice.call"), action=Call(phone=department.phone)))
    return tuple(buttons)


def office_card(turn: Turn, department: Department) -> Card:
    """Whom to ask when we can't answer."""
    rows = department_rows(turn, department)
    return Card(
        alt=turn.say("card.office_alt", department=turn.pack.office_name(department, turn.language), phone=department.phone),
        title=turn.say("card.office_title"),
        rows=rows,
        choices=(Choice(label=turn.say("choice.call"), action=Call(phone=department.phone), is_primary=True),),
    )


def choice_card(turn: Turn, title: str, passages: Sequence[Passage]) -> Card:
    """Whole questions to tap, and a way out."""
    rows = [question_row(turn, passage) for passage in passages]
    rows.append(offering.tap(turn, "none_of_these", NoneOfThese(turn=turn.uid)))
    return Card(alt=title, title=title, choices=tuple(rows), is_list=True)


def question_row(turn: Turn, passage: Passage) -> Choice:
    """A whole question to tap, in the resident's language where it is published in it."""
    question = _question(turn, passage)
    return Choice(label=question, action=Tap(value=AskEntry(entry=passage.entry_id), shown=question))


def _question(turn: Turn, passage: Passage) -> str:
    translated = translation_of(turn, passage)
    return translated.question if translated else passage.question


def entries_of(passages: Sequence[Passage], *, is_quoted: bool) -> tuple[Mapping[str, object], ...]:
    """For the ledger: which entries, of which version, and whether their words were given or only offered."""
    return tuple({"entry": p.entry_id, "version": p.version_id, "quoted": is_quoted} for p in passages)
