"""Behaviour from the webhook inwards: every file of tests/scenarios/ is a talk between a new resident's phone and the real bot."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bot.simulator.odd_events import OddEvent
from retrieval.answering import AnswerStatus
from tests.sample_city import sample_city, shared_search
from tests.scenario_checks import ScenarioError
from tests.scenario_format import Scenario, read_scenarios
from tests.scenario_runner import Talk
from tests.town import Town

SCENARIOS = read_scenarios()
RUNS = [
    pytest.param(
        scenario,
        kind,
        id=f"{name}-{kind}" if scenario.postgresql else name,
        marks=[pytest.mark.xfail(reason=scenario.known_bug, strict=True)] if scenario.known_bug else [],
    )
    for kind in ("sqlite", "postgresql")
    for name, scenario in SCENARIOS
    if kind == "sqlite" or scenario.postgresql
]

Towns = Callable[[str], Town]


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Towns]:
    """A town per kind of database, made when a scenario first wants it; one search, which is tested by itself, serves both."""
    known: dict[str, Town] = {}
    with ExitStack() as stack:

        def town(kind: str) -> Town:
            if kind not in known:
                database = stack.enter_context(sample_city(tmp_path_factory.mktemp(kind), kind))
                known[kind] = Town(database, shared_search()[1])
                stack.callback(known[kind].stop)
            return known[kind]

        yield town


@pytest.mark.parametrize(("scenario", "kind"), RUNS)
def test_talk_goes_as_written(scenario: Scenario, kind: str, towns: Towns) -> None:
    talk = Talk(towns(kind), scenario)
    problem: str | None = None
    try:
        talk.play()
    except ScenarioError as error:
        problem = str(error)
    if problem is not None:
        pytest.fail(problem, pytrace=False)


def test_every_kind_of_odd_event_has_its_scenario() -> None:
    acts = [act for _, scenario in SCENARIOS for exchange in scenario.turns for act in exchange.resident]
    assert set(OddEvent) == {act.odd for act in acts} - {None}


def test_every_ending_of_the_recipe_has_its_scenario() -> None:
    seen = {exchange.bot.status for _, scenario in SCENARIOS for exchange in scenario.turns if exchange.bot is not None}
    assert {str(status) for status in AnswerStatus} <= seen


def test_unknown_key_is_refused_with_file_and_place(tmp_path: Path) -> None:
    (tmp_path / "odd.yaml").write_text("about: x\nturns: [{resident: a, bot: {mesage: x}}]\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"odd\.yaml.*\n?.*mesage"):
        read_scenarios(tmp_path)


def test_act_with_two_keys_is_refused(tmp_path: Path) -> None:
    (tmp_path / "odd.yaml").write_text("about: x\nturns: [{resident: {say: a, tap: b}}]\n", encoding="utf-8")
    with pytest.raises(ValueError, match="exactly one key"):
        read_scenarios(tmp_path)
