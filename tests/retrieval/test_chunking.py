"""Cutting guides: nothing lost, nothing too long, anchors that lead somewhere."""

import re

from hypothesis import given
from hypothesis import strategies as st

from retrieval.chunking import anchor_of, guide_sections, section_title, split_text

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


def test_a_guide_is_cut_at_its_headings() -> None:
    found = [(section.heading, section.anchor, section.body.splitlines()[0]) for section in guide_sections(GUIDE)]
    assert found == [
        ("", "", "はじめに読んでください。"),
        ("持ち物", "持ち物", "本人確認書類です。"),
        ("持ち物 › 代理のとき", "代理のとき", "委任状もいります。"),
        ("手数料", "手数料", "| 種類 | 額 |"),
    ]


def test_titles_and_anchors() -> None:
    first, second, *_ = guide_sections(GUIDE)
    assert section_title("証明書", first) == "証明書"
    assert section_title("証明書", second) == "証明書 › 持ち物"
    assert anchor_of("手数料（1通あたり）と Ｗｅｂ") == "手数料-1通あたり-と-web"


@given(PIECES, st.integers(20, 200))
def test_pieces_are_short_enough_and_keep_every_character(text: str, longest: int) -> None:
    pieces = split_text(text, longest=longest)
    assert all(0 < len(piece) <= longest for piece in pieces)
    assert re.sub(r"\s", "", "".join(pieces)) == re.sub(r"\s", "", text)


def test_long_parts_are_cut_after_sentences() -> None:
    pieces = split_text("これは手続きの説明です。" * 20, longest=50)
    assert len(pieces) > 1
    assert all(piece.endswith("。") for piece in pieces)
