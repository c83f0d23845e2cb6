"""Requests to be called back."""

from collections.abc import Callable

import pytest

from handoff.models import CallbackRequest, CallbackState
from tests.console.conftest import Browser, House, actions, words_of

Visit = Callable[..., Browser]


def stored(house: House, callback_id: int = 2) -> CallbackRequest:
    with house.database.reading() as session:
        return session.get_one(CallbackRequest, callback_id)


def test_open_requests_show_what_is_needed_for_the_call(visit: Visit) -> None:
    page = visit("staff").get("/console/callbacks").text
    words = words_of(page)
    assert 'href="tel:09000001111"' in page
    assert "未対応（2件）" in words
    assert "約束の日を過ぎています" in words
    assert "約束の前" in words
    assert "緑市民課" in words
    assert "11月21日（土） 11:00 から" in words


def test_finishing_keeps_the_note_and_says_who_it_was(house: House, visit: Visit) -> None:
    browser = visit("staff")
    answer = browser.submit("/console/callbacks/2/finish", note="お話しした\r\n済み", seen="")
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/callbacks")
    request = stored(house)
    assert (request.state, request.note, request.done_by, request.done_at) == (
        CallbackState.DONE,
        "お話しした\n済み",
        "staffさん",
        house.clock.now,
    )
    assert "対応済みにしました" in browser.get("/console/callbacks").text
    assert "対応済みにしました" not in browser.get("/console/callbacks").text
    assert "090-0000-2222" in browser.get("/console/callbacks?state=done").text


def test_second_click_changes_nothing(house: House, visit: Visit) -> None:
    visit("staff").submit("/console/callbacks/2/finish")
    assert visit("supervisor").submit("/console/callbacks/2/finish", note="あとから").status_code == 303
    assert (stored(house).done_by, stored(house).note) == ("staffさん", "")
    assert actions(house) == ["callback.finish callback:2"]


def test_finished_request_can_be_reopened(house: House, visit: Visit) -> None:
    browser = visit("staff")
    browser.submit("/console/callbacks/2/finish")
    assert browser.submit("/console/callbacks/2/reopen").status_code == 303
    assert browser.submit("/console/callbacks/2/reopen").status_code == 303
    assert stored(house).state == CallbackState.OPEN
    assert actions(house) == ["callback.finish callback:2", "callback.reopen callback:2"]


def test_htmx_gets_the_changed_request_and_a_word_for_screen_readers(visit: Visit) -> None:
    answer = visit("staff").submit("/console/callbacks/2/finish", as_htmx=True)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert 'id="callback-2"' in answer.text
    assert "未対応に戻す" in answer.text
    assert '<div id="announcement" hx-swap-oob="innerHTML">対応済みにしました。</div>' in answer.text


@pytest.mark.parametrize("as_htmx", [False, True])
@pytest.mark.parametrize("verb", ["note", "finish"])
def test_note_that_somebody_changed_meanwhile_is_not_overwritten(house: House, visit: Visit, verb: str, as_htmx: bool) -> None:
    visit("supervisor").submit("/console/callbacks/2/note", note="先に書いた", seen="")
    answer = visit("staff").submit(f"/console/callbacks/2/{verb}", as_htmx=as_htmx, note="私の<メモ>", seen="")
    assert answer.status_code == 422
    assert "別の職員がメモを変えました" in answer.text
    assert "先に書いた" in answer.text
    assert "私の&lt;メモ&gt;" in answer.text
    assert (stored(house).note, stored(house).state) == ("先に書いた", CallbackState.OPEN)
    assert visit("staff").submit(f"/console/callbacks/2/{verb}", note="私のメモ", seen="先に書いた").status_code == 303
    assert stored(house).note == "私のメモ"


def test_note_that_is_too_long_is_refused_and_kept_in_the_form(house: House, visit: Visit) -> None:
    answer = visit("staff").submit("/console/callbacks/2/note", note="あ" * 2001, seen="")
    assert answer.status_code == 422
    assert "2001字あります" in answer.text
    assert "あ" * 2001 in answer.text
    assert visit("staff").submit("/console/callbacks/2/note", note="あ" * 2000, seen="").status_code == 303
    assert len(stored(house).note) == 2000


def test_viewer_sees_requests_without_buttons(visit: Visit) -> None:
    page = visit("viewer").get("/console/callbacks").text
    assert "090-0000-1111" in page
    assert "対応済みにする" not in page


def test_empty_tabs_say_what_will_come(visit: Visit) -> None:
    browser = visit("staff")
    assert "対応済みの折り返しはまだありません" in browser.get("/console/callbacks?state=done").text
    for number in (1, 2):
        browser.submit(f"/console/callbacks/{number}/finish")
    assert "折り返しを待っている人はいません" in words_of(browser.get("/console/callbacks").text)
