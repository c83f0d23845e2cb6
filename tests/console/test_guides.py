"""Bringing a guide in: choosing a file, the preview, keeping it, and what is refused."""

import re
from collections.abc import Callable
from html import unescape

import pytest

from console.security import MAX_UPLOAD
from faq.documents.limits import SIZE_LIMIT
from faq.queries import EntryHistory, entry_history
from tests.console.conftest import Browser, House, actions, words_of
from tests.faq.documents.pdfs import Sheet, encrypted_pdf, pdf, scanned_pdf

Visit = Callable[..., Browser]
NEW, KEEP = "/console/new-guide", "/console/new-guide/keep"
FIELD = re.compile(r'<(?:input|textarea)[^>]*?name="(\w+)"(?:[^>]*?value="([^"]*)"[^>]*?>|[^>]*>\n([^<]*)</textarea>)')


def manual(fee: str = "1,000円") -> bytes:
    first = Sheet().write(60, 750, "粗大ごみの出し方", 20)
    first.lines(60, 700, ["粗大ごみは申し込み制です。担当は髙橋です。"])
    second = Sheet().write(60, 750, "手数料", 14)
    second.table(60, 720, [120, 100], [["品目", "手数料"], ["たんす", fee]])
    return pdf([first, second])


def upload(browser: Browser, content: bytes, name: str = "粗大ごみ.pdf", **fields: str):  # type: ignore[no-untyped-def]
    return browser.post(NEW, data={"csrf_token": browser.token, **fields}, files={"file": (name, content)})


def fields_of(page: str) -> dict[str, str]:
    """What the preview's form would send, but for the token."""
    form = page.split('action="/console/new-guide/keep"')[1].split("</form>", maxsplit=1)[0]
    return {name: unescape(value or text) for name, value, text in FIELD.findall(form) if name != "csrf_token"}


def history(house: House, entry_id: str) -> EntryHistory | None:
    with house.database.reading() as session:
        found = entry_history(session, "midori", entry_id)
        session.expunge_all()
        return found


def test_document_is_previewed_and_then_published(house: House, visit: Visit) -> None:
    browser = visit("editor")
    assert "文書を取り込む" in browser.get("/console/content").text
    assert 'type="file"' in browser.get(NEW).text
    page = upload(browser, manual())
    assert page.status_code == 200
    words = words_of(page.text)
    for expected in ("読めた内容の確認", "新しい案内ページになります", "粗大ごみの出し方 › 手数料", "2ページ", "担当は髙橋です", "1,000円"):
        assert expected in words
    assert "<td>1,000円</td>" in page.text
    assert history(house, "粗大ごみ") is None
    assert actions(house) == []
    answer = browser.submit(KEEP, **fields_of(page.text) | {"action": "publish", "category": "ごみ"})
    assert answer.status_code == 303
    shown = browser.get(answer.headers["location"]).text
    assert "文書を取り込み、公開しました" in shown
    bubble = shown.split('class="bubble bubble-ours"')[1].split("</div>")[0]
    assert "たんす" in bubble
    assert "|" not in bubble
    assert "##" not in bubble
    found = history(house, "粗大ごみ")
    assert found is not None
    assert found.published is not None
    assert (found.published.question, found.published.category, found.published.author) == ("粗大ごみの出し方", "ごみ", "editorさん")
    assert "| たんす | 1,000円 |" in found.published.body
    assert actions(house) == ["guide.publish entry:粗大ごみ#1"]
    assert house.told == ["midori"]


def test_same_document_again_shows_what_changes_and_unchanged_changes_nothing(house: House, visit: Visit) -> None:
    browser = visit("editor")
    browser.submit(KEEP, **fields_of(upload(browser, manual()).text) | {"action": "publish"})
    same = upload(browser, manual())
    assert "いまの案内ページと同じ内容です" in same.text
    browser.submit(KEEP, **fields_of(same.text) | {"action": "publish"})
    changed = upload(browser, manual("1,200円"))
    assert "変わるところ" in changed.text
    assert "番号「粗大ごみ」の案内ページの新しい版になります" in changed.text
    browser.submit(KEEP, **fields_of(changed.text) | {"action": "publish"})
    found = history(house, "粗大ごみ")
    assert found is not None
    assert [(version.number, version.state) for version in found.versions] == [(2, "published"), (1, "archived")]


