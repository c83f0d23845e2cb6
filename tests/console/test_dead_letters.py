"""Jobs that were given up."""

from collections.abc import Callable

from tests.console.conftest import Browser, House, actions, words_of

Visit = Callable[..., Browser]


def dead(house: House) -> list[int]:
    with house.database.reading() as session:
        return sorted(letter.id for letter in house.queue.dead_letters(session))


def test_own_jobs_and_those_of_no_municipality_are_listed(visit: Visit) -> None:
    words = words_of(visit("administrator").get("/console/dead-letters").text)
    assert "住民への返答づくり" in words
    assert "TemporaryError of midori" in words
    assert "今日 10:00" in words
    assert "送信数の読み取り" in words
    assert "すべての自治体に共通" in words
    assert "aoba" not in words
    assert "LINEへの送信" not in words


def test_retried_job_is_ready_again(house: House, visit: Visit) -> None:
    browser = visit("administrator")
    assert browser.submit("/console/dead-letters/1/retry").headers["location"] == "/console/dead-letters"
    assert "もう一度実行するように戻しました" in browser.get("/console/dead-letters").text
    assert dead(house) == [2, 3]
    assert actions(house) == ["job.retry job:1"]


def test_second_click_says_that_it_was_done(house: House, visit: Visit) -> None:
    browser = visit("administrator")
    first, second = (browser.submit("/console/dead-letters/2/retry", as_htmx=True) for _ in range(2))
    assert "やり直しを頼みました" in first.text
    assert "もう止まっていません" in second.text
    assert 'id="letter-2"' in first.text
    assert 'id="letter-2"' in second.text
    assert actions(house) == ["job.retry job:2"]


def test_empty_list_says_so(visit: Visit) -> None:
    browser = visit("administrator")
    for number in (1, 2):
        browser.submit(f"/console/dead-letters/{number}/retry")
    assert "止まった処理はありません" in browser.get("/console/dead-letters").text
