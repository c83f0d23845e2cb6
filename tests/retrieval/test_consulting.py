"""Time, budget and rests of the language model, and what it cost, on every database and over a restart."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from pydantic import BaseModel
from sqlalchemy import select

from core.circuit import Circuit
from core.database import Database
from core.language_model import FailureKind, ModelFailure, ModelReply, Shape
from core.models import Municipality
from retrieval.consulting import Consultant, ModelState, ModelUse, Unfit
from retrieval.model_usage import count_usage, month_of
from retrieval.models import ModelUsage
from retrieval.queries import model_tokens
from tests.databases import KINDS, migrated_database_url

NOVEMBER = datetime(2026, 11, 24, 3, tzinfo=UTC)
END_OF_NOVEMBER = datetime(2026, 11, 30, 15, 0, tzinfo=UTC)
"""Midnight in Japan: December has begun."""


class Word(BaseModel):
    word: str


class Watch:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


class ScriptedModel:
    """Answers or fails as told; records for how long it was asked."""

    def __init__(self, watch: Watch, *, takes: float = 0.0) -> None:
        self.failure: FailureKind | None = None
        self.asked: list[float] = []
        self._watch = watch
        self._takes = takes

    def warm(self) -> None:
        pass

    def ask(self, system: str, user: str, shape: type[Shape], *, seconds: float = 5.0) -> ModelReply[Shape]:
        self.asked.append(seconds)
        self._watch.seconds += self._takes
        if self.failure is not None:
            raise ModelFailure(self.failure, prompt_tokens=30)
        return ModelReply(value=shape.model_validate({"word": "はい"}), prompt_tokens=60, completion_tokens=10)


@pytest.fixture(params=KINDS)
def filled(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Migrated, with two municipalities, on each kind of database."""
    with migrated_database_url(request.param, tmp_path) as url:
        database = Database(url)
        with database.transaction() as session:
            for name in ("midori", "aoba"):
                session.add(Municipality(id=name, name=name, created_at=NOVEMBER, content_revision=0, pack_digest=""))
        yield database
        database.close()


@pytest.fixture
def watch() -> Watch:
    return Watch()


def consult(
    consultant: Consultant, municipality: str = "midori", at: datetime = NOVEMBER, earlier: ModelUse | None = None
) -> tuple[str | None, ModelUse]:
    return consultant.consult(municipality, at, ("rules", "data"), Word, lambda value: value.word, earlier=earlier)


def usage(database: Database, municipality: str = "midori", month: str = "2026-11") -> tuple[int, int, int] | None:
    statement = select(ModelUsage).where(ModelUsage.municipality_id == municipality, ModelUsage.month == month)
    with database.reading() as session:
        row = session.scalars(statement).one_or_none()
        return None if row is None else (row.calls, row.prompt_tokens, row.completion_tokens)


def test_the_month_is_that_of_japan() -> None:
    assert (month_of(NOVEMBER), month_of(END_OF_NOVEMBER)) == ("2026-11", "2026-12")


def test_what_it_cost_is_stored_for_each_municipality_and_month(filled: Database, watch: Watch) -> None:
    consultant = Consultant(ScriptedModel(watch), filled, clock=watch)
    consult(consultant)
    consult(consultant)
    consult(consultant, "aoba")
    consult(consultant, at=END_OF_NOVEMBER)
    assert usage(filled) == (2, 120, 20)
    assert (usage(filled, "aoba"), usage(filled, month="2026-12")) == ((1, 60, 10), (1, 60, 10))


def test_failures_cost_too(filled: Database, watch: Watch) -> None:
    model = ScriptedModel(watch)
    model.failure = FailureKind.TIMEOUT
    found, use = consult(Consultant(model, filled, clock=watch))
    assert (found, use.state, use.prompt_tokens) == (None, ModelState.TIMEOUT, 30)
    assert usage(filled) == (1, 30, 0)


