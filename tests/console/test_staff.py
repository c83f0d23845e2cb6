"""Profiles of staff."""

from collections.abc import Callable

import pytest

from console.views.staff import fingerprint
from handoff.models import Staff
from tests.console.case_sample import fill_cases
from tests.console.conftest import Browser, House, actions, words_of

Visit = Callable[..., Browser]
PATH = "/console/staff"


def taro(house: House) -> Staff:
    with house.database.reading() as session:
        return session.query(Staff).filter(Staff.login == "taro").one()


def save(browser: Browser, staff: Staff, **fields: object):  # type: ignore[no-untyped-def]
    return browser.post(f"{PATH}/{staff.id}", data={"csrf_token": browser.token, "seen": fingerprint(staff), **fields})


@pytest.fixture(autouse=True)
def people(house: House) -> None:
    fill_cases(house)


def test_profile_is_changed_and_known_to_the_queue(house: House, visit: Visit) -> None:
    browser, before = visit("supervisor"), taro(house)
    assert "ベトナム語" in words_of(browser.get(PATH).text)
    for _ in range(2):
        answer = save(browser, before, capacity="6", languages=["en", "xx", "ja"], skills=["ごみ", "ありません", "証明書"])
        assert answer.headers["location"] == PATH
    after = taro(house)
    assert (after.capacity, after.languages, after.skills) == (6, ["en"], ["ごみ", "証明書"])
    assert actions(house) == [f"staff.profile staff:{after.id}"]


@pytest.mark.parametrize("capacity", ["", "0", "31", "x", "-1", "９" * 5])
def test_capacity_must_be_a_number_that_makes_sense(house: House, visit: Visit, capacity: str) -> None:
    before = taro(house)
    answer = save(visit("supervisor"), before, capacity=capacity, languages=["vi"], skills=["証明書"])
    assert answer.status_code == 422
    assert "1〜30の数字にしてください" in answer.text
    assert taro(house).capacity == before.capacity


def test_stale_form_is_refused(house: House, visit: Visit) -> None:
    before = taro(house)
    save(visit("supervisor"), before, capacity="6")
    answer = save(visit("administrator"), before, capacity="2")
    assert answer.status_code == 422
    assert "ほかの人が山田 太郎さんの情報を変えました" in answer.text
    assert taro(house).capacity == 6


def test_only_people_who_take_cases_are_listed(visit: Visit) -> None:
    words = words_of(visit("administrator").get(PATH).text)
    for name in ("山田 太郎", "staffさん", "supervisorさん"):
        assert name in words
    assert "viewerさん" not in words


def test_accounts_of_another_town_are_not_there(house: House, visit: Visit) -> None:
    with house.database.reading() as session:
        foreign = session.query(Staff).filter(Staff.municipality_id == "aoba").one()
    assert save(visit("administrator"), foreign, capacity="9").status_code == 404
