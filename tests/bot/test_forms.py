"""The page for what must not be asked in the talk: who may open it, what it takes once, what it never keeps, and how the talk goes on."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select

from bot.form_links import form_address
from bot.form_pages import create_form_pages
from bot.forms import Forms
from bot.incoming import Tapped
from bot.line.channel import LineChannel
from bot.models import Conversation, ConversationKind, InboundEvent, Resident
from bot.plain_pages import LARGEST_BODY
from bot.preparing import ensure_municipality
from bot.procedure_desk import ProcedureDesk
from bot.taps import TapSigner
from core.database import Database
from core.embedded_queue import EmbeddedQueue
from core.encryption import Keyring
from core.messages import Language
from procedures.fillings import drop_filling, filling_by_uid, save_filling
from procedures.forms import EXTENSION, LIFETIME, LONGEST, make_link
from procedures.keys import Seals
from procedures.said import Words
from procedures.state import Filling
from procedures.taps import FilledPage
from tests.client import Client
from tests.procedures.sensitive import DEFINITION, with_sensitive
from tests.procedures.talk import NOW, PACK, Talk, sample_facts

KEYRING = Keyring("a secret of the tests that is long enough")
SEALS = Seals(KEYRING)
PROCEDURES = with_sensitive()
INDIVIDUAL_NUMBER = "123456789018"
ASKED = [("asked", name) for name in ("account", "disabled", "born", "family")]
ENTERED = {
    "account.bank": "0001", "account.branch": "002", "account.kind": "ordinary", "account.number": "1234567",
    "account.holder": "タナカ タロウ", "disabled": "no", "born": "令和8年4月1日", "family": "", "do": "send",
}  # fmt: skip


class Desk:
    """A resident in the middle of the procedure, the pages, and a clock that stands still until it is moved."""

    def __init__(self, database: Database) -> None:
        self.database, self.now = database, NOW
        self.queue = EmbeddedQueue(database, lambda: self.now)
        self.channel = LineChannel(KEYRING.cipher("inbound events"), lambda name: TapSigner(b"key", name), lambda _name: None)  # type: ignore[arg-type,return-value]  # Nothing is sent.
        procedures = ProcedureDesk(database, SEALS, lambda _name: PACK, lambda _name: PROCEDURES)
        forms = Forms(database, self.queue, self.channel, procedures, lambda _name: PACK, lambda: self.now)
        self.client = Client(create_form_pages(forms, {PACK.id: PACK}), follow_redirects=False)
        talk = Talk(DEFINITION, facts=sample_facts("welfare"))
        talk.do(Words(text="田中 太郎 タナカ タロウ"))
        self.state = Filling(**{**talk.step.state.__dict__, "digest": PROCEDURES.digests[DEFINITION.id]})
        with database.transaction() as session:
            ensure_municipality(session, PACK)
            resident = Resident(municipality_id=PACK.id, created_at=NOW)
            session.add(resident)
            session.flush()
            self.resident = resident.id
            session.add(
                Conversation(
                    municipality_id=PACK.id, key="talk", kind=ConversationKind.PERSON, resident_id=resident.id,
                    state={"kind": "idle"}, version=3,
                    owner="bot", fencing_token=0, last_turn_at=NOW, last_occurred_at=0, created_at=NOW,
                )
            )  # fmt: skip
            save_filling(session, SEALS, PROCEDURES, self.state, municipality_id=PACK.id, resident_id=self.resident, now=NOW)

    def link(self, language: str = "ja") -> str:
        with self.database.transaction() as session:
            given = {"municipality_id": PACK.id, "resident_id": self.resident, "filling_uid": "uid", "field": "account"}
            return "/" + make_link(session, SEALS, **given, now=self.now, language=language)  # type: ignore[arg-type]

    @property
    def filling(self) -> Filling:
        with self.database.reading() as session:
            found = filling_by_uid(session, SEALS, self.resident, "uid", self.now)
        assert found is not None
        return found

    @property
    def events(self) -> list[InboundEvent]:
        with self.database.reading() as session:
            return list(session.scalars(select(InboundEvent).order_by(InboundEvent.id)))

    def version(self) -> int:
        with self.database.reading() as session:
            return session.scalars(select(Conversation.version)).one()


@dataclass(frozen=True)
class Shown:
    """A page as somebody reads it."""

    html: str

    @property
    def text(self) -> str:
        return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", self.html)))


@pytest.fixture
def desk(emptied: Database) -> Iterator[Desk]:
    made = Desk(emptied)
    with made.client:
        yield made


def body(**changes: str) -> list[tuple[str, str]]:
    return [*ASKED, *{**ENTERED, **{name.replace("__", "."): value for name, value in changes.items()}}.items()]


def send(desk: Desk, link: str, fields: list[tuple[str, str]]) -> tuple[int, Shown]:
    from urllib.parse import urlencode

    answer = desk.client.post(link, content=urlencode(fields), headers={"content-type": "application/x-www-form-urlencoded"})
    return answer.status_code, Shown(answer.text)


def test_page_is_never_kept_found_framed_or_scripted(desk: Desk) -> None:
    answer = desk.client.get(desk.link())
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'; form-action 'self';")
    assert "script" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert "noindex" in answer.headers["x-robots-tag"]
    assert (answer.headers["referrer-policy"], answer.headers["x-frame-options"]) == ("no-referrer", "DENY")
    assert "<script" not in answer.text
    assert " style=" not in answer.text


def test_what_was_entered_is_in_the_filling_and_the_talk_goes_on_once(desk: Desk) -> None:
    link = desk.link()
    assert desk.client.get(link).status_code == 200
    status, _ = send(desk, link, body())
    assert status == 303
    assert desk.filling.answers["account"] == {
        "bank": "0001",
        "branch": "002",
        "kind": "ordinary",
        "number": "1234567",
        "holder": "タナカ タロウ",
    }
    assert desk.filling.answers["disabled"] is False
    (event,) = desk.events
    bubble = desk.channel.parse(event)
    assert bubble.content == Tapped(value=FilledPage(filling="uid"))
    assert (bubble.may_answer, bubble.reply_token) == (True, None)
    assert desk.version() == 4, "a turn that is being decided must see what was entered"
    with desk.database.reading() as session:
        assert desk.queue.waiting(session) == {"turn": 1}


def test_sent_twice_it_does_no_harm_and_says_that_all_is_well(desk: Desk) -> None:
    link = desk.link()
    assert send(desk, link, body())[0] == 303
    again, page = send(desk, link, body(account__number="7654321"))
    assert (again, len(desk.events)) == (200, 1)
    assert desk.filling.answers["account"]["number"] == "1234567"
    assert "入力を受け取りました" in page.text
    assert "入力を受け取りました" in Shown(desk.client.get(link).text).text


def test_errors_stand_above_and_beside_and_what_was_entered_stays(desk: Desk) -> None:
    status, page = send(desk, desk.link(), body(account__number="12", born=""))
    assert status == 422
    assert "2か所を確かめてください" in page.text
    assert page.html.count('aria-invalid="true"') == 2
    assert 'href="#account.number"' in page.html
    assert 'id="account.number-error"' in page.html
    assert 'aria-describedby="account-about account.number-error"' in page.html
    assert "<title>エラー：" in page.html
    assert 'value="0001"' in page.html
    assert re.search(r'id="account\.kind-0"[^>]* checked', page.html)
    assert desk.filling.answers == desk.state.answers
    assert desk.events == []


def test_individual_number_is_refused_and_kept_nowhere(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    link = desk.link()
    status, page = send(desk, link, body(family=f"夫の番号は {INDIVIDUAL_NUMBER} です"))
    assert status == 422
    assert "番号は残していません" in page.text
    assert INDIVIDUAL_NUMBER not in page.html
    assert INDIVIDUAL_NUMBER not in caplog.text
    assert "family" not in desk.filling.answers
    assert send(desk, link, body(family="夫は単身赴任です"))[0] == 303
    assert desk.filling.answers["family"] == "夫は単身赴任です"


def test_question_that_an_answer_opens_comes_on_the_same_page(desk: Desk) -> None:
    link = desk.link()
    status, page = send(desk, link, body(disabled="yes"))
    assert status == 422
    assert "続けて、次の質問にお答えください" in page.text
    assert "手帳の等級" in page.text
    assert "エラー：" not in page.text
    assert send(desk, link, [*body(disabled="yes"), ("asked", "grade"), ("grade", "second")])[0] == 303
    assert desk.filling.answers["grade"] == "second"


def test_time_runs_out_and_can_be_extended_without_losing_what_was_entered(desk: Desk) -> None:
    late, extended = desk.link(), ""
    desk.now = NOW + LIFETIME
    assert desk.client.get(late).status_code == 410
    assert "新しいページ" in Shown(desk.client.get(late).text).text
    assert send(desk, late, body())[0] == 410
    extended = desk.link()
    desk.now += LIFETIME - timedelta(minutes=1)
    status, page = send(desk, extended, body(do="extend", born="令和8年"))
    assert status == 200
    assert 'value="令和8年"' in page.html
    assert "エラー" not in page.text
    desk.now += EXTENSION - timedelta(minutes=1)
    assert send(desk, extended, body())[0] == 303


def test_extending_ends_after_some_hours(desk: Desk) -> None:
    link = desk.link()
    for _ in range(20):
        desk.now += timedelta(minutes=25)
        if send(desk, link, body(do="extend"))[0] != 200:
            break
    assert NOW + LONGEST <= desk.now < NOW + LONGEST + timedelta(minutes=25)


def test_whoever_needs_several_tries_does_not_run_out_of_time(desk: Desk) -> None:
    link = desk.link()
    desk.now += LIFETIME - timedelta(minutes=1)
    assert send(desk, link, body(born=""))[0] == 422
    desk.now += timedelta(minutes=20)
    assert send(desk, link, body())[0] == 303


def test_link_of_what_was_given_up_or_is_not_ours_opens_nothing(desk: Desk) -> None:
    link = desk.link()
    assert desk.client.get(link).status_code == 200
    assert desk.client.get(link[:-1] + ("A" if link[-1] != "A" else "B")).status_code == 404
    assert desk.client.get("/x").status_code == 404
    assert desk.client.get("/a/b").status_code == 404
    with desk.database.transaction() as session:
        drop_filling(session, "uid")
    assert desk.client.get(link).status_code == 410
    assert send(desk, link, body())[0] == 410


def test_odd_requests_are_refused(desk: Desk) -> None:
    link = desk.link()
    too_large = body(family="あ" * LARGEST_BODY)
    assert send(desk, link, too_large)[0] == 404
    assert desk.client.post(link, content=b"\xff\xfe").status_code == 404
    assert send(desk, link, [("asked", "phone"), ("phone", "090-1234-5678"), ("do", "send")])[0] == 422
    assert "phone" not in desk.filling.answers
    assert send(desk, link, body())[0] == 303


@pytest.mark.parametrize("language", Language)
def test_page_is_in_the_residents_language(desk: Desk, language: Language) -> None:
    page = desk.client.get(desk.link(language.value)).text
    assert f'<html lang="{language.tag}">' in page
    assert PACK.sentences.say("procedure.form.no_number", language) in unescape(page)
    if language is Language.ENGLISH:
        assert "Please enter the account for the allowance." in page
    if not language.is_japanese:
        assert '<span lang="ja">障害者手帳</span>' in page


def test_address_is_given_only_where_residents_reach_the_server() -> None:
    assert form_address("https://city.example.jp", "x.y") == "https://city.example.jp/forms/x.y"
    assert form_address(None, "x.y") == ""
