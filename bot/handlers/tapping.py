"""Buttons of ours that were tapped: each value has one way to go on."""

from bot.handlers import offering
from bot.handlers.answer_cards import choice_card, entries_of, office_card
from bot.handlers.callback import ask_for_phone, offer_staff, time_chosen
from bot.handlers.language import choose_language, show_languages
from bot.handlers.menu import ask_topic, show_category, show_menu
from bot.handlers.nearby import ask_for_place, show_facilities
from bot.handlers.question import question_of, reply_with
from bot.handlers.talking import cancel
from bot.incoming import Tapped
from bot.outcome import Outcome, RecordFeedback, Tools, Turn
from bot.routing import Route
from bot.states import Idle, LastAnswer
from bot.taps import (
    AskEntry,
    AskStaff,
    AskTopic,
    Cancel,
    ChooseCallTime,
    ChooseLanguage,
    NoneOfThese,
    RateAnswer,
    RequestCallback,
    ShowCategory,
    ShowFacilities,
    ShowLanguages,
    ShowLocationHelp,
    ShowMenu,
)
from bot.words import is_whole
from core.clock import to_milliseconds
from core.messages import Decision, Reply, Text
from retrieval.answering import Decision as Verdict


def answer_tap(turn: Turn, tools: Tools) -> Outcome:
    value = turn.last.content.value if isinstance(turn.last.content, Tapped) else None
    match value:
        case AskEntry(entry=entry):
            return quote_entry(turn, tools, entry)
        case RateAnswer(turn=uid, helped=helped):
            return rate(turn, tools, uid, helped)
        case NoneOfThese():
            return nothing_fits(turn)
        case ShowMenu():
            return show_menu(turn, tools)
        case ShowCategory(category=category, start=start):
            return show_category(turn, tools, category, start)
        case AskTopic(topic=topic):
            return ask_topic(turn, tools, topic)
        case AskStaff():
            return offer_staff(turn)
        case RequestCallback():
            return ask_for_phone(turn)
        case ChooseCallTime(time=time):
            return time_chosen(turn, time)
        case Cancel():
            return cancel(turn)
        case ShowLanguages():
            return show_languages(turn)
        case ChooseLanguage(language=language):
            return choose_language(turn, language)
        case ShowLocationHelp():
            return ask_for_place(turn)
        case ShowFacilities(kind=kind, latitude=latitude, longitude=longitude):
            return show_facilities(turn, kind, latitude, longitude)
        case _:
            return _say(turn, "tap.not_ours", "refused_tampered_tap")


def quote_entry(turn: Turn, tools: Tools, entry_id: str) -> Outcome:
    last = turn.state.last
    question = last.question if last and last.question else ""
    answer = tools.quote(question_of(turn, question), entry_id)
    if answer is None:
        return _say(turn, "tap.entry_gone", "unanswerable_entry_gone")
    asked = question or (answer.passage.question if answer.passage is not None else "")
    return reply_with(turn, Route.TAP, asked, answer, refused=last.refused if last else ())


def rate_in_words(turn: Turn, tools: Tools) -> Outcome:
    """「役に立った」 or 「違う」, typed instead of tapped."""
    return rate(turn, tools, "", is_whole(turn.pack.lexicon.helpful, turn.text))


def rate(turn: Turn, tools: Tools, turn_uid: str, helped: bool) -> Outcome:
    """A 違う leads to the next best questions without the refused one, or to a person. An empty uid means the last answer."""
    feedback = (RecordFeedback(turn_uid=turn_uid, helped=helped),)
    last = turn.state.last
    if helped or last is None:
        text = turn.say("feedback.thanks" if helped else "feedback.sorry")
        return Outcome(
            state=turn.state,
            decision=Decision(route=Route.FEEDBACK),
            reply=Reply(messages=(Text(text=text),), choices=offering.ordinary(turn), language=turn.language),
            effects=feedback,
        )
    refused = (*last.refused, *last.entries)
    answer = tools.answer(question_of(turn, last.question, refused))
    candidates = [hit.passage for hit in answer.candidates if hit.entry_id not in refused]
    if answer.decision is Verdict.ANSWER and answer.passage is not None and not candidates:
        candidates = [answer.passage]
    state = Idle(last=LastAnswer(question=last.question, entries=(), refused=refused[-20:], at=to_milliseconds(turn.now)))
    decision = Decision(
        route=Route.FEEDBACK, status="offered_after_rejection", decision="choices", entries=entries_of(candidates, is_quoted=False)
    )
    if not candidates:
        return _to_office(turn, state, feedback)
    card = choice_card(turn, turn.say("feedback.which_then"), candidates)
    reply = Reply(messages=(card,), choices=(offering.staff(turn), offering.callback(turn), offering.menu(turn)), language=turn.language)
    return Outcome(state=state, decision=decision, reply=reply, effects=feedback)


def nothing_fits(turn: Turn) -> Outcome:
    return _to_office(turn, Idle(last=turn.state.last), ())


def _to_office(turn: Turn, state: Idle, effects: tuple[RecordFeedback, ...]) -> Outcome:
    department = turn.pack.general_department
    text = Text(text=turn.say("feedback.sorry"))
    messages = (text, office_card(turn, department)) if department else (text,)
    return Outcome(
        state=state,
        decision=Decision(route=Route.TAP, status="unanswerable_none_of_these", decision="handoff"),
        reply=Reply(
            messages=messages, choices=(offering.callback(turn), offering.staff(turn), offering.menu(turn)), language=turn.language
        ),
        effects=effects,
    )


def _say(turn: Turn, key: str, status: str) -> Outcome:
    return Outcome(
        state=turn.state,
        decision=Decision(route=Route.TAP, status=status, decision="refuse"),
        reply=Reply(messages=(Text(text=turn.say(key)),), choices=offering.ordinary(turn), language=turn.language),
    )
