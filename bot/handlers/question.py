"""Answering a question: what was found is quoted, or the nearest questions are offered, or we say that we do not know."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.handlers import offering
from bot.handlers.answer_cards import answer_messages, choice_card, entries_of
from bot.handlers.refusing import in_words, refusal
from bot.outcome import Outcome, Tools, Turn
from bot.routing import Route
from bot.states import Idle, LastAnswer
from core.clock import to_milliseconds
from core.messages import Decision, Message, Reply
from core.text import normalise
from retrieval.answering import Answer, Question
from retrieval.answering import Decision as Verdict
from retrieval.premise import Verdict as Judgement

MAX_QUESTIONS = 2
"""An answer takes two messages, a call holds five, and a notice may stand before them."""


def answer_question(turn: Turn, tools: Tools) -> Outcome:
    """Bubbles that are different questions get an answer each, when together they make no sense."""
    answer = tools.answer(question_of(turn, turn.text))
    lines = list(dict.fromkeys(turn.text.splitlines()))
    if answer.decision is not Verdict.ANSWER and len(lines) > 1:
        answers = _answered_lines(turn, tools, lines)
        if answers:
            return answered(turn, Route.ANSWER, turn.text, answers)
    return reply_with(turn, Route.ANSWER, turn.text, answer)


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
        earlier=(last.question,) if last else (),
        excluded=frozenset(refused),
        names=tuple(department.name for department in turn.pack.departments.values()),
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
    return reply_with(turn, Route.CORRECTION, question, answer, refused=refused)


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


def reply_with(turn: Turn, route: Route, question: str, answer: Answer, *, refused: tuple[str, ...] = ()) -> Outcome:
    match answer.decision:
        case Verdict.ANSWER if answer.passage is not None:
            return answered(turn, route, question, (answer,), refused=refused)
        case Verdict.CHOICES:
            return offered(turn, route, question, answer, refused=refused)
        case _:
            return refused_outcome(turn, route, question, answer, refused=refused)


def answered(turn: Turn, route: Route, question: str, answers: tuple[Answer, ...], *, refused: tuple[str, ...] = ()) -> Outcome:
    messages: list[Message] = []
    for answer in answers:
        if answer.passage is not None and answer.composed is not None:
            messages += answer_messages(
                turn, answer.passage, answer.composed, before=lead(turn, answer), after=remark(turn, answer), sources=answer.sources
            )
    passages = [passage for answer in answers for passage in answer.sources or (answer.passage,) if passage is not None]
    return Outcome(
        state=_remembering(turn, question, tuple(passage.entry_id for passage in passages), refused),
        decision=replace(_decision(route, answers[0]), entries=entries_of(passages, is_quoted=True)),
        reply=Reply(messages=tuple(messages), choices=offering.after_answer(turn), language=turn.language),
        trace=trace_of(answers[0]),
    )


def offered(turn: Turn, route: Route, question: str, answer: Answer, *, refused: tuple[str, ...] = ()) -> Outcome:
    passages = [hit.passage for hit in answer.candidates]
    card = choice_card(turn, turn.say("answer.which"), passages)
    return Outcome(
        state=_remembering(turn, question, (), refused),
        decision=replace(_decision(route, answer), entries=entries_of(passages, is_quoted=False)),
        reply=Reply(messages=(card,), choices=offering.ordinary(turn), language=turn.language),
        trace=trace_of(answer),
    )


def refused_outcome(turn: Turn, route: Route, question: str, answer: Answer, *, refused: tuple[str, ...] = ()) -> Outcome:
    return Outcome(
        state=_remembering(turn, question, (), refused),
        decision=replace(_decision(route, answer), entries=entries_of([hit.passage for hit in answer.candidates], is_quoted=False)),
        reply=refusal(turn, answer),
        trace=trace_of(answer),
    )


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


def _remembering(turn: Turn, question: str, entries: tuple[str, ...], refused: tuple[str, ...]) -> Idle:
    return Idle(last=LastAnswer(question=question[:500], entries=entries, refused=refused[-20:], at=to_milliseconds(turn.now)))


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
