"""Figures are compared with targets the right way round, and the report is one page that needs nothing else."""

import re
from pathlib import Path

import pytest

from bot.measuring import Decided, Measured, Point
from bot.quality_report import coverage_curve, figures, in_lines, reliability, write_report
from core.settings import SearchMode
from retrieval.judged import Quality


def points(right: int, wrong: int, confidence: float, *, is_answered: bool = True) -> tuple[Point, ...]:
    return tuple(Point(confidence=confidence, is_right=n < right, is_answered=is_answered, style="kana") for n in range(right + wrong))


def measured(**others: object) -> Measured:
    city = Decided(asked=40, answered=20, right=20, points=(*points(20, 0, 0.9), *points(5, 5, 0.5, is_answered=False)))
    values: dict[str, object] = {
        "mode": SearchMode.LIGHT,
        "quality": Quality(success_at_1=0.5, success_at_5=0.7, recall=0.7, ndcg=0.5, reciprocal_rank=0.6),
        "held_out": None,
        "judged": None,
        "judged_held_out": {},
        "city": {"residents_held_out": city},
        "small_talk_answered": 0.01,
        "elsewhere_answered": 0.2,
        "wrong": ("<b>犬</b> → dog",),
        "milliseconds": (1.0, 2.0, 3.0, 100.0),
    }
    return Measured(**{**values, **others})  # type: ignore[arg-type]


def test_targets_are_met_from_the_right_side() -> None:
    met = {figure.label: figure.is_met for figure in figures(measured())}
    assert met["R@10（順位づけの学習に使った質問）"] is True
    assert met["nDCG@10（同上）"] is False
    assert met["雑談に直接答えた割合"] is True
    assert met["他の機関の用件に直接答えた割合"] is False
    assert met["SR@1（同上）"] is None
    assert met["1件の時間 p50（ほかに何も動いていない2コアで）"] is True
    assert met["1件の時間 p95（同上）"] is False


def test_the_whole_city_is_all_its_questions_together() -> None:
    fitted = Decided(asked=60, answered=30, right=28, points=points(28, 2, 0.9))
    whole = measured(city={"residents_fitted": fitted, **measured().city}).whole_city
    assert (whole.asked, whole.precision, whole.coverage, len(whole.points)) == (100, 48 / 50, 0.5, 60)


def test_what_was_not_measured_has_no_figure() -> None:
    assert not any("nDCG" in figure.label for figure in figures(measured(quality=None)))


def test_precision_without_answers_is_no_failure() -> None:
    assert Decided(asked=5, answered=0, right=0, points=()).precision == 1.0


def test_reliability_leaves_out_bins_with_hardly_a_question() -> None:
    bars = reliability((*points(3, 1, 0.9), *points(1, 0, 0.1)))
    assert [(bar.expected, bar.actual, bar.count) for bar in bars] == [(pytest.approx(0.9), 0.75, 4)]


def test_the_curve_ends_with_all_that_was_decided() -> None:
    decided = Decided(asked=40, answered=20, right=20, points=(*points(20, 0, 0.9), *points(0, 10, 0.5)))
    curve = list(coverage_curve(decided))
    assert curve[0] == (0.25, 1.0)
    assert curve[-1] == (0.75, pytest.approx(2 / 3))


def test_the_page_is_self_contained_and_escapes_what_residents_wrote(tmp_path: Path) -> None:
    written = write_report([measured()], tmp_path)
    page = (tmp_path / "quality.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "<b>犬</b>" not in page
    assert "&lt;b&gt;犬" in page
    assert re.findall(r'(?:src|href)="', page) == []
    assert page.count("<svg") == 1
    assert "prefers-color-scheme:dark" in page
    assert {path.name for path in written} == {"quality.html", "light-residents_held_out.svg"}


def test_lines_name_mode_figures_and_wrong_answers() -> None:
    lines = in_lines([measured()]).splitlines()
    assert lines[0] == "[light]"
    assert any(line.endswith("→ dog") for line in lines)
