"""A procedure in the talk: beginning, answering, going back, pausing, sending; and what is asked in the middle of it."""

import uuid
from dataclasses import replace

from bot.handlers import offering
from bot.handlers.application_cards import show_standing, tap
from bot.handlers.procedure_outcome import Otherwise, Room, after_answer, joined, outcome_of, say
from bot.handlers.procedure_subject import about
from bot.handlers.talking import decline_private_matter, wants_no_information
from bot.models import ConversationKind
from bot.outcome import Outcome, Tools, Turn
from bot.procedure_desk import ProcedureDesk
from bot.procedure_said import what_was_said
from bot.routing import Route
from bot.starting import goes_on_with_filling, wanted_procedure
from bot.states import FillingProcedure, Idle
from core.messages import Decision, Message, Reply, Text
from procedures.definition import Definition
from procedures.filling import begin
from procedures.fillings import KEPT
from procedures.rendering import is_mournful, said_notes
from procedures.said import Command, Gave, Said
from procedures.state import Filling
from procedures.steps import (
    Ask,
    Between,
    Step,
    Stopped,
)
from procedures.taken_back import sourced
from procedures.taps import GiveCommand, StartProcedure

FIRST_WORDS = 28
"""Characters of what was asked before that a button takes along."""


def start(turn: Turn, tools: Tools, procedure_id: str, *, words: str = "", entry: str = "", is_anew: bool = False) -> Outcome:
    """By a tap or an explicit wish. What was begun of it before is offered first."""
    if turn.conversation_kind is not ConversationKind.PERSON:
        return decline_private_matter(turn)
    desk = tools.procedures
    definition = desk.procedures(turn.pack.id).definitions.get(procedure_id) if desk is not None else None
    if desk is None or definition is None:
        return say(turn, "procedure.not_offered")
    begun = desk.carried(turn.pack.id, desk.begun(turn.resident_id, procedure_id, turn.now)) if not is_anew else None
    if begun is not None and begun.answers:
        return _offer_begun(turn, desk, definition, begun, words, entry)
    room = Room(turn, desk, definition)
    digest = desk.procedures(turn.pack.id).digests[procedure_id]
    step = begin(definition, digest, uuid.uuid4().hex[:16], now=turn.now, facts=room.facts, words=words, entry=entry)
    step = _sourced(step, replace(step.state, answers={}, heard=""), turn)
    turn = about(turn, definition, step.state)
    if isinstance(step, Stopped) and step.notice is not None:
        return outcome_of(turn, tools, room, step, before=_aside(turn, desk, step.state), status="procedure_begun")
    wording = room.wording(step.state)
    before = (Text(text=wording.text("intro")),) if definition.intro else ()
    if is_mournful(wording) and isinstance(step, Ask):
        # Condolences come before whatever is said of the procedure.
        before, step = (*said_notes(step.notes, wording), *before), replace(step, notes=())
    return outcome_of(turn, tools, room, step, before=(*_aside(turn, desk, step.state), *before), status="procedure_begun")


def start_in_words(turn: Turn, tools: Tools) -> Outcome:
    """「粗大ごみを申し込みたい」: what else the words say is not asked again. 「続きから」: what was begun last goes on."""
    wanted = wanted_procedure(turn.procedures, turn.text)
    if wanted is None and goes_on_with_filling(turn.procedures, turn.text):
        return _go_on_with_latest(turn, tools)
    return start(turn, tools, wanted.id if wanted is not None else "", words=turn.text)


def _go_on_with_latest(turn: Turn, tools: Tools) -> Outcome:
    """The words of the button, for whom it has scrolled away."""
    if turn.conversation_kind is not ConversationKind.PERSON:
        return decline_private_matter(turn)
    filling = tools.procedures.latest(turn.resident_id, turn.now) if tools.procedures is not None else None
    return tapped(turn, tools, filling.uid, Gave(command=Command.RESUME)) if filling is not None else say(turn, "procedure.nothing_begun")


def _offer_begun(turn: Turn, desk: ProcedureDesk, definition: Definition, begun: Filling, words: str, entry: str) -> Outcome:
    """Somebody began it earlier: going on, or from the beginning."""
    room = Room.of(turn, desk, begun)
    wording = room.wording(begun)
    anew = StartProcedure(procedure=definition.id, words="" if entry else words[:FIRST_WORDS], entry=entry, anew=True)
    choices = (
        tap(turn, "resume", GiveCommand(filling=begun.uid, command=Command.RESUME.value), is_primary=True),
        tap(turn, "anew", anew),
        offering.menu(turn),
    )
    text = wording.say("procedure.begun_before", title=wording.text("title"))
    return Outcome(
        state=Idle(last=turn.state.last),
        decision=Decision(route=Route.START, status="procedure_begun_before"),
        reply=Reply(messages=(Text(text=text),), choices=choices, language=turn.language),
    )


