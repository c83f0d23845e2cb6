"""Seeing at the counter who somebody is."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from bot.receiving import Receiving
from bot.telling import Teller
from procedures.assurance import read_code
from procedures.keys import Seals
from procedures.loading import load_procedures
from procedures.models import LinkCode
from tests.console.case_sample import fill_cases
from tests.console.conftest import KEYRING, Browser, House, actions, words_of

Visit = Callable[..., Browser]
PATH = "/console/identity"


@pytest.fixture
def counter(house: House) -> House:
    """With what receives applications."""
    fill_cases(house)
    if getattr(house, "receiving", None) is None:
        teller = Teller(
            jobs=house.queue, channel=house.counter._channel, packs=house.packs, procedures=lambda _name: load_procedures("shiomi"),
            seals=Seals(KEYRING), media=house.counter.media,
        )  # fmt: skip
        console = next(route.app for route in house.application().routes).app.state.console  # type: ignore[attr-defined]
        object.__setattr__(console, "receiving", Receiving(teller))
    return house


def test_code_is_shown_once_audited_and_kept_as_a_hash(counter: House, visit: Visit) -> None:
    browser = visit("taro")
    assert browser.submit(f"{PATH}/code", method="").status_code == 422
    page = browser.submit(f"{PATH}/code", method="passport")
    assert page.status_code == 200
    shown = re.search(r'link-code"><strong>([^<]+)</strong>', page.text)
    assert shown is not None
    assert read_code(shown[1]) == shown[1]
    assert shown[1] not in browser.get(PATH).text
    with counter.database.reading() as session:
        (row,) = session.scalars(select(LinkCode))
    assert (row.method, row.used_at) == ("passport", None)
    assert shown[1] not in repr(vars(row))
    assert actions(counter)[-1] == "identity.code passport"


def test_draft_that_is_not_there_is_said_beside_the_number(counter: House, visit: Visit) -> None:
    browser = visit("taro")
    page = browser.get(f"{PATH}?code=ABCD-EFGH")
    assert page.status_code == 404
    assert "その番号の下書きはありません" in words_of(page.text)
    assert browser.submit(f"{PATH}/draft", code="ABCD-EFGH", method="passport").status_code == 404


def test_only_those_who_handle_applications_may(counter: House, visit: Visit) -> None:
    assert visit("taro").get(PATH).status_code == 200
    assert visit("viewer").get(PATH).status_code == 403
    assert visit("viewer").submit(f"{PATH}/code", method="passport").status_code == 403
