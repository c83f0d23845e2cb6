"""わたしのデータ: who opens it, what it shows, and what is gone once it was deleted."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from bot.data_pages import create_data_pages
from bot.data_room import DataRoom
from bot.models import Conversation
from bot.my_data import MyData
from bot.procedure_desk import ProcedureDesk
from core.audit import AuditLog
from core.database import Database
from core.messages import Language
from core.models import AuditRecord
from procedures.fillings import filling_by_uid
from procedures.forms import LIFETIME, Purpose, make_link, new_link, store_link
from procedures.keys import ForgottenError
from procedures.models import Application, FillingRow, FormLink
from procedures.personal_data import known_values
from tests.bot.test_forms import KEYRING, PROCEDURES, SEALS, Desk
from tests.client import Client
from tests.procedures.database import submitted
from tests.procedures.talk import NOW, PACK

DAY = timedelta(days=1)


class Room(Desk):
    """A resident of whom something is kept, who has begun something else, and has an application under way."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        procedures = ProcedureDesk(database, SEALS, lambda _name: PACK, lambda _name: PROCEDURES)
        room = DataRoom(database, procedures, MyData(SEALS, AuditLog(KEYRING)), lambda _name: PACK, lambda: self.now)
        self.client = Client(create_data_pages(room, {PACK.id: PACK}), follow_redirects=False)
        self.number = submitted(database, self.resident, uid="sent", keeps=True).application.number

    def data_link(self, language: str = "ja") -> str:
        with self.database.transaction() as session:
            given = {"municipality_id": PACK.id, "resident_id": self.resident, "purpose": Purpose.DATA, "language": language}
            link, token = new_link(SEALS, **given, now=self.now)  # type: ignore[arg-type]
            store_link(session, link)
        return "/" + token

    def read(self, path: str) -> str:
        answer = self.client.get(path.removeprefix("/my-data"))
        assert answer.status_code == 200, answer.status_code
        return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))

    def send(self, path: str, **fields: str) -> int:
        answer = self.client.post(path, content=urlencode(fields))
        self.answer = unescape(re.sub(r"<[^>]+>", " ", answer.text))
        return answer.status_code

    @property
    def known(self) -> dict[str, object]:
        with self.database.reading() as session:
            return dict(known_values(session, SEALS, self.resident, self.now))

    @property
    def audit(self) -> list[str]:
        with self.database.reading() as session:
            records = session.scalars(select(AuditRecord).order_by(AuditRecord.number)).all()
            assert AuditLog(KEYRING).first_broken(records) is None
            return [f"{record.action} {record.object}".replace(str(self.resident), "R") for record in records]

    def end_application(self) -> None:
        with self.database.transaction() as session:
            row = session.scalars(select(Application)).one()
            row.state, row.ended_at, row.keep_until = "done", self.now, self.now + 30 * DAY


@pytest.fixture
def room(emptied: Database) -> Iterator[Room]:
    made = Room(emptied)
    with made.client:
        yield made


def test_page_shows_what_is_kept_why_whence_and_until_when(room: Room) -> None:
    text = room.read(room.data_link())
    assert "田中 太郎（タナカ タロウ）" in text
    assert "090-1234-5678" in text
    assert "粗大ごみ" in text
    assert "2027年11月29日" in text
    assert "手当の振込先の届出（2026年12月6日まで）" in text, "what was begun"
    assert room.number in text
    assert "ブロックしたり" in text
    answer = room.client.get(room.data_link())
    assert answer.headers["cache-control"] == "no-store"
    assert "noindex" in answer.headers["x-robots-tag"]


def test_one_thing_is_deleted_after_asking(room: Room) -> None:
    link = room.data_link()
    assert "「電話番号」を消しますか" in room.read(f"{link}/delete/phone")
    assert "phone" in room.known
    assert room.send(f"{link}/delete/phone", do="one") == 303
    assert "phone" not in room.known
    assert "name" in room.known
    assert room.audit == ["own_data.delete resident:R phone"]
    assert room.send(f"{link}/delete/phone", do="one") == 303, "twice does no harm"
    assert len(room.audit) == 1
    assert "090-1234-5678" not in room.read(link)


