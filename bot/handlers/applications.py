"""What became of applications: their state on request, changing and taking back in time, and saying that something is not done."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.handlers import offering
from bot.handlers.application_cards import outcome, show_standing, tap, wording_of
from bot.handlers.procedure_outcome import Room, outcome_of
from bot.handlers.talking import decline_private_matter
from bot.models import ConversationKind
from bot.outcome import Outcome, ReopenSubmitted, Tools, Turn, WithdrawSubmitted
from bot.procedure_desk import Standing
from bot.starting import names_receipt, says_not_done, to_be_changed
from bot.states import AskedWhatIsLeft, Idle
from core.messages import Card, Choice, Tap, Text
from core.text import shorten
from procedures.lifecycle import ENDED, NotAllowedError
from procedures.receipts import read_receipt_number
from procedures.steps import ChooseEdit
from procedures.taps import ReopenApplication, ShowApplication, WithdrawApplication

Handler = Callable[[Turn, Tools], Outcome]

SHOWN = 8
WORDS = 500
"""Characters of what is left that are kept."""


def status_in_words(turn: Turn, tools: Tools, otherwise: Handler) -> Outcome:
    """Who wishes to change or take back what was never applied for here is answered otherwise."""
    if says_not_done(turn.procedures, turn.text):
        return _not_done(turn, tools, otherwise)
    meant = {definition.id for definition in to_be_changed(turn.procedures, turn.text)}
    if not meant or names_receipt(turn.text) or turn.conversation_kind is not ConversationKind.PERSON:
        return show_status(turn, tools)
    standings = tools.procedures.standings(turn.resident_id, turn.now) if tools.procedures is not None else ()
    running = [one for one in standings if one.definition.id in meant and one.application.state not in ENDED]
    match [one for one in running if one.may_change or one.may_withdraw] or running:
        case []:
            return otherwise(turn, tools)
        case [one]:
            is_late = not (one.may_change or one.may_withdraw)
            return show_standing(turn, tools, one, before=turn.say("procedure.too_late") if is_late else "")
        case several:
            return _which(turn, tools, several)


def _not_done(turn: Turn, tools: Tools, otherwise: Handler) -> Outcome:
    """The words of the button, for whom it has scrolled away."""
    standings = tools.procedures.standings(turn.resident_id, turn.now) if tools.procedures is not None else ()
    match [one for one in standings if one.may_reopen]:
        case []:
            return otherwise(turn, tools)
        case [one]:
            return ask_what_is_left(turn, tools, one.application.id, is_silent=False)
        case several:
            return _which(turn, tools, several)


def show_status(turn: Turn, tools: Tools) -> Outcome:
    """Of the application whose number was typed, of the only one, or which of several. Of others' it says as little as of none."""
    if turn.conversation_kind is not ConversationKind.PERSON:
        return decline_private_matter(turn)
    if names_receipt(turn.text):
        number = read_receipt_number(turn.text)
        found = _standing(turn, tools, number=number) if number is not None else None
        return show_standing(turn, tools, found) if found is not None else _none(turn, "procedure.no_such_number")
    standings = tools.procedures.standings(turn.resident_id, turn.now) if tools.procedures is not None else ()
    match standings:
        case []:
            return _none(turn, "procedure.no_applications")
        case [one]:
            return show_standing(turn, tools, one)
        case _:
            return _which(turn, tools, standings)


def _which(turn: Turn, tools: Tools, standings: Sequence[Standing]) -> Outcome:
    title = turn.say("procedure.which_application")
    rows = []
    for standing in standings[:SHOWN]:
        wording, application = wording_of(turn, tools, standing), standing.application
        label = f"{wording.text('title')}\n{application.number} {wording.state(application.state)}"
        rows.append(Choice(label=label, action=Tap(value=ShowApplication(application=application.id), shown=application.number)))
    card = Card(alt=title, title=title, choices=tuple(rows), is_list=True)
    return outcome(turn, (card,), offering.ordinary(turn), status="choices_applications")


def show_application(turn: Turn, tools: Tools, application_id: int) -> Outcome:
    standing = _standing(turn, tools, application_id=application_id)
    return show_standing(turn, tools, standing) if standing is not None else _none(turn, "procedure.no_such_number")


