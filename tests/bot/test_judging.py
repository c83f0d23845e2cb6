"""What residents say about an answer is kept as a judged question, and goes when they take their words back."""

import time
from collections.abc import Iterator, Sequence

import pytest

from bot.jobs import PERIODIC
from core.database import Database
from core.migrating import migrate
from retrieval import queries
from retrieval.models import JudgedQuestion
from tests.town import MUNICIPALITY, Town, sample_search

QUESTION = "粗大ごみの申し込み方法を教えてください"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('judging') / 'town.sqlite'}")
    migrate(database)
    with sample_search(database) as search:
        made = Town(database, search)
        yield made
        made.stop()
    database.close()


def judged(town: Town, *, expected: int) -> Sequence[JudgedQuestion]:
    """Waits until there are as many as expected."""
    for _ in range(200):
        with town.database.reading() as session:
            rows = queries.judged_questions(session, MUNICIPALITY)
        if len(rows) == expected:
            break
        time.sleep(0.05)
    return rows


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
