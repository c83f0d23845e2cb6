"""Browsing what can be asked: categories, their questions, and topics that stand for a question."""

from bot.handlers import offering
from bot.handlers.question import question_of, reply_with
from bot.outcome import CategoryEntry, Outcome, Tools, Turn
from bot.routing import Route
from bot.taps import AskEntry, AskTopic, ShowCategories, ShowCategory
from core.messages import Card, Choice, Decision, Reply, Tap, Text, in_script_of

ROWS = 20
PAGE = 8


def show_menu(turn: Turn, tools: Tools, start: int = 0) -> Outcome:
    """The pack's own topics, then every category that holds something, from this row on."""
    topics = [Choice(label=topic.label, action=Tap(value=AskTopic(topic=topic.id), shown=topic.label)) for topic in turn.pack.topics]
    categories = [
        Choice(label=turn.say("menu.category", title=shown), action=Tap(value=ShowCategory(category=title), shown=shown))
        for title in tools.categories(turn.pack.id, turn.now)
        for shown in [turn.label(title)]
    ]
    rows = [*topics, *categories]
    first = start if 0 <= start < len(rows) else 0
    page = rows[first : first + ROWS]
    if first + ROWS < len(rows):
        page.append(offering.tap(turn, "more", ShowCategories(start=first + ROWS)))
    title = turn.say("menu.title")
    messages = (
        (Card(alt=title, title=title, text=turn.say("menu.text"), choices=tuple(page), is_list=True),)
        if page
        else (Text(text=turn.say("menu.empty")),)
    )
    choices = (
        offering.nearby(turn),
        *offering.of_procedures(turn),
        *offering.own_data(turn),
        offering.staff(turn),
        offering.languages(turn),
    )
    return _outcome(turn, Reply(messages=messages, choices=choices, language=turn.language))


def show_category(turn: Turn, tools: Tools, category: str, start: int) -> Outcome:
    """The most asked questions of a category, then the others, page by page."""
    entries = tools.entries_of(turn.pack.id, category, turn.now)
    page = entries[start : start + PAGE] if start >= 0 else ()
    if not page:
        return show_menu(turn, tools)
    rows = [_row(turn, entry) for entry in page]
    if start + PAGE < len(entries):
        rows.append(offering.tap(turn, "more", ShowCategory(category=category, start=start + PAGE)))
    title = turn.say("menu.most_asked", title=turn.label(category)) if start == 0 else turn.say("menu.further", title=turn.label(category))
    card = Card(alt=title, title=title, choices=tuple(rows), is_list=True)
    return _outcome(turn, Reply(messages=(card,), choices=offering.ordinary(turn), language=turn.language))


def _row(turn: Turn, entry: CategoryEntry) -> Choice:
    question = in_script_of(turn.language, entry.translated) or entry.question
    return Choice(label=question, action=Tap(value=AskEntry(entry=entry.entry_id), shown=question))


def ask_topic(turn: Turn, tools: Tools, topic_id: str) -> Outcome:
    """A topic stands for words that are asked as if the resident had typed them."""
    topic = next((topic for topic in (*turn.pack.topics, *turn.pack.photo_topics) if topic.id == topic_id), None)
    if topic is None:
        return show_menu(turn, tools)
    return reply_with(turn, tools, Route.TAP, topic.ask, tools.answer(question_of(turn, topic.ask)))


def _outcome(turn: Turn, reply: Reply) -> Outcome:
    return Outcome(state=turn.state, decision=Decision(route=Route.MENU), reply=reply)
