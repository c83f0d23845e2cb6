"""What handlers ask of the real database: related questions, and the questions of a category."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bot.handlers.answer_cards import MOST_RELATED, answer_messages
from bot.handlers.menu import PAGE, ROWS, show_category, show_menu
from bot.models import Conversation, TurnRow
from bot.outcome import Outcome
from bot.taps import AskEntry, AskTopic, ShowCategories, ShowCategory, TapSigner
from bot.tools import RECOUNTED, SearchTools
from core.clock import in_japan
from core.database import Database
from core.messages import Card, Tap
from core.pack import Topic
from faq.drafts import EntryDraft
from faq.lifecycle import VersionState
from faq.locking import lock_or_add
from faq.versions import NewVersion, add_versions
from retrieval.composing import Composed
from retrieval.models import PassageKind
from retrieval.passages import Passage
from tests.bot.turns import NOW, PACK, turn_of


class Shelf:
    """Stands for search: the passage of every entry that is given, if it is valid."""

    def __init__(self, *drafts: EntryDraft) -> None:
        self._drafts = {draft.id: draft for draft in drafts}

    def passage(self, _municipality_id: str, entry_id: str, *, moment: datetime) -> Passage | None:
        draft = self._drafts.get(entry_id)
        if draft is None:
            return None
        passage = Passage(
            kind=PassageKind.FAQ,
            question=draft.question,
            body=draft.answer,
            id=1,
            entry_id=entry_id,
            position=0,
            revision=1,
            valid_until=draft.valid_until,
        )
        return passage if passage.is_valid_on(in_japan(moment).date()) else None


def draft(key: str, *, related: Sequence[str] = (), category: str = "ごみ", until: date | None = None) -> EntryDraft:
    return EntryDraft(id=key, question=f"{key}は何ですか。", answer="答え", category=category, related=tuple(related), valid_until=until)


def tools_with(database: Database, *drafts: EntryDraft, unpublished: Sequence[EntryDraft] = ()) -> SearchTools:
    with database.transaction() as session:
        lock_or_add(session, PACK, NOW)
        versions = [NewVersion(entry_id=entry.id or "", draft=entry, state=VersionState.PUBLISHED) for entry in drafts]
        versions += [NewVersion(entry_id=entry.id or "", draft=entry, state=VersionState.DRAFT) for entry in unpublished]
        add_versions(session, PACK.id, versions, "test", NOW)
        session.add(Conversation(id=1, municipality_id=PACK.id, key="k", kind="person", state={}, version=1, created_at=NOW))
    shelf: Any = Shelf(*drafts)  # Any: of search only `passage` is needed here.
    return SearchTools(database, shelf, lambda _: PACK)


def answer(database: Database, entry_id: str, *, times: int, at: datetime = NOW, quoted: bool = True) -> None:
    with database.transaction() as session:
        for number in range(times):
            session.add(
                TurnRow(
                    uid=f"{entry_id}{at:%s}{number}{quoted}",
                    municipality_id=PACK.id,
                    conversation_id=1,
                    route="answer",
                    decision="answer" if quoted else "choices",
                    entries=[{"entry": entry_id, "version": 1, "quoted": quoted}],
                    trace={},
                    milliseconds=1.0,
                    at=at,
                )
            )


def test_related_entries_are_those_that_residents_may_see(emptied: Database) -> None:
    yesterday = NOW.date() - timedelta(days=1)
    tools = tools_with(
        emptied,
        draft("a", related=["d", "over", "a", "draft", "unknown", "b"]),
        draft("b"),
        draft("d"),
        draft("over", until=yesterday),
        unpublished=[draft("draft")],
    )
    assert [passage.entry_id for passage in tools.related(PACK.id, "a", NOW)] == ["d", "b"]
    assert tools.related(PACK.id, "b", NOW) == ()
    assert tools.related(PACK.id, "unknown", NOW) == ()
    assert tools.related("elsewhere", "a", NOW) == ()


def test_at_most_three_related_questions_are_offered(emptied: Database) -> None:
    others = ["b", "c", "d", "e"]
    tools = tools_with(emptied, draft("a", related=others), *map(draft, others))
    found = tools.related(PACK.id, "a", NOW)
    passage = tools.passage(PACK.id, "a", NOW)
    assert passage is not None
    assert len(found) == 4
    _, card = answer_messages(turn_of("a"), passage, Composed(text=passage.body), found)
    assert isinstance(card, Card)
    values = [choice.action.value for choice in card.also if isinstance(choice.action, Tap)]
    assert values == [AskEntry(entry=other) for other in others[:MOST_RELATED]]
    _, bare = answer_messages(turn_of("a"), passage, Composed(text=passage.body))
    assert isinstance(bare, Card)
    assert bare.also == ()


def test_questions_of_a_category_come_most_asked_first(emptied: Database) -> None:
    tools = tools_with(emptied, *(draft(key) for key in "abcd"))
    answer(emptied, "c", times=3)
    answer(emptied, "b", times=1)
    answer(emptied, "d", times=9, at=NOW - timedelta(days=100))
    answer(emptied, "a", times=9, quoted=False)
    assert [entry.entry_id for entry in tools.entries_of(PACK.id, "ごみ", NOW)] == ["c", "b", "a", "d"]
    answer(emptied, "d", times=5, at=NOW + timedelta(minutes=1))
    shortly_after = NOW + RECOUNTED - timedelta(seconds=1)
    assert [entry.entry_id for entry in tools.entries_of(PACK.id, "ごみ", shortly_after)] == ["c", "b", "a", "d"]
    assert [entry.entry_id for entry in tools.entries_of(PACK.id, "ごみ", NOW + RECOUNTED)] == ["d", "c", "b", "a"]


def taps(outcome: Outcome) -> list[object]:
    assert outcome.reply is not None
    (card,) = outcome.reply.messages
    assert isinstance(card, Card)
    return [choice.action.value for choice in card.choices if isinstance(choice.action, Tap)]


def test_every_question_of_a_category_is_on_some_page(emptied: Database) -> None:
    keys = [f"e{number:02d}" for number in range(2 * PAGE + 1)]
    tools = tools_with(emptied, *map(draft, keys))
    seen: list[object] = []
    start, pages = 0, 0
    while True:
        page = taps(show_category(turn_of("x"), tools, "ごみ", start))
        pages += 1
        seen += [value for value in page if isinstance(value, AskEntry)]
        more = [value for value in page if isinstance(value, ShowCategory)]
        if not more:
            break
        (following,) = more
        start = following.start
    assert pages == 3
    assert seen == [AskEntry(entry=key) for key in keys]


def test_every_category_is_on_some_page_of_the_menu_after_the_topics(emptied: Database) -> None:
    names = [f"分類{number:02d}" for number in range(ROWS + 3)]
    tools = tools_with(emptied, *(draft(f"e{place:02d}", category=name) for place, name in enumerate(names)))
    pack = replace(PACK, topics=(Topic(id="t", label="引っ越し", ask="引っ越した"),))
    first = taps(show_menu(turn_of("x", pack=pack), tools))
    assert first[0] == AskTopic(topic="t")
    assert first[-1] == ShowCategories(start=ROWS)
    second = taps(show_menu(turn_of("x", pack=pack), tools, ROWS))
    assert [*first[1:-1], *second] == [ShowCategory(category=name) for name in names]


@pytest.mark.parametrize("start", [-1, 999])
def test_place_that_is_on_no_page_leads_to_the_beginning(emptied: Database, start: int) -> None:
    tools = tools_with(emptied, draft("a"))
    assert taps(show_menu(turn_of("x"), tools, start)) == [ShowCategory(category="ごみ")]
    assert taps(show_category(turn_of("x"), tools, "ごみ", start)) == [ShowCategory(category="ごみ")]


def test_longest_category_fits_into_a_button() -> None:
    signer = TapSigner(b"secret", PACK.id)
    value = ShowCategory(category="証" * 40, start=999)
    assert signer.decode(signer.encode(value)) == value
