"""A procedure in the talk: beginning, answering, going back, pausing, sending; and what is asked in the middle of it."""

import uuid
from collections.abc import Callable
from dataclasses import replace

from bot.handlers import offering
from bot.handlers.application_cards import show_standing, tap
from bot.handlers.handing_over import hand_over
from bot.handlers.procedure_subject import about
from bot.handlers.talking import decline_private_matter, wants_no_information
from bot.models import ConversationKind
from bot.outcome import DropFilling, Effect, GiveForm, KeepDraft, Outcome, SaveFilling, SubmitFilling, Tools, Turn
from bot.procedure_desk import ProcedureDesk
from bot.procedure_said import what_was_said
from bot.routing import Route
from bot.starting import goes_on_with_filling, wanted_procedure
from bot.states import AskedForPhone, AskedForTime, Beside, FillingProcedure, Idle, State, dump_state
from core.messages import Choice, Decision, Message, Reply, Text
from handoff.models import CaseReason
from procedures.definition import Definition
from procedures.fields.base import Line
from procedures.filling import begin, fill
from procedures.fillings import KEPT
from procedures.going_on import MAX_FAILURES
from procedures.lifecycle import OPEN
from procedures.rendering import FORM_PLACE, is_mournful, rendered, said_notes
from procedures.said import Command, Gave, Said
from procedures.state import Filling
from procedures.steps import (
    Ask,
    Between,
    Completed,
    Drafted,
    Dropped,
    Paused,
    Step,
    Stopped,
    ToPerson,
)
from procedures.taken_back import sourced
from procedures.taps import GiveCommand, StartProcedure
from procedures.wording import Wording

Otherwise = Callable[[Turn, Tools], Outcome]
"""How the turn would be answered if nothing were being filled in."""
MOST_MESSAGES = 5
FIRST_WORDS = 28
"""Characters of what was asked before that a button takes along."""


class Room:
    """One filling within a turn: its definition, the facts, and how it is said."""

    def __init__(self, turn: Turn, desk: ProcedureDesk, definition: Definition, besides: int | None = None) -> None:
        self.turn = turn
        self.desk = desk
        self.definition = definition
        self.facts = desk.facts(turn.pack.id, definition, turn.resident_id, turn.now, besides=besides)

    @classmethod
    def of(cls, turn: Turn, desk: ProcedureDesk, filling: Filling) -> "Room":
        return cls(turn, desk, desk.definition(turn.pack.id, filling), filling.application_id)

    def fill(self, filling: Filling, *said: Said) -> Step:
        """Several things that were said at once, one after the other."""
        step: Step | None = None
        for each in said or (Gave(command=Command.RESUME),):
            step = fill(self.definition, step.state if step is not None else filling, each, now=self.turn.now, facts=self.facts)
        assert step is not None
        return step

    def wording(self, filling: Filling) -> Wording:
        return self.desk.wording(self.turn.pack.id, self.definition, filling, self.turn.language, self.turn.now, self.facts)


def start(turn: Turn, tools: Tools, procedure_id: str, *, words: str = "", entry: str = "", is_anew: bool = False) -> Outcome:
    """By a tap or an explicit wish. What was begun of it before is offered first."""
    if turn.conversation_kind is not ConversationKind.PERSON:
        return decline_private_matter(turn)
    desk = tools.procedures
    definition = desk.procedures(turn.pack.id).definitions.get(procedure_id) if desk is not None else None
    if desk is None or definition is None:
        return _say(turn, "procedure.not_offered")
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
    return tapped(turn, tools, filling.uid, Gave(command=Command.RESUME)) if filling is not None else _say(turn, "procedure.nothing_begun")


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
        reply=_joined(outcome.reply, following.reply),
        effects=(*outcome.effects, *following.effects),
    )


def beside(turn: Turn, tools: Tools, answer: Otherwise) -> Outcome:
    """Something else in the middle: it is answered, and then the procedure goes on."""
    outcome = answer(replace(turn, state=Idle(last=turn.state.last)), tools)
    if tools.procedures is None or turn.filling is None:
        return outcome
    spoken = replace(turn, language=outcome.reply.language) if outcome.reply is not None else turn
    room = Room.of(spoken, tools.procedures, turn.filling)
    return _after_answer(spoken, outcome, room, room.fill(turn.filling))


def outcome_of(
    turn: Turn,
    tools: Tools,
    room: Room,
    step: Step,
    *,
    before: tuple[Message, ...] = (),
    otherwise: Otherwise | None = None,
    status: str | None = None,
) -> Outcome:
    """What a step means for the talk."""
    state, wording = step.state, room.wording(step.state)
    idle = Idle(last=turn.state.last)
    match step:
        case Between() if otherwise is not None:
            answer = otherwise(replace(turn, state=idle), tools)
            return _after_answer(turn, answer, room, step.then, before=before)
        case Between(then=then):
            return outcome_of(turn, tools, room, then, before=before, status=status)
        case Completed(keeps=keeps):
            if state.application_id is not None and not _may_be_sent(room, state):
                return _outcome(
                    turn, idle, (*before, Text(text=turn.say("procedure.too_late"))), _after(turn), effects=(DropFilling(uid=state.uid),)
                )
            effects: tuple[Effect, ...] = (SubmitFilling(filling=state, keeps=keeps),)
            return _outcome(turn, idle, before, (), effects=effects, status="procedure_submitted")
        case Drafted():
            return _outcome(turn, idle, before, _after(turn), effects=(KeepDraft(filling=state),), status="procedure_drafted")
        case Stopped(notice=Line()):
            said = (*before, *rendered(step, wording).messages)
            return _outcome(turn, idle, said, offering.ordinary(turn), status="procedure_intake_stopped")
        case Stopped(field=field):
            # Who answered wrongly goes back to that question.
            answers = {name: value for name, value in state.answers.items() if name != field}
            kept = replace(state, answers=answers, revisiting="", open_field="", scratch=None, scratch_of="")
            again = tap(turn, "answer_again", GiveCommand(filling=state.uid, command=Command.RESUME.value))
            reply = rendered(step, wording)
            choices = (again, *offering.ordinary(turn))
            return _outcome(
                turn,
                idle,
                (*before, *reply.messages),
                choices,
                effects=(SaveFilling(filling=kept, is_aside=True),),
                status="procedure_stopped",
            )
        case Paused():
            return _outcome(
                turn, idle, (*before, *rendered(step, wording).messages), (*rendered(step, wording).choices, offering.menu(turn)),
                effects=(SaveFilling(filling=state),), status="procedure_paused",
            )  # fmt: skip
        case Dropped() if state.reasons:
            # Staff wait for these answers: what was returned is not given up with them.
            return outcome_of(turn, tools, room, Paused(state=state), before=before)
        case Dropped():
            said = (*before, *rendered(step, wording).messages)
            return _outcome(turn, idle, said, _after(turn), effects=(DropFilling(uid=state.uid),), status="procedure_dropped")
        case ToPerson():
            return _to_person(turn, tools, step, wording, before)
        case _:
            return _asked(turn, room, step, before, status)