def test_the_budget_ends_it_for_this_municipality_and_month_and_a_restart_does_not_forget(filled: Database, watch: Watch) -> None:
    model = ScriptedModel(watch)
    consultant = Consultant(model, filled, monthly_tokens=100, clock=watch)
    assert [consult(consultant)[1].state for _ in range(3)] == [ModelState.USED, ModelState.USED, ModelState.OFF]
    after_restart = Consultant(model, filled, monthly_tokens=100, clock=watch)
    found, use = consult(after_restart)
    assert (found, use.state, use.reason, use.calls) == (None, ModelState.OFF, "budget", 0)
    assert consult(after_restart, "aoba")[1].state is ModelState.USED
    assert consult(after_restart, at=END_OF_NOVEMBER)[1].state is ModelState.USED
    assert len(model.asked) == 4
    with filled.reading() as session:
        assert model_tokens(session, "midori", "2026-11") == 140


def test_a_budget_of_nothing_is_never(filled: Database, watch: Watch) -> None:
    model = ScriptedModel(watch)
    assert consult(Consultant(model, filled, monthly_tokens=0, clock=watch))[1].state is ModelState.OFF
    assert model.asked == []


def test_after_failures_it_is_left_alone_for_a_minute(filled: Database, watch: Watch) -> None:
    model = ScriptedModel(watch)
    model.failure = FailureKind.SERVER
    consultant = Consultant(model, filled, circuit=Circuit(clock=watch), clock=watch)
    states = [consult(consultant)[1] for _ in range(5)]
    assert [use.state for use in states] == [ModelState.ERROR] * 3 + [ModelState.OFF] * 2
    assert states[-1].reason == "resting"
    assert len(model.asked) == 3
    assert REGISTRY.get_sample_value("madoguchi_language_model_resting") == 1
    watch.seconds += 61
    model.failure = None
    assert consult(consultant)[1].state is ModelState.USED
    assert REGISTRY.get_sample_value("madoguchi_language_model_resting") == 0


def test_a_refusal_or_a_bad_answer_does_not_speak_against_the_server(filled: Database, watch: Watch) -> None:
    model = ScriptedModel(watch)
    model.failure = FailureKind.REFUSED
    consultant = Consultant(model, filled, circuit=Circuit(failures=1, clock=watch), clock=watch)
    assert [consult(consultant)[1].state for _ in range(3)] == [ModelState.REFUSED] * 3
    unfit = Unfit(state=ModelState.UNSUPPORTED, reason="unknown_passage")
    model.failure = None
    found, use = consultant.consult("midori", NOVEMBER, ("rules", "data"), Word, lambda _: unfit)
    assert (found, use.state, use.reason) == (None, ModelState.UNSUPPORTED, "unknown_passage")
    assert consult(consultant)[1].state is ModelState.USED


def test_several_questions_of_one_answer_share_its_time(filled: Database, watch: Watch) -> None:
    model = ScriptedModel(watch, takes=3.0)
    consultant = Consultant(model, filled, seconds=5.0, clock=watch)
    _, first = consult(consultant)
    _, second = consult(consultant, earlier=first)
    assert model.asked == [5.0, 2.0]
    assert (second.calls, second.seconds, second.prompt_tokens) == (2, 6.0, 120)
    assert consultant.may_go_on(first)
    assert not consultant.may_go_on(second)


@pytest.mark.parametrize("state", [ModelState.TIMEOUT, ModelState.ERROR, ModelState.INVALID, ModelState.OFF])
def test_after_a_failure_it_is_not_asked_again_for_the_same_answer(filled: Database, watch: Watch, state: ModelState) -> None:
    consultant = Consultant(ScriptedModel(watch), filled, clock=watch)
    assert not consultant.may_go_on(ModelUse(state=state))
    assert consultant.may_go_on(ModelUse(state=ModelState.UNSUPPORTED))
    assert consultant.may_go_on(None)


def test_two_that_count_at_once_lose_nothing(filled: Database) -> None:
    """The row is made by whoever comes first, and both add to it."""
    for _ in range(2):
        with filled.transaction() as session:
            count_usage(session, "midori", "2026-11", prompt_tokens=5, completion_tokens=1)
    assert usage(filled) == (2, 10, 2)
