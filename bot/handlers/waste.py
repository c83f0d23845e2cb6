"""The tables of waste: what an item counts as, and when an area's waste is collected. Rows are quoted as they stand."""

from collections.abc import Sequence
from dataclasses import replace

from bot.handlers import offering
from bot.handlers.answer_cards import MOST_RELATED, question_row
from bot.handlers.question import answer_question, question_of, reply_with
from bot.office import department_rows
from bot.outcome import Outcome, Tools, Turn
from bot.routing import Route
from bot.starting import procedure_for_items
from bot.states import Idle, LastAnswer
from bot.taps import AskDistrict, NoneOfThese, ShowCollectionDays, ShowDistrict, ShowWasteItem
from bot.waste import ItemQuestion, asked_days, asked_item
from core.clock import to_milliseconds
from core.messages import Call, Card, Choice, Decision, Message, OpenLink, Reply, Row, Tap, TapValue, Text
from core.text import normalise, shorten
from core.waste_tables import CollectionArea, WasteItem
from retrieval.answering import Answer, AnswerStatus
from retrieval.passages import Passage
from retrieval.tokens import fold
from retrieval.waste_rows import districts_of

MOST_ITEMS = 12
LOOKED_AT = 5
PAGE = 10
OVERSIZED = "oversized"
FIRST_WORDS = 28
"""Characters of a name that the button of the procedure takes along."""
KINDS = ("burnable", "non_burnable", "plastic", "paper", "bottles_cans", "oversized")
DAYS_OF_ITEM = {"burnable": "burnable", "non_burnable": "non_burnable", "small_appliance": "non_burnable"}
"""What an item counts as → the column of its days, where there is just one."""


def answer_item(turn: Turn, tools: Tools) -> Outcome:
    """The item's row, unless an entry asks the very same question, or a bare name is what other entries are about too."""
    asked = asked_item(turn.pack.waste, turn.text)
    answer = tools.answer(question_of(turn, turn.text))
    if asked is None or answer.status is AnswerStatus.ANSWERED_SAME_QUESTION or (asked.is_bare and _is_topic(turn, asked, answer)):
        return answer_question(turn, tools)
    if len(asked.items) == 1 and asked.is_exact:
        return show_item(turn, asked.items[0].code, question=turn.text, entries=_entries_about(turn, asked, answer))
    rows = [_row(item.name, ShowWasteItem(code=item.code)) for item in asked.items[:MOST_ITEMS]]
    rows.append(offering.tap(turn, "none_of_these", NoneOfThese(turn=turn.uid)))
    title = turn.say("waste.which_item")
    card = Card(alt=title, title=title, choices=tuple(rows), is_list=True)
    return _outcome(turn, "choices_waste_items", (card,), question=turn.text)


def _is_topic(turn: Turn, asked: ItemQuestion, answer: Answer) -> bool:
    """Whether entries of another category ask about something of that name: 自転車 is a matter of parking too."""
    source = turn.pack.waste.source
    return any(
        asked.name in fold(normalise(text))
        for hit in (answer.result.hits if answer.result else ())
        if source is None or hit.passage.category != source.category
        for text in (hit.passage.question, *hit.passage.phrasings)
    )


def _entries_about(turn: Turn, asked: ItemQuestion, answer: Answer) -> list[Passage]:
    """Near entries about waste that ask about the item by its name: they say more than a row can."""
    source = turn.pack.waste.source
    return [
        hit.passage
        for hit in (answer.result.hits[:LOOKED_AT] if answer.result else ())
        if source is not None and hit.passage.category == source.category
        if any(asked.name in fold(normalise(text)) for text in (hit.passage.question, *hit.passage.phrasings))
    ]


def show_item(turn: Turn, code: str, *, question: str = "", entries: Sequence[Passage] = ()) -> Outcome:
    item = next((item for item in turn.pack.waste.items if item.code == code), None)
    if item is None:
        return _outcome(turn, "unanswerable_row_gone", (Text(text=turn.say("tap.entry_gone")),))
    kind = turn.say(f"waste.item.{item.collectable}")
    rows = [Row(label=turn.say("waste.row.kind"), text=kind)]
    if item.size_rule:
        rows.append(Row(label=turn.say("waste.row.size"), text=item.size_rule))
    fee = _fee(turn, item)
    if fee:
        rows.append(Row(label=turn.say("waste.row.fee"), text=fee))
    said = [turn.say("waste.item_is", name=item.name, kind=kind), item.note, turn.say("waste.fee_is", fee=fee) if fee else ""]
    source = turn.say("waste.item_source", code=item.code)
    url = turn.pack.waste.source.items_url if turn.pack.waste.source else ""
    start = offering.start(turn, procedure_for_items(turn.procedures), item.name[:FIRST_WORDS]) if item.collectable == OVERSIZED else ()
    card = replace(
        _card(turn, item.name, rows, source, url, start),
        also=tuple(question_row(turn, passage) for passage in entries[:MOST_RELATED]),
        also_title=turn.say("card.related"),
    )
    messages = (Text(text="\n".join(line for line in said if line)), card)
    days = DAYS_OF_ITEM.get(item.collectable)
    more = (offering.tap(turn, "collection_days", AskDistrict(kind=days)),) if days and turn.pack.waste.areas else ()
    return _outcome(turn, "answered_waste_item", messages, question=question or item.name, more=more, rows=[item.code])


def _fee(turn: Turn, item: WasteItem) -> str:
    """「処理券2枚（1枚300円）」, the price being a value of the pack."""
    source = turn.pack.waste.source
    if not item.fee_stickers:
        return ""
    if source is None or source.sticker_fee not in turn.pack.values:
        return turn.say("waste.stickers", count=item.fee_stickers)
    price = turn.pack.values.fill(f"{{{{ {source.sticker_fee} }}}}", turn.now)
    return turn.say("waste.stickers_with_fee", count=item.fee_stickers, fee=price)


