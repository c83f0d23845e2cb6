"""The pure parts of a case's page."""

from datetime import datetime, timedelta

import pytest

from console.fact_warning import unsupported_figures
from console.views.case_head import clock_view, handed_view, routing_steps, time_left
from console.views.case_moves import minutes_spent, snooze_choices
from console.views.case_talk import MarkerView, SaidView, in_order, tag_of
from core.pack_loading import blank_pack
from handoff.models import Case, CaseEvent
from tests.console.sample import NOW


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("手数料は300円です。", ()),
        ("手数料は三百円です。", ()),
        ("手数料は３００円です。", ()),
        ("手数料は400円です。", ("400円",)),
        ("400円か、400円か、500円です。", ("400円", "500円")),
        ("12月3日の午後2時に0490-00-9999へ。", ("12月3日", "午後2時", "0490-00-9999")),
        ("お待ちしています。", ()),
        ("", ()),
    ],
)
def test_figures_without_a_published_source_are_named_as_they_are_written(text: str, expected: tuple[str, ...]) -> None:
    found = unsupported_figures(text, ("手数料は300円です。",))
    assert len(found) == len(expected)
    for figure, written in zip(found, expected, strict=True):
        assert figure in written or written in figure


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Tôi cần giấy cư trú ở đâu", "vi", "vi"),
        ("Where can I get a certificate of residence?", "ja", "en"),
        ("住民票はどこですか", "vi", "ja"),
        ("", "vi", "vi"),
        ("", "easy", "ja"),
        ("12345", "zh-Hans", "zh-Hans"),
    ],
)
def test_words_are_marked_with_the_language_that_they_show(text: str, language: str, expected: str) -> None:
    assert tag_of(text, language) == expected


def said(number: int, at: datetime) -> SaidView:
    return SaidView(
        id=number, sender="resident", name="", label=None, text=str(number), tag="ja", at=at, is_ours=False, media=None, delivery=None,
        decision=None, announced="",
    )  # fmt: skip


def test_markers_stand_between_the_words_in_their_order() -> None:
    minute = timedelta(minutes=1)
    words = [said(1, NOW), said(2, NOW + 2 * minute), said(3, NOW + minute)]
    markers = [MarkerView(text=text, at=at) for text, at in (("a", NOW), ("b", NOW), ("c", NOW + 2 * minute), ("d", NOW + 9 * minute))]
    items = in_order(words, markers)
    assert [item.said.text if item.said else item.marker.text for item in items if item.said or item.marker] == list("ab1c23d")
    assert [item.day is not None for item in items] == [True] + [False] * 6
    assert in_order([], []) == ()


def test_clock_tells_what_is_left_and_what_is_over() -> None:
    hour = timedelta(hours=1)
    calm, near, late = (clock_view("x", NOW + hour, NOW + passed, NOW) for passed in (0 * hour, 0.85 * hour, 2 * hour))
    assert [(clock.tone, clock.percent) for clock in (calm, near, late)] == [("info", 0), ("warning", 85), ("error", 100)]
    assert time_left(NOW + 3 * hour, NOW).startswith("あと")
    assert time_left(NOW - 3 * hour, NOW).endswith("すぎています")


@pytest.mark.parametrize(
    ("now", "keys"),
    [
        (NOW, ["later", "morning"]),
        # Half past ten at night: later is not today any more.
        (NOW + timedelta(hours=11, minutes=30), ["morning"]),
    ],
)
def test_moments_to_put_a_case_aside_until_come_later(now: datetime, keys: list[str]) -> None:
    choices = snooze_choices(None, blank_pack("any"), now, lambda _day: False)
    assert [choice.key for choice in choices] == keys
    assert all(choice.until > now for choice in choices)


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (Case(minutes=7), 7),
        (Case(), 5),
        (Case(claimed_at=NOW - timedelta(minutes=20), last_staff_at=NOW - timedelta(minutes=8)), 12),
        (Case(claimed_at=NOW - timedelta(days=3)), 120),
        (Case(claimed_at=NOW), 1),
    ],
)
def test_minutes_are_guessed_from_when_a_person_had_it(case: Case, expected: int) -> None:
    assert minutes_spent(case, NOW) == expected


def test_routing_is_told_with_the_names_of_today() -> None:
    steps = [{"key": "chosen", "staff": 4, "load": 1}, {"key": "of an older version", "department": "gone"}]
    chosen, unknown = routing_steps(steps, blank_pack("any"), {4: "田中"})
    assert "田中さん（1件）" in chosen
    assert unknown == "of an older version"


@pytest.mark.parametrize(
    ("happened", "expected"),
    [
        ([("transferred", "犬の件です")], "犬の件です"),
        ([("transferred", "はじめ"), ("claimed", None), ("released", "つぎ")], "つぎ"),
        ([("transferred", "はじめ"), ("released", "")], None),
        ([("transferred", "はじめ"), ("noted", 3), ("replied", None)], "はじめ"),
        ([("transferred", "前の回"), ("closed", None), ("reopened", None)], None),
        ([], None),
    ],
)
def test_note_of_the_newest_handing_on_is_shown_until_the_case_is_closed(happened: list[tuple[str, object]], expected: str | None) -> None:
    handed = handed_view([CaseEvent(kind=kind, staff_id=2, at=NOW, detail={"note": note}) for kind, note in happened], {2: "田中"})
    assert (handed.text if handed is not None else None) == expected
    assert handed is None or handed.by == "田中"
