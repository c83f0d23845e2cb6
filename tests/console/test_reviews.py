"""Low scores, as supervisors work through them."""

from collections.abc import Callable

import pytest

from handoff.models import Case
from tests.console.case_sample import fill_cases
from tests.console.conftest import Browser, House, actions, words_of

Visit = Callable[..., Browser]
PATH = "/console/reviews"


@pytest.fixture
def ids(house: House) -> dict[str, int]:
    return fill_cases(house)


def test_low_score_is_shown_with_its_words_and_marked_once(house: House, visit: Visit, ids: dict[str, int]) -> None:
    browser = visit("supervisor")
    page = browser.get(PATH).text
    words = words_of(page)
    for said in ("未確認（1件）", "5点のうち1点", "保育園の空き状況", "たらい回しにされました", "鈴木 次郎", "緑市民課"):
        assert said in words, said
    assert "<script>alert" not in page
    assert "図書館" not in words
    for _ in range(2):
        assert browser.submit(f"{PATH}/{ids['low']}/done").headers["location"] == PATH
    with house.database.reading() as session:
        case = session.get_one(Case, ids["low"])
        assert case.reviewed_at == house.clock.now
    assert actions(house) == [f"review.done case:{ids['low']}"]
    assert "確認を待っている評価はありません" in browser.get(PATH).text
    assert "supervisorさん" in browser.get(f"{PATH}?state=done").text


def test_part_of_the_page_is_swapped(visit: Visit, ids: dict[str, int]) -> None:
    answer = visit("supervisor").submit(f"{PATH}/{ids['low']}/done", as_htmx=True)
    assert "確認済み" in answer.text
    assert "<html" not in answer.text


def test_only_low_scores_of_ones_own_town_can_be_marked(house: House, visit: Visit, ids: dict[str, int]) -> None:
    browser = visit("supervisor")
    assert browser.submit(f"{PATH}/{ids['closed']}/done").status_code == 404
    assert browser.submit(f"{PATH}/{ids['foreigner']}/done").status_code == 404
    assert actions(house) == []


def test_empty_lists_tell_what_will_come(visit: Visit) -> None:
    browser = visit("supervisor")
    assert "低い評価が付くと、ここに並びます" in browser.get(PATH).text
    assert "確認済みの評価はまだありません" in browser.get(f"{PATH}?state=done").text
