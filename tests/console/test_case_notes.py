"""Notes among staff: kept once, never sent, and told to whoever is asked."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from handoff.desk_models import CaseNote, Mention
from tests.console.cases import add_colleague, claimed_case, send_what_waits
from tests.console.conftest import Browser, House, actions, words_of
from tests.console.sample import ATTACK

Visit = Callable[..., Browser]
KEY = "0123456789abcdef0123456789abcdef"


def notes(house: House) -> list[str]:
    with house.database.reading() as session:
        return list(session.scalars(select(CaseNote.text).order_by(CaseNote.id)))


def asked(house: House) -> list[int]:
    with house.database.reading() as session:
        return list(session.scalars(select(Mention.staff_id).order_by(Mention.id)))


@pytest.mark.parametrize("as_htmx", [True, False])
def test_note_sent_twice_is_one_note_and_reaches_no_resident(house: House, visit: Visit, as_htmx: bool) -> None:
    case_id = claimed_case(house)
    browser = visit("staff")
    for _ in range(2):
        answer = browser.submit(f"/console/cases/{case_id}/notes", as_htmx=as_htmx, text=f"内緒です {ATTACK}", submission=KEY)
        assert answer.status_code == (200 if as_htmx else 303)
    assert notes(house) == [f"内緒です {ATTACK}"]
    assert send_what_waits(house) == []
    page = browser.get(f"/console/cases/{case_id}").text
    assert "内緒です" in page.split('id="case-notes"')[1]
    assert "内緒です" not in page.split('id="case-talk"')[1].split('id="case-reply"')[0]
    assert "<script>alert" not in page
    assert actions(house) == [f"case.note case:{case_id}"]
    if as_htmx:
        assert '<hx-partial hx-target="#case-notes"' in answer.text


@pytest.mark.parametrize("text", ["", "  \n", "あ" * 2001])
def test_note_that_is_empty_or_too_long_is_refused_with_its_words(house: House, visit: Visit, text: str) -> None:
    case_id = claimed_case(house)
    answer = visit("staff").submit(f"/console/cases/{case_id}/notes", as_htmx=True, text=text, submission=KEY)
    assert answer.status_code == 422
    assert text.strip() in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert notes(house) == []


@pytest.mark.parametrize(
    ("text", "chosen", "expected"),
    [
        ("@佐藤 環 お願いします", "", ["sato"]),
        ("＠佐藤環さん、見てください", "", ["sato"]),
        ("@佐藤 環奈 に聞く", "", ["kanna"]),
        ("どう思いますか", "sato", ["sato"]),
        ("@佐藤 環 @佐藤 環", "sato", ["sato"]),
        ("@staffさん 自分には届かない", "", []),
        ("@だれか", "", []),
        ("佐藤 環さんの件", "", []),
    ],
)
def test_who_is_named_is_told_once(house: House, visit: Visit, text: str, chosen: str, expected: list[str]) -> None:
    ids = {"sato": add_colleague(house, "sato", "佐藤 環", "environment"), "kanna": add_colleague(house, "kanna", "佐藤 環奈", "citizens")}
    case_id = claimed_case(house)
    visit("staff").submit(f"/console/cases/{case_id}/notes", text=text, mention=str(ids.get(chosen, "")), submission=KEY)
    assert asked(house) == [ids[name] for name in expected]


def test_form_without_the_key_of_a_page_is_refused(house: House, visit: Visit) -> None:
    case_id = claimed_case(house)
    assert visit("staff").submit(f"/console/cases/{case_id}/notes", text="鍵なし").status_code == 403
    assert notes(house) == []


def test_viewer_writes_no_note(house: House, visit: Visit) -> None:
    case_id = claimed_case(house)
    assert visit("viewer").submit(f"/console/cases/{case_id}/notes", text="見るだけ", submission=KEY).status_code == 403
    assert "職員だけのメモ" in words_of(visit("viewer").get(f"/console/cases/{case_id}").text)
