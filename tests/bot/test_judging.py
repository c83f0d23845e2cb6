"""What residents say about an answer is kept as a judged question, and goes when they take their words back."""

from collections.abc import Iterator, Sequence

import pytest

from bot.jobs import PERIODIC
from bot.preparing import ensure_municipality
from core.database import Database
from core.pack_loading import load_pack
from core.settings import SearchMode
from retrieval import queries
from retrieval.learning import Lesson, take, undo
from retrieval.models import JudgedQuestion
from retrieval.reranking import shipped_rankers
from tests.databases import KINDS, migrated_database_url
from tests.patience import soon
from tests.sample_city import shared_search
from tests.town import MUNICIPALITY, Town

QUESTION = "粗大ごみの申し込み方法を教えてください"


@pytest.fixture(scope="module", params=KINDS)
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with migrated_database_url(request.param, tmp_path_factory.mktemp("judging")) as url:
        database = Database(url)
        with database.transaction() as session:
            ensure_municipality(session, load_pack(MUNICIPALITY))
        made = Town(database, shared_search()[1])
        yield made
        made.stop()
        database.close()


def judged(town: Town, *, expected: int) -> Sequence[JudgedQuestion]:
    """Waits until there are as many as expected."""

    def rows() -> Sequence[JudgedQuestion]:
        with town.database.reading() as session:
            return queries.judged_questions(session, MUNICIPALITY)

    soon(lambda: len(rows()) == expected, pause=0.05)
    return rows()


def test_learning_is_done_again_and_again() -> None:
    assert "learn" in {job.kind for job in PERIODIC}


def test_a_verdict_is_kept_until_the_question_is_taken_back(town: Town) -> None:
    phone = town.phone()
    asked = phone.say(QUESTION)
    phone.wait_for(1)
    phone.say("役に立った")
    rows = judged(town, expected=1)
    assert [(row.question, row.is_right, row.origin) for row in rows] == [(QUESTION, True, "feedback")]
    assert rows[0].entry_id in {"waste-oversized", "oversized-waste"}
    phone.unsend(asked)
    assert judged(town, expected=0) == []


def test_a_rejection_is_kept_once_however_often_it_is_said(town: Town) -> None:
    phone = town.phone("田中 一郎")
    phone.say(QUESTION)
    phone.wait_for(1)
    phone.say("役に立った")
    phone.wait_for(1)
    phone.say("違う")
    phone.wait_for(1)
    rows = judged(town, expected=1)
    assert [(row.question, row.is_right) for row in rows] == [(QUESTION, False)]


def test_versions_are_taken_and_undone(town: Town) -> None:
    lesson = Lesson(questions=50, before=0.5, after=0.6, is_better=True, rankers=shipped_rankers(SearchMode.LIGHT))
    now = town.clock()
    for replaces, version in ((0, 1), (1, 2)):
        with town.database.transaction() as session:
            assert take(session, MUNICIPALITY, SearchMode.LIGHT, lesson, replaces=replaces, now=now) == version
    for left in (1, 0):
        with town.database.transaction() as session:
            assert undo(session, MUNICIPALITY, SearchMode.LIGHT) == left
    with town.database.reading() as session:
        assert queries.used_ranker(session, MUNICIPALITY, "light") is None
        assert [row.version for row in queries.learned_rankers(session, MUNICIPALITY, "light")] == [1, 2]
