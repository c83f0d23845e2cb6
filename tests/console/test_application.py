"""The page of one application: checks, returning, steps and what residents hear, paper, photos."""

import io
import re
from collections.abc import Callable
from datetime import timedelta

import pypdfium2
import pytest
from PIL import Image

from bot.models import Conversation, OutgoingCall
from console.application_reading import within_a_year
from handoff.models import Case
from procedures.applications import reopen
from procedures.fillings import filling_for
from procedures.models import ApplicationState
from procedures.queries import events_of
from tests.console.application_sample import add_official, applied, held, stored, tell_what_waits
from tests.console.conftest import Browser, House, actions, words_of
from tests.console.sample import NOW

Visit = Callable[..., Browser]
KEY = "0123456789abcdef0123456789abcdef"


def path(number: int, name: str = "") -> str:
    return f"/console/applications/{number}" + (f"/{name}" if name else "")


def page(browser: Browser, number: int) -> str:
    answer = browser.get(path(number))
    assert answer.status_code == 200
    return answer.text


def step(browser: Browser, house: House, number: int, name: str, key: str = KEY, **fields: str):  # type: ignore[no-untyped-def]
    with house.database.reading() as session:
        event = str(events_of(session, number)[-1].id)
    version = str(stored(house, number).version)
    return browser.submit(path(number, name), **{"version": version, "event": event, "submission": key, **fields})


def mark(browser: Browser, number: int, field: str, verdict: str, **fields: str):  # type: ignore[no-untyped-def]
    return browser.submit(path(number, "marks"), field=field, verdict=verdict, **fields)


def jpeg(colour: str = "#446688") -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(kept, "JPEG")
    return kept.getvalue()


def test_page_shows_answers_and_what_will_be_said(house: House, visit: Visit) -> None:
    number = applied(house)
    words = words_of(page(visit("staff"), number))
    for told in (
        "仮受付", "髙橋 𠮷野（タカハシ ヨシノ）", "古いソファ", "2026年（令和8年）11月30日（月）", "申込みが届きました（住民）",
        "大型ごみ（JU-2026-000001-O）を受け付けました。2026年（令和8年）11月30日（月）に出してください。", "緑市廃棄物条例",
    ):  # fmt: skip
        assert told in words, told
    assert "7654321" not in words
    viewer = words_of(page(visit("viewer"), number))
    assert "古いソファ" in viewer
    assert "受け付ける" not in viewer


def test_sensitive_answers_are_shown_to_who_asks_and_that_is_recorded(house: House, visit: Visit) -> None:
    number, browser = applied(house), visit("staff")
    assert "7654321" in browser.submit(path(number, "reveal")).text
    assert actions(house) == [f"application.reveal application:{number}"]
    assert visit("viewer").submit(path(number, "reveal")).status_code == 403


def test_marked_answers_are_returned_and_exactly_those_are_asked_again(house: House, visit: Visit) -> None:
    number, browser = applied(house), visit("staff")
    mark(browser, number, "thing", "fine")
    mark(browser, number, "phone", "fix", prepared="お電話がつながりませんでした。")
    mark(browser, number, "day", "fix", prepared="これではなく", reason="その日は都合がつきません。")
    words = words_of(page(browser, number))
    assert "6項目のうち3項目を確かめました" in words
    assert "大型ごみ（JU-2026-000001-O）について、確かめたいことがあります。" in words
    assert step(browser, house, number, "return").status_code == 303
    application = stored(house, number)
    assert application.state == ApplicationState.RETURNED
    with house.database.reading() as session:
        talk = session.query(Conversation).filter_by(key="m-apply").one()
        assert talk.resident_id is not None
        desk = house.receiving.desk("midori")
        filling = filling_for(session, desk.seals, talk.resident_id, number, house.clock())
    assert filling is not None
    assert dict(filling.reasons) == {"day": "その日は都合がつきません。", "phone": "お電話がつながりませんでした。"}
    assert set(filling.limited_to) == {"day", "phone"}
    told = tell_what_waits(house, pass_by=timedelta())
    assert len(told) == 1
    assert "その日は都合がつきません。" in told[0]
    with house.database.reading() as session:
        body = session.query(OutgoingCall).order_by(OutgoingCall.id.desc()).first().body  # type: ignore[union-attr]
    assert "質問に答える" in str(body)
    marks = [
        f"application.mark_{verdict} application:{number} {field}"
        for field, verdict in (("thing", "fine"), ("phone", "fix"), ("day", "fix"))
    ]
    assert actions(house) == [*marks, f"application.return application:{number}"]


def test_nothing_is_returned_without_a_mark_and_no_mark_is_set_without_a_reason(house: House, visit: Visit) -> None:
    number, browser = applied(house), visit("staff")
    assert step(browser, house, number, "return").status_code == 422
    answer = browser.submit(path(number, "marks"), as_htmx=True, field="phone", verdict="fix", reason=" ")
    assert "直してほしい理由を選ぶか、書いてください" in answer.text
    assert mark(browser, number, "fee", "fine").status_code == 404
    assert stored(house, number).state == ApplicationState.NEW
    assert actions(house) == []


