"""Cutting guides: nothing lost, nothing too long, pages and ids of the source kept."""

import re

from hypothesis import given
from hypothesis import strategies as st

from retrieval.chunking import guide_sections, section_title, split_text
from retrieval.guide_format import place_line, table_lines

GUIDE = """\
はじめに読んでください。

# 手引き

## 持ち物
本人確認書類です。

### 代理のとき
委任状もいります。

## 手数料
| 種類 | 額 |
| --- | --- |
| 写し | 300円 |

```
## 見出しではない
```
"""
PIECES = st.lists(st.text("あいう。、！\n 手続き", max_size=80), max_size=12).map("".join)


PLACED = """\
<!-- place: 1ページ -->

はじめに読んでください。

## 手数料 {#fee}

市役所で払います。

<!-- place: 2ページ -->

現金だけです。

### 免除 {#no good}

ありません。
"""
ROWS = st.lists(st.lists(st.text("あいう1円、。", min_size=1, max_size=20), min_size=2, max_size=2), min_size=1, max_size=30)


def test_a_guide_is_cut_at_its_headings() -> None:
    found = [(section.heading, section.number, section.body.splitlines()[0]) for section in guide_sections(GUIDE)]
    assert found == [
        ("", 0, "はじめに読んでください。"),
        ("持ち物", 2, "本人確認書類です。"),
        ("持ち物 › 代理のとき", 3, "委任状もいります。"),
        ("手数料", 4, "| 種類 | 額 |"),
    ]


def test_titles() -> None:
    first, second, *_ = guide_sections(GUIDE)
    assert section_title("証明書", first) == "証明書"
    assert section_title("証明書", second) == "証明書 › 持ち物"


def test_sections_know_their_id_and_their_page_in_the_source() -> None:
    sections = guide_sections(PLACED)
    assert [(section.heading, section.anchor, section.place) for section in sections] == [
        ("", "", "1ページ"),
        ("手数料", "fee", "1ページ"),
        ("手数料 › 免除 {#no good}", "", "2ページ"),
    ]
    assert sections[1].body == "市役所で払います。\n\n現金だけです。"


def test_piece_of_a_long_part_names_the_page_on_which_it_begins() -> None:
    text = "## 手数料\n\n" + "\n\n".join(f"<!-- place: {page}ページ -->\n\n" + f"{page}ページの文です。" * 10 for page in (3, 4, 5))
    assert [section.place for section in guide_sections(text, longest=100)] == ["3ページ", "4ページ", "5ページ"]


@given(ROWS, st.integers(30, 200))
def test_table_is_cut_between_rows_and_repeats_its_heading(rows: list[list[str]], longest: int) -> None:
    head, rule, *lines = table_lines([["品目", "額"], *rows])
    sections = guide_sections("\n".join(["## 手数料", "", "表の前の文。", "", head, rule, *lines, "", "表の後の文。"]), longest=longest)
    found: list[str] = []
    for section in sections:
        own = section.body.split("\n")
        if any(line.startswith("|") for line in own):
            start = own.index(head)
            assert own[start + 1] == rule
            found += [line for line in own[start + 2 :] if line.startswith("|")]
    assert found == lines
    longest_row = max(len(line) for line in lines) + len(head) + len(rule) + 2
    assert all(len(section.body) <= max(longest, longest_row) for section in sections)


DOCUMENT = st.lists(
    st.one_of(
        st.text("あいう。、！ 手続き（）1", min_size=1, max_size=300).map(str.strip),
        st.integers(1, 3).map(lambda level: f"{'#' * level} 見出し{level}"),
        st.integers(1, 9).map(lambda page: place_line(f"{page}ページ")),
        ROWS.map(lambda rows: "\n".join(table_lines([["品目", "額"], *rows]))),
        st.just("- 一つ\n- 二つ\n  続き"),
        st.just("```\n# 見出しではない\n\n| 表 | ではない |\n```"),
    ),
    max_size=12,
).map("\n\n".join)


@given(DOCUMENT, st.integers(40, 400))
def test_cutting_neither_loses_nor_invents_text(text: str, longest: int) -> None:
    repeated = "".join("".join(table_lines([["品目", "額"]])).split())
    bodies = "".join("".join(section.body.split()) for section in guide_sections(text, longest=longest))
    plain = re.sub(r"```.*?```", lambda code: code.group().replace("#", "♯"), text, flags=re.DOTALL)
    kept = [line for line in plain.split("\n") if not line.startswith(("#", "<!-- place:"))]
    expected = "".join("".join("\n".join(kept).replace("♯", "#").split()))
    assert bodies.replace(repeated, "") == expected.replace(repeated, "")
    assert bodies.count(repeated) >= expected.count(repeated)


@given(PIECES, st.integers(20, 200))
def test_pieces_are_short_enough_and_keep_every_character(text: str, longest: int) -> None:
    pieces = split_text(text, longest=longest)
    assert all(0 < len(piece) <= longest for piece in pieces)
    assert re.sub(r"\s", "", "".join(pieces)) == re.sub(r"\s", "", text)


def test_long_parts_are_cut_after_sentences() -> None:
    pieces = split_text("これは手続きの説明です。" * 20, longest=50)
    assert len(pieces) > 1
    assert all(piece.endswith("。") for piece in pieces)
