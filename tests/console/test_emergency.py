"""The emergency message for all."""

from collections.abc import Callable

import pytest

from bot.models import Quota
from core.models import JobRow
from handoff.desk_models import EmergencyMessage
from tests.console.conftest import Browser, House, actions, words_of
from tests.console.sample import ATTACK

Visit = Callable[..., Browser]
PATH = "/console/emergency"
KEY = "0123456789abcdef0123456789abcdef"
WORDS = {"ja": "全窓口を閉庁しています。", "easy": "きょうは やすみです。", "en": "City hall is closed."}


def messages(house: House) -> list[EmergencyMessage]:
    with house.database.reading() as session:
        return list(session.query(EmergencyMessage).order_by(EmergencyMessage.id))


def pushes(house: House) -> int:
    with house.database.reading() as session:
        return session.query(JobRow).filter(JobRow.kind == "send_emergency").count()


def test_message_is_shown_before_it_is_begun_and_begins_once(house: House, visit: Visit) -> None:
    browser = visit("supervisor")
    check = browser.submit(f"{PATH}/check", submission=KEY, **WORDS)
    assert check.status_code == 200
    for text in WORDS.values():
        assert text in check.text
    assert "話しかけた人にだけ見えます" in check.text
    assert messages(house) == []
    for _ in range(2):
        assert browser.submit(PATH, submission=KEY, **WORDS).headers["location"] == PATH
    (message,) = messages(house)
    assert (message.texts, message.is_pushed, message.ended_at) == (WORDS, False, None)
    assert pushes(house) == 0
    assert "いま出ています" in browser.get(PATH).text
    assert actions(house) == [f"emergency.begin emergency:{message.id}"]


def test_push_to_all_names_its_number_and_cost_and_is_confirmed_a_second_time(house: House, visit: Visit) -> None:
    browser = visit("supervisor")
    words = words_of(browser.submit(f"{PATH}/check", submission=KEY, is_pushed="1", **WORDS).text)
    assert "友だち 34人 に、すぐに送ります" in words
    assert "34通 を使います。今月の残りは700通です" in words
    refused = browser.submit(PATH, submission=KEY, is_pushed="1", **WORDS)
    assert refused.status_code == 422
    assert "人数と通数を確かめて" in refused.text
    assert messages(house) == []
    for _ in range(2):
        assert browser.submit(PATH, submission=KEY, is_pushed="1", is_confirmed="1", **WORDS).status_code == 303
    assert [message.is_pushed for message in messages(house)] == [True]
    assert pushes(house) == 1


def test_push_beyond_what_is_left_of_the_month_is_warned_of(house: House, visit: Visit) -> None:
    with house.database.transaction() as session:
        session.query(Quota).one().used = 4990
    page = visit("supervisor").submit(f"{PATH}/check", submission=KEY, is_pushed="1", **WORDS).text
    assert "今月の残りの通数が足りません" in page


@pytest.mark.parametrize(("words", "said"), [({"ja": " "}, "日本語の文を書いてください"), ({"ja": "あ" * 501}, "500字")])
def test_words_that_can_not_be_sent_are_told_and_kept(house: House, visit: Visit, words: dict[str, str], said: str) -> None:
    for path in (f"{PATH}/check", PATH):
        answer = visit("supervisor").submit(path, submission=KEY, en="kept words", **words)
        assert answer.status_code == 422
        assert said in answer.text
        assert "kept words" in answer.text
    assert messages(house) == []


def test_message_that_somebody_else_began_meanwhile_is_seen_first(house: House, visit: Visit) -> None:
    visit("administrator").submit(PATH, submission="f" * 32, ja="先に出した文")
    browser = visit("supervisor")
    answer = browser.submit(PATH, submission=KEY, **WORDS)
    assert answer.status_code == 422
    assert "ほかの人が緊急メッセージを変えました" in answer.text
    assert "先に出した文" in answer.text
    first = messages(house)[0]
    assert f'name="replaces" value="{first.id}"' in answer.text
    browser.submit(PATH, submission=KEY, replaces=str(first.id), **WORDS)
    assert [message.ended_at is None for message in messages(house)] == [False, True]


def test_message_is_ended_once_and_stays_in_the_list(house: House, visit: Visit) -> None:
    browser = visit("supervisor")
    browser.submit(PATH, submission=KEY, **WORDS)
    (message,) = messages(house)
    for _ in range(2):
        assert browser.submit(f"{PATH}/{message.id}/end").status_code == 303
    page = browser.get(PATH).text
    assert "いま出ている緊急メッセージはありません" in page
    assert WORDS["ja"] in page
    assert actions(house) == [f"emergency.begin emergency:{message.id}", f"emergency.end emergency:{message.id}"]


def test_one_goes_back_to_the_form_with_what_was_typed(visit: Visit) -> None:
    page = visit("supervisor").submit(f"{PATH}/edit", submission=KEY, is_pushed="1", **WORDS).text
    assert WORDS["easy"] in page
    assert 'name="is_pushed" value="1"' in page


def test_words_are_only_text(visit: Visit) -> None:
    page = visit("supervisor").submit(f"{PATH}/check", submission=KEY, ja=ATTACK).text
    assert "<script>alert" not in page