def answer_days(turn: Turn, tools: Tools) -> Outcome:
    """The days of the area that was said; otherwise the districts to choose from, below an entry that asks the very same question."""
    asked = asked_days(turn.pack.waste, turn.text, _earlier(turn))
    if asked is None:
        return answer_question(turn, tools)
    if asked.areas:
        return _show_areas(turn, asked.areas, asked.kind, question=turn.text)
    if asked.unknown_place:
        return _ask_district(turn, asked.kind, 0, question=turn.text, unknown=True)
    answer = tools.answer(question_of(turn, turn.text))
    if answer.status is not AnswerStatus.ANSWERED_SAME_QUESTION:
        return _ask_district(turn, asked.kind, 0, question=turn.text)
    outcome = reply_with(turn, tools, Route.COLLECTION_DAYS, turn.text, answer)
    if outcome.reply is None:
        return outcome
    return replace(outcome, reply=replace(outcome.reply, messages=(*outcome.reply.messages, _district_card(turn, asked.kind, 0))))


def ask_district(turn: Turn, kind: str, start: int) -> Outcome:
    return _ask_district(turn, kind, start, question=_earlier(turn))


def show_district(turn: Turn, district: str, kind: str) -> Outcome:
    areas = [area for area in turn.pack.waste.areas if area.district == district]
    return _show_areas(turn, areas, kind, question=_earlier(turn)) if areas else ask_district(turn, kind, 0)


def show_days(turn: Turn, area: str, kind: str) -> Outcome:
    rows = [row for row in turn.pack.waste.areas if row.area == area]
    return _show_areas(turn, rows[:1], kind, question=_earlier(turn)) if rows else ask_district(turn, kind, 0)


def _show_areas(turn: Turn, areas: Sequence[CollectionArea], kind: str, *, question: str) -> Outcome:
    if len(areas) > 1:
        title = turn.say("waste.which_area")
        choices = tuple(_row(area.area, ShowCollectionDays(area=area.area, kind=kind)) for area in areas)
        return _outcome(turn, "choices_collection_area", (Card(alt=title, title=title, choices=choices, is_list=True),), question=question)
    area = areas[0]
    days = {column: str(getattr(area, column)) for column in KINDS}
    rows = [Row(label=turn.say(f"waste.days.{column}"), text=text) for column, text in days.items() if text]
    if days.get(kind):
        said = turn.say("waste.days_of_kind", area=area.area, kind=turn.say(f"waste.days.{kind}"), days=days[kind])
    else:
        said = turn.say("waste.days_of_area", area=area.area)
    url = turn.pack.waste.source.areas_url if turn.pack.waste.source else ""
    card = _card(turn, turn.say("waste.days_title", area=area.area), rows, turn.say("waste.area_source"), url)
    return _outcome(turn, "answered_collection_days", (Text(text=said), card), question=question, rows=[area.area])


def _ask_district(turn: Turn, kind: str, start: int, *, question: str, unknown: bool = False) -> Outcome:
    card = _district_card(turn, kind, start)
    messages: tuple[Message, ...] = (Text(text=turn.say("waste.unknown_area")), card) if unknown else (card,)
    return _outcome(turn, "choices_collection_area", messages, question=question)


def _district_card(turn: Turn, kind: str, start: int) -> Card:
    districts = districts_of(turn.pack.waste)
    first = start if 0 <= start < len(districts) else 0
    rows = [_row(district, ShowDistrict(district=district, kind=kind)) for district in districts[first : first + PAGE]]
    if first + PAGE < len(districts):
        rows.append(offering.tap(turn, "more", AskDistrict(kind=kind, start=first + PAGE)))
    title = turn.say("waste.which_district")
    return Card(alt=title, title=title, choices=tuple(rows), is_list=True)


def _card(turn: Turn, title: str, rows: Sequence[Row], source: str, url: str, start: tuple[Choice, ...] = ()) -> Card:
    department = turn.pack.department(turn.pack.waste.source.department if turn.pack.waste.source else None)
    buttons = [Choice(label=turn.say("choice.source"), action=OpenLink(url=url))] if url else []
    if department is not None and department.phone:
        buttons.append(Choice(label=turn.say("choice.call"), action=Call(phone=department.phone)))
    office = department_rows(turn, department) if department is not None else ()
    cited = Row(label=turn.say("card.source"), text=source)
    return Card(alt=turn.say("card.alt", title=title), title=title, rows=(*rows, *office, cited), choices=(*start, *buttons))


def _row(label: str, value: TapValue) -> Choice:
    return Choice(label=label, action=Tap(value=value, shown=label))


def _earlier(turn: Turn) -> str:
    return turn.state.last.question if turn.state.last else ""


def _outcome(
    turn: Turn,
    status: str,
    messages: tuple[Message, ...],
    *,
    question: str = "",
    more: tuple[Choice, ...] = (),
    rows: Sequence[str] = (),
) -> Outcome:
    is_answer = status.startswith("answered")
    choices = (*offering.after_answer(turn), *more) if is_answer else offering.ordinary(turn)
    last = LastAnswer(question=shorten(question, 500), at=to_milliseconds(turn.now)) if question else turn.state.last
    decision = "answer" if is_answer else "choices" if status.startswith("choices") else "refuse"
    return Outcome(
        state=Idle(last=last),
        decision=Decision(route=Route.WASTE_ITEM if "waste" in status else Route.COLLECTION_DAYS, status=status, decision=decision),
        reply=Reply(messages=messages, choices=choices, language=turn.language),
        trace={"rows": list(rows)},
    )
