"""Answering a resident from the page of a case: sent once, never into what was not read, and nothing typed is ever lost."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.models import MessageRow, OutgoingCall
from handoff.canned import CannedWords, add_reply
from handoff.desk_models import CannedReply, Media, StaffMessage
from tests.console.cases import add_canned, claimed_case, give, opened_case, resident_says, send_what_waits, state_of
from tests.console.conftest import Browser, House, actions, words_of
from tests.console.sample import ATTACK, NOW

Visit = Callable[..., Browser]

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde"
    b"\x00\x00\x00\x0cIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\r\xefF\xb8\x00\x00\x00\x00IEND\xaeB`\x82"
)


def fields(page: str) -> dict[str, str]:
    """What the form of a page would send besides the words."""
    return {name: page.split(f'name="{name}" value="')[1].split('"', maxsplit=1)[0] for name in ("submission", "seen")}


def reply(browser: Browser, case_id: int, text: str, *, as_htmx: bool = True, page: str | None = None, **more: str):  # type: ignore[no-untyped-def]
    sent = fields(page if page is not None else browser.get(f"/console/cases/{case_id}").text)
    return browser.submit(f"/console/cases/{case_id}/messages", as_htmx=as_htmx, text=text, **(sent | more))


def waiting_id(house: House) -> int:
    """Of the newest message of staff."""
    with house.database.reading() as session:
        return session.scalars(select(StaffMessage.id).order_by(StaffMessage.id.desc())).first() or 0


def said_by_staff(house: House) -> list[str]:
    with house.database.reading() as session:
        return list(session.scalars(select(MessageRow.text).where(MessageRow.staff_id.is_not(None)).order_by(MessageRow.id)))


def test_reply_waits_some_seconds_and_then_stands_in_the_talk(house: House, visit: Visit) -> None:
    case_id = claimed_case(house)
    browser = visit("staff")
    answer = reply(browser, case_id, "300円です。\nお待ちしています。")
    words = words_of(answer.text)
    assert answer.status_code == 200
    assert "あと5秒で送ります" in words
    assert "送るのをやめる" in words
    assert 'hx-target="#case-talk"' in answer.text
    assert said_by_staff(house) == []
    assert send_what_waits(house) == ["300円です。\nお待ちしています。"]
    assert said_by_staff(house) == ["300円です。\nお待ちしています。"]
    page = words_of(browser.get(f"/console/cases/{case_id}").text)
    assert "住民の返事待ち" in page
    assert "送信待ち" in page
    assert actions(house) == [f"case.reply case:{case_id}"]


def test_double_click_sends_once(house: House, visit: Visit) -> None:
    case_id = claimed_case(house)
    browser = visit("staff")
    page = browser.get(f"/console/cases/{case_id}").text
    for _ in range(2):
        assert reply(browser, case_id, "一度だけ", page=page).status_code == 200
    assert send_what_waits(house) == ["一度だけ"]
    assert reply(browser, case_id, "一度だけ", page=page).status_code == 200
    assert send_what_waits(house) == []
    assert actions(house) == [f"case.reply case:{case_id}"]


@pytest.mark.parametrize("as_htmx", [True, False])
def test_undoing_in_time_sends_nothing_and_brings_the_words_back(house: House, visit: Visit, as_htmx: bool) -> None:
    case_id = claimed_case(house)
    browser = visit("staff")
    reply(browser, case_id, "まだ送らない")
    answer = browser.submit(f"/console/cases/{case_id}/messages/{waiting_id(house)}/undo", as_htmx=as_htmx, text="あとから書いた")
    assert answer.status_code == (200 if as_htmx else 303)
    assert send_what_waits(house) == []
    page = answer.text if as_htmx else browser.get(f"/console/cases/{case_id}").text
    assert "まだ送らない" in page.split('id="reply-text"')[1].split("</textarea>")[0]
    assert ("あとから書いた" in page) is as_htmx
    assert "まだ送らない" not in page.split('id="case-talk"')[1].split('id="case-head"')[0].split('id="case-reply"')[0]


def test_undoing_too_late_says_so(house: House, visit: Visit) -> None:
    case_id = claimed_case(house)
    browser = visit("staff")
    reply(browser, case_id, "もう行きます")
    send_what_waits(house)
    answer = browser.submit(f"/console/cases/{case_id}/messages/{waiting_id(house)}/undo", as_htmx=True)
    assert "もう送ったので、取り消せません。" in answer.text
    assert said_by_staff(house) == ["もう行きます"]
    assert "case.undo" not in " ".join(actions(house))


def test_message_of_another_case_or_colleague_is_not_undone(house: House, visit: Visit) -> None:
    case_id, other_id = claimed_case(house), claimed_case(house, key="m-other", title="別の件")
    reply(visit("staff"), case_id, "届くはず")
    assert visit("staff").submit(f"/console/cases/{other_id}/messages/{waiting_id(house)}/undo").status_code == 404
    answer = visit("supervisor").submit(f"/console/cases/{case_id}/messages/{waiting_id(house)}/undo", as_htmx=True)
    assert answer.status_code == 200
    assert send_what_waits(house) == ["届くはず"]


@pytest.mark.parametrize("as_htmx", [True, False])
def test_reply_is_refused_when_the_resident_wrote_meanwhile_and_sent_once_it_was_read(house: House, visit: Visit, as_htmx: bool) -> None:
    case_id = claimed_case(house)
    browser = visit("staff")
    page = browser.get(f"/console/cases/{case_id}").text
    resident_says(house, case_id, f"2通お願いします {ATTACK}")
    answer = reply(browser, case_id, "300円です。", page=page, as_htmx=as_htmx)
    assert answer.status_code == 409
    assert "まだ送っていません" in words_of(answer.text)
    assert "2通お願いします" in answer.text.split('class="newer"')[1].split("</ol>")[0]
    assert "<script>alert" not in answer.text
    assert "300円です。" in answer.text.split('id="reply-text"')[1].split("</textarea>")[0]
    assert send_what_waits(house) == []
    assert reply(browser, case_id, "600円です。", page=answer.text).status_code == 200
    assert send_what_waits(house) == ["600円です。"]


def test_reply_is_refused_when_a_colleague_is_about_to_answer(house: House, visit: Visit) -> None:
    case_id = claimed_case(house, "supervisor")
    reply(visit("supervisor"), case_id, "私が答えます")
    give(house, case_id, "staff")
    answer = reply(visit("staff"), case_id, "私も答えます")
    assert answer.status_code == 409
    assert "supervisorさん" in answer.text.split('class="newer"')[1].split("</ol>")[0]
    assert said_by_staff(house) == []


def test_whoever_lost_the_case_is_told_and_keeps_the_words(house: House, visit: Visit) -> None:
    case_id = claimed_case(house)
    browser = visit("staff")
    page = browser.get(f"/console/cases/{case_id}").text
    give(house, case_id, "supervisor")
    answer = reply(browser, case_id, "間に合わなかった文", page=page)
    assert answer.status_code == 409
    assert "いまの担当はsupervisorさんさんです。" in words_of(answer.text)
    assert send_what_waits(house) == []
    give(house, case_id, "staff")
    assert "間に合わなかった文" in browser.get(f"/console/cases/{case_id}").text


def test_pending_words_are_not_sent_once_the_case_is_somebody_elses(house: House, visit: Visit) -> None:
    case_id = claimed_case(house)
    reply(visit("staff"), case_id, "もう私の担当ではない")
    give(house, case_id, "supervisor")
    assert send_what_waits(house) == []
    assert "送りませんでした。" in words_of(visit("supervisor").get(f"/console/cases/{case_id}").text)


@pytest.mark.parametrize(
    ("text", "problem"), [("  \n ", "返信の文を書くか、写真・ファイルを選んでください。"), ("あ" * 4501, "文が長すぎます。")]
)
def test_unfit_reply_is_refused_with_its_words(house: House, visit: Visit, text: str, problem: str) -> None:
    case_id = claimed_case(house)
    answer = reply(visit("staff"), case_id, text)
    assert answer.status_code == 422
    assert problem in answer.text
    assert text.strip() in answer.text
    assert send_what_waits(house) == []


def test_nobody_replies_without_having_claimed(house: House, visit: Visit) -> None:
    case_id = opened_case(house)
    page = 'name="submission" value="made-up" name="seen" value="999"'
    assert reply(visit("staff"), case_id, "横から失礼", page=page).status_code == 409
    assert visit("viewer").submit(f"/console/cases/{case_id}/messages", text="見るだけ").status_code == 403
    assert said_by_staff(house) == []
    assert state_of(house, case_id).state == "waiting"


def test_draft_is_kept_per_person_and_survives_the_page(house: House, visit: Visit) -> None:
    case_id = claimed_case(house)
    browser = visit("staff")
    fragment = browser.submit(f"/console/cases/{case_id}/draft", as_htmx=True, kind="reply", text="書きかけの文")
    assert "下書きを保存しました" in words_of(fragment.text)
    browser.submit(f"/console/cases/{case_id}/draft", as_htmx=True, kind="note", text="書きかけのメモ")
    page = visit("staff").get(f"/console/cases/{case_id}").text
    assert "書きかけの文" in page.split('id="reply-text"')[1].split("</textarea>")[0]
    assert "書きかけのメモ" in page.split('id="note-text"')[1].split("</textarea>")[0]
    assert "書きかけの文" not in visit("supervisor").get(f"/console/cases/{case_id}").text
    reply(browser, case_id, "書きかけの文")
    assert "書きかけの文" not in visit("staff").get(f"/console/cases/{case_id}").text.split('id="reply-text"')[1].split("</textarea>")[0]


def test_draft_that_comes_after_its_reply_brings_no_sent_words_back(house: House, visit: Visit) -> None:
    case_id = claimed_case(house)
    browser = visit("staff")
    page = browser.get(f"/console/cases/{case_id}").text
    reply(browser, case_id, "もう送った文", page=page)
    browser.submit(f"/console/cases/{case_id}/draft", as_htmx=True, text="もう送った文", submission=fields(page)["submission"])
    assert "もう送った文" not in browser.get(f"/console/cases/{case_id}").text.split('id="reply-text"')[1].split("</textarea>")[0]


def test_preview_tells_length_cost_and_figures_that_nothing_published_supports(house: House, visit: Visit) -> None:
    case_id = claimed_case(house)
    browser = visit("staff")

    def preview(text: str) -> str:
        return browser.submit(f"/console/cases/{case_id}/draft", as_htmx=True, text=text).text

    good, bad = preview("手数料は300円です。電話は0490-00-2001です。"), preview("手数料は350円で、12月3日までです。")
    assert "プッシュ1通" in good
    assert "見当たらない数字" not in good
    assert [figure in bad for figure in ("<li>350円</li>", "<li>12月3日</li>", "300円")] == [True, True, False]
    assert '<p class="bubble-words" lang="ja">手数料は300円です。' in good
    assert "29 ／ 4,500字" in words_of(good)
    assert "1通に入りません" in preview("あ" * 4501)
    assert reply(browser, case_id, "手数料は350円です。").status_code == 200, "figures are pointed out, not blocked"


def test_published_answer_and_prepared_reply_are_inserted_without_scripts(house: House, visit: Visit) -> None:
    case_id = claimed_case(house)
    with house.database.transaction() as session:
        canned_id = add_canned(session, "hello", "はじめに", "{{ staff.name }}です。手数料は{{ fee.certificate }}です。")
    browser = visit("staff")
    page = browser.get(f"/console/cases/{case_id}").text
    assert "staffさんです。手数料は300円です。" in page
    assert "合う見込み 87%" in words_of(page)
    browser.submit(f"/console/cases/{case_id}/insert", text="こんにちは。", entry="certificates-copy")
    browser.submit(f"/console/cases/{case_id}/insert", text="こんにちは。", canned=str(canned_id))
    box = browser.get(f"/console/cases/{case_id}").text.split('id="reply-text"')[1].split("</textarea>")[0]
    assert "こんにちは。\nstaffさんです。手数料は300円です。" in box
    with house.database.reading() as session:
        assert session.get_one(CannedReply, canned_id).used == 1


def test_expired_prepared_reply_is_neither_offered_nor_sent(house: House, visit: Visit) -> None:
    case_id = claimed_case(house)
    with house.database.transaction() as session:
        canned_id = add_canned(session, "old", "古い案内", "期限切れの案内です。", until=NOW + timedelta(minutes=5))
    browser = visit("staff")
    page = browser.get(f"/console/cases/{case_id}").text
    assert "期限切れの案内です。" in page
    house.clock.pass_by(timedelta(minutes=6))
    answer = reply(browser, case_id, "期限切れの案内です。", page=page, used=str(canned_id))
    assert answer.status_code == 422
    assert "使った定型文は、いまは使えません" in words_of(answer.text)
    assert send_what_waits(house) == []
    assert "古い案内" not in browser.get(f"/console/cases/{case_id}").text


def test_photo_goes_along_and_is_shown_to_whoever_sees_the_case(house: House, visit: Visit) -> None:
    case_id = claimed_case(house)
    browser = visit("staff")
    sent = {"csrf_token": browser.token, "text": "地図です", **fields(browser.get(f"/console/cases/{case_id}").text)}
    path = f"/console/cases/{case_id}"
    answer = browser.post(f"{path}/messages", data=sent, files={"file": ("../../地図.png", PNG, "text/html")})
    assert answer.status_code == 303
    with house.database.reading() as session:
        media_id = session.scalars(select(Media.id)).one()
    page = browser.get(path).text
    assert f'src="{path}/media/{media_id}?size=small"' in page
    photo = browser.get(f"{path}/media/{media_id}")
    assert photo.headers["content-type"] == "image/png"
    assert photo.headers["content-disposition"].startswith("inline; filename*=UTF-8''")
    assert ".." not in photo.headers["content-disposition"]
    assert browser.get(f"{path}/media/{media_id}?size=small").headers["content-type"] == "image/jpeg"
    assert visit("administrator", "aoba").get(f"{path}/media/{media_id}").status_code == 404
    with house.database.reading() as session:
        assert session.scalars(select(StaffMessage)).one().media_id == media_id
    assert send_what_waits(house) == ["地図です"]
    with house.database.reading() as session:
        assert session.scalars(select(OutgoingCall).order_by(OutgoingCall.id.desc())).first().staff_id is not None


def test_file_of_a_kind_that_is_not_taken_is_refused_with_the_words(house: House, visit: Visit) -> None:
    case_id = claimed_case(house)
    browser = visit("staff")
    sent = {"csrf_token": browser.token, "text": "添えます", **fields(browser.get(f"/console/cases/{case_id}").text)}
    answer = browser.post(f"/console/cases/{case_id}/messages", data=sent, files={"file": ("a.exe", b"MZ\x90\x00", "image/png")})
    assert answer.status_code == 422
    assert "この種類のファイルは扱えません" in answer.text
    assert "添えます" in answer.text
    assert send_what_waits(house) == []


def test_suggestions_say_when_nothing_is_near(visit: Visit, house: House) -> None:
    case_id = claimed_case(house)
    browser = visit("staff")
    assert "近い回答は見つかりません" in browser.get(f"/console/cases/{case_id}/suggestions?words=見つからない").text
    assert "言葉を入れると" in browser.get(f"/console/cases/{case_id}?words=").text
    assert 'value="&lt;b&gt;' in browser.get(f"/console/cases/{case_id}?words=<b>").text


def test_expired_session_leads_back_to_the_case(house: House, visit: Visit) -> None:
    case_id = claimed_case(house)
    browser = visit("staff")
    sent = fields(browser.get(f"/console/cases/{case_id}").text)
    house.clock.pass_by(timedelta(hours=13))
    headers = {"hx-request": "true", "hx-request-type": "partial", "hx-current-url": f"http://town.test/console/cases/{case_id}"}
    answer = browser.post(f"/console/cases/{case_id}/messages", data={"text": "間に合わない", **sent}, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"].endswith(f"next=%2Fconsole%2Fcases%2F{case_id}&ended=1")
    assert said_by_staff(house) == []


def test_out_of_hours_words_can_be_kept_for_the_opening(house: House, visit: Visit) -> None:
    case_id = claimed_case(house)
    browser = visit("staff")
    assert "開庁してから送る" not in browser.get(f"/console/cases/{case_id}").text, "the department is open"
    house.clock.pass_by(timedelta(hours=9))
    page = browser.get(f"/console/cases/{case_id}").text
    assert "開庁してから送る" in page
    words = words_of(reply(browser, case_id, "明日お調べします。", page=page, later="1").text)
    assert "に送ります 送るのをやめる" in words
    with house.database.reading() as session:
        message = session.get_one(StaffMessage, waiting_id(house))
        assert message.send_at == datetime(2026, 11, 29, 23, 30, tzinfo=UTC), "they open on Mondays at half past eight"


def add_macro(house: House, then: str, text: str = "ありがとうございました。") -> int:
    words = CannedWords(
        shortcut="end", title="お礼", text=text, department_id=None, owner_id=None, valid_from=None, valid_until=None, then=then
    )
    with house.database.transaction() as session:
        return add_reply(session, "midori", words, NOW).id


@pytest.mark.parametrize(("then", "state"), [("close:answered", "closed"), ("snooze:hour", "snoozed")])
def test_one_click_sends_a_prepared_reply_and_moves_the_case_once_it_was_said(house: House, visit: Visit, then: str, state: str) -> None:
    case_id, canned_id = claimed_case(house), add_macro(house, then)
    browser = visit("staff")
    page = browser.get(f"/console/cases/{case_id}").text
    assert f'name="macro" value="{canned_id}"' in page
    for _ in range(2):
        assert reply(browser, case_id, "300円です。", page=page, macro=str(canned_id)).status_code == 200
    assert state_of(house, case_id).state == "held"
    assert "送ったあと：" in browser.get(f"/console/cases/{case_id}").text
    assert send_what_waits(house) == ["300円です。\nありがとうございました。"]
    assert "送ったあと：" not in browser.get(f"/console/cases/{case_id}").text
    assert state_of(house, case_id).state == state
    with house.database.reading() as session:
        assert session.get_one(CannedReply, canned_id).used == 1


def test_undoing_in_time_neither_sends_nor_moves(house: House, visit: Visit) -> None:
    case_id, canned_id = claimed_case(house), add_macro(house, "close:answered")
    browser = visit("staff")
    reply(browser, case_id, "", macro=str(canned_id))
    browser.submit(f"/console/cases/{case_id}/messages/{waiting_id(house)}/undo", as_htmx=True)
    assert send_what_waits(house) == []
    assert state_of(house, case_id).state == "held"


@pytest.mark.parametrize("then", ["close:nonsense", "snooze:never", ""])
def test_what_the_pack_does_not_offer_is_neither_shown_nor_done(house: House, visit: Visit, then: str) -> None:
    case_id, canned_id = claimed_case(house), add_macro(house, then)
    browser = visit("staff")
    assert 'name="macro"' not in browser.get(f"/console/cases/{case_id}").text
    answer = reply(browser, case_id, "300円です。", macro=str(canned_id))
    assert answer.status_code == 422
    assert "300円です。" in answer.text
    assert send_what_waits(house) == []


def test_case_that_was_taken_away_meanwhile_is_not_closed(house: House, visit: Visit) -> None:
    case_id, canned_id = claimed_case(house), add_macro(house, "close:answered")
    reply(visit("staff"), case_id, "", macro=str(canned_id))
    give(house, case_id, "supervisor")
    assert send_what_waits(house) == []
    assert state_of(house, case_id).state == "held"
