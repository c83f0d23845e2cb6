"""The Markdown of guides: what is written is read again, and people see no marks."""

from hypothesis import given
from hypothesis import strategies as st

from retrieval.guide_format import PLACE, guide_parts, heading_line, place_line, section_id, table_lines, without_marks

WORDS = st.text("あい #{}<>-!1aページ", min_size=1, max_size=20)


def test_parts_count_their_headings_and_keep_empty_ones() -> None:
    parts = guide_parts("前書き\n# 題\n## 一 {#a}\n### 二\n本文\n## 三")
    assert [(part.number, part.level, part.title, part.anchor, part.heading) for part in parts] == [
        (0, 0, "", "", ""),
        (1, 1, "題", "", ""),
        (2, 2, "一", "a", "一"),
        (3, 3, "二", "", "一 › 二"),
        (4, 2, "三", "", "三"),
    ]
    assert [part.runs[0].text if part.runs else "" for part in parts] == ["前書き", "", "", "本文", ""]
    assert [section_id(part.number) for part in parts[:2]] == ["", "section-1"]


@given(WORDS)
def test_place_that_was_written_is_read(place: str) -> None:
    line = place_line(place)
    assert "\n" not in line
    match = PLACE.match(line)
    assert match is not None or not place.strip("<>- ")


@given(st.integers(1, 6), st.text("あい字", min_size=1, max_size=9), st.text("a-b字.{}# ", max_size=9))
def test_heading_that_was_written_is_read(level: int, title: str, anchor: str) -> None:
    part = guide_parts(heading_line(level, title, anchor))[-1]
    assert (part.level, part.title) == (level, title)
    assert part.anchor in (anchor, "")


def test_cells_can_not_break_their_table() -> None:
    assert table_lines([["a|b", "c\nd"], ["e"]]) == ["| a｜b | c d |", "| --- | --- |", "| e |  |"]


def test_people_see_no_marks() -> None:
    text = "<!-- place: 1ページ -->\n\n## 料金 {#fee}\n\n本文\n\n<!-- place: 2ページ -->\n\n続き"
    assert without_marks(text) == "## 料金\n\n本文\n\n続き"
