"""Conversations: finding one, and reading it."""

from collections.abc import Callable

import pytest

from bot.models import Conversation
from tests.console.conftest import Browser, House, words_of
from tests.console.sample import add_turn

Visit = Callable[..., Browser]


def test_list_is_cut_into_pages(visit: Visit) -> None:
    browser = visit("viewer")
    first, second = browser.get("/console/conversations").text, browser.get("/console/conversations?page=2").text
    assert first.count("line-link") == 30
    assert 'rel="next"' in first
    assert 'rel="prev"' not in first
    assert second.count("line-link") == 5
    assert 'rel="prev"' in second
    assert 'rel="next"' not in second
    assert "最初のページへ" in browser.get("/console/conversations?page=9").text


def test_list_marks_who_got_no_answer_and_who_blocked_us(visit: Visit) -> None:
    page = visit("viewer").get("/console/conversations?page=2").text
    assert page.count("未回答") == 1
    assert page.count("ブロック中") == 1
    assert "ベトナム語" in page
    assert 'lang="vi"' in page


@pytest.mark.parametrize(("words", "count"), [("番号12の", 1), ("100%", 1), ("_", 0), ("状態 FAILED", 1), ("そんな言葉はない", 0)])
def test_search_finds_words_of_the_ledger(visit: Visit, words: str, count: int) -> None:
    page = visit("viewer").get("/console/conversations", params={"words": words}).text
    assert page.count("line-link") == count
    assert ("見つかりません" in page) is (count == 0)


def test_htmx_gets_only_the_list(visit: Visit) -> None:
    browser = visit("viewer")
    fragment = browser.get("/console/conversations?words=番号12の", headers={"hx-request-type": "partial"}).text
    page = browser.get("/console/conversations?words=番号12の", headers={"hx-request": "true", "hx-request-type": "full"}).text
    assert "<html" not in fragment
    assert "<html" in page
    assert " ".join(fragment.split()) in " ".join(page.split())


def test_talk_shows_both_sides_with_the_truth_about_each_delivery(visit: Visit) -> None:
    page = visit("viewer").get("/console/conversations/1").text
    words = words_of(page)
    for label in (
        "送信待ち",
        "送信中",
        "送信済み",
        "送信失敗",
        "届いたか不明",
        "届けられない",
        "返信（無料）",
        "プッシュ （1通）",
        "理由：HTTP 400",
    ):
        assert label in words.replace("プッシュ（", "プッシュ （"), label
    assert "送信が取り消されました" in words
    assert "質問を選びました" in words
    assert "写真" in words
    assert "11月23日（月）" in words
    assert "今日 10:55" in words


def test_talk_shows_why_each_turn_ended_as_it_did(visit: Visit) -> None:
    page = visit("viewer").get("/console/conversations/1").text
    words = words_of(page)
    assert "回答した" in words
    assert "確信度 87%" in words
    assert "住民の評価：役に立たなかった" in words
    assert 'href="/console/content/certificates-copy">住民票の写しはどこで取れますか。' in page
    assert "0.910" in words
    assert "bm25 0.800" in words
    assert "言葉：住民票 · どこ" in words
    assert "候補から" not in words
    assert "同じくらい近い候補があった" in words


def test_searched_words_are_marked_in_the_talk(visit: Visit) -> None:
    page = visit("viewer").get("/console/conversations/1?words=failed").text
    assert "状態 <mark>failed</mark>" in page


def test_unanswered_question_may_become_an_entry(visit: Visit) -> None:
    editor, viewer = (visit(role).get("/console/conversations/1").text for role in ("editor", "viewer"))
    assert editor.count("この質問への回答を作る") == 1
    assert "/console/new-content?question=%3Cscript%3E" in editor
    assert "この質問への回答を作る" not in viewer


def test_long_talk_is_cut_and_leads_to_its_earlier_part(house: House, visit: Visit) -> None:
    with house.database.transaction() as session:
        conversation = session.get_one(Conversation, 1)
        for number in range(60):
            add_turn(session, conversation, said=f"続き{number}。", replies=("はい",))
    browser = visit("viewer")
    newest = browser.get("/console/conversations/1").text
    assert "続き59。" in newest
    assert "続き9。" not in newest
    older = newest.split('href="/console/conversations/1?before=')[1].split('"')[0]
    earlier = browser.get(f"/console/conversations/1?before={older}").text
    assert "続き9。" in earlier
    assert "続き59。" not in earlier
    assert "いちばん新しいやりとりへ" in earlier
