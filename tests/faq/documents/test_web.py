"""HTML and Markdown: the main part, links and ids of the source, lists, tables, front matter, encodings."""

import pytest

from core.errors import ImportRefusedError
from faq.documents.reading import ReadDocument, Reading, read_document

SOURCE = "https://www.city.midori.example.jp/gomi/"
PAGE = """<!doctype html><html lang="ja"><head><meta charset="{charset}"><title>粗大ごみの出し方｜緑市</title><style>p{{}}</style></head>
<body><header><h1>緑市公式</h1></header><nav><a href="/">ホーム</a></nav><div class="breadcrumb">ホーム ＞ ごみ</div>
<main><h1>粗大ごみの出し方</h1><p>家具は
粗大ごみです。<br>電話は<a href="tel:0490002002">0490-00-2002</a>、<a href="../form/a b.pdf">申請書（PDF）</a>です。</p>
<h2 id="fee">手数料</h2><table><caption>料金表</caption><tr><th rowspan="2">品目</th><th colspan="2">手数料</th></tr>
<tr><th>窓口</th><th>郵送</th></tr><tr><td rowspan="2">たんす</td><td>500円</td><td>400円</td></tr>
<tr><td>600円</td><td>無料</td></tr></table>
<div id="apply"><h3>申し込み方</h3><ol><li>測る。<ul><li>縦</li><li>横</li></ul></li><li>電話する。</li></ol></div>
<h2>問い合わせ</h2><dl><dt>電話</dt><dd>0490-00-2002</dd></dl><p>担当は<ruby>髙橋<rt>たかはし</rt></ruby>です。</p>
<script>alert(1)</script></main><footer>Copyright</footer></body></html>"""
BODY = """家具は粗大ごみです。
電話は0490-00-2002、[申請書（PDF）](https://www.city.midori.example.jp/form/a%20b.pdf)です。

## 手数料 {#fee}

料金表

| 品目 | 手数料 窓口 | 手数料 郵送 |
| --- | --- | --- |
| たんす | 500円 | 400円 |
| たんす | 600円 | 無料 |

### 申し込み方 {#apply}

1. 測る。
   - 縦
   - 横
2. 電話する。

## 問い合わせ

- 電話：0490-00-2002

担当は髙橋です。"""
MARKDOWN = """---
id: oversized
title: 粗大ごみ
phrasings: [大きいごみ, 家具を捨てたい]
checked_on: 2026-10-14
layout: page
---
# 捨てられる題

はじめに。<!-- 内輪の話 -->

手数料
------

料金は{{ fee.certificate }}です。

```
<!-- 残る -->
```
"""


def read(name: str, text: str | bytes, source_url: str | None = None) -> ReadDocument:
    content = text.encode() if isinstance(text, str) else text
    return read_document(Reading(name=name, source_url=source_url), content)


@pytest.mark.parametrize(("charset", "encoding"), [("utf-8", "utf-8"), ("Shift_JIS", "cp932"), ("utf-8", "cp932"), ("utf-8", "utf-16")])
def test_page_gives_its_main_part_whatever_its_encoding(charset: str, encoding: str) -> None:
    found = read("gomi.html", PAGE.format(charset=charset).encode(encoding), SOURCE)
    assert found.title == "粗大ごみの出し方"
    assert found.body == BODY
    assert found.warnings == ()
    assert found.head == {"source_url": SOURCE}


def test_relative_links_are_words_where_nobody_knows_the_address() -> None:
    assert "、申請書（PDF）です。" in read("gomi.html", PAGE.format(charset="utf-8")).body


def test_address_that_the_page_states_is_its_source() -> None:
    page = PAGE.format(charset="utf-8").replace("<style>", f'<link rel="canonical" href="{SOURCE}"><style>')
    assert read("gomi.html", page).head == {"source_url": SOURCE}


def test_links_never_carry_scripts() -> None:
    page = '<!doctype html><main><h1>案内</h1><p><a href="javascript:alert(1)">押す</a> <a href="https://example.jp/)x">印</a></p></main>'
    assert read("a.html", page).body == "押す [印](https://example.jp/%29x)"


def test_page_without_a_main_part_is_read_whole_with_a_warning() -> None:
    found = read("a.html", "<html><head><title>案内 - 緑市</title></head><body><div id='header'>頭</div><p>本文です。</p></body></html>")
    assert (found.title, found.body) == ("案内", "本文です。")
    assert len(found.warnings) == 1
    assert "ページ全体を読みました" in found.warnings[0]


def test_deep_and_wide_pages_are_refused() -> None:
    with pytest.raises(ImportRefusedError, match="入れ子が深すぎて"):
        read("a.html", "<!doctype html><main>" + "<div>" * 300 + "深い" + "</div>" * 300)
    with pytest.raises(ImportRefusedError, match="表が大きすぎます"):
        read("a.html", "<!doctype html><main><table>" + "<tr><td colspan=200 rowspan=200>x</td></tr>" * 300 + "</table></main>")


def test_markdown_is_taken_as_it_is_with_what_it_says_of_itself() -> None:
    found = read("gomi.md", MARKDOWN)
    assert found.title == "粗大ごみ"
    assert found.body == "はじめに。\n\n## 手数料\n\n料金は{{ fee.certificate }}です。\n\n```\n<!-- 残る -->\n```"
    assert found.head == {"id": "oversized", "phrasings": "大きいごみ\n家具を捨てたい", "checked_on": "2026-10-14"}
    assert found.warnings == ("先頭の「layout」は使わないので、読みません。",)


def test_plain_text_and_cp932_are_read() -> None:
    found = read("お知らせ.txt", "水道の手続き\n\n使い始める3日前までに申し込みます。①電話".encode("cp932"))
    assert (found.title, found.body) == ("水道の手続き", "使い始める3日前までに申し込みます。①電話")


@pytest.mark.parametrize("head", ["a: [b", "- a\n- b", "a: &x [1]\nb: *x", "x" * 20_000])
def test_front_matter_that_is_none_is_refused(head: str) -> None:
    with pytest.raises(ImportRefusedError, match="先頭の --- の間が読めません"):
        read("a.md", f"---\n{head}\n---\n本文")
