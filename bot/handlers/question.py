"""Answering a question: what was found is quoted, or the nearest questions are offered, or we say that we do not know."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.handlers import offering
from bot.handlers.answer_cards import answer_messages, choice_card, entries_of
from bot.handlers.handing_over import hand_over
from bot.handlers.refusing import in_words, refusal
from bot.models import ConversationKind
from bot.outcome import Outcome, Tools, Turn
from bot.routing import Route
from bot.starting import procedure_after
from bot.states import Idle, LastAnswer
from core.clock import from_milliseconds, to_milliseconds
from core.messages import Decision, Message, Reply
from core.text import normalise
from handoff.models import CaseReason
from retrieval.answering import Answer, AnswerStatus, Question
from retrieval.answering import Decision as Verdict
from retrieval.follow_up import Earlier, subject_of, words
from retrieval.passages import Passage
from retrieval.premise import Verdict as Judgement

LONG_SUBJECT = 24
MOST_MISSES = 2
"""Questions in a row without an answer, until a person takes it."""
NOTHING_FOUND = (AnswerStatus.UNANSWERABLE_NO_PASSAGE, AnswerStatus.UNANSWERABLE_UNSUPPORTED, AnswerStatus.REFUSED_SMALL_TALK)
"""What the scores take for small talk may be a question in words that the content does not know."""
MAX_QUESTIONS = 2
"""An answer takes two messages, a call holds five, and a notice may stand before them."""


def answer_question(turn: Turn, tools: Tools) -> Outcome:
    """Bubbles that are different questions get an answer each; where only one of them is one, together they must make no sense."""
    answer = tools.answer(question_of(turn, turn.text))
    lines = list(dict.fromkeys(turn.text.splitlines()))
    if len(lines) > 1:
        answers = _answered_lines(turn, tools, lines)
        if len(answers) > 1 or (answers and answer.decision is not Verdict.ANSWER):
            return answered(turn, tools, Route.ANSWER, turn.text, answers)
    return reply_with(turn, tools, Route.ANSWER, turn.text, answer)


def _answered_lines(turn: Turn, tools: Tools, lines: list[str]) -> tuple[Answer, ...]:
    found: dict[str, Answer] = {}
    for line in lines:
        # The model has had the whole turn; a line each would take its time again.
        answer = tools.answer(replace(question_of(turn, line), may_ask_model=False))
        if answer.decision is Verdict.ANSWER and answer.passage is not None:
            found.setdefault(answer.passage.entry_id, answer)
    return tuple(found.values())[:MAX_QUESTIONS]


def question_of(turn: Turn, text: str, refused: tuple[str, ...] = ()) -> Question:
    last = turn.state.last
    return Question(
        municipality_id=turn.pack.id,
        text=text,
        moment=turn.now,
        language=turn.language.value,
        earlier=earlier_of(last, turn.now),
        excluded=frozenset(refused),
        own_places=turn.pack.own_places,
        names=tuple(department.name for department in turn.pack.departments.values()),
        is_hurried=turn.is_hurried,
    )


def earlier_of(last: LastAnswer | None, now: datetime) -> Earlier | None:
    """What the talk was about, unless that is too long ago to be continued."""
    if last is None or not last.question or now - from_milliseconds(last.at) > words().forgotten_after:
        return None
    return Earlier(
        question=last.question, subject=last.subject, aspect=last.aspect, entries=last.entries, offered=last.offered, refused=last.refused
    )


def correct_question(turn: Turn, tools: Tools) -> Outcome:
    """「違う、犬じゃなくて猫」: the last question with the corrected word, without what was refused."""
    last = turn.state.last
    if last is None:
        return answer_question(turn, tools)
    wrong, right = corrected_words(turn.text, turn.pack.lexicon.correction_forms)
    question = rewritten(last.question, wrong, right or turn.text)
    refused = (*last.refused, *last.entries[:1])
    answer = tools.answer(question_of(turn, question, refused))
    return reply_with(turn, tools, Route.CORRECTION, question, answer, refused=refused)


def corrected_words(text: str, forms: Sequence[str]) -> tuple[str, str]:
    """('犬', '猫') of 「違う、犬じゃなくて猫」; empty strings where the sentence has no such form."""
    for form in forms:
        match = re.search(form, normalise(text))
        if match is not None:
            return match.group("wrong").strip(), match.group("right").strip()
    return "", ""


def rewritten(question: str, wrong: str, right: str) -> str:
    flat = normalise(question)
    return flat.replace(wrong, right) if wrong and wrong in flat else f"{right} {flat}" if right not in flat else right


def reply_with(turn: Turn, tools: Tools, route: Route, question: str, answer: Answer, *, refused: tuple[str, ...] = ()) -> Outcome:
    match answer.decision:
        case Verdict.ANSWER if answer.passage is not None:
            return answered(turn, tools, route, question, (answer,), refused=refused)
        case Verdict.CHOICES:
            return offered(turn, route, question, answer, refused=refused)
        case _:
            return refused_outcome(turn, tools, route, question, answer, refused=refused)


def answered(
    turn: Turn, tools: Tools, route: Route, question: str, answers: tuple[Answer, ...], *, refused: tuple[str, ...] = ()
) -> Outcome:
    messages: list[Message] = []
    passages = [passage for answer in answers for passage in answer.sources or (answer.passage,) if passage is not None]
    for answer in answers:
        if answer.passage is None or answer.composed is None:
            continue
        # Beside several answers more to ask would only confuse.
        related = tools.related(turn.pack.id, answer.passage.entry_id, turn.now) if len(passages) == 1 else ()
        further = [other for other in related if other.entry_id not in refused]
        said = {"before": lead(turn, answer), "after": remark(turn, answer)}
        procedure = procedure_after(turn.procedures, answer.passage.entry_id, answer.passage.category)
        start = offering.start(turn, procedure, entry=answer.passage.entry_id)
        given = answer_messages(turn, answer.passage, answer.composed, further, **said, sources=answer.sources, start=start)
        messages += given[-1:] if answer.is_of_office else given
    parts = [answer.passage.entry_id for answer in answers if answer.passage is not None and (answer.is_part or answer.is_of_office)]
    return Outcome(
        state=remembering(turn, question, answers[0], refused, answered=passages),
        decision=replace(_decision(route, answers[0]), entries=entries_of(passages, is_quoted=True)),
        reply=Reply(messages=tuple(messages), choices=offering.after_answer(turn, *parts), language=turn.language),
        trace=trace_of(answers[0]),
    )


def offered(turn: Turn, route: Route, question: str, answer: Answer, *, refused: tuple[str, ...] = ()) -> Outcome:
    passages = [hit.passage for hit in answer.candidates]
    card = choice_card(turn, turn.say("answer.which"), passages)
    return Outcome(
        state=remembering(turn, question, answer, refused, offered=passages),
        decision=replace(_decision(route, answer), entries=entries_of(passages, is_quoted=False)),
        reply=Reply(messages=(card,), choices=offering.ordinary(turn), language=turn.language),
        trace=trace_of(answer),
    )


def refused_outcome(turn: Turn, tools: Tools, route: Route, question: str, answer: Answer, *, refused: tuple[str, ...] = ()) -> Outcome:
    """When nothing is found twice in a row, or nothing near is left, a person takes it."""
    passages = [hit.passage for hit in answer.candidates]
    state = remembering(turn, question, answer, refused, offered=passages)
    decision = replace(_decision(route, answer), entries=entries_of(passages, is_quoted=False))
    reply = refusal(turn, answer)
    reason = _reason_for_person(turn, state, answer)
    if reason is None:
        return Outcome(state=state, decision=decision, reply=reply, trace=trace_of(answer))
    outcome = hand_over(
        turn,
        tools,
        reason,
        route=route,
        status=answer.status.value,
        question=question,
        before=reply.messages,
        state=state,
        trace=trace_of(answer),
        has_office=True,
    )
    return replace(outcome, decision=replace(decision, decision="handoff"))


def _reason_for_person(turn: Turn, state: Idle, answer: Answer) -> CaseReason | None:
    if turn.case is not None or turn.conversation_kind is not ConversationKind.PERSON:
        return None
    if answer.status is AnswerStatus.HANDOFF_CHOICES_REFUSED:
        return CaseReason.REJECTED
    return CaseReason.NOTHING_FOUND if state.last is not None and state.last.misses >= MOST_MISSES else None


def lead(turn: Turn, answer: Answer) -> str:
    """What is said before the quoted words: whether the question was right in what it takes for granted."""
    match answer.premise:
        case None:
            return ""
        case premise if premise.verdict is Judgement.CONFIRMED:
            return turn.say("answer.confirmed")
        case premise if premise.verdict is Judgement.CONTRADICTED:
            return turn.say("answer.corrected", words=premise.words)
        case _:
            return ""


def remark(turn: Turn, answer: Answer) -> str:
    """What is said behind them: for which day they hold."""
    return turn.say("answer.as_of", date=in_words(turn, answer.as_of)) if answer.as_of is not None else ""


def remembering(
    turn: Turn,
    question: str,
    answer: Answer,
    refused: tuple[str, ...],
    *,
    answered: Sequence[Passage] = (),
    offered: Sequence[Passage] = (),
) -> Idle:
    """The next message may continue this one. The question is kept as it was understood."""
    reading, last = answer.reading, turn.state.last
    continues = reading is not None and reading.lacks_something
    if continues and last is not None:
        refused = tuple(dict.fromkeys((*last.refused, *refused)))
    subject = reading.subject if reading is not None else subject_of(question)
    if len(answered) == 1 and len(subject) > LONG_SUBJECT:
        # Who told a story continues it by what it came to.
        subject = subject_of(answered[0].question)
    return Idle(
        last=LastAnswer(
            question=(reading.text if reading is not None and continues else question)[:500],
            entries=tuple(passage.entry_id for passage in answered),
            offered=tuple(passage.entry_id for passage in offered),
            refused=refused[-20:],
            subject=subject,
            aspect=reading.aspect if reading is not None else "",
            turn=turn.uid,
            misses=_misses(turn, answer),
            at=to_milliseconds(turn.now),
        )
    )


def _misses(turn: Turn, answer: Answer) -> int:
    """In a row and not long apart. What is no question for a municipality neither counts nor ends the row."""
    if answer.decision in (Verdict.ANSWER, Verdict.CHOICES):
        return 0
    last = turn.state.last
    is_recent = last is not None and turn.now - from_milliseconds(last.at) <= words().forgotten_after
    before = last.misses if last is not None and is_recent else 0
    return before + (1 if answer.status in NOTHING_FOUND else 0)


def _decision(route: Route, answer: Answer) -> Decision:
    return Decision(route=route, status=answer.status.value, decision=answer.decision.value, confidence=answer.confidence)


def trace_of(answer: Answer) -> dict[str, object]:
    """What an editor or a developer wants to see of one answer."""
    result = answer.result
    trace: dict[str, object] = {
        "confidence": round(answer.confidence, 4),
        "steps": [{"name": step.name, "milliseconds": round(step.milliseconds, 2)} for step in answer.steps],
    }
    if answer.masked:
        trace["masked"] = sorted(answer.masked)
    if answer.as_of is not None:
        trace["as_of"] = answer.as_of.isoformat()
    if answer.premise is not None:
        trace["premise"] = answer.premise.verdict.value
    if answer.model is not None:
        trace["model"] = answer.model.state.value
        trace["model_use"] = {
            "reason": answer.model.reason,
            "calls": answer.model.calls,
            "prompt_tokens": answer.model.prompt_tokens,
            "completion_tokens": answer.model.completion_tokens,
            "milliseconds": round(answer.model.seconds * 1000, 2),
        }
    if answer.composed is not None and answer.composed.dropped:
        trace["dropped"] = [
            {"sentence": one.text, "reason": one.reason.value, "facts": [str(fact) for fact in one.facts]}
            for one in answer.composed.dropped
        ]
    if answer.reading is not None and answer.reading.lacks_something:
        trace["continued"] = {"kind": answer.reading.kind.value, "question": answer.reading.text, "aspect": answer.reading.aspect}
    if result is not None:
        trace |= {
            "normalised": result.normalised,
            "tokens": list(result.tokens),
            "mode": result.mode.value,
            "hits": [
                {
                    "entry": hit.entry_id,
                    "question": hit.passage.question,
                    "score": round(hit.score, 4),
                    "parts": {name: round(value, 4) for name, value in hit.parts.items()},
                }
                for hit in result.hits[:10]
            ],
        }
    return trace
