"""The page of a guide: what residents see, its ids, its safety, and what is not shown."""

from collections.abc import Callable
from datetime import datetime

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from core.database import Database
from core.pack import Pack
from faq.drafts import EntryDraft
from faq.entries import Saved, archive, edit_and_publish, save_draft
from faq.guide_html import to_html
from faq.guide_links import PREFIX, guide_path
from faq.guide_pages import create_guide_pages
from faq.models import EntryKind
from tests.client import Client

BODY = """<!-- place: 1ページ -->

前書き<script>alert(1)</script>

## 手数料 {#fee}

手数料は{{ fee.certificate }}です。[申請書](https://www.city.midori.example.jp/f) [悪い](javascript:alert(1))

<!-- place: 2ページ -->

| 品目 | 額 |
| --- | --- |
| たんす | 500円 |

### 免除

ありません。
"""


@pytest.fixture
def publish(empty: Database, pack: Pack, now: datetime) -> Callable[..., None]:
    def do(entry_id: str = "粗大ごみ", **others: object) -> None:
        draft = EntryDraft(**{"id": entry_id, "kind": EntryKind.GUIDE, "question": "粗大ごみ", "answer": BODY, **others})  # type: ignore[arg-type]
        with empty.transaction() as session:
            assert isinstance(edit_and_publish(session, pack, draft, "佐藤", now), Saved)

    return do


@pytest.fixture
def client(empty: Database, pack: Pack, now: datetime) -> Client:
    pages = create_guide_pages(empty, {"midori": pack}, lambda: now)
    return Client(Starlette(routes=[Mount(PREFIX, app=pages)]), raise_server_exceptions=False)


def test_page_shows_the_published_guide_with_ids_and_places(publish: Callable[..., None], client: Client) -> None:
    publish(department_id="environment")
    answer = client.get(guide_path("midori", "粗大ごみ", "section-1"))
    assert answer.status_code == 200
    assert '<section id="section-1">\n<h2>手数料</h2>' in answer.text
    assert '<section id="section-2">\n<h3>免除</h3>' in answer.text
    assert "手数料は300円です。" in answer.text
    assert "<td>500円</td>" in answer.text
    assert answer.text.count("1ページ</p>") == 1
    assert answer.text.count("2ページ</p>") == 1
    assert 'href="tel:0490-00-2002"' in answer.text
    assert "{#fee}" not in answer.text
    assert "place:" not in answer.text


def test_nothing_in_a_guide_can_run(publish: Callable[..., None], client: Client) -> None:
    publish(question="<img src=x onerror=alert(1)>")
    answer = client.get(guide_path("midori", "粗大ごみ"))
    assert "<script" not in answer.text
    assert "<img" not in answer.text
    assert 'href="javascript:' not in answer.text
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'")
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    style = client.get(answer.text.split('rel="stylesheet" href="')[1].split('"')[0])
    assert style.headers["content-type"].startswith("text/css")
    assert "immutable" in style.headers["cache-control"]


def test_only_what_is_published_today_is_shown(
    publish: Callable[..., None], client: Client, empty: Database, pack: Pack, now: datetime
) -> None:
    publish()
    publish("later", valid_from=now.date().replace(year=2027))
    publish("faq", kind=EntryKind.FAQ, answer="回答")
    with empty.transaction() as session:
        draft = EntryDraft(id="draft", kind=EntryKind.GUIDE, question="下書き", answer="まだです")
        assert isinstance(save_draft(session, pack, draft, "佐藤", now), Saved)
    assert client.get(guide_path("midori", "粗大ごみ")).status_code == 200
    for path in ("later", "faq", "draft", "none", "%00", "x" * 200, "%E3%81"):
        answer = client.get(f"{PREFIX}/midori/{path}")
        assert answer.status_code == 404, path
        assert "この案内は公開されていません" in answer.text
        assert "content-security-policy" in answer.headers
    for path in ("/aoba/粗大ごみ", "/midori", "/", "/../console"):
        assert client.get(PREFIX + path).status_code == 404, path
    with empty.transaction() as session:
        archive(session, "midori", "粗大ごみ", now)
    assert client.get(guide_path("midori", "粗大ごみ")).status_code == 404


def test_new_version_is_shown_at_once(publish: Callable[..., None], client: Client, empty: Database, pack: Pack, now: datetime) -> None:
    publish()
    assert "前書き" in client.get(guide_path("midori", "粗大ごみ")).text
    with empty.transaction() as session:
        changed = EntryDraft(id="粗大ごみ", kind=EntryKind.GUIDE, question="粗大ごみ", answer="新しい本文")
        assert isinstance(edit_and_publish(session, pack, changed, "佐藤", now, 1), Saved)
    assert "新しい本文" in client.get(guide_path("midori", "粗大ごみ")).text


def test_value_that_has_none_today_is_a_failure_with_a_sentence(publish: Callable[..., None], client: Client, pack: Pack) -> None:
    publish()
    values = pack.values._values  # type: ignore[attr-defined]
    kept = dict(values)
    values.clear()
    try:
        answer = client.get(guide_path("midori", "粗大ごみ"))
    finally:
        values.update(kept)
    assert answer.status_code == 503
    assert "いま、この案内を表示できません" in answer.text


def test_lines_of_a_paragraph_stay_lines() -> None:
    assert "<br" in to_html("電話\n窓口")
