"""A procedure that is nothing but one YAML file, in the talk up to the application: the one that docs/procedures.md begins with."""

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.preparing import ensure_municipality
from bot.procedure_reminders import REMIND_JOB
from bot.simulator.records import Origin
from core.database import Database
from core.jobs import Job
from core.pack_loading import CONTENT, load_pack
from procedures.applications import answers_of
from procedures.fillings import KEPT
from procedures.loading import load_procedures
from procedures.models import Application
from tests.bot.promises.acts import NothingFound
from tests.databases import migrated_database_url
from tests.screen import quick_replies, texts_in
from tests.town import MUNICIPALITY, HeldClock, Town, settle

PAGE = Path(__file__).resolve().parents[2] / "docs" / "procedures.md"
SENSITIVE = """
  - title: 返金
    fields:
      - {name: account, type: bank_account, label: 口座, ask: 保証金をお返しする口座を教えてください。}
"""


def written_in_docs() -> str:
    """The example of the page that teaches to write one."""
    found = re.search(r"```yaml\n(id: umbrella_loan\n.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


CHANGED: list[bool] = []
"""Filled while officers have changed what the loan is called."""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("content")
    shutil.copytree(CONTENT / "common", folder / "common")
    shutil.copytree(CONTENT / MUNICIPALITY, folder / MUNICIPALITY, ignore=shutil.ignore_patterns("*.npz", "entries", "guides"))
    (folder / MUNICIPALITY / "procedures" / "umbrella_loan.yaml").write_text(written_in_docs(), encoding="utf-8")
    refund = (
        written_in_docs().replace("umbrella_loan", "umbrella_refund").replace("[傘の貸し出し, 傘]", "[傘の返金]")
        + SENSITIVE.strip("\n")
        + "\n"
    )
    (folder / MUNICIPALITY / "procedures" / "umbrella_refund.yaml").write_text(refund, encoding="utf-8")
    later = tmp_path_factory.mktemp("later")
    shutil.copytree(folder, later, dirs_exist_ok=True)
    renamed = written_in_docs().replace("title: 傘の貸し出しの申込み", "title: 雨具の貸し出しの申込み")
    (later / MUNICIPALITY / "procedures" / "umbrella_loan.yaml").write_text(renamed, encoding="utf-8")
    with migrated_database_url("sqlite", tmp_path_factory.mktemp("database")) as url:
        database = Database(url)
        with database.transaction() as session:
            ensure_municipality(session, load_pack(MUNICIPALITY))
        town = Town(
            database,
            NothingFound(),  # type: ignore[arg-type]
            clock=HeldClock(),
            procedures=lambda name: load_procedures(name, later if CHANGED else folder),
        )
        yield town
        town.stop()
        database.close()


def answered(town: Town, *said: str) -> str:
    """What the bot says to the last of these words of a new resident."""
    phone = town.phone("傘を借りる人")
    for words in said:
        before = phone.chat.cursor
        phone.say(words)
        settle(town)
        answers = [item for item in phone.chat.since() if item.origin is Origin.BOT and item.seq > before]
    labels = [action["label"] for action in quick_replies(phone)]
    return "\n".join([*(text for item in answers for text in texts_in(item.message)), *labels])


def test_one_yaml_file_is_a_whole_procedure(town: Town) -> None:
    said = answered(town, "傘の貸し出しを申し込みたい", "来週の火曜", "2本", "田中 太郎 タナカ タロウ", "申し込む")
    assert "受け付けました。受付番号は JU-" in said
    with town.database.reading() as session:
        [application] = session.scalars(select(Application).where(Application.procedure_id == "umbrella_loan")).all()
        assert answers_of(session, town.bot.procedures.desk(MUNICIPALITY), application)["count"] == 2


def test_sensitive_question_is_asked_on_a_page_and_never_in_the_talk(town: Town) -> None:
    said = answered(town, "傘の返金を申し込みたい", "来週の火曜", "2本", "田中 太郎 タナカ タロウ")
    assert "入力ページを開く" in said
    refused = answered(town, "傘の返金を申し込みたい", "来週の火曜", "2本", "田中 太郎 タナカ タロウ", "普通 1234567")
    assert "このトークには書かず" in refused


def test_who_is_reminded_of_something_begun_hears_the_words_that_are_in_force(town: Town) -> None:
    """Officers have changed the procedure since: its old name is nowhere to be found any more."""
    phone = town.phone("傘を待つ人")
    for words in ("傘の貸し出しを申し込みたい", "来週の火曜", "あとで続ける"):
        phone.say(words)
        settle(town)
    before = phone.chat.cursor
    CHANGED.append(True)
    try:
        town.clock.offset += KEPT - timedelta(days=1)
        town.bot.reminders.run(Job(id=0, kind=REMIND_JOB, key=None, payload={}, attempt=1, enqueued_at=town.clock()))
        settle(town)
    finally:
        CHANGED.clear()
    [reminded] = [item for item in phone.chat.since() if item.origin is Origin.BOT and item.seq > before]
    assert "「雨具の貸し出しの申込み」が途中です" in "".join(texts_in(reminded.message))
