"""How lists write times, mark words and read their addresses."""

from datetime import timedelta

import pytest

from console.case_query import CaseQuery, read_query, read_text
from console.durations import duration, duration_words
from console.views.cases import ClockState, clock_view, is_unread, waited
from console.views.hits import excerpt, segments
from handoff.listing import Order, Tab
from handoff.models import Case, CaseState
from tests.console.sample import NOW

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("time", "words"),
    [
        (timedelta(seconds=59), "1分未満"),
        (MINUTE, "1分"),
        (59 * MINUTE, "59分"),
        (60 * MINUTE, "1時間"),
        (61 * MINUTE, "1時間1分"),
        (601 * MINUTE, "10時間"),
        (47 * 60 * MINUTE, "47時間"),
        (48 * 60 * MINUTE, "2日"),
        (100 * 24 * 60 * MINUTE, "100日"),
    ],
)
def test_durations_are_written_in_what_matters(time: timedelta, words: str) -> None:
    assert duration(time) == words


def test_scripts_get_the_same_words_with_their_gaps() -> None:
    assert duration_words()["hours_minutes"] == "{hours}時間{minutes}分"


@pytest.mark.parametrize(
    ("due_in", "share", "state", "words"),
    [
        (30, 10, ClockState.CALM, "期限まで30分"),
        (30, 80, ClockState.NEAR, "期限まで30分"),
        (0, 100, ClockState.LATE, "期限を1分未満過ぎています"),
        (-61, 100, ClockState.LATE, "期限を1時間1分過ぎています"),
        (None, None, ClockState.PAUSED, "時計は止まっています"),
    ],
)
def test_clock_is_told_in_words(due_in: int | None, share: int | None, state: ClockState, words: str) -> None:
    case = Case(state=CaseState.HELD, due_at=None if due_in is None else NOW + due_in * MINUTE)
    found = clock_view(case, share, NOW)
    assert (found.state, found.label) == (state, words)
    case.state = CaseState.CLOSED
    assert clock_view(case, share, NOW).state is ClockState.OVER


@pytest.mark.parametrize(
    ("state", "key", "minutes"),
    [
        (CaseState.WAITING, "queue", 90),
        (CaseState.OFFERED, "queue", 90),
        (CaseState.HELD, "held", 50),
        (CaseState.WAITING_FOR_RESIDENT, "resident", 40),
        (CaseState.SNOOZED, "snoozed", -60),
        (CaseState.CLOSED, "closed", 10),
    ],
)
def test_what_is_waited_for_follows_the_state(state: CaseState, key: str, minutes: int) -> None:
    case = Case(
        state=state,
        opened_at=NOW - 90 * MINUTE,
        last_resident_at=NOW - 50 * MINUTE,
        last_staff_at=NOW - 40 * MINUTE,
        snoozed_until=NOW + 60 * MINUTE,
        closed_at=NOW - 10 * MINUTE,
    )
    assert waited(case) == (key, NOW - minutes * MINUTE)


@pytest.mark.parametrize(
    ("answered", "seen", "unread"), [(None, None, True), (None, -1, True), (None, 0, False), (0, None, False), (-1, None, True)]
)
def test_unread_is_what_nobody_has_answered_or_looked_at(answered: int | None, seen: int | None, unread: bool) -> None:
    at = NOW if answered is None else NOW + answered * MINUTE
    case = Case(state=CaseState.HELD, opened_at=NOW, last_resident_at=NOW, last_staff_at=None if answered is None else at)
    assert is_unread(case, None if seen is None else NOW + seen * MINUTE) is unread
    case.state = CaseState.CLOSED
    assert not is_unread(case, None)


@pytest.mark.parametrize(
    ("text", "words", "hits"),
    [
        ("住民票の写し", ["住民"], ["住民"]),
        ("ＡＢＣとabc", ["abc"], ["ＡＢＣ", "abc"]),
        ("090-1", ["０９０"], ["090"]),
        ("a.b a+b", ["a.b"], ["a.b"]),
        ("犬と猫", ["猫", "犬"], ["犬", "猫"]),
        ("ごみ袋", ["ごみ", "ごみ袋"], ["ごみ袋"]),
        ("なし", [], []),
        ("", ["x"], []),
    ],
)
def test_searched_words_are_marked_whatever_their_width(text: str, words: list[str], hits: list[str]) -> None:
    found = list(segments(text, words))
    assert "".join(segment.text for segment in found) == text
    assert [segment.text for segment in found if segment.is_hit] == hits


def test_excerpt_shows_the_first_hit_with_what_stands_around_it() -> None:
    found = excerpt("前" * 50 + "\n目印" + "後" * 200, ["目印"])
    words = "".join(segment.text for segment in found)
    assert words.startswith("…前")
    assert words.endswith("後…")
    assert len(words) <= 91
    assert excerpt("なにもない", ["目印"]) == ()


def test_address_is_read_and_written_again_without_what_nobody_knows() -> None:
    departments = {"citizens": None}
    given = {
        "tab": "all",
        "words": " 住民  票 ",
        "department": "citizens",
        "language": "vi",
        "reason": "crisis",
        "priority": "x",
        "page": "3",
    }
    query = read_query(given, departments)
    assert (query.tab, query.words, query.department, query.priority, query.page) == (Tab.ALL, "住民 票", "citizens", "", 3)
    assert read_text(query.text, departments) == query.at(1)
    assert read_query({"tab": "x", "page": "-1", "department": "elsewhere", "sort": "y"}, departments) == CaseQuery()
    assert CaseQuery(tab=Tab.CLOSED).order is Order.NEWEST
    assert CaseQuery(sort="age").order is Order.AGE
