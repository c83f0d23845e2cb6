"""The list of content, and what editors do with an entry."""

from collections.abc import Callable

import pytest

from faq.entries import Saved, edit_and_publish
from faq.lifecycle import VersionState
from faq.models import EntryVersion
from faq.queries import entry_history
from tests.console.conftest import Browser, House, actions, words_of

Visit = Callable[..., Browser]
ENTRY = "/console/content/certificates-copy"
FIELDS = {
    "question": "住民票の写しはどこで取れますか。",
    "answer": "市民課の窓口で取れます。手数料は{{ fee.certificate }}です。",
    "phrasings": "住民票\r\n住民票がほしい",
    "category": "証明書",
    "department_id": "citizens",
    "source_url": "https://www.city.midori.example.jp/juminhyo/",
    "checked_on": "2026-11-24",
    "valid_from": "",
    "valid_until": "",
    "edited": "1",
}


def current(house: House, entry_id: str = "certificates-copy") -> EntryVersion:
    with house.database.reading() as session:
        history = entry_history(session, "midori", entry_id)
        assert history is not None
        return next(version for version in history.versions if version.number == history.entry.current_number)


def publish_meanwhile(house: House, answer: str) -> None:
    from faq.drafts import draft_of
    from faq.models import EntryKind

    with house.database.transaction() as session:
        history = entry_history(session, "midori", "certificates-copy")
        assert history is not None
        assert history.published is not None
        draft = draft_of(EntryKind.FAQ, history.published)
        changed = draft.__class__(**{**draft.__dict__, "answer": answer})
        saved = edit_and_publish(session, house.packs("midori"), changed, "別の編集者", house.clock.now, history.published.number)
        assert isinstance(saved, Saved)


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("", "37件"),
        ("?words=犬", "1件"),
        ("?words=ごみ その3", "7件"),
        ("?category=証明書", "1件"),
        ("?state=archived", None),
        ("?words=犬&category=証明書", None),
    ],
)
def test_list_is_narrowed_by_words_category_and_state(visit: Visit, query: str, total: str | None) -> None:
    words = words_of(visit("viewer").get(f"/console/content{query}").text)
    assert (total in words) if total else ("条件に合う内容は見つかりません" in words)


def test_list_is_cut_into_pages_that_keep_the_filter(visit: Visit) -> None:
    browser = visit("viewer")
    first = browser.get("/console/content?category=ごみ").text
    assert 'href="/console/content?category=%E3%81%94%E3%81%BF&amp;page=2" rel="next"' in first
    assert browser.get("/console/content?category=ごみ&page=2").text.count('role="rowheader"') == 5


def test_htmx_gets_only_the_list(visit: Visit) -> None:
    answer = visit("viewer").get("/console/content?words=犬", headers={"hx-request-type": "partial"})
    assert "<html" not in answer.text
    assert "犬を飼い始めました。" in answer.text


def test_entry_is_shown_as_residents_see_it(visit: Visit) -> None:
    page = visit("viewer").get(ENTRY).text
    words = words_of(page)
    assert "手数料は300円です。" in words
    assert "緑市民課" in words
    assert "0490-00-2001" in words
    assert "住民票がほしい" in words
    assert "公開する" not in words
    assert 'method="post"' not in page.split('id="entry"')[1]


def test_publishing_changes_the_entry_at_once_and_tells_the_search(house: House, visit: Visit) -> None:
    browser = visit("editor")
    answer = browser.submit(f"{ENTRY}/publish", **FIELDS | {"question": "住民票はどこですか。", "valid_until": "令和9年3月31日"})
    assert (answer.status_code, answer.headers["location"]) == (303, ENTRY)
    version = current(house)
    assert (version.number, version.state, version.question, version.author) == (
        2,
        VersionState.PUBLISHED,
        "住民票はどこですか。",
        "editorさん",
    )
    assert str(version.valid_until) == "2027-03-31"
    assert version.phrasings == ["住民票", "住民票がほしい"]
    assert house.told == ["midori"]
    assert actions(house) == ["entry.publish entry:certificates-copy#2"]
    assert "公開しました" in browser.get(ENTRY).text


def test_htmx_gets_the_published_entry(visit: Visit) -> None:
    answer = visit("editor").submit(f"{ENTRY}/publish", as_htmx=True, **FIELDS | {"answer": "新しい答え。"})
    assert answer.status_code == 200
    assert "公開しました。" in answer.text.split('id="announcement"')[0], "whoever sees the page is told too"
    assert "<html" not in answer.text
    assert 'id="entry"' in answer.text
    assert 'name="edited" value="2"' in answer.text
    assert "公開しました" in answer.text


@pytest.mark.parametrize("as_htmx", [False, True])
@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("question", "", "質問（表題）が空です"),
        ("answer", "", "回答（本文）が空です"),
        ("answer", "字" * 5001, "5001字あります"),
        ("answer", "{{ fee.certificat }}です", "という値はありません"),
        ("answer", "{{ fee.old }}です", "今日の値がありません"),
        ("source_url", "javascript:alert(1)", "アドレスとして使えません"),
        ("checked_on", "きのう", "日付として読めません"),
        ("valid_until", "2026-02-30", "日付として読めません"),
        ("department_id", "nowhere", "登録されていません"),
        ("category", "長" * 41, "41字あります"),
    ],
)
def test_problem_stands_beside_its_field_and_nothing_is_lost(
    house: House, visit: Visit, field: str, value: str, problem: str, as_htmx: bool
) -> None:
    browser, typed = visit("editor"), {"phrasings": "書きかけの言い換え"}
    answer = browser.submit(f"{ENTRY}/publish", as_htmx=as_htmx, **FIELDS | typed | {field: value})
    assert answer.status_code == 422
    assert answer.text.count(problem) >= 2
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}-problem-1"' in answer.text
    assert "書きかけの言い換え" in answer.text
    assert value in answer.text or field == "department_id"
    assert current(house).number == 1
    assert house.told == []
    assert actions(house) == []
    assert browser.submit(f"{ENTRY}/publish", **FIELDS | typed).status_code == 303


