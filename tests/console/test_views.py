"""The pure parts of pages."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from console.dates import Calendar
from console.rendering import Renderer
from console.views.callbacks import due
from console.views.cases import CaseLine, case_line
from console.views.content import validity
from console.views.differences import Piece, differences
from console.views.paging import paging
from console.views.talk import Segment, segments
from core.pack_loading import load_pack
from handoff.models import CallbackRequest, CallbackState, Case, CaseState, Priority
from tests.console.sample import NOW


@pytest.mark.parametrize(
    ("after", "expected"),
    [(timedelta(minutes=1), "later"), (timedelta(0), "now"), (-timedelta(hours=10), "now"), (-timedelta(hours=12), "overdue")],
)
def test_request_is_overdue_from_the_day_after_the_promised_one(after: timedelta, expected: str) -> None:
    request = CallbackRequest(state=CallbackState.OPEN, promised_from=NOW + after)
    assert due(request, NOW) == expected
    request.state = CallbackState.DONE
    assert due(request, NOW) == "done"


@pytest.mark.parametrize(
    ("text", "words", "hits"),
    [
        ("ごみのごみ", "ごみ", ["ごみ", "ごみ"]),
        ("ABC abc", "aBc", ["ABC", "abc"]),
        ("a.c abc", "a.c", ["a.c"]),
        ("何も", "", []),
        ("", "x", []),
    ],
)
def test_text_is_cut_where_the_words_stand(text: str, words: str, hits: list[str]) -> None:
    found = list(segments(text, words))
    assert "".join(segment.text for segment in found) == text
    assert [segment.text for segment in found if segment.is_hit] == hits


def test_differences_are_clauses() -> None:
    pieces = differences("窓口で取れます。300円です。", "窓口で取れます。400円です。")
    assert pieces == (
        Piece(kind="same", text="窓口で取れます。"),
        Piece(kind="gone", text="300円です。"),
        Piece(kind="new", text="400円です。"),
    )
    assert differences("", "") == ()


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 11, 24, 14, 59, tzinfo=UTC), "今日 23:59"),
        (datetime(2026, 11, 24, 15, 0, tzinfo=UTC), "11月25日（水） 0:00"),
        (datetime(2025, 12, 31, 15, 0, tzinfo=UTC), "1月1日（木） 0:00"),
        (datetime(2025, 12, 31, 14, 0, tzinfo=UTC), "2025年12月31日（水） 23:00"),
    ],
)
def test_moments_are_written_in_the_time_of_japan(moment: datetime, words: str) -> None:
    assert Calendar(lambda: NOW).moment(moment) == words


def test_validity_says_why_an_entry_is_not_found() -> None:
    day = date(2026, 4, 1)
    assert validity(None, None, day) is None
    assert validity(day, day, day) is None
    assert validity(day + timedelta(days=1), None, day) == "early"
    assert validity(None, day - timedelta(days=1), day) == "over"


def test_paging_keeps_the_query() -> None:
    found = paging("/x", 2, has_later=False, query={"words": "犬 猫", "state": ""})
    assert (found.earlier, found.later) == ("/x?words=%E7%8A%AC+%E7%8C%AB&page=1", None)


def test_line_of_a_list_is_made_once_a_day_and_for_each_look() -> None:
    times = [NOW]
    renderer = Renderer(lambda: times[-1])
    line = case_line(
        Case(
            id=1,
            version=1,
            state=CaseState.WAITING,
            priority=Priority.ORDINARY,
            language="ja",
            channel="line",
            reason="asked",
            packet={},
            opened_at=NOW,
        ),
        pack=load_pack("shiomi"),
        now=NOW,
        holder=None,
        share=None,
        seen_at=None,
        title=(Segment(text="<b>", is_hit=False),),
        may_pick=True,
    )

    def shown(view: CaseLine) -> str:
        return renderer.piece("cases/_line.html", line=view)

    assert "&lt;b&gt;" in shown(line)
    assert shown(line) is shown(line)
    assert "田中" in shown(replace(line, holder="田中"))
    assert "今日" in shown(line)
    times.append(NOW + timedelta(days=1))
    assert "今日" not in shown(line)
