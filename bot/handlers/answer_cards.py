"""The shape of an answer: the quoted words, and a card with source, office, telephone and buttons."""

from collections.abc import Mapping, Sequence

from bot.handlers import offering
from bot.office import department_rows
from bot.outcome import Turn
from bot.taps import AskEntry, NoneOfThese
from core.messages import Call, Card, Choice, Language, Message, OpenLink, Row, Tap, Text
from core.pack import Department
from core.text import shorten
from retrieval.composing import Composed
from retrieval.passages import Passage

BUTTON_LABEL = 20


def answer_messages(
    turn: Turn, passage: Passage, composed: Composed, *, before: str = "", after: str = "", sources: Sequence[Passage] = ()
) -> tuple[Message, ...]:
    """The checked words, in the resident's language where a translation is published, otherwise in Japanese with a word of explanation.

    `sources` are what joined words cite, by their numbers; they are told on the card.
    """
    is_foreign = composed.language != turn.language.value and turn.language not in (Language.JAPANESE, Language.EASY)
    parts = (
        before,
        turn.say("answer.only_japanese") if is_foreign else "",
        composed.text,
        turn.say("answer.joined") if composed.is_joined else "",
        turn.say("answer.guide_part") if composed.is_part and passage.source_url else "",
        after,
    )
    return Text(text="\n\n".join(part.strip() for part in parts if part.strip())), source_card(
        turn, passage, _question(turn, passage), sources
    )


def source_card(turn: Turn, passage: Passage, title: str, sources: Sequence[Passage] = ()) -> Card:
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
    return Card(alt=turn.say("card.alt", title=title), title=title, rows=rows, choices=_buttons(turn, passage, department))


def _source(turn: Turn, passage: Passage) -> str:
    return passage.source_url or turn.say("card.own_entry", entry=passage.entry_id)


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
        alt=turn.say("card.office_alt", department=department.name, phone=department.phone),
        title=turn.say("card.office_title"),
        rows=rows,
        choices=(Choice(label=turn.say("choice.call"), action=Call(phone=department.phone), is_primary=True),),
    )


def choice_card(turn: Turn, title: str, passages: Sequence[Passage]) -> Card:
    """Whole questions to tap, and a way out."""
    rows = [
        Choice(label=_question(turn, passage), action=Tap(value=AskEntry(entry=passage.entry_id), shown=_question(turn, passage)))
        for passage in passages
    ]
    rows.append(offering.tap(turn, "none_of_these", NoneOfThese(turn=turn.uid)))
    return Card(alt=title, title=title, choices=tuple(rows), is_list=True)


def _question(turn: Turn, passage: Passage) -> str:
    translated = passage.translations.get(turn.language.value)
    return translated.question if translated else passage.question


def entries_of(passages: Sequence[Passage], *, is_quoted: bool) -> tuple[Mapping[str, object], ...]:
    """For the ledger: which entries, of which version, and whether their words were given or only offered."""
    return tuple({"entry": p.entry_id, "version": p.version_id, "quoted": is_quoted} for p in passages)
