"""Playing procedures through, on any day of the year, and the command that prints how many questions they take."""

from dataclasses import replace
from datetime import datetime

import pytest
from typer.testing import CliRunner

import main
from bot.procedure_check import check_report
from core.clock import JAPAN
from core.errors import PackError
from procedures.facts import Facts
from procedures.rehearsing import Rehearsal, known_from, load_rehearsals, median_questions, play
from tests.procedures.talk import NOW, PACK, PROCEDURES, sample_facts

REHEARSALS = load_rehearsals("shiomi")


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 11, 29, 10, 0, tzinfo=JAPAN),
        datetime(2026, 12, 31, 23, 59, tzinfo=JAPAN),
        datetime(2027, 1, 1, 0, 0, tzinfo=JAPAN),
        datetime(2027, 3, 31, 10, 0, tzinfo=JAPAN),
        datetime(2028, 2, 29, 10, 0, tzinfo=JAPAN),
    ],
)
def test_residents_of_the_sample_city_come_to_their_ends_on_any_day(now: datetime) -> None:
    lines, is_well = check_report(PACK, PROCEDURES, REHEARSALS, now)
    assert is_well, lines
    assert "受け付けまでの質問は" in lines


def test_every_procedure_is_played_and_takes_few_questions() -> None:
    facts: Facts = sample_facts()
    medians = median_questions([play(PROCEDURES, one, facts, NOW) for one in REHEARSALS])
    assert set(medians) == set(PROCEDURES.definitions)
    assert medians["oversized_waste"] <= 8
    assert medians["road_damage"] <= 6
    assert medians["dog_registration"] <= 11


def test_who_did_one_before_is_asked_much_less() -> None:
    """What was told once is not asked again, and the question of danger comes with the next: half of the questions at most."""
    facts: Facts = sample_facts()
    first = [played for one in REHEARSALS if (played := play(PROCEDURES, one, facts, NOW)).end == "completed"]
    again = [play(PROCEDURES, one.rehearsal, replace(facts, known=known_from(PROCEDURES, one)), NOW) for one in first]
    before, after = median_questions(first), median_questions(again)
    assert set(after) == set(PROCEDURES.definitions)
    for name, questions in after.items():
        assert questions <= before[name] / 2, name
    with_photo = [one.questions for one in again if one.rehearsal.about == "道路の穴を、写真と地図で知らせる人"]
    assert with_photo == [3]


def test_another_end_than_was_written_is_reported() -> None:
    wrong = REHEARSALS[0].model_copy(update={"ends": "stopped"})
    lines, is_well = check_report(PACK, PROCEDURES, [wrong], NOW)
    assert not is_well
    assert "stopped で終わるはずが、completed" in lines
    assert "試す住民がいません" in lines


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"procedure": "nothing"}, "no procedure 'nothing'"), ({"says": {"is_household": ("家庭",)}}, "'items' is asked 1 times")],
)
def test_script_that_does_not_fit_is_told(changes: dict[str, object], said: str) -> None:
    rehearsal: Rehearsal = REHEARSALS[0].model_copy(update=changes)
    with pytest.raises(PackError, match=said):
        play(PROCEDURES, rehearsal, sample_facts(), NOW)


def test_command_prints_medians() -> None:
    result = CliRunner().invoke(main.app, ["procedures", "check", "--municipality", "shiomi", "--day", "2026-12-28"])
    assert result.exit_code == 0, result.output
    assert "粗大ごみの収集申込み：受け付けまでの質問は" in result.output
    assert CliRunner().invoke(main.app, ["procedures", "check", "--municipality", "shiomi", "--day", "いつか"]).exit_code == 1


def test_full_slots_leave_nobody_without_a_day() -> None:
    """With every day of December taken the next one is offered."""
    facts = replace(sample_facts(), taken=lambda key: 40 if "2026-12" in key else 0)
    played = play(PROCEDURES, REHEARSALS[0], facts, NOW)
    assert played.end == "completed"
    assert played.state.answers["date"]["day"].startswith("2027-01")
