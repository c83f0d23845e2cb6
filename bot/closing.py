"""The last words about a case: that it is over, and, once and never after a crisis, the question of how it was."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.case_words import choice_in, notice_in_words
from bot.models import Conversation
from bot.states import Idle, load_state
from bot.taps import GoOnWithBot, RateService, ShowMenu
from core.messages import Choice, Language, Reply, Text
from core.pack import Pack
from handoff import cases
from handoff.models import Case
from handoff.notices import Notice

SCORES = {5: "very_good", 4: "good", 3: "fair", 2: "poor", 1: "very_poor"}
"""From the best down, with the names of their labels."""


def closing_reply(
    session: Session, pack: Pack, conversation: Conversation, case: Case, notice: Notice, language: Language, *, now: datetime
) -> Reply:
    """The question stands in the same call, so that it costs nothing. The talk has been given back already."""
    words = Text(text=notice_in_words(pack, language, notice))
    menu = choice_in(pack, language, "menu", ShowMenu())
    if not isinstance(load_state(conversation.state), Idle):
        return Reply(messages=(words,), choices=(choice_in(pack, language, "resume", GoOnWithBot()), menu), language=language)
    had_crisis = conversation.crisis_at is not None and conversation.crisis_at >= case.opened_at
    if had_crisis or not cases.ask_satisfaction(session, pack, case, now=now):
        return Reply(messages=(words,), choices=(menu,), language=language)
    question = Text(text=pack.sentences.say("csat.ask", language))
    return Reply(messages=(words, question), choices=scores(pack, language, case.id), language=language)


def scores(pack: Pack, language: Language, case_id: int) -> tuple[Choice, ...]:
    return tuple(choice_in(pack, language, f"score_{name}", RateService(case=case_id, score=score)) for score, name in SCORES.items())