def _aside(turn: Turn, desk: ProcedureDesk, following: Filling) -> tuple[Message, ...]:
    """What was in the middle stays as it is, unless the new one takes its place."""
    if turn.filling is None or turn.filling.uid == following.uid or not isinstance(turn.state, FillingProcedure):
        return ()
    if (turn.filling.procedure_id, turn.filling.application_id) == (following.procedure_id, following.application_id):
        return ()
    wording = Room.of(turn, desk, turn.filling).wording(turn.filling)
    return (Text(text=wording.say("procedure.put_aside", title=wording.text("title"), days=KEPT.days)),)


def continue_filling(turn: Turn, tools: Tools, otherwise: Otherwise) -> Outcome:
    """Words, photos and places are answers; the state says of which filling."""
    desk = tools.procedures
    if desk is None or turn.filling is None:
        return otherwise(replace(turn, state=Idle(last=turn.state.last)), tools)
    room = Room.of(turn, desk, turn.filling)
    said, problems = what_was_said(turn)
    if not said and not problems:
        return beside(turn, tools, otherwise)
    step = _sourced(room.fill(turn.filling, *said), turn.filling, turn)
    if isinstance(step, Ask) and step.state.failures > turn.filling.failures and wants_no_information(turn):
        return beside(turn, tools, otherwise)
    before = tuple(Text(text=room.wording(step.state).line(problem)) for problem in problems)
    return outcome_of(turn, tools, room, step, before=before, otherwise=otherwise)


def tapped(turn: Turn, tools: Tools, uid: str, said: Said, *, before: tuple[Message, ...] = ()) -> Outcome:
    """A button of a filling, be it the one in the middle or one that was put aside. Those of a finished one change nothing."""
    desk = tools.procedures
    filling = turn.filling if turn.filling is not None and turn.filling.uid == uid else None
    if filling is None and desk is not None:
        filling = desk.carried(turn.pack.id, desk.filling(turn.resident_id, uid, turn.now))
    if desk is None or filling is None:
        return _over(turn, tools, uid)
    room = Room.of(turn, desk, filling)
    if said == Gave(command=Command.RESUME):
        filling, turn = replace(filling, failures=0), about(turn, room.definition, filling)
    return outcome_of(turn, tools, room, room.fill(filling, said), before=(*_aside(turn, desk, filling), *before))


def _sourced(step: Step, before: Filling, turn: Turn) -> Step:
    """With the messages of this turn as where its answers came from."""
    messages = tuple(bubble.message_id for bubble in turn.bubbles if bubble.message_id)
    if isinstance(step, Between):
        return replace(step, state=sourced(before, step.state, messages), then=_sourced(step.then, before, turn))
    return replace(step, state=sourced(before, step.state, messages))


def resume(turn: Turn, tools: Tools, outcome: Outcome) -> Outcome:
    """Nobody waits for a person any more: what was being filled in goes on where it was, with fresh tries."""
    desk = tools.procedures
    if desk is None or turn.filling is None or outcome.reply is None or not isinstance(outcome.state, FillingProcedure):
        return outcome
    room = Room.of(turn, desk, turn.filling)
    following = outcome_of(turn, tools, room, room.fill(replace(turn.filling, failures=0)))
    if following.reply is None:
        return outcome
    return replace(
        following,
        decision=outcome.decision,
        reply=joined(outcome.reply, following.reply),
        effects=(*outcome.effects, *following.effects),
    )


def beside(turn: Turn, tools: Tools, answer: Otherwise) -> Outcome:
    """Something else in the middle: it is answered, and then the procedure goes on."""
    outcome = answer(replace(turn, state=Idle(last=turn.state.last)), tools)
    if tools.procedures is None or turn.filling is None:
        return outcome
    spoken = replace(turn, language=outcome.reply.language) if outcome.reply is not None else turn
    room = Room.of(spoken, tools.procedures, turn.filling)
    return after_answer(spoken, outcome, room, room.fill(turn.filling))


def _over(turn: Turn, tools: Tools, uid: str) -> Outcome:
    """It was sent, given up, or its time is over. Who sent it sees again what came of it."""
    standing = tools.procedures.standing(turn.resident_id, turn.now, filling_uid=uid) if tools.procedures is not None else None
    if standing is not None:
        return show_standing(turn, tools, standing, before=turn.say("procedure.sent_before"))
    return say(turn, "procedure.over")
