"""わたしのデータ in the talk: a short card of what is kept, deleting one thing or all, and the page for the whole."""

from datetime import date

from bot.handlers import offering
from bot.handlers.talking import decline_private_matter
from bot.models import ConversationKind
from bot.my_data import Overview
from bot.outcome import DeleteKept, Effect, ForgetResident, GiveDataPage, Outcome, Tools, Turn
from bot.routing import Route
from bot.states import FillingProcedure, Idle, State
from core.messages import Card, Choice, Decision, Message, OpenLink, Reply, Row, Tap, Text
from procedures.rendering import FORM_PLACE
from procedures.taps import ChooseDatum, DeleteDatum, DeleteMyData, KeepMyData, ShowMyData

SHOWN = 8
"""Rows of the card; the page has all."""


def show(turn: Turn, tools: Tools) -> Outcome:
    """What is kept for the next application, and the way to everything else."""
    if turn.conversation_kind is not ConversationKind.PERSON:
        return decline_private_matter(turn)
    kept = _overview(turn, tools)
    if kept.is_empty:
        return _outcome(turn, (Text(text=turn.say("my_data.nothing")),), offering.ordinary(turn))
    rows = tuple(
        Row(label=datum.label, text=turn.say("my_data.row", value=datum.value, day=_day(turn, datum.until))) for datum in kept.data[:SHOWN]
    )
    page = Choice(label=turn.say("choice.open_data"), action=OpenLink(url=FORM_PLACE), is_primary=True)
    one = (offering.tap(turn, "delete_one", ChooseDatum()),) if kept.data else ()
    card = Card(
        alt=turn.say("my_data.title"),
        title=turn.say("my_data.title"),
        text=turn.say("my_data.text" if kept.data else "my_data.nothing_kept"),
        rows=rows,
        choices=(page, *one, offering.tap(turn, "delete_all", DeleteMyData())),
    )
    return _outcome(turn, (card,), offering.ordinary(turn), effects=(GiveDataPage(),))


def choose(turn: Turn, tools: Tools) -> Outcome:
    """Which one is to be deleted?"""
    kept = _overview(turn, tools)
    if not kept.data:
        return show(turn, tools)
    rows = tuple(Choice(label=datum.label, action=Tap(value=DeleteDatum(datum=datum.kind), shown=datum.label)) for datum in kept.data)
    title = turn.say("my_data.which")
    return _outcome(turn, (Card(alt=title, title=title, choices=rows, is_list=True),), (offering.tap(turn, "keep_data", KeepMyData()),))


def delete_one(turn: Turn, tools: Tools, kind: str) -> Outcome:
    """It was chosen from a list that is about nothing else, so nobody is asked again."""
    found = next((datum for datum in _overview(turn, tools).data if datum.kind == kind), None)
    if found is None:
        return _outcome(turn, (Text(text=turn.say("my_data.gone")),), offering.ordinary(turn))
    said = Text(text=turn.say("my_data.deleted", label=found.label))
    choices = (offering.tap(turn, "my_data", ShowMyData()), *offering.ordinary(turn))
    return _outcome(turn, (said,), choices, effects=(DeleteKept(datum=kind),), status="my_data_deleted")


def delete_all(turn: Turn, tools: Tools, *, is_sure: bool, is_kept: bool) -> Outcome:
    """Asked once more, with what goes; while an application is under way only what is offered again can be deleted."""
    kept = _overview(turn, tools)
    if is_kept:
        said = Text(text=turn.say("my_data.kept_deleted"))
        return _outcome(turn, (said,), offering.ordinary(turn), effects=(DeleteKept(),), state=_after(turn), status="my_data_deleted")
    if kept.open_numbers:
        said = Text(text=turn.say("my_data.open", numbers=turn.say("procedure.list_separator").join(kept.open_numbers)))
        own = (offering.tap(turn, "delete_kept", DeleteMyData(kept=True)),) if kept.data or kept.begun else ()
        return _outcome(turn, (said,), (*own, offering.applications(turn), offering.tap(turn, "keep_data", KeepMyData())))
    if not is_sure:
        days = turn.pack.municipality.retention.ledger_days
        text = "\n".join((turn.say("my_data.sure", days=days), turn.say("my_data.blocking")))
        sure = offering.tap(turn, "delete_sure", DeleteMyData(sure=True))
        card = Card(alt=turn.say("my_data.delete_all_title"), title=turn.say("my_data.delete_all_title"), text=text, choices=(sure,))
        return _outcome(turn, (card,), (offering.tap(turn, "keep_data", KeepMyData()),))
    said = Text(text=turn.say("my_data.all_deleted"))
    return _outcome(turn, (said,), offering.ordinary(turn), effects=(ForgetResident(),), state=_after(turn), status="my_data_forgotten")


def leave(turn: Turn) -> Outcome:
    return _outcome(turn, (Text(text=turn.say("my_data.left")),), offering.ordinary(turn))


def _overview(turn: Turn, tools: Tools) -> Overview:
    if tools.procedures is None:
        return Overview(data=(), begun=(), sent=())
    return tools.procedures.overview(turn.pack.id, turn.resident_id, turn.language, turn.now)


def _day(turn: Turn, day: date) -> str:
    return turn.say("card.date", year=day.year, month=day.month, day=day.day)


def _after(turn: Turn) -> State:
    """What was being filled in is gone with the rest, unless it belongs to an application."""
    if isinstance(turn.state, FillingProcedure) and (turn.filling is None or turn.filling.application_id is None):
        return Idle(last=turn.state.last)
    return turn.state


def _outcome(
    turn: Turn,
    messages: tuple[Message, ...],
    choices: tuple[Choice, ...],
    *,
    effects: tuple[Effect, ...] = (),
    state: State | None = None,
    status: str | None = None,
) -> Outcome:
    reply = Reply(messages=messages, choices=choices, language=turn.language)
    return Outcome(state=state or turn.state, decision=Decision(route=Route.MY_DATA, status=status), reply=reply, effects=effects)