def test_draft_is_not_published_and_the_text_may_be_corrected(house: House, visit: Visit) -> None:
    browser = visit("editor")
    fields = fields_of(upload(browser, manual()).text)
    fields["body"] = fields["body"].replace("髙橋", "鈴木")
    assert browser.submit(KEEP, **fields | {"action": "draft"}).status_code == 303
    found = history(house, "粗大ごみ")
    assert found is not None
    assert found.published is None
    assert found.open is not None
    assert "担当は鈴木です。" in found.open.body
    assert house.told == []
    assert actions(house) == ["guide.draft entry:粗大ごみ#1"]


def test_what_somebody_changed_meanwhile_is_shown_first(house: House, visit: Visit) -> None:
    first, second = visit("editor"), visit("approver")
    mine, theirs = fields_of(upload(first, manual()).text), fields_of(upload(second, manual("1,200円")).text)
    second.submit(KEEP, **theirs | {"action": "publish"})
    answer = first.submit(KEEP, **mine | {"action": "publish"})
    assert answer.status_code == 409
    assert "approverさんさんがこの案内ページを変えました" in answer.text
    found = history(house, "粗大ごみ")
    assert found is not None
    assert len(found.versions) == 1
    assert first.submit(KEEP, **fields_of(answer.text) | {"action": "publish"}).status_code == 303


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "空です"),
        (encrypted_pdf(), "パスワードを外して"),
        (scanned_pdf(), "OCR"),
        (b"PK\x03\x04broken", "壊れている"),
        (b"\x89PNG\r\n", "画像なので読めません"),
    ],
)
def test_file_that_can_not_be_read_is_refused_with_the_remedy(house: House, visit: Visit, content: bytes, problem: str) -> None:
    browser = visit("editor")
    answer = upload(browser, content, source_url="https://www.city.midori.example.jp/")
    assert answer.status_code == 422
    assert problem in answer.text
    assert "Traceback" not in answer.text
    assert 'value="https://www.city.midori.example.jp/"' in answer.text
    assert actions(house) == []
    assert upload(browser, manual()).status_code == 200


def test_form_without_a_file_asks_for_one(visit: Visit) -> None:
    browser = visit("editor")
    for answer in (browser.submit(NEW), browser.submit(NEW, file="text"), upload(browser, b"", name="")):
        assert answer.status_code == 422
        assert "文書を選んでください" in answer.text


def test_problems_stand_beside_their_field_and_nothing_is_lost(house: House, visit: Visit) -> None:
    browser = visit("editor")
    fields = fields_of(upload(browser, manual()).text)
    for name, value, problem in (
        ("id", "dogs", "質問と回答で使われています"),
        ("title", "", "質問（表題）が空です"),
        ("body", "{{ fee.unknown }}", "という値はありません"),
        ("source_url", "x", "アドレスとして使えません"),
    ):
        answer = browser.submit(KEEP, **fields | {name: value, "action": "publish", "category": "大切な分類"})
        assert answer.status_code == 422, name
        assert f'id="{name}-problem-1"' in answer.text
        assert f'href="#{name}"' in answer.text
        assert problem in answer.text
        assert "大切な分類" in answer.text
    assert history(house, "粗大ごみ") is None


def test_too_large_a_file_is_not_read(visit: Visit) -> None:
    answer = upload(visit("editor"), b"x" * (MAX_UPLOAD + 1))
    assert answer.status_code == 413
    assert "20 MB 以下" in answer.text
    just_over = upload(visit("editor"), b"x" * (SIZE_LIMIT + 1))
    assert just_over.status_code == 422
    assert "20 MB 以下" in just_over.text


def test_form_without_the_token_reads_no_file(house: House, visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.routes.guides.read_apart", lambda *_: pytest.fail("it was read"))
    browser = visit("editor")
    browser.token = "wrong"
    assert upload(browser, manual()).status_code == 403
    viewer = visit("viewer")
    assert upload(viewer, manual()).status_code == 403


def test_names_and_texts_of_a_document_are_only_text(visit: Visit) -> None:
    page = "<!doctype html><main><h1>&lt;script&gt;alert(1)&lt;/script&gt;</h1><p>&lt;img src=x onerror=alert(1)&gt;</p></main>"
    answer = upload(visit("editor"), page.encode(), name='"><script>alert(2)</script>.html')
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert "<img" not in answer.text
