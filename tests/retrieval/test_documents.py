"""The words of passages are cut once, and again when a text, the dictionary or the rules are others."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.database import Database
from retrieval import documents
from retrieval.documents import document_of, documents_of
from retrieval.models import PassageKind, StoredWords
from retrieval.passages import Passage, Translation
from tests.databases import KINDS, migrated_database_url

PASSAGE = Passage(
    id=1,
    entry_id="waste-oversized",
    position=0,
    revision=1,
    kind=PassageKind.FAQ,
    question="粗大ごみを出したいときは、どうすればよいですか。",
    body="電話で申し込みます。手数料は{{ fee.waste }}です。",
    phrasings=("粗大ゴミの出し方", "大きなごみ"),
    translations={"en": Translation(question="How do I put out oversized waste?", answer="By phone.")},
)


@pytest.fixture(params=KINDS)
def migrated(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with migrated_database_url(request.param, tmp_path) as url:
        database = Database(url)
        yield database
        database.close()


def stored(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(StoredWords)) or 0


def test_what_was_kept_is_what_was_cut_and_nothing_is_cut_again(migrated: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    other = replace(PASSAGE, id=2, question="印鑑登録証明書の取り方", phrasings=(), translations={})
    first = documents_of(migrated, [PASSAGE, other])
    assert first == {1: document_of(PASSAGE), 2: document_of(other)}
    assert first[1].names
    assert len(first[1].wordings) == 3

    def refuse(passage: Passage) -> None:
        raise AssertionError(f"{passage.entry_id} was cut again")

    monkeypatch.setattr(documents, "document_of", refuse)
    again = documents_of(migrated, [other, replace(PASSAGE, id=3, revision=9)])
    assert again == {2: first[2], 3: first[1]}
    assert all(type(weight) is float for weight in again[3].weights.values())
    with pytest.raises(AssertionError, match="cut again"):
        documents_of(migrated, [replace(PASSAGE, body="窓口で申し込みます。")])


@pytest.mark.parametrize(
    "change",
    [
        {"question": "粗大ごみの申し込み"},
        {"body": "窓口で申し込みます。"},
        {"phrasings": ("粗大ゴミの出し方",)},
        {"phrasings": (), "translations": {}},
        {"translations": {"en": Translation(question="Bulky waste?", answer="By phone.")}},
    ],
    ids=str,
)
def test_another_text_is_cut_anew(migrated: Database, change: dict[str, object]) -> None:
    documents_of(migrated, [PASSAGE])
    changed = replace(PASSAGE, **change)  # type: ignore[arg-type]  # fields of a passage
    assert documents_of(migrated, [changed]) == {1: document_of(changed)}
    assert stored(migrated) == 2


def test_another_dictionary_is_not_taken_for_this_one(migrated: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    documents_of(migrated, [PASSAGE])
    documents_of(migrated, [PASSAGE])
    assert stored(migrated) == 1
    monkeypatch.setattr(documents, "_rules", lambda: "a later dictionary")
    documents_of(migrated, [PASSAGE])
    assert stored(migrated) == 2
