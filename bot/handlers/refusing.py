"""Replies where there is no answer: why not, who knows instead, and what comes nearest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.handlers import offering
from bot.handlers.answer_cards import choice_card, office_card
from bot.outcome import Turn
from core.messages import Card, Choice, Language, Message, OpenLink, Reply, Text
from retrieval.answers import Answer, AnswerStatus
from retrieval.jurisdiction import OTHER_MUNICIPALITY

SHORTLY = frozenset({AnswerStatus.REFUSED_INJECTION, AnswerStatus.REFUSED_TALK})
"""Nothing was asked, so there is no office to name."""


@dataclass(frozen=True, kw_only=True)
class Referral:
    """Who is responsible instead."""

    name: str
    url: str = ""


def refusal(turn: Turn, answer: Answer) -> Reply:
    """An honest 'I don't know', the telephone, a way to a person, and what comes nearest where anything is near."""
    if answer.status in SHORTLY:
        return Reply(messages=(Text(text=_sentence(turn, answer)),), choices=offering.ordinary(turn), language=turn.language)
    messages: list[Message] = [Text(text=_sentence(turn, answer))]
    referral = _referral(turn, answer)
    if referral is not None and referral.url:
        messages.append(_link_card(turn, referral))
    passages = [hit.passage for hit in answer.candidates]
    if passages:
        title = "answer.todays" if answer.status is AnswerStatus.UNANSWERABLE_AT_DATE else "answer.nearest"
        messages.append(choice_card(turn, turn.say(title), passages))
    department = turn.pack.general_department
    if department is not None:
        messages.append(office_card(turn, department))
    choices: Sequence[Choice] = (
        (offering.staff(turn), offering.callback(turn), offering.menu(turn)) if department else (offering.menu(turn),)
    )
    return Reply(messages=tuple(messages), choices=tuple(choices), language=turn.language)


def in_words(turn: Turn, day: date) -> str:
    """2027年4月1日, as the language writes it."""
    return turn.say("card.date", year=day.year, month=day.month, day=day.day)


def _sentence(turn: Turn, answer: Answer) -> str:
    referral = _referral(turn, answer)
    if referral is not None:
        return turn.say("answer.referred", name=referral.name)
    key = f"answer.refused.{answer.status}"
    known = turn.pack.sentences.keys(Language.JAPANESE)
    day = in_words(turn, answer.as_of) if answer.as_of is not None else ""
    return turn.say(key if key in known else "answer.unknown", name=turn.pack.municipality.name, date=day)


def _referral(turn: Turn, answer: Answer) -> Referral | None:
    """As the pack names it, or by the common name of such an office; None where nobody is known."""
    key = answer.elsewhere
    if key is None:
        return None
    own = turn.pack.municipality.referrals.get(key)
    if own is not None:
        return Referral(name=own.name, url=own.url)
    if key == OTHER_MUNICIPALITY and answer.place:
        return Referral(name=answer.place)
    sentence = f"elsewhere.{key}"
    return Referral(name=turn.say(sentence)) if sentence in turn.pack.sentences.keys(Language.JAPANESE) else None


def _link_card(turn: Turn, referral: Referral) -> Card:
    title = turn.say("elsewhere.site", name=referral.name)
    button = Choice(label=turn.say("choice.source"), action=OpenLink(url=referral.url), is_primary=True)
    return Card(alt=title, title=title, choices=(button,))
