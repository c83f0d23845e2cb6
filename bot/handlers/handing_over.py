"""Handing a talk over to a person: a case is opened, and the resident hears at once who answers, when, and what they can do meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from bot.handlers import offering
from bot.handlers.answer_cards import office_card
from bot.models import ConversationKind
from bot.office import is_open_now, moment_in_words, opens_at
from bot.outcome import Effect, OpenCase, Outcome, Tools, Turn
from bot.routing import Route
from bot.states import State, waiting
from bot.words import contains
from core.clock import from_milliseconds
from core.messages import Choice, Decision, Language, Message, Reply, Text
from handoff.models import CaseReason
from handoff.priorities import priority_of, sensitive_topic

RECENT = timedelta(minutes=30)
"""So long the last question is what a resident means who asks for a person."""
ROOM = 4
"""Messages of a call beside the sentence about the case."""


def offer_staff(turn: Turn, tools: Tools) -> Outcome:
    """A person is asked for. In a group, where nothing about a person belongs, only who is there and when."""
    if turn.conversation_kind is not ConversationKind.PERSON:
        return show_office(turn)
    return hand_over(turn, tools, CaseReason.ASKED, route=Route.STAFF, status="handoff_asked_for", is_first=True)


def hand_over(
    turn: Turn,
    tools: Tools,
    reason: CaseReason,
    *,
    route: Route,
    status: str,
    question: str = "",
    before: Sequence[Message] = (),
    state: State | None = None,
    effects: tuple[Effect, ...] = (),
    choices: Sequence[Choice] = (),
    trace: Mapping[str, object] | None = None,
    is_first: bool = False,
    has_office: bool = False,
) -> Outcome:
    """The sentence about the case is put in when it is opened: after `before`, or before everything else (`is_first`).

    `has_office`: what stands before names the office already.
    """
    following = state if state is not None else turn.state
    wanted = case_effect(turn, tools, reason, question=question, is_first=is_first)
    department = turn.pack.department(wanted.department_id)
    office = (office_card(turn, department),) if department is not None else ()
    said = tuple(before) if has_office else (*before, *office)
    return Outcome(
        state=waiting(following),
        decision=Decision(route=route, status=status, decision="handoff"),
        reply=Reply(messages=said[:ROOM], choices=(*choices, *offering.while_waiting(turn)), language=turn.language),
        effects=(*effects, wanted),
        trace=trace or {},
    )


def case_effect(
    turn: Turn,
    tools: Tools,
    reason: CaseReason,
    *,
    question: str = "",
    risks: Sequence[str] = (),
    department_id: str | None = None,
    is_first: bool = False,
) -> OpenCase:
    """What is known about the matter: what it is about, whose it is, how urgent."""
    filled_in = _filled_in(turn, tools)
    asked = question or _matter(turn, filled_in.title)
    found = _department_and_category(turn, tools)
    topic = sensitive_topic(turn.pack.counter, f"{asked}\n{turn.text}")
    of_topic = topic.department if topic is not None else None
    return OpenCase(
        reason=reason,
        question=asked,
        department_id=department_id or of_topic or filled_in.department_id or found[0],
        category=found[1],
        priority=priority_of(turn.pack.counter, f"{asked}\n{turn.text}", is_crisis=reason is CaseReason.CRISIS, topic=topic),
        slots=filled_in.slots,
        risks=tuple(dict.fromkeys((*risks, *((topic.id,) if topic is not None else ())))),
        is_first=is_first,
    )


@dataclass(frozen=True, kw_only=True)
class FilledIn:
    """What goes along of a procedure that the talk is in the middle of, in the words of staff."""

    title: str = ""
    department_id: str | None = None
    slots: Mapping[str, str] = field(default_factory=dict)


def _filled_in(turn: Turn, tools: Tools) -> FilledIn:
    """Whatever the reason for handing over is."""
    if turn.filling is None or tools.procedures is None:
        return FilledIn()
    definition = tools.procedures.definition(turn.pack.id, turn.filling)
    wording = tools.procedures.wording(turn.pack.id, definition, turn.filling, Language.JAPANESE, turn.now)
    slots = {shown.label: shown.text for shown in wording.summary()}
    return FilledIn(title=definition.title, department_id=definition.department, slots=slots)


def show_office(turn: Turn) -> Outcome:
    """Who is there, when, under which number, and the choice to be called back; no case is opened."""
    department = turn.pack.general_department
    decision = Decision(route=Route.STAFF, status="handoff_asked_for", decision="handoff")
    if department is None:
        return Outcome(
            state=turn.state, decision=decision, reply=Reply(messages=(Text(text=turn.say("staff.none")),), language=turn.language)
        )
    office = turn.pack.office_name(department, turn.language)
    opening = opens_at(turn, department)
    if is_open_now(turn, department):
        text = turn.say("staff.open", department=office)
    elif opening is not None:
        text = turn.say("staff.closed", department=office, opening=moment_in_words(turn, opening))
    else:
        text = turn.say("staff.open_unknown", department=office)
    return Outcome(
        state=turn.state,
        decision=decision,
        reply=Reply(
            messages=(Text(text=text), office_card(turn, department)),
            choices=(offering.callback(turn), offering.cancel(turn), offering.menu(turn)),
            language=turn.language,
        ),
    )


def _matter(turn: Turn, procedure: str) -> str:
    """The procedure in the middle, or the last question, unless it was long ago or the words say more than that a person is wanted."""
    last = turn.state.last
    is_recent = last is not None and bool(last.question) and turn.now - from_milliseconds(last.at) <= RECENT
    says_more = bool(turn.text) and (not contains(turn.pack.lexicon.staff, turn.text) or len(turn.text) > 2 * SHORT)
    if procedure and not says_more:
        return procedure
    if last is not None and is_recent and not says_more:
        return last.question
    return turn.text


SHORT = 15
"""「担当者と話したいです」 says nothing of the matter."""


def _department_and_category(turn: Turn, tools: Tools) -> tuple[str | None, str]:
    """By what was answered; by what was offered only where all of it belongs to one department."""
    last = turn.state.last
    if last is None or turn.now - from_milliseconds(last.at) > RECENT:
        return None, ""
    for entries in (last.entries, (*last.offered, *last.refused)):
        passages = [found for entry in entries[:6] for found in [tools.passage(turn.pack.id, entry, turn.now)] if found is not None]
        departments = {passage.department_id for passage in passages}
        if len(departments) == 1:
            categories = {passage.category for passage in passages}
            return departments.pop(), categories.pop() if len(categories) == 1 else ""
    return None, ""