def test_correction_leaves_the_purpose_that_was_agreed_to(room: Room) -> None:
    """That of another procedure, which keeps the same, used to be shown."""
    link = room.data_link()
    purpose = "収集できないときなどの連絡のため"
    assert purpose in room.read(link)
    assert room.send(f"{link}/correct/phone", asked="phone", phone="03 1234 5678") == 303
    assert purpose in room.read(link)


def test_correction_is_judged_like_an_answer(room: Room) -> None:
    link = room.data_link()
    page = room.read(f"{link}/correct/phone")
    assert "「電話番号」を直す" in page
    assert "いまの答え：090-1234-5678" in page
    assert room.send(f"{link}/correct/phone", asked="phone", phone="12") == 422
    assert "か所を確かめてください" in room.answer
    assert room.send(f"{link}/correct/phone", asked="phone", phone="123456789018") == 422
    assert "123456789018" not in room.answer
    assert room.known["phone"]["number"] == "090-1234-5678"  # type: ignore[index]
    assert room.send(f"{link}/correct/phone", asked="phone", phone="03 1234 5678") == 303
    assert room.known["phone"]["number"] == "03-1234-5678"  # type: ignore[index]
    assert "ご自分で直した内容" in room.read(link)
    assert room.audit == ["own_data.correct resident:R phone"]
    assert room.client.get(f"{link}/correct/unknown").status_code == 303


def test_while_an_application_is_under_way_only_what_is_kept_can_be_deleted(room: Room) -> None:
    link = room.data_link()
    assert room.number in room.read(f"{link}/delete")
    assert room.send(f"{link}/delete", do="all") == 303
    assert room.known
    assert room.send(f"{link}/delete", do="kept") == 303
    assert room.known == {}
    with room.database.reading() as session:
        assert session.scalars(select(FillingRow)).all() == []
        assert session.scalars(select(Application.sealed)).one() is not None
    assert room.audit == ["own_data.delete_kept resident:R"]


def test_deleting_everything_destroys_the_key(room: Room) -> None:
    link = room.data_link()
    room.end_application()
    assert "元に戻せません" in room.read(f"{link}/delete")
    version = room.version()
    assert room.send(f"{link}/delete", do="all") == 200
    assert "すべて消しました" in room.answer
    with room.database.reading() as session:
        with pytest.raises(ForgottenError):
            SEALS.existing(session, room.resident)
        assert session.scalars(select(Application.sealed)).one() is None
        assert session.scalars(select(FormLink)).all() == []
        assert filling_by_uid(session, SEALS, room.resident, "uid", room.now) is None
        assert session.scalars(select(Conversation.version)).one() == version + 1, "no turn brings it back"
    assert room.audit == ["own_data.forget resident:R"]
    assert room.client.get(link).status_code == 404


def test_link_opens_nothing_else_and_not_for_long(room: Room) -> None:
    link = room.data_link()
    assert room.client.get(link).status_code == 200
    with room.database.transaction() as session:
        given = {"municipality_id": PACK.id, "resident_id": room.resident, "filling_uid": "uid", "field": "account", "now": NOW}
        form = make_link(session, SEALS, **given)  # type: ignore[arg-type]
    assert room.client.get(f"/{form}").status_code == 404, "the page of a procedure's questions is another"
    room.now += LIFETIME
    assert room.client.get(link).status_code == 410
    assert room.send(f"{link}/delete/phone", do="one") == 410
    assert "phone" in room.known
    assert room.client.get(room.data_link()[:-1] + "!").status_code == 404


@pytest.mark.parametrize("language", Language)
def test_pages_speak_the_residents_language(room: Room, language: Language) -> None:
    link = room.data_link(language.value)
    for path in ("", "/delete", "/delete/phone", "/correct/phone"):
        assert f'<html lang="{language.tag}">' in room.client.get(link + path).text
    assert PACK.sentences.say("my_data.blocking", language) in room.read(link)
