"""役に立った and 違う: thanks, or other questions without the refused one, and after those a person; why, where the resident says so."""

from dataclasses import replace

from bot.handlers import offering
from bot.handlers.answer_cards import choice_card, entries_of, office_card
from bot.handlers.handing_over import hand_over
from bot.handlers.question import question_of
from bot.models import ConversationKind, FeedbackReason
from bot.outcome import Outcome, RecordFeedback, RecordReason, Tools, Turn
from bot.routing import Route
from bot.states import Idle, LastAnswer
from bot.taps import GiveReason
from bot.words import is_whole, reason_in
from core.clock import to_milliseconds
from core.messages import Choice, Decision, Reply, Text
from handoff.models import CaseReason
from retrieval.passages import Passage

MOST_REFUSED = 20


def rate_in_words(turn: Turn, tools: Tools) -> Outcome:
    """「役に立った」「違う」, or why an answer was refused, typed instead of tapped."""
    last = turn.state.last
    reason = reason_in(turn.pack.lexicon, turn.text)
    if reason is not None and last is not None:
        uid = last.turn if last.entries else last.rejected or last.turn
        return _thank_for_reason(turn, RecordReason(turn_uid=uid, reason=FeedbackReason(reason), comment=turn.text))
    return rate(turn, tools, last.turn if last is not None else "", is_whole(turn.pack.lexicon.helpful, turn.text))


def rate(turn: Turn, tools: Tools, turn_uid: str, helped: bool) -> Outcome:
    """An empty uid means the last answer. What was offered after a first 違う is followed by a person, never by a third guess."""
    feedback = RecordFeedback(turn_uid=turn_uid, helped=helped)
    last = turn.state.last
    if helped:
        return _say(turn, "feedback.thanks", feedback)
    if last is None or (last.turn and turn_uid not in ("", last.turn)):
        # An answer from further up: what it was asked for is no longer known.
        return to_office(turn, turn.state.last, (feedback,), reasons_for=turn_uid)
    refused = tuple(dict.fromkeys((*last.refused, *last.entries, *last.offered)))
    rejected = turn_uid or last.turn
    candidates = () if last.rejected else _others(turn, tools, last.question, refused)
    state = replace(
        last,
        entries=(),
        offered=tuple(passage.entry_id for passage in candidates),
        refused=refused[-MOST_REFUSED:],
        rejected=last.rejected or rejected,
        turn=turn.uid,
        at=to_milliseconds(turn.now),
    )
    if not candidates:
        return to_person(turn, tools, state, (feedback,), reasons_for=rejected)
    card = choice_card(turn, turn.say("feedback.which_then"), candidates)
    return Outcome(
        state=Idle(last=state),
        decision=Decision(
            route=Route.FEEDBACK, status="offered_after_rejection", decision="choices", entries=entries_of(candidates, is_quoted=False)
        ),
        reply=Reply(
            messages=(card,),
            choices=(*reasons(turn, rejected), offering.staff(turn), offering.callback(turn), offering.menu(turn)),
            language=turn.language,
        ),
        effects=(feedback,),
        trace={"question": last.question},
    )


def _others(turn: Turn, tools: Tools, question: str, refused: tuple[str, ...]) -> tuple[Passage, ...]:
    """As a question of its own: it was understood once, and is not to be read as a continuation of itself."""
    answer = tools.answer(replace(question_of(turn, question, refused), earlier=None))
    candidates = tuple(hit.passage for hit in answer.candidates if hit.entry_id not in refused)
    return candidates or ((answer.passage,) if answer.passage is not None and answer.passage.entry_id not in refused else ())


def reasons(turn: Turn, turn_uid: str) -> tuple[Choice, ...]:
    """Why it did not help, to be tapped or left; nothing waits for it."""
    if not turn_uid:
        return ()
    return tuple(offering.tap(turn, f"reason_{reason.value}", GiveReason(turn=turn_uid, reason=reason.value)) for reason in FeedbackReason)


def give_reason(turn: Turn, turn_uid: str, reason: str) -> Outcome:
    if reason not in set(FeedbackReason):
        return _say(turn, "tap.not_ours")
    return _thank_for_reason(turn, RecordReason(turn_uid=turn_uid, reason=FeedbackReason(reason)))


def nothing_fits(turn: Turn, tools: Tools) -> Outcome:
    return to_person(turn, tools, turn.state.last, ())


def to_person(turn: Turn, tools: Tools, last: LastAnswer | None, effects: tuple[RecordFeedback, ...], *, reasons_for: str = "") -> Outcome:
    """Nothing is left to offer. Somebody whose case is open already is not handed over twice."""
    if turn.case is not None or turn.conversation_kind is not ConversationKind.PERSON:
        return to_office(turn, last, effects, reasons_for=reasons_for)
    return hand_over(
        turn,
        tools,
        CaseReason.REJECTED,
        route=Route.TAP,
        status="unanswerable_none_of_these",
        question=last.question if last is not None else "",
        before=(Text(text=turn.say("feedback.sorry_person")),),
        state=Idle(last=last),
        effects=effects,
        choices=reasons(turn, reasons_for),
    )


def to_office(turn: Turn, last: LastAnswer | None, effects: tuple[RecordFeedback, ...], *, reasons_for: str = "") -> Outcome:
    department = turn.pack.general_department
    text = Text(text=turn.say("feedback.sorry"))
    return Outcome(
        state=Idle(last=last),
        decision=Decision(route=Route.TAP, status="unanswerable_none_of_these", decision="handoff"),
        reply=Reply(
            messages=(text, office_card(turn, department)) if department else (text,),
            choices=(offering.callback(turn), offering.staff(turn), *reasons(turn, reasons_for), offering.menu(turn)),
            language=turn.language,
        ),
        effects=effects,
    )


def _thank_for_reason(turn: Turn, reason: RecordReason) -> Outcome:
    thanks = Text(text=turn.say("feedback.reason_thanks"))
    return Outcome(
        state=turn.state,
        decision=Decision(route=Route.FEEDBACK),
        reply=Reply(
            messages=(thanks,), choices=(offering.staff(turn), offering.callback(turn), offering.menu(turn)), language=turn.language
        ),
        effects=(reason,),
    )


def _say(turn: Turn, key: str, *effects: RecordFeedback) -> Outcome:
    return Outcome(
        state=turn.state,
        decision=Decision(route=Route.FEEDBACK),
        reply=Reply(messages=(Text(text=turn.say(key)),), choices=offering.ordinary(turn), language=turn.language),
        effects=effects,
    )
