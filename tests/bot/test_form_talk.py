"""A procedure with questions for a page, from the first word in the talk to the receipt: by YAML alone."""

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from bot.draft_pages import create_draft_pages
from bot.form_links import DRAFT_PREFIX, PREFIX
from bot.form_pages import create_form_pages
from bot.models import MessageRow
from bot.preparing import ensure_municipality
from bot.simulator.phone import Phone
from core.clock import JAPAN
from core.database import Database
from handoff.models import Staff
from procedures.assurance import give_code, new_code
from procedures.models import Application, CounterDraft
from tests.bot.test_forms import ASKED, ENTERED
from tests.client import Client
from tests.databases import migrated_database_url
from tests.procedures.sensitive import with_sensitive
from tests.procedures.talk import PACK
from tests.procedures.test_assurance import procedures_with
from tests.sample_city import shared_search
from tests.scenario_desk import Desk
from tests.scenario_format import StaffAct
from tests.screen import actions_in, quick_replies, texts_in
from tests.town import Town, settle

TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=JAPAN)
ORIGIN = "https://madoguchi.example.jp"


class Street:
    """One resident, and the pages that their telephone opens."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.phone: Phone = town.phone()
        self.pages = Client(create_form_pages(town.bot.forms, {PACK.id: PACK}), follow_redirects=False)

    def say(self, *texts: str) -> str:
        for text in texts:
            self.phone.say(text)
            settle(self.town)
        return self.heard

    def tap(self, label: str) -> str:
        earlier = [action for item in reversed(self.phone.timeline()) for action in actions_in(item.message)]
        found = [*quick_replies(self.phone), *earlier]
        self.opened = self.phone.tap(next(action for action in found if action["label"] == label)).opened
        settle(self.town)
        return self.heard

    def fill_in(self, address: str, **changes: str) -> int:
        path = address.removeprefix(ORIGIN + PREFIX)
        answer = self.pages.post(path, content=urlencode([*ASKED, *{**ENTERED, **changes}.items()]))
        settle(self.town)
        return answer.status_code

    @property
    def heard(self) -> str:
        return "\n".join(text for item in self.phone.answers() for text in texts_in(item.message))


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with migrated_database_url("sqlite", tmp_path_factory.mktemp("talk")) as url:
        database = Database(url)
        with database.transaction() as session:
            ensure_municipality(session, PACK)
        made = Town(database, shared_search()[1], procedures=lambda _name: PROCEDURES)
        made.clock.set(TUESDAY)
        yield made
        made.stop()
        database.close()


PROCEDURES = with_sensitive(procedures_with("L2"))


@pytest.fixture
def street(town: Town) -> Street:
    return Street(town)


def at_the_page(street: Street) -> str:
    """Address of the page."""
    street.say("手当の振込先を届け出たい", "田中 太郎 タナカ タロウ")
    assert "専用のページ" in street.heard
    street.tap("入力ページを開く")
    assert street.opened is not None
    assert street.opened.startswith(ORIGIN + PREFIX)
    return street.opened


def test_talk_shows_a_masked_receipt_and_goes_on_to_the_end(street: Street) -> None:
    address = at_the_page(street)
    assert street.fill_in(address) == 303
    assert "入力を受け取りました" in street.heard
    assert "●●●●567" in street.heard
    assert "1234567" not in street.heard
    assert "電話番号を教えてください" in street.heard
    heard = len(street.phone.answers())
    assert street.fill_in(address) == 200
    assert len(street.phone.answers()) == heard, "sent twice, it goes on once"
    street.say("090-1234-5678")
    assert "●●●●567" in street.heard
    street.tap("この内容で申し込む")
    assert "受け付けました" in street.heard
    with street.town.database.reading() as session:
        assert [row.procedure_id for row in session.scalars(select(Application))][-1] == "child_allowance"
        said = "\n".join(session.scalars(select(MessageRow.text)))
    assert "1234567" not in said, "the number stands nowhere in the ledger"


def test_while_a_person_holds_the_talk_no_question_is_asked(street: Street) -> None:
    address = at_the_page(street)
    desk = Desk(street.town, street.phone)
    street.say("担当者と話したい")
    desk.act(StaffAct(claim=True))
    settle(street.town)
    before = street.phone.chat.cursor
    assert street.fill_in(address) == 303
    assert [item for item in street.phone.chat.since() if item.seq > before] == []
    desk.act(StaffAct(give_back=True))
    settle(street.town)
    street.say("続きから")
    assert "電話番号を教えてください" in street.heard


def test_what_is_kept_is_shown_and_deleted_in_the_talk(street: Street) -> None:
    assert "お預かりしている内容はありません" in street.say("わたしのデータ")
    assert street.fill_in(at_the_page(street)) == 303
    street.say("090-1234-5678")
    street.tap("申し込んで次回も使う")
    heard = street.say("わたしのデータ")
    assert "090-1234-5678" in heard
    assert "1234567" not in heard.replace("090-1234-5678", ""), "nothing sensitive is kept"
    street.tap("見る・直す")
    assert street.opened is not None
    assert street.opened.startswith(f"{ORIGIN}/my-data/")
    street.tap("ひとつ消す")
    assert "「電話番号」を消しました" in street.tap("電話番号")
    assert "お預かりしている" not in street.say("わたしのデータ")
    assert "次の申込みのためにとっておいた内容はありません" in street.heard
    assert "手続き中の申込み" in street.tap("すべて消す")
    with street.town.database.transaction() as session:
        for row in session.scalars(select(Application)):
            row.state, row.ended_at = "done", street.town.clock()
    street.say("わたしのデータ")
    assert "元に戻せません" in street.tap("すべて消す")
    assert "ブロックしたり" in street.heard
    assert "すべて消しました" in street.tap("消す")
    assert "お預かりしている内容はありません" not in street.say("わたしのデータ"), "the application stays, as a number"


def test_deleting_everything_in_the_middle_ends_what_was_being_filled_in(street: Street) -> None:
    at_the_page(street)
    assert "次の申込みのためにとっておいた内容はありません" in street.say("わたしのデータ")
    street.tap("すべて消す")
    assert "すべて消しました" in street.tap("消す")
    assert "口座" not in street.heard, "nothing is asked any more"
    assert "お預かりしている内容はありません" in street.say("わたしのデータ")


def test_below_the_level_the_talk_ends_in_a_draft_and_never_in_an_application(town: Town, street: Street) -> None:
    """Then the counter gives a code, and the same procedure is submitted in the talk."""
    street.say("傘の貸し出しを申し込みたい", "2")
    heard = street.say("12月7日")
    assert "窓口で本人確認が要ります" in heard
    heard = street.tap("下書きを作る")
    assert "まだ申込みは終わっていません" in heard
    street.tap("QRコードを見せる")
    assert street.opened is not None
    pages = Client(create_draft_pages(town.database, town.bot.procedures, lambda _name: PACK, {PACK.id: PACK}, town.clock))
    shown = pages.get(street.opened.removeprefix(ORIGIN + DRAFT_PREFIX)).text
    with town.database.reading() as session:
        draft = session.scalars(select(CounterDraft)).one()
        assert draft.code in shown
        assert draft.code in heard
        assert "<svg" in shown
        assert [row for row in session.scalars(select(Application)) if row.procedure_id == "umbrella_loan"] == []
    with town.database.transaction() as session:
        staff = session.scalars(select(Staff).order_by(Staff.id)).first()
        assert staff is not None
        code = give_code(
            session, town.bot.procedures.seals, municipality_id=PACK.id, staff_id=staff.id, method="passport", now=town.clock()
        )
    assert "番号が違うか" in street.say(new_code())
    assert "本人確認が済みました" in street.say(code)
    street.say("傘の貸し出しを申し込みたい", "2")
    street.tap("この内容で申し込む")
    assert "受け付けました" in street.heard