def test_form_of_an_older_page_changes_nothing_and_says_what_happened(house: House, visit: Visit) -> None:
    number, browser = applied(house), visit("staff")
    with house.database.reading() as session:
        event = str(events_of(session, number)[-1].id)
    version = str(stored(house, number).version)
    step(visit("supervisor"), house, number, "accept", "f" * 32)
    answer = browser.submit(path(number, "refuse"), version=version, event=event, submission=KEY, words="うちでは扱っていません。")
    assert answer.status_code == 409
    words = words_of(answer.text)
    assert "開いたあとに、この申込みが変わりました。まだ何もしていません。" in words
    assert "受け付けました（supervisorさん）" in words
    assert "うちでは扱っていません。" in words
    assert stored(house, number).state == ApplicationState.ACCEPTED


def test_double_click_has_one_effect_and_one_message(house: House, visit: Visit) -> None:
    number, browser = applied(house), visit("staff")
    version = str(stored(house, number).version)
    answers = [browser.submit(path(number, "accept"), version=version, event="0", submission=KEY) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    with house.database.reading() as session:
        assert [event.kind for event in events_of(session, number)] == ["submitted", "accepted"]
    assert len(tell_what_waits(house)) == 1
    assert tell_what_waits(house) == [], "asked for again it is the same message"


def test_step_is_taken_back_until_it_is_told(house: House, visit: Visit) -> None:
    number, browser = applied(house), visit("staff")
    step(browser, house, number, "accept")
    assert "まだ住民には知らせていません" in words_of(page(browser, number))
    assert step(browser, house, number, "undo", "e" * 32).status_code == 303
    assert stored(house, number).state == ApplicationState.NEW
    assert tell_what_waits(house) == []
    step(browser, house, number, "accept", "d" * 32)
    house.clock.pass_by(timedelta(seconds=26))
    assert "まだ住民には知らせていません" not in words_of(page(browser, number))
    assert step(browser, house, number, "undo", "c" * 32).status_code == 422
    assert stored(house, number).state == ApplicationState.ACCEPTED


def test_refusal_needs_a_reason_which_the_resident_reads(house: House, visit: Visit) -> None:
    number, browser = applied(house), visit("staff")
    assert step(browser, house, number, "refuse", words=" ").status_code == 422
    assert stored(house, number).state == ApplicationState.NEW
    preview = browser.submit(path(number, "preview"), verb="refused", words="店の物でした。").text
    assert "お受けできません。店の物でした。" in preview
    assert step(browser, house, number, "refuse", "e" * 32, words="店の物でした。").status_code == 303
    assert tell_what_waits(house) == ["大型ごみ（JU-2026-000001-O）は、お受けできません。店の物でした。"]
    assert "お断りしました" in words_of(page(browser, number))


def test_words_that_staff_add_reach_the_resident_though_the_procedure_has_no_gap_for_them(house: House, visit: Visit) -> None:
    """They used to be lost without a word."""
    number, browser = applied(house), visit("staff")
    step(browser, house, number, "accept")
    tell_what_waits(house)
    preview = words_of(browser.submit(path(number, "preview"), verb="finished", words="処理券が1枚余りました。").text)
    assert "集めました。" in preview
    assert "処理券が1枚余りました。" in preview
    assert step(browser, house, number, "finish", "e" * 32, words="処理券が1枚余りました。").status_code == 303
    assert tell_what_waits(house) == ["大型ごみ（JU-2026-000001-O）を集めました。\n処理券が1枚余りました。"]


def test_everybody_who_reported_hears_each_stage_with_the_picture_of_what_was_done(house: House, visit: Visit) -> None:
    first, joined = applied(house, "pothole", key="m-1"), applied(house, "pothole", key="m-2", same="same")
    silent = applied(house, "pothole", key="m-3", same="same", notify="anonymous")
    browser = visit("staff")
    assert "同じものの通報（2件）" in words_of(page(browser, first))
    assert "先に届いた通報と同じものです" in words_of(page(browser, joined))
    step(browser, house, first, "check")
    assert len(tell_what_waits(house)) == 2, "who reported anonymously hears nothing"
    data = {
        "csrf_token": browser.token,
        "version": str(stored(house, first).version),
        "event": "0",
        "submission": "e" * 32,
        "words": "埋めました。",
    }
    browser.post(path(first, "finish"), data=data, files={"photo": ("after.jpg", jpeg(), "image/jpeg")})
    assert {stored(house, number).state for number in (first, joined, silent)} == {"done"}
    told = tell_what_waits(house)
    assert sorted(told) == sorted(
        [f"通報（{stored(house, number).number}）の場所を直しました。埋めました。" for number in (first, joined)] + ["image"] * 2
    )
    photo = re.search(rf'href="({path(first)}/media/\d+)"', page(browser, first))
    assert photo is not None
    assert browser.get(photo[1]).headers["content-type"] == "image/jpeg"
    assert browser.get(photo[1].replace(str(first), str(joined), 1).replace(f"/{first}/", f"/{joined}/")).status_code == 404
    with house.database.transaction() as session:
        told_on = reopen(session, house.receiving.desk("midori"), held(session, joined), "まだ穴があります。", house.clock())
        assert [telling.application_id for telling in told_on] == [first]
    assert stored(house, first).state == ApplicationState.CHECKING
    assert "まだ直っていないと知らせがありました" in words_of(page(browser, joined))


def test_file_that_is_no_picture_is_not_sent(house: House, visit: Visit) -> None:
    number, browser = applied(house, "pothole"), visit("staff")
    step(browser, house, number, "check")
    data = {"csrf_token": browser.token, "version": str(stored(house, number).version), "event": "0", "submission": "e" * 32}
    answer = browser.post(path(number, "finish"), data=data, files={"photo": ("after.exe", b"MZ\x90\x00" * 20, "image/jpeg")})
    assert answer.status_code == 422
    assert stored(house, number).state == ApplicationState.CHECKING
    browser.post(path(number, "finish"), data={**data, "submission": "d" * 32}, files={"photo": ("after.jpg", jpeg(), "image/jpeg")})
    assert stored(house, number).state == ApplicationState.DONE


def test_notes_stay_among_staff_and_are_kept_once(house: House, visit: Visit) -> None:
    number, browser = applied(house), visit("staff")
    for _ in range(2):
        browser.submit(path(number, "notes"), submission=KEY, words="電話は午後がよい。")
    assert words_of(page(browser, number)).count("電話は午後がよい。") == 1
    assert tell_what_waits(house) == []
    assert browser.submit(path(number, "notes"), submission="e" * 32, words=" ").status_code == 422


def test_case_is_opened_from_an_application_and_finds_its_way_back(house: House, visit: Visit) -> None:
    number, browser = applied(house), visit("staff")
    answer = browser.submit(path(number, "case"))
    case_id = int(answer.headers["location"].rsplit("/", 1)[1])
    with house.database.reading() as session:
        case = session.get_one(Case, case_id)
        assert case.title == "大型ごみの収集（JU-2026-000001-O）のこと"
        assert "7654321" not in str(case.packet)
    assert f'href="{path(number)}"' in browser.get(f"/console/cases/{case_id}").text
    assert f'href="/console/cases/{case_id}"' in page(browser, number)
    anonymous = applied(house, "pothole", key="m-9", notify="anonymous")
    assert browser.submit(path(anonymous, "case")).status_code == 404
    assert "この人とのやりとり" not in words_of(page(browser, anonymous))


def test_colleague_who_looks_is_shown(house: House, visit: Visit) -> None:
    number = applied(house)
    visit("supervisor").submit(path(number, "viewing"), state="looking")
    assert "が見ています" in words_of(page(visit("staff"), number))
    visit("supervisor").submit(path(number, "viewing"), state="gone")
    assert "見ています" not in words_of(page(visit("staff"), number))
    add_official(house, "jun", "environment")
    hole = applied(house, "pothole", key="m-3")
    assert visit("jun").submit(path(hole, "viewing"), state="looking").status_code == 404


def test_paper_is_readable_by_people_and_by_screen_readers(house: House, visit: Visit) -> None:
    number, browser = applied(house, thing="#let x = 1 *机* $a$ 﨑"), visit("staff")
    answer = browser.get(path(number, "paper"))
    assert answer.headers["content-type"] == "application/pdf"
    assert actions(house) == [f"application.print application:{number}"]
    assert b"/StructTreeRoot" in answer.content
    assert b"/Lang" in answer.content
    assert re.search(rb"pdfuaid:part>\s*1|pdfuaid:part=\"1\"", answer.content)
    document = pypdfium2.PdfDocument(answer.content)
    assert document.get_metadata_dict()["Title"] == "大型ごみの収集 JU-2026-000001-O"
    text = document[0].get_textpage().get_text_range()
    for told in ("緑市長 あて", "髙橋 𠮷野（タカハシ ヨシノ）", "#let x = 1 *机* $a$ 﨑", "JU-2026-000001-O", "仮受付", "7654321"):
        assert told in text, told
    assert [round(side) for side in document[0].get_size()] == [595, 842]
    plain = pypdfium2.PdfDocument(visit("viewer").get(path(number, "paper")).content)
    assert "7654321" not in plain[0].get_textpage().get_text_range()


@pytest.mark.parametrize("name", ["accept", "refuse", "return", "undo"])
def test_report_that_joined_another_is_moved_with_that_one_only(house: House, visit: Visit, name: str) -> None:
    applied(house, "pothole", key="m-1")
    joined, browser = applied(house, "pothole", key="m-2", same="same"), visit("staff")
    assert step(browser, house, joined, name, words="だめ").status_code == 422
    assert stored(house, joined).state == ApplicationState.NEW


@pytest.mark.parametrize(("days", "is_shown"), [(20, True), (3650, False)])
def test_end_of_changes_is_shown_where_it_limits_anything(days: int, is_shown: bool) -> None:
    assert (within_a_year(NOW + timedelta(days=days), NOW) is not None) is is_shown
    assert within_a_year(None, NOW) is None
