"""What a step of a procedure means for the talk: what is said, which state follows, and what is written."""

from collections.abc import Callable
from dataclasses import replace

from bot.handlers import offering
from bot.handlers.application_cards import tap
from bot.handlers.handing_over import hand_over
from bot.outcome import DropFilling, Effect, GiveForm, KeepDraft, Outcome, SaveFilling, SubmitFilling, Tools, Turn
from bot.procedure_desk import ProcedureDesk
from bot.routing import Route
from bot.states import AskedForPhone, AskedForTime, Beside, FillingProcedure, Idle, State, dump_state
from core.messages import Choice, Decision, Message, Reply, Text
from handoff.models import CaseReason
from procedures.definition import Definition
from procedures.fields.base import Line
from procedures.filling import fill
from procedures.going_on import MAX_FAILURES
from procedures.lifecycle import OPEN
from procedures.rendering import FORM_PLACE, rendered
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
from procedures.taps import GiveCommand
from procedures.wording import Wording

Otherwise = Callable[[Turn, Tools], Outcome]
"""How the turn would be answered if nothing were being filled in."""
MOST_MESSAGES = 5


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
            return after_answer(turn, answer, room, step.then, before=before)
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


def after_answer(turn: Turn, outcome: Outcome, room: Room, step: Step, *, before: tuple[Message, ...] = ()) -> Outcome:
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
    reply = joined(replace(outcome.reply, messages=(*before, *outcome.reply.messages)), question.reply)
    return replace(outcome, state=going_on, reply=reply, effects=(*outcome.effects, *question.effects))


def joined(first: Reply, then: Reply) -> Reply:
    """The question stands last, with its choices."""
    return replace(first, messages=(*first.messages[: MOST_MESSAGES - len(then.messages)], *then.messages), choices=then.choices)


def _may_be_sent(room: Room, filling: Filling) -> bool:
    """Whether the application that it changes or completes still waits for it."""
    standing = room.desk.standing(room.turn.resident_id, room.turn.now, application_id=filling.application_id)
    if standing is None or standing.application.state not in OPEN:
        return False
    return standing.application.state == "returned" if filling.reasons else standing.may_change


def say(turn: Turn, key: str) -> Outcome:
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