def change(turn: Turn, tools: Tools, application_id: int) -> Outcome:
    """Which answer shall be another? Nothing is changed before the whole was confirmed again."""
    standing, desk = _standing(turn, tools, application_id=application_id), tools.procedures
    if standing is None or desk is None:
        return _none(turn, "procedure.no_such_number")
    try:
        filling = desk.change_of(standing, turn.now)
    except NotAllowedError:
        return show_standing(turn, tools, standing, before=turn.say("procedure.too_late"))
    room = Room(turn, desk, standing.definition, besides=application_id)
    progress = room.wording(filling).progress
    names = tuple(field.name for field in progress.editable())
    return outcome_of(turn, tools, room, ChooseEdit(state=filling, fields=names))


def withdraw(turn: Turn, tools: Tools, application_id: int, *, is_sure: bool) -> Outcome:
    """Asked once more, since nothing brings it back."""
    standing = _standing(turn, tools, application_id=application_id)
    if standing is None:
        return _none(turn, "procedure.no_such_number")
    if not standing.may_withdraw:
        return show_standing(turn, tools, standing, before=turn.say("procedure.too_late"))
    wording = wording_of(turn, tools, standing)
    number = standing.application.number
    if not is_sure:
        text = wording.say("procedure.sure_to_withdraw", title=wording.text("title"), number=number)
        choices = (
            tap(turn, "withdraw_surely", WithdrawApplication(application=application_id, sure=True)),
            tap(turn, "leave_it", ShowApplication(application=application_id)),
        )
        return outcome(turn, (Text(text=text),), choices)
    said = wording.text("tells.withdrawn", number=number) or wording.say("procedure.withdrawn", number=number)
    done = outcome(turn, (Text(text=said),), offering.ordinary(turn))
    return replace(done, effects=(WithdrawSubmitted(application_id=application_id),))


def ask_what_is_left(turn: Turn, tools: Tools, application_id: int, *, is_silent: bool) -> Outcome:
    """It was reported as done and is not: a few words help who goes there again."""
    standing = _standing(turn, tools, application_id=application_id)
    if standing is None:
        return _none(turn, "procedure.no_such_number")
    if not standing.may_reopen:
        # Somebody who reported the same has said so before.
        is_open = standing.application.state not in ENDED
        return show_standing(turn, tools, standing, before=turn.say("procedure.reopened" if is_open else "procedure.too_late"))
    if is_silent:
        return _reopened(turn, application_id, "")
    state = AskedWhatIsLeft(application_id=application_id, last=turn.state.last)
    choices = (tap(turn, "reopen_silently", ReopenApplication(application=application_id, silent=True)), offering.cancel(turn))
    return replace(outcome(turn, (Text(text=turn.say("procedure.what_is_left")),), choices), state=state)


def take_what_is_left(turn: Turn, tools: Tools) -> Outcome:
    state = turn.state
    assert isinstance(state, AskedWhatIsLeft)
    standing = _standing(turn, tools, application_id=state.application_id)
    idle = replace(turn, state=Idle(last=state.last))
    if standing is None or not standing.may_reopen:
        return _none(idle, "procedure.too_late")
    return _reopened(idle, state.application_id, shorten(turn.text, WORDS))


def _reopened(turn: Turn, application_id: int, words: str) -> Outcome:
    done = outcome(turn, (Text(text=turn.say("procedure.reopened")),), offering.ordinary(turn))
    return replace(done, state=Idle(last=turn.state.last), effects=(ReopenSubmitted(application_id=application_id, words=words),))


def show_procedures(turn: Turn) -> Outcome:
    """What can be applied for in the talk."""
    if turn.conversation_kind is not ConversationKind.PERSON:
        return decline_private_matter(turn)
    rows = offering.procedures(turn)
    if not rows:
        return _none(turn, "procedure.not_offered")
    title = turn.say("procedure.which")
    card = Card(alt=title, title=title, choices=rows, is_list=True)
    return outcome(turn, (card,), (offering.applications(turn), *offering.ordinary(turn)), status="choices_procedures")


def _standing(turn: Turn, tools: Tools, *, application_id: int | None = None, number: str | None = None) -> Standing | None:
    if tools.procedures is None:
        return None
    return tools.procedures.standing(turn.resident_id, turn.now, application_id=application_id, number=number or "")


def _none(turn: Turn, key: str) -> Outcome:
    return outcome(
        turn,
        (Text(text=turn.say(key)),),
        (offering.procedures_choice(turn), *offering.ordinary(turn)),
        status="unanswerable_no_application",
    )
