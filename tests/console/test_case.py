"""The page of one case: what it shows, to whom, and what it keeps to itself."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from bot.models import MessageRow
from handoff.cases import note, release
from handoff.desk_models import CaseTask, Mention
from handoff.models import Case, CaseChannel, Priority
from handoff.packet import Packet
from tests.console.cases import add_colleague, claimed_case, opened_case, resident_says, staff_of, state_of
from tests.console.conftest import Browser, House, actions, words_of
from tests.console.sample import NOW

Visit = Callable[..., Browser]


def test_everything_that_is_known_stands_on_the_page(house: House, visit: Visit) -> None:
    case_id = opened_case(house)
    page = visit("staff").get(f"/console/cases/{case_id}").text
    words = words_of(page)
    for told in (
        "住民票の手数料",
        "住民票の手数料を知りたい。",
        "順番待ち",
        "人と話したいと言われた",
        "緑市民課",
        "期限が近い",
        "最後の質問",
        "緑市中央1-2-3",
        "引き受ける",
        "職員に引き継ぎました",
        "すみません、見つかりませんでした。",
        "引き受けると、ここに返信を書けます。",
    ):
        assert told in words, told
    assert 'href="/console/content/certificates-copy"' in page
    assert "<script>alert" not in page


def test_sender_of_each_bubble_is_named_and_deliveries_are_told_in_words(house: House, visit: Visit) -> None:
    case_id = claimed_case(house)
    words = words_of(visit("staff").get(f"/console/cases/{case_id}").text)
    assert "住民 ：" in words
    assert "ボット ：" in words
    assert "送信済み 返信（無料）" in words
    assert "staffさんさんが引き受けました" in words


def test_message_that_was_taken_back_is_gone(house: House, visit: Visit) -> None:
    case_id = claimed_case(house)
    resident_says(house, case_id, "やっぱり内緒です")
    browser = visit("staff")
    assert "やっぱり内緒です" in browser.get(f"/console/cases/{case_id}").text
    with house.database.transaction() as session:
        row = session.scalars(select(MessageRow).where(MessageRow.text == "やっぱり内緒です")).one()
        row.text, row.is_taken_back = "", True
    page = browser.get(f"/console/cases/{case_id}").text
    assert "やっぱり内緒です" not in page
    assert f'id="said-{row.id}"' not in page


def test_long_talk_is_cut_and_its_older_part_is_one_click_away(house: House, visit: Visit) -> None:
    case_id = claimed_case(house)
    for number in range(70):
        resident_says(house, case_id, f"続き{number}。")
    browser = visit("staff")
    newest = browser.get(f"/console/cases/{case_id}").text
    assert "続き69。" in newest
    assert "続き5。" not in newest
    older = newest.split(f'href="/console/cases/{case_id}?before=')[1].split("#")[0]
    earlier = browser.get(f"/console/cases/{case_id}?before={older}").text
    assert "続き5。" in earlier
    assert "続き69。" not in earlier
    assert "いちばん新しいやりとりへ" in earlier
    assert browser.get(f"/console/cases/{case_id}?before=abc").status_code == 200


def test_foreign_words_carry_their_language(house: House, visit: Visit) -> None:
    packet = Packet(summary="Cần bản sao giấy cư trú", question="Tôi cần giấy cư trú", language="vi")
    case_id = opened_case(house, language="vi", said="Tôi cần bản sao giấy cư trú ở đâu ạ?", title="Giấy cư trú", packet=packet)
    page = visit("staff").get(f"/console/cases/{case_id}").text
    assert '<h1 lang="vi">Giấy cư trú</h1>' in page
    assert 'lang="vi">Tôi cần bản sao giấy cư trú ở đâu ạ?' in page
    assert "ベトナム語" in page
    assert 'lang="ja">すみません、見つかりませんでした。' in page


def test_case_by_telephone_has_no_talk_and_says_what_to_do(house: House, visit: Visit) -> None:
    case_id = opened_case(house, channel=CaseChannel.TELEPHONE)
    words = words_of(visit("staff").get(f"/console/cases/{case_id}").text)
    assert "電話や窓口で受けた案件です" in words
    assert "090-0000-3333" in words
    assert "LINEでは話していない案件です" in words


@pytest.mark.parametrize(("login", "status"), [("sato", 404), ("supervisor", 200), ("administrator", 200), ("staff", 200)])
def test_case_of_another_department_is_not_there(house: House, visit: Visit, login: str, status: int) -> None:
    add_colleague(house, "sato", "佐藤 環", "environment")
    case_id = opened_case(house, department_id="citizens")
    browser = visit(login)
    for path in ("", "/print", "/reply", "/suggestions", "/media/1"):
        answer = browser.get(f"/console/cases/{case_id}{path}")
        assert answer.status_code == (404 if path == "/media/1" else status), path
    written = browser.submit(f"/console/cases/{case_id}/notes", text="書いてみる", submission="a" * 32)
    assert written.status_code == (404 if status == 404 else 303)


def test_colleague_who_is_asked_for_a_word_sees_the_case_and_the_question_counts_as_seen(house: House, visit: Visit) -> None:
    asked = add_colleague(house, "sato", "佐藤 環", "environment")
    case_id = claimed_case(house)
    assert visit("sato").get(f"/console/cases/{case_id}").status_code == 404
    with house.database.transaction() as session:
        note(session, session.get_one(Case, case_id), "@佐藤 環 ごみの件も分かりますか", [asked], by=staff_of(session, "staff"), now=NOW)
    page = visit("sato").get(f"/console/cases/{case_id}")
    assert page.status_code == 200
    assert "佐藤 環さんに相談" in words_of(page.text)
    with house.database.reading() as session:
        assert session.scalars(select(Mention)).one().seen_at is not None


def test_earlier_cases_of_the_resident_are_linked_as_far_as_they_may_be_seen(house: House, visit: Visit) -> None:
    add_colleague(house, "sato", "佐藤 環", "environment")
    own = opened_case(house, department_id="environment", title="犬の登録")
    with house.database.transaction() as session:
        case = session.get_one(Case, own)
        hidden = Case(
            municipality_id="midori", conversation_id=None, resident_id=case.resident_id, reason="asked", title="別の課の秘密", packet={},
            department_id="citizens", opened_at=NOW, state="closed", priority=Priority.ORDINARY,
        )  # fmt: skip
        session.add(hidden)
        session.flush()
        hidden_id = hidden.id
    page = visit("sato").get(f"/console/cases/{own}").text
    assert "ほかの課の案件が1件あります" in page
    assert "別の課の秘密" not in page
    supervisor = visit("supervisor").get(f"/console/cases/{own}").text
    assert f'href="/console/cases/{hidden_id}">別の課の秘密' in supervisor


def test_viewer_reads_and_is_offered_nothing_to_do(house: House, visit: Visit) -> None:
    case_id = opened_case(house)
    page = visit("viewer").get(f"/console/cases/{case_id}").text
    assert "引き受ける</button>" not in page
    assert 'id="note-form"' not in page
    assert "あなたの役割では" in page


def test_print_has_no_controls_keeps_notes_back_and_is_recorded(house: House, visit: Visit) -> None:
    case_id = claimed_case(house)
    with house.database.transaction() as session:
        note(session, session.get_one(Case, case_id), "内部だけの話", [], by=staff_of(session, "staff"), now=NOW)
    browser = visit("staff")
    page = browser.get(f"/console/cases/{case_id}/print").text
    assert "内部だけの話" not in page
    assert "<form" not in page
    assert f"緑市　案件 {case_id}" in page
    # What "today" was nobody knows who takes it out of the file.
    assert "2026年11月24日（火） 11:00" in page
    assert "今日" not in page
    assert "内部だけの話" in browser.get(f"/console/cases/{case_id}/print?notes=1").text
    assert actions(house)[-1] == f"case.print case:{case_id}"


def test_print_of_a_case_by_telephone_speaks_of_no_bot_and_has_what_was_handed_over_among_the_notes(house: House, visit: Visit) -> None:
    case_id = claimed_case(house, channel=CaseChannel.TELEPHONE, packet=Packet())
    with house.database.transaction() as session:
        case, by = session.get_one(Case, case_id), staff_of(session, "staff")
        release(session, case, by, "10時に電話する約束です", now=house.clock())
    browser = visit("staff")
    page = browser.get(f"/console/cases/{case_id}/print").text
    assert "LINEのやりとりはありません" in page
    assert "引き受けました" not in page, "what stands between the words of a talk has no place without one"
    assert "10時に電話する" not in page
    assert browser.get(f"/console/cases/{case_id}/print?notes=1").text.count("10時に電話する約束です") == 2


def test_task_outside_the_talk_is_done_once(house: House, visit: Visit) -> None:
    case_id = claimed_case(house)
    with house.database.transaction() as session:
        task = CaseTask(municipality_id="midori", case_id=case_id, kind="contact", note="ブロック中", created_at=NOW)
        session.add(task)
        session.flush()
        task_id = task.id
    browser = visit("staff")
    assert "電話か手紙で" in browser.get(f"/console/cases/{case_id}").text
    for _ in range(2):
        fragment = browser.submit(f"/console/cases/{case_id}/tasks/{task_id}/done", as_htmx=True)
        assert fragment.status_code == 200
        assert "済み" in words_of(fragment.text)
    assert actions(house) == [f"case.task case:{case_id}"]
    assert browser.submit(f"/console/cases/{case_id}/tasks/999/done").status_code == 404


def test_photo_without_bytes_and_file_of_another_case_are_not_there(house: House, visit: Visit) -> None:
    case_id = claimed_case(house)
    assert visit("staff").get(f"/console/cases/{case_id}/media/1").status_code == 404
    assert state_of(house, case_id).state == "held"
