"""Photos and files on the page of a case: what is said of those that were not taken, not scanned, or have to be chosen again."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.media import MediaState
from bot.media_kinds import MEGABYTE, Problem
from bot.scanning import Scanner
from handoff.desk_models import Media, StaffMessage
from handoff.models import Case
from tests.console.cases import claimed_case, resident_says, send_what_waits
from tests.console.conftest import Browser, House, words_of
from tests.console.sample import NOW
from tests.console.test_case_reply import PNG, fields

Visit = Callable[..., Browser]

PDF = b"%PDF-1.4\n"
UNSCANNED = "ウイルスの検査はしていません"
NOBODY = Scanner(url="tcp://127.0.0.1:1", seconds=0.1)
"""A scanner that can't be asked."""


def came(house: House, case_id: int, content_type: str, *, state: str = MediaState.READY, problem: str = "") -> None:
    """A photo or file of the resident."""
    with house.database.transaction() as session:
        case = session.get_one(Case, case_id)
        media = Media(
            municipality_id="midori",
            conversation_id=case.conversation_id,
            case_id=case_id,
            channel_message_id="m-file",
            name="申請書",
            content_type=content_type,
            size=2048,
            state=state,
            problem=problem,
            created_at=NOW,
            expires_at=NOW + timedelta(days=30),
        )
        session.add(media)
        session.flush()
        media_id = media.id
    resident_says(house, case_id, "", kind="file", media_id=media_id)


def attach(browser: Browser, case_id: int, name: str, data: bytes, *, page: str = ""):  # type: ignore[no-untyped-def]
    sent = {"csrf_token": browser.token, "text": "添えます", **fields(page or browser.get(f"/console/cases/{case_id}").text)}
    return browser.post(f"/console/cases/{case_id}/messages", data=sent, files={"file": (name, data, "image/png")})


@pytest.mark.parametrize(
    ("content_type", "scanner", "is_said"),
    [
        ("application/pdf", None, True),
        ("application/pdf", NOBODY, False),
        # Pictures are drawn anew, so nothing of what was sent is left in them.
        ("image/jpeg", None, False),
    ],
)
def test_file_of_a_resident_that_nobody_scanned_says_so(
    house: House, visit: Visit, content_type: str, scanner: Scanner | None, is_said: bool
) -> None:
    case_id = claimed_case(house)
    came(house, case_id, content_type)
    house.counter.media.scanner = scanner
    page = visit("staff").get(f"/console/cases/{case_id}").text
    assert "申請書" in page
    assert (UNSCANNED in page) is is_said


def test_file_of_ones_own_needs_no_warning(house: House, visit: Visit) -> None:
    case_id = claimed_case(house)
    browser = visit("staff")
    assert attach(browser, case_id, "見本.pdf", PDF).status_code == 303
    page = browser.get(f"/console/cases/{case_id}").text
    assert "見本.pdf" in page
    assert UNSCANNED not in page


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (Problem.INFECTED, "ウイルスが見つかったので、ファイルを捨てました"),
        (Problem.UNKNOWN_KIND, "この種類のファイルは扱えません。使えるのは"),
        (Problem.TOO_LARGE, "写真は10 MB、動画は50 MB、ほかのファイルは20 MBまでです"),
    ],
)
def test_file_that_was_not_kept_says_why_and_can_not_be_opened(house: House, visit: Visit, problem: str, said: str) -> None:
    case_id = claimed_case(house)
    came(house, case_id, "", state=MediaState.REFUSED, problem=problem)
    page = visit("staff").get(f"/console/cases/{case_id}").text
    assert said in page
    assert f"/console/cases/{case_id}/media/" not in page


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.exe", b"MZ\x90\x00", "この種類のファイルは扱えません。使えるのは"),
        ("renamed.pdf", b"MZ\x90\x00", "この種類のファイルは扱えません。使えるのは"),
        ("big.pdf", PDF + bytes(20 * MEGABYTE), "写真は10 MB、動画は50 MB、ほかのファイルは20 MBまでです"),
        ("empty.pdf", b"", "空のファイルです"),
    ],
)
def test_file_that_is_not_taken_is_refused_beside_its_field(house: House, visit: Visit, name: str, data: bytes, said: str) -> None:
    """The words used to be called wrong, which they are not."""
    case_id = claimed_case(house)
    answer = attach(visit("staff"), case_id, name, data)
    assert answer.status_code == 422
    words, file = (answer.text.partition(f'id="{part}"')[2].partition(">")[0] for part in ("reply-text", "reply-file"))
    assert "aria-invalid" not in words
    assert 'aria-invalid="true"' in file
    refused = answer.text.partition('id="reply-file-refused"')[2].partition("</p>")[0]
    assert "まだ送っていません。" in refused
    assert said in refused
    assert "添えます" in answer.text.partition('id="reply-text"')[2].partition("</textarea>")[0]
    assert send_what_waits(house) == []


def test_scanner_that_can_not_be_asked_lets_nothing_be_sent(house: House, visit: Visit) -> None:
    case_id = claimed_case(house)
    house.counter.media.scanner = NOBODY
    answer = attach(visit("staff"), case_id, "地図.png", PNG)
    assert answer.status_code == 422
    assert "まだ送っていません。いまはウイルスを調べられません。" in words_of(answer.text)
    assert send_what_waits(house) == []


def test_refused_reply_says_that_its_file_has_to_be_chosen_again(house: House, visit: Visit) -> None:
    """Pressing again used to send the words without the file."""
    case_id = claimed_case(house)
    browser = visit("staff")
    page = browser.get(f"/console/cases/{case_id}").text
    resident_says(house, case_id, "2通お願いします")
    answer = attach(browser, case_id, "地図.png", PNG, page=page)
    assert answer.status_code == 409
    assert words_of(answer.text).count("添えたファイルは、もう一度選んでください。") == 2, "in the message, and beside the field"
    assert attach(browser, case_id, "地図.png", PNG, page=answer.text).status_code == 303
    with house.database.reading() as session:
        assert session.scalars(select(StaffMessage)).one().media_id is not None
