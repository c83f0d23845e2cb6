"""An entry's life: drafts, publication, conflicts between editors, and what residents find meanwhile."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from core.database import Database
from core.errors import ConflictError, ProjectError
from core.pack import Pack
from core.pack_loading import blank_pack
from faq import queries
from faq.drafts import EntryDraft
from faq.entries import Refused, Saved, archive, discard_draft, edit_and_publish, publish, save_draft
from faq.lifecycle import VersionState
from faq.models import EntryKind, EntryVersion
from retrieval.queries import content_revision

Found = Callable[[], dict[str, list[str]]]
DRAFT = EntryDraft(id="a", question="質問", answer="回答", category="証明書")


def saved(outcome: Saved | Refused) -> Saved:
    assert isinstance(outcome, Saved), outcome
    return outcome


def states(database: Database, entry_id: str = "a") -> list[tuple[int, str]]:
    with database.reading() as session:
        history = queries.entry_history(session, "midori", entry_id)
        assert history is not None
        return [(version.number, version.state) for version in history.versions]


def test_a_draft_is_not_found_until_it_is_published(empty: Database, pack: Pack, now: datetime, found: Found) -> None:
    with empty.transaction() as session:
        assert saved(save_draft(session, pack, DRAFT, "佐藤", now)).state is VersionState.DRAFT
    assert found() == {}
    with empty.transaction() as session:
        assert saved(publish(session, pack, "a", now)).number == 1
        assert content_revision(session, "midori") == 1
    assert found() == {"a": ["回答"]}


def test_a_new_entry_without_an_id_is_given_one(empty: Database, pack: Pack, now: datetime) -> None:
    with empty.transaction() as session:
        first = saved(edit_and_publish(session, pack, replace(DRAFT, id=None), "佐藤", now))
        second = saved(save_draft(session, pack, replace(DRAFT, id=None), "佐藤", now))
    assert (first.entry_id, second.entry_id) == ("faq-1", "faq-2")


def test_a_new_version_takes_the_place_of_the_published_one(empty: Database, pack: Pack, now: datetime, found: Found) -> None:
    with empty.transaction() as session:
        edit_and_publish(session, pack, DRAFT, "佐藤", now)
        edit_and_publish(session, pack, replace(DRAFT, answer="新しい回答"), "佐藤", now + timedelta(hours=1), edited=1)
    assert states(empty) == [(2, "published"), (1, "archived")]
    assert found() == {"a": ["新しい回答"]}


def test_the_second_of_two_editors_learns_of_the_first(empty: Database, pack: Pack, now: datetime, found: Found) -> None:
    with empty.transaction() as session:
        edit_and_publish(session, pack, DRAFT, "佐藤", now)
        edit_and_publish(session, pack, replace(DRAFT, answer="佐藤の回答"), "佐藤", now, edited=1)
    with pytest.raises(ConflictError, match="佐藤"), empty.transaction() as session:
        edit_and_publish(session, pack, replace(DRAFT, answer="鈴木の回答"), "鈴木", now, edited=1)
    assert found() == {"a": ["佐藤の回答"]}
    with empty.transaction() as session:
        edit_and_publish(session, pack, replace(DRAFT, answer="鈴木の回答"), "鈴木", now, edited=2)
    assert found() == {"a": ["鈴木の回答"]}


def test_saving_often_makes_one_draft_and_leaves_the_published_version_alone(
    empty: Database, pack: Pack, now: datetime, found: Found
) -> None:
    with empty.transaction() as session:
        edit_and_publish(session, pack, DRAFT, "佐藤", now)
        save_draft(session, pack, replace(DRAFT, answer="途中"), "佐藤", now, edited=1)
        save_draft(session, pack, replace(DRAFT, answer=""), "佐藤", now, edited=2)
    assert states(empty) == [(2, "draft"), (1, "published")]
    assert found() == {"a": ["回答"]}
    with empty.transaction() as session:
        outcome = publish(session, pack, "a", now)
    assert isinstance(outcome, Refused)
    assert [problem.key for problem in outcome.problems] == ["answer_empty"]
    assert found() == {"a": ["回答"]}


def test_another_editors_draft_is_not_written_over(empty: Database, pack: Pack, now: datetime) -> None:
    with empty.transaction() as session:
        edit_and_publish(session, pack, DRAFT, "佐藤", now)
        save_draft(session, pack, replace(DRAFT, answer="佐藤の途中"), "佐藤", now, edited=1)
    with pytest.raises(ConflictError, match=r"佐藤.*下書き"), empty.transaction() as session:
        save_draft(session, pack, replace(DRAFT, answer="鈴木の途中"), "鈴木", now, edited=1)
    with empty.transaction() as session:
        # Having opened that draft, the other may go on with it; both remain in the history.
        assert saved(save_draft(session, pack, replace(DRAFT, answer="鈴木の続き"), "鈴木", now, edited=2)).number == 3
    assert states(empty) == [(3, "draft"), (2, "archived"), (1, "published")]


def test_a_draft_of_an_older_publication_is_not_published(empty: Database, pack: Pack, now: datetime, found: Found) -> None:
    with empty.transaction() as session:
        edit_and_publish(session, pack, DRAFT, "佐藤", now)
        save_draft(session, pack, replace(DRAFT, answer="佐藤の途中"), "佐藤", now, edited=1)
        edit_and_publish(session, pack, replace(DRAFT, answer="鈴木の回答"), "鈴木", now, edited=1)
    with pytest.raises(ConflictError, match="鈴木"), empty.transaction() as session:
        publish(session, pack, "a", now)
    assert found() == {"a": ["鈴木の回答"]}
    assert states(empty) == [(3, "published"), (2, "draft"), (1, "archived")]


def test_publishing_from_a_form_uses_the_authors_own_draft_up(empty: Database, pack: Pack, now: datetime) -> None:
    with empty.transaction() as session:
        edit_and_publish(session, pack, DRAFT, "佐藤", now)
        save_draft(session, pack, replace(DRAFT, answer="途中"), "佐藤", now, edited=1)
        edit_and_publish(session, pack, replace(DRAFT, answer="完成"), "佐藤", now, edited=2)
    assert states(empty) == [(3, "published"), (2, "archived"), (1, "archived")]


def test_an_archived_entry_is_no_longer_found_and_comes_back_as_a_new_version(
    empty: Database, pack: Pack, now: datetime, found: Found
) -> None:
    with empty.transaction() as session:
        edit_and_publish(session, pack, DRAFT, "佐藤", now)
        archive(session, "midori", "a", now)
    assert found() == {}
    with pytest.raises(ConflictError), empty.transaction() as session:
        archive(session, "midori", "a", now)
    with empty.transaction() as session:
        edit_and_publish(session, pack, DRAFT, "佐藤", now, edited=1)
    assert found() == {"a": ["回答"]}
    assert states(empty) == [(2, "published"), (1, "archived")]


def test_a_discarded_draft_stays_in_the_history(empty: Database, pack: Pack, now: datetime) -> None:
    with empty.transaction() as session:
        edit_and_publish(session, pack, DRAFT, "佐藤", now)
        save_draft(session, pack, replace(DRAFT, answer="途中"), "佐藤", now, edited=1)
        discard_draft(session, "midori", "a", now)
        assert saved(save_draft(session, pack, DRAFT, "鈴木", now, edited=1)).number == 3
    assert states(empty) == [(3, "draft"), (2, "archived"), (1, "published")]


def test_an_id_that_is_taken_is_a_problem_of_the_form(empty: Database, pack: Pack, now: datetime) -> None:
    with empty.transaction() as session:
        edit_and_publish(session, pack, DRAFT, "佐藤", now)
        for outcome in (save_draft(session, pack, DRAFT, "鈴木", now), edit_and_publish(session, pack, DRAFT, "鈴木", now)):
            assert isinstance(outcome, Refused)
            assert [(problem.field, problem.key) for problem in outcome.problems] == [("id", "id_taken")]


def test_what_may_not_be_published_leaves_no_trace(empty: Database, pack: Pack, now: datetime, found: Found) -> None:
    with empty.transaction() as session:
        outcome = edit_and_publish(session, pack, replace(DRAFT, answer="123456789018"), "佐藤", now)
        assert isinstance(outcome, Refused)
        assert isinstance(save_draft(session, pack, replace(DRAFT, answer="123456789018"), "佐藤", now), Refused)
    with empty.reading() as session:
        assert queries.entry_history(session, "midori", "a") is None
    assert found() == {}


@pytest.mark.parametrize(
    "change",
    [
        lambda session, pack, now: save_draft(session, pack, DRAFT, "佐藤", now, edited=1),
        lambda session, pack, now: edit_and_publish(session, pack, DRAFT, "佐藤", now, edited=1),
        lambda session, pack, now: publish(session, pack, "a", now),
        lambda session, pack, now: archive(session, pack.id, "a", now),
        lambda session, pack, now: discard_draft(session, pack.id, "a", now),
    ],
    ids=["save", "edit", "publish", "archive", "discard"],
)
def test_an_entry_that_is_gone_is_a_conflict(change: Callable[..., object], empty: Database, pack: Pack, now: datetime) -> None:
    with pytest.raises(ConflictError, match="一覧"), empty.transaction() as session:
        change(session, pack, now)


def test_of_editors_at_the_same_moment_one_wins_and_the_others_learn_of_it(
    empty: Database, pack: Pack, now: datetime, found: Found
) -> None:
    with empty.transaction() as session:
        edit_and_publish(session, pack, DRAFT, "佐藤", now)
    together = Barrier(4)

    def edit(name: str) -> str | None:
        together.wait()
        try:
            with empty.transaction() as session:
                edit_and_publish(session, pack, replace(DRAFT, answer=name), name, now, edited=1)
        except ConflictError:
            return None
        return name

    with ThreadPoolExecutor(4) as editors:
        winners = [name for name in editors.map(edit, ["青木", "井上", "上田", "江口"]) if name]
    assert len(winners) == 1
    assert found() == {"a": winners}


def test_an_unknown_municipality_is_named(empty: Database, now: datetime) -> None:
    with pytest.raises(ProjectError, match=r"「other」.*MUNICIPALITIES"), empty.transaction() as session:
        save_draft(session, blank_pack("other"), DRAFT, "佐藤", now)


def test_the_database_refuses_two_published_versions(empty: Database, pack: Pack, now: datetime) -> None:
    with empty.transaction() as session:
        edit_and_publish(session, pack, DRAFT, "佐藤", now)
        save_draft(session, pack, DRAFT, "佐藤", now, edited=1)
    statement = update(EntryVersion).where(EntryVersion.number == 2).values(state=VersionState.PUBLISHED)
    with pytest.raises(IntegrityError), empty.transaction() as session:
        session.execute(statement)


def test_a_guide_is_found_by_its_sections(empty: Database, pack: Pack, now: datetime, found: Found) -> None:
    guide = EntryDraft(id="g", kind=EntryKind.GUIDE, question="案内", answer="はじめに\n\n## 一\n\n本文一\n\n## 二\n\n本文二")
    with empty.transaction() as session:
        edit_and_publish(session, pack, guide, "佐藤", now)
    assert len(found()["g"]) >= 2
    with empty.transaction() as session:
        edit_and_publish(session, pack, replace(guide, answer="短い案内"), "佐藤", now, edited=1)
    assert found() == {"g": ["短い案内"]}
