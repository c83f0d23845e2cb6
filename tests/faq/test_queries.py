"""Lists for editors, and what residents browse."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from core.database import Database
from core.pack import Pack
from core.pack_loading import blank_pack
from faq import queries
from faq.drafts import EntryDraft
from faq.entries import archive, edit_and_publish, save_draft
from faq.lifecycle import VersionState
from faq.locking import lock_or_add
from faq.queries import EntryFilter, entries_page
from tests.kept import written_once

DAY = date(2026, 11, 22)
ENTRIES = (
    EntryDraft(
        id="dog-1", question="犬の登録は？", answer="市民課で登録します。100%必要です。", phrasings=("ワンちゃん",), category="ペット"
    ),
    EntryDraft(id="waste-1", question="ごみの日は？", answer="月曜日です。", category="ごみ"),
    EntryDraft(id="waste-2", question="髙い家具は？", answer="粗大ごみです。", category="ごみ", valid_until=date(2026, 3, 31)),
    EntryDraft(id="cat-1", question="猫の登録は？", answer="いりません。", category="ペット", valid_from=date(2026, 11, 22)),
)


@pytest.fixture
def filled(empty: Database, pack: Pack, now: datetime) -> Database:
    def write() -> None:
        with empty.transaction() as session:
            for draft in ENTRIES:
                edit_and_publish(session, pack, draft, "佐藤", now)
            lock_or_add(session, blank_pack("other", "別の市"), now)
            edit_and_publish(session, blank_pack("other", "別の市"), replace(ENTRIES[0], question="別の市の犬"), "別", now)

    written_once(empty, "entries", write)
    return empty


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ("", ["dog-1", "waste-1", "waste-2", "cat-1"]),
        ("犬", ["dog-1"]),
        ("登録 市民課", ["dog-1"]),
        ("ﾜﾝちゃん", ["dog-1"]),
        ("高い", ["waste-2"]),
        ("WASTE", ["waste-1", "waste-2"]),
        ("100%", ["dog-1"]),
        ("%", ["dog-1"]),
        ("_", []),
        ("登録 月曜日", []),
    ],
)
def test_words_are_looked_for_everywhere(filled: Database, words: str, ids: list[str]) -> None:
    with filled.reading() as session:
        page = entries_page(session, "midori", EntryFilter(words=words))
    assert [line.entry_id for line in page.lines] == ids
    assert page.total == len(ids)


def test_a_list_comes_in_pages(filled: Database) -> None:
    with filled.reading() as session:
        second = entries_page(session, "midori", EntryFilter(), page=2, size=3)
        beyond = entries_page(session, "midori", EntryFilter(), page=9, size=3)
    assert ([line.entry_id for line in second.lines], second.pages, second.total) == (["cat-1"], 2, 4)
    assert beyond == second


def test_states_and_categories_narrow_a_list(filled: Database, pack: Pack, now: datetime) -> None:
    with filled.transaction() as session:
        archive(session, "midori", "waste-1", now)
        save_draft(session, pack, replace(ENTRIES[0], answer="途中"), "佐藤", now, edited=1)
        save_draft(session, pack, EntryDraft(id="new", question="新しい", category="ごみ"), "佐藤", now)
    with filled.reading() as session:
        drafts = entries_page(session, "midori", EntryFilter(state=VersionState.DRAFT)).lines
        archived = entries_page(session, "midori", EntryFilter(state=VersionState.ARCHIVED, category="ごみ")).lines
        states = queries.state_counts(session, "midori")
        counts = queries.category_counts(session, "midori", EntryFilter(state=VersionState.PUBLISHED, category="ごみ"))
    assert [(line.entry_id, line.state, line.draft_number) for line in drafts] == [
        ("dog-1", VersionState.PUBLISHED, 2),
        ("new", VersionState.DRAFT, None),
    ]
    assert [line.entry_id for line in archived] == ["waste-1"]
    assert states == {VersionState.PUBLISHED: 3, VersionState.ARCHIVED: 1, VersionState.DRAFT: 1}
    assert list(counts.items()) == [("ペット", 2), ("ごみ", 1)]


def test_residents_browse_only_what_holds_today(filled: Database) -> None:
    with filled.reading() as session:
        today = queries.published_categories(session, "midori", DAY)
        before = queries.published_categories(session, "midori", date(2026, 3, 31))
        questions = queries.published_questions(session, "midori", "ペット", DAY)
    assert list(today.items()) == [("ペット", 2), ("ごみ", 1)]
    assert list(before.items()) == [("ペット", 1), ("ごみ", 2)]
    assert [(found.entry_id, found.question) for found in questions] == [("dog-1", "犬の登録は？"), ("cat-1", "猫の登録は？")]


def test_a_history_knows_what_to_edit(filled: Database, pack: Pack, now: datetime) -> None:
    with filled.transaction() as session:
        save_draft(session, pack, replace(ENTRIES[0], answer="途中"), "佐藤", now, edited=1)
        history = queries.entry_history(session, "midori", "dog-1")
    assert history is not None
    assert history.published is not None
    assert (history.to_edit.number, history.published.number) == (2, 1)
    assert history.version(3) is None