def test_all_problems_are_shown_together(visit: Visit) -> None:
    answer = visit("editor").submit(f"{ENTRY}/publish", **FIELDS | {"question": "", "checked_on": "きのう", "source_url": "x"})
    assert "3か所を直してください" in answer.text


def test_conflict_shows_what_changed_and_keeps_what_was_typed(house: House, visit: Visit) -> None:
    publish_meanwhile(house, "市民課の窓口で取れます。手数料は無料です。")
    browser = visit("editor")
    answer = browser.submit(f"{ENTRY}/publish", **FIELDS | {"question": "私の質問"})
    assert answer.status_code == 409
    assert "別の編集者さんがこの内容を変えました" in answer.text
    assert 'value="私の質問"' in answer.text
    assert "手数料は無料です。</ins>" in answer.text
    assert "{{ fee.certificate }}です。</del>" in answer.text
    assert current(house).number == 2
    assert 'name="edited" value="2"' in answer.text
    assert browser.submit(f"{ENTRY}/publish", **FIELDS | {"question": "私の質問", "edited": "2"}).status_code == 303
    assert current(house).question == "私の質問"


@pytest.mark.parametrize("edited", ["", "x", "99", "-1"])
def test_form_of_no_known_version_is_a_conflict(house: House, visit: Visit, edited: str) -> None:
    assert visit("editor").submit(f"{ENTRY}/publish", **FIELDS | {"edited": edited}).status_code == 409
    assert current(house).number == 1


@pytest.mark.parametrize(("keep", "answer", "kept"), [("", "別の答え。", []), ("1", "別の答え。", ["en"]), ("", FIELDS["answer"], ["en"])])
def test_translation_does_not_outlive_the_japanese_that_it_translates(
    house: House, visit: Visit, keep: str, answer: str, kept: list[str]
) -> None:
    visit("editor").submit(f"{ENTRY}/publish", **FIELDS | {"answer": answer, "keep_translations": keep, "category": "別の分類"})
    assert list(current(house).translations) == kept
    assert current(house).category == "別の分類"


@pytest.mark.parametrize("as_htmx", [False, True])
def test_preview_fills_the_values_and_publishes_nothing(house: House, visit: Visit, as_htmx: bool) -> None:
    answer = visit("editor").submit(f"{ENTRY}/preview", as_htmx=as_htmx, **FIELDS | {"answer": "いま{{ fee.certificate }}<b>"})
    assert answer.status_code == 200
    assert "いま300円&lt;b&gt;" in answer.text
    assert ("<html" in answer.text) is not as_htmx
    assert current(house).number == 1


def test_entry_for_the_next_year_is_previewed_with_the_values_of_that_year(visit: Visit) -> None:
    answer = visit("editor").submit(f"{ENTRY}/preview", as_htmx=True, **FIELDS | {"valid_from": "2027-04-01"})
    assert "手数料は400円です。" in answer.text


def test_archived_entry_is_no_longer_published(house: House, visit: Visit) -> None:
    browser = visit("approver")
    for _ in range(2):
        assert browser.submit(f"{ENTRY}/archive", edited="1").headers["location"] == ENTRY
    assert current(house).state == VersionState.ARCHIVED
    assert actions(house) == ["entry.archive entry:certificates-copy"]
    assert house.told == ["midori"]
    page = browser.get(ENTRY).text
    assert "公開を終えました" in page
    assert "公開を終える" not in page
    assert browser.submit(f"{ENTRY}/publish", **FIELDS).status_code == 303
    assert current(house).state == VersionState.PUBLISHED


def test_what_somebody_else_published_meanwhile_is_not_archived_unseen(house: House, visit: Visit) -> None:
    publish_meanwhile(house, "もっとよい答え。")
    answer = visit("editor").submit(f"{ENTRY}/archive", edited="1")
    assert answer.status_code == 409
    assert "もっとよい答え。</ins>" in answer.text
    assert current(house).state == VersionState.PUBLISHED


def test_new_entry_begins_with_the_unanswered_question(house: House, visit: Visit) -> None:
    browser = visit("editor")
    assert 'value="ドローンを飛ばしたい"' in browser.get("/console/new-content?question=ドローンを飛ばしたい").text
    refused = browser.submit("/console/new-content", question="ドローンを飛ばしたい")
    assert refused.status_code == 422
    assert "回答（本文）が空です" in refused.text
    assert 'value="ドローンを飛ばしたい"' in refused.text
    answer = browser.submit("/console/new-content", question="ドローンを飛ばしたい", answer="公園では飛ばせません。")
    assert answer.status_code == 303
    page = browser.get(answer.headers["location"]).text
    assert "公園では飛ばせません。" in page
    assert "公開しました" in page
    assert len(actions(house)) == 1
    assert house.told == ["midori"]
