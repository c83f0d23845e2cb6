"""Buttons of ours that were tapped: each value has one way to go on."""

from bot.handlers import offering
from bot.handlers.answer_cards import answer_messages, entries_of
from bot.handlers.callback import ask_for_phone, offer_staff, time_chosen
from bot.handlers.language import choose_language, show_languages
from bot.handlers.menu import ask_topic, show_category, show_menu
from bot.handlers.nearby import ask_for_place, show_facilities
from bot.handlers.rating import give_reason, nothing_fits, rate
from bot.handlers.talking import cancel
from bot.incoming import Tapped
from bot.outcome import Outcome, Tools, Turn
from bot.routing import Route
from bot.states import Idle, LastAnswer
from bot.taps import (
    AskEntry,
    AskStaff,
    AskTopic,
    Cancel,
    ChooseCallTime,
    ChooseLanguage,
    GiveReason,
    NoneOfThese,
    RateAnswer,
    RequestCallback,
    ShowCategory,
    ShowFacilities,
    ShowLanguages,
    ShowLocationHelp,
    ShowMenu,
)
from core.clock import to_milliseconds
from core.messages import Decision, Reply, Text
from retrieval.follow_up import subject_of


def answer_tap(turn: Turn, tools: Tools) -> Outcome:
    value = turn.last.content.value if isinstance(turn.last.content, Tapped) else None
    match value:
        case AskEntry(entry=entry):
            return quote_entry(turn, tools, entry)
        case RateAnswer(turn=uid, helped=helped):
            return rate(turn, tools, uid, helped)
        case GiveReason(turn=uid, reason=reason):
            return give_reason(turn, uid, reason)
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
    passage = tools.passage(turn.pack.id, entry_id, turn.now)
    if passage is None:
        return _say(turn, "tap.entry_gone", "unanswerable_entry_gone")
    last = turn.state.last
    # From a list of the menu, or of an earlier part of the talk, it answers its own question.
    offered = last if last is not None and entry_id in last.offered else None
    question = offered.question if offered else passage.question
    return Outcome(
        state=Idle(
            last=LastAnswer(
                question=question,
                entries=(entry_id,),
                refused=offered.refused if offered else (),
                subject=subject_of(passage.question),
                aspect=offered.aspect if offered else "",
                turn=turn.uid,
                rejected=offered.rejected if offered else "",
                at=to_milliseconds(turn.now),
            )
        ),
        decision=Decision(
            route=Route.TAP, status="answered_chosen", decision="answer", confidence=1.0, entries=entries_of([passage], is_quoted=True)
        ),
        reply=Reply(messages=answer_messages(turn, passage), choices=offering.after_answer(turn), language=turn.language),
        trace={"question": question},
    )


def _say(turn: Turn, key: str, status: str) -> Outcome:
    return Outcome(
        state=turn.state,
        decision=Decision(route=Route.TAP, status=status, decision="refuse"),
        reply=Reply(messages=(Text(text=turn.say(key)),), choices=offering.ordinary(turn), language=turn.language),
    )
