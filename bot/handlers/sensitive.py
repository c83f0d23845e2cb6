"""Matters that a person should take whatever is found: an answer may come first, and the case is opened at once."""

from dataclasses import replace

from bot.handlers.answer_cards import office_card
from bot.handlers.handing_over import ROOM, case_effect
from bot.handlers.offering import while_waiting
from bot.handlers.question import answer_question
from bot.models import ConversationKind
from bot.outcome import OpenCase, Outcome, Tools, Turn
from bot.queries import ANSWERING
from bot.states import waiting
from core.messages import Message
from handoff.models import CaseReason
from handoff.priorities import sensitive_topic


def answer_with_care(turn: Turn, tools: Tools) -> Outcome:
    outcome = answer_question(turn, tools)
    topic = sensitive_topic(turn.pack.counter, turn.text)
    is_ours = turn.conversation_kind is ConversationKind.PERSON and turn.case is None
    if topic is None or not is_ours or outcome.reply is None or any(isinstance(effect, OpenCase) for effect in outcome.effects):
        return outcome
    department = turn.pack.department(topic.department)
    office: tuple[Message, ...] = (office_card(turn, department),) if department is not None else ()
    is_answered = outcome.decision.decision in ANSWERING
    said = outcome.reply.messages if is_answered else office
    return replace(
        outcome,
        state=waiting(outcome.state),
        decision=outcome.decision if is_answered else replace(outcome.decision, decision="handoff"),
        reply=replace(outcome.reply, messages=said[:ROOM], choices=while_waiting(turn)),
        effects=(
            *outcome.effects,
            case_effect(turn, tools, CaseReason.SENSITIVE, question=turn.text, risks=(topic.id,), department_id=topic.department),
        ),
    )
