"""Browsing what can be asked: categories, their questions, and topics that stand for a question."""

from bot.handlers import offering
from bot.handlers.question import question_of, reply_with
from bot.outcome import Outcome, Tools, Turn
from bot.routing import Route
from bot.speaking import in_script_of
from bot.taps import AskEntry, ShowCategory
from core.messages import Card, Choice, Decision, Reply, Tap, Text

CATEGORIES_SHOWN = 20
PAGE = 8


def show_menu(turn: Turn, tools: Tools) -> Outcome:
    categories = tools.categories(turn.pack.id, turn.now)
    rows = tuple(
        Choice(label=turn.say("menu.category", title=shown), action=Tap(value=ShowCategory(category=title), shown=shown))
        for title in list(categories)[:CATEGORIES_SHOWN]
        for shown in [turn.label(title)]
    )
    messages = (
        (Card(alt=turn.say("menu.title"), title=turn.say("menu.title"), text=turn.say("menu.text"), choices=rows, is_list=True),)
        if rows
        else (Text(text=turn.say("menu.empty")),)
    )
    choices = (offering.nearby(turn), offering.staff(turn), offering.languages(turn))
    return _outcome(turn, Reply(messages=messages, choices=choices, language=turn.language))


def show_category(turn: Turn, tools: Tools, category: str, start: int) -> Outcome:
    entries = tools.entries_of(turn.pack.id, category, turn.now)
    page = entries[start : start + PAGE]
    if not page:
        return show_menu(turn, tools)
    rows = [
        Choice(label=question, action=Tap(value=AskEntry(entry=entry.entry_id), shown=question))
        for entry in page
        for question in [in_script_of(turn.language, entry.translated) or entry.question]
    ]
    if start + PAGE < len(entries):
        rows.append(offering.tap(turn, "more", ShowCategory(category=category, start=start + PAGE)))
    title = turn.label(category)
    card = Card(alt=title, title=title, choices=tuple(rows), is_list=True)
    return _outcome(turn, Reply(messages=(card,), choices=offering.ordinary(turn), language=turn.language))


def ask_topic(turn: Turn, tools: Tools, topic_id: str) -> Outcome:
    """A topic stands for words that are asked as if the resident had typed them."""
    topic = next((topic for topic in (*turn.pack.topics, *turn.pack.photo_topics) if topic.id == topic_id), None)
    if topic is None:
        return show_menu(turn, tools)
    return reply_with(turn, Route.TAP, topic.ask, tools.answer(question_of(turn, topic.ask)))


def _outcome(turn: Turn, reply: Reply) -> Outcome:
    return Outcome(state=turn.state, decision=Decision(route=Route.MENU), reply=reply)