def _asked(turn: Turn, room: Room, step: Step, before: tuple[Message, ...], status: str | None) -> Outcome:
    reply = rendered(step, room.wording(step.state), form_url=FORM_PLACE)
    return _outcome(
        turn,
        FillingProcedure(uid=step.state.uid, last=turn.state.last),
        (*before, *reply.messages),
        reply.choices,
        effects=(SaveFilling(filling=step.state), *_form_of(step)),
        status=status or "procedure_asked",
    )


def _form_of(step: Step) -> tuple[Effect, ...]:
    return (GiveForm(filling=step.state.uid, field=step.field),) if isinstance(step, Ask) and step.by_form else ()


def _to_person(turn: Turn, tools: Tools, step: ToPerson, wording: Wording, before: tuple[Message, ...]) -> Outcome:
    """With what was filled in, which goes on afterwards where it was."""
    is_stuck = step.state.failures >= MAX_FAILURES
    return hand_over(
        replace(turn, filling=step.state),
        tools,
        CaseReason.STUCK if is_stuck else CaseReason.ASKED,
        route=Route.PROCEDURE,
        status="handoff_stuck" if is_stuck else "handoff_asked_for",
        question=wording.definition.title,
        before=(*before, *rendered(step, wording).messages),
        state=FillingProcedure(uid=step.state.uid, last=turn.state.last),
        effects=(SaveFilling(filling=step.state),),
    )


def _after_answer(turn: Turn, outcome: Outcome, room: Room, step: Step, *, before: tuple[Message, ...] = ()) -> Outcome:
    """An answer, and the question again. Where the answer leads to a person, or is silent, the procedure waits beside it."""
    going_on = FillingProcedure(uid=step.state.uid, last=outcome.state.last)
    effects = (*outcome.effects, SaveFilling(filling=step.state))
    if isinstance(outcome.state, Beside):
        return replace(outcome, state=replace(outcome.state, before=dump_state(going_on)), effects=effects)
    if isinstance(outcome.state, AskedForPhone | AskedForTime):
        # One thing is asked at a time; the procedure is kept meanwhile.
        return replace(outcome, effects=effects)
    if outcome.reply is None:
        return replace(outcome, state=going_on, effects=effects)
    question = _asked(turn, room, step, (), None)
    assert question.reply is not None
    reply = _joined(replace(outcome.reply, messages=(*before, *outcome.reply.messages)), question.reply)
    return replace(outcome, state=going_on, reply=reply, effects=(*outcome.effects, *question.effects))


def _joined(first: Reply, then: Reply) -> Reply:
    """The question stands last, with its choices."""
    return replace(first, messages=(*first.messages[: MOST_MESSAGES - len(then.messages)], *then.messages), choices=then.choices)


def _may_be_sent(room: Room, filling: Filling) -> bool:
    """Whether the application that it changes or completes still waits for it."""
    standing = room.desk.standing(room.turn.resident_id, room.turn.now, application_id=filling.application_id)
    if standing is None or standing.application.state not in OPEN:
        return False
    return standing.application.state == "returned" if filling.reasons else standing.may_change


def _over(turn: Turn, tools: Tools, uid: str) -> Outcome:
    """It was sent, given up, or its time is over. Who sent it sees again what came of it."""
    standing = tools.procedures.standing(turn.resident_id, turn.now, filling_uid=uid) if tools.procedures is not None else None
    if standing is not None:
        return show_standing(turn, tools, standing, before=turn.say("procedure.sent_before"))
    return _say(turn, "procedure.over")


def _say(turn: Turn, key: str) -> Outcome:
    return Outcome(
        state=turn.state,
        decision=Decision(route=Route.PROCEDURE, status="refused_procedure_over", decision="refuse"),
        reply=Reply(messages=(Text(text=turn.say(key)),), choices=_after(turn), language=turn.language),
    )


def _outcome(
    turn: Turn,
    state: State,
    messages: tuple[Message, ...],
    choices: tuple[Choice, ...],
    *,
    effects: tuple[Effect, ...] = (),
    status: str | None = None,
) -> Outcome:
    return Outcome(
        state=state,
        decision=Decision(route=Route.PROCEDURE, status=status),
        reply=Reply(messages=messages, choices=choices, language=turn.language),
        effects=effects,
    )


def _after(turn: Turn) -> tuple[Choice, ...]:
    return (offering.applications(turn), *offering.ordinary(turn))
