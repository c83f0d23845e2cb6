"""Seeing at the counter who somebody is."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from bot.models import OutgoingCall
from bot.procedure_facts import facts_for
from bot.receiving import Receiving
from bot.telling import Teller
from procedures.assurance import read_code
from procedures.drafts import keep_draft
from procedures.keys import Seals
from procedures.loading import load_procedures
from procedures.models import Application, LinkCode
from procedures.state import Filling
from tests.console.application_sample import BULKY_ANSWERS
from tests.console.case_sample import fill_cases
from tests.console.conftest import KEYRING, Browser, House, actions, words_of
from tests.console.sample import add_conversation

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


def test_draft_that_is_accepted_tells_its_resident_once(house: House, visit: Visit) -> None:
    """Who went to the counter used to hear nothing on LINE, not even the number."""
    with house.database.transaction() as session:
        talk = add_conversation(session, "midori", "m-draft")
        desk = house.receiving.desk("midori")
        definition = desk.procedures.definitions["bulky"]
        assert talk.resident_id is not None
        talk_id = talk.id
        facts = facts_for(session, desk.seals, house.packs("midori"), desk.procedures, definition, talk.resident_id, house.clock())
        filling = Filling(uid="u-draft", procedure_id="bulky", digest=desk.procedures.digests["bulky"], answers=BULKY_ANSWERS)
        given = {"resident_id": talk.resident_id, "language": "ja", "now": house.clock(), "facts": facts}
        code = keep_draft(session, desk, filling, **given).code  # type: ignore[arg-type]
    browser = visit("staff")
    page = browser.submit(f"{PATH}/draft", code=code, method="passport")
    assert page.status_code == 200
    assert browser.submit(f"{PATH}/draft", code=code, method="passport").status_code == 404, "it is accepted once"
    with house.database.reading() as session:
        (application,) = session.scalars(select(Application))
        (call,) = session.scalars(select(OutgoingCall).where(OutgoingCall.conversation_id == talk_id))
    assert application.number in page.text
    told = call.body[0]["text"]
    assert told.startswith("窓口で書類を確かめ")
    assert application.number in told


def test_only_those_who_handle_applications_may(counter: House, visit: Visit) -> None:
    assert visit("taro").get(PATH).status_code == 200
    assert visit("viewer").get(PATH).status_code == 403
    assert visit("viewer").submit(f"{PATH}/code", method="passport").status_code == 403
