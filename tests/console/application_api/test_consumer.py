"""The sample consumer of docs/integration against a running town: from a resident's words to the core system and back."""

import csv
import hashlib
import hmac
import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest
from starlette.routing import Mount

from bot.assembly import Bot
from bot.simulator.phone import Phone
from console.api import create_api
from console.application_api.calling import Interface
from core.database import Database
from core.encryption import Keyring
from core.models import Municipality
from core.pack_loading import load_pack
from procedures.outside.endpoints import Endpoints
from procedures.outside.jobs import SystemJobs
from procedures.outside.scopes import EVENTS, Scope
from procedures.outside.tokens import Tokens
from tests.databases import migrated_file
from tests.sample_city import shared_search
from tests.town import MUNICIPALITY, Town, settle

CONSUMER = Path(__file__).resolve().parents[3] / "docs" / "integration" / "consumer.py"
KEYRING = Keyring("a secret of the tests that is long enough")
SYSTEM = "収集システム"
WORDS = ("粗大ごみを申し込みたい", "家庭", "布団2枚", "以上", "港町3-2-1")
PERSON = ("玄関前", "田中 太郎 タナカ タロウ", "090-1234-5678")


class ConnectedTown(Town):
    """A town that other systems may call and be told by."""

    endpoints = Endpoints(KEYRING, allows_private=True)

    def _new_bot(self) -> Bot:
        bot = super()._new_bot()
        bot.systems = SystemJobs(self.database, self.queue, self.endpoints, (MUNICIPALITY,), self.clock)
        interface = Interface(
            database=self.database,
            queue=self.queue,
            tokens=Tokens(KEYRING),
            receiving=bot.receiving,
            packs=load_pack,
            clock=self.clock,
        )
        self.api = create_api(self.database, [load_pack(MUNICIPALITY)], "light", self.clock, interface)
        return bot


@pytest.fixture
def town(tmp_path: Path) -> Iterator[ConnectedTown]:
    database = Database(f"sqlite:///{migrated_file(tmp_path)}")
    with database.transaction() as session:
        session.add(Municipality(id=MUNICIPALITY, name="汐見市", created_at=datetime.now(UTC)))
    town = ConnectedTown(database, shared_search()[1])
    town._routes.router.routes.append(Mount("/api/v1", app=town.api))
    yield town
    town.stop()
    database.close()


@pytest.fixture(scope="module")
def consumer() -> ModuleType:
    found = importlib.util.spec_from_file_location("sample_consumer", CONSUMER)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def environment(town: ConnectedTown, secret: str = "") -> dict[str, str]:
    with town.database.transaction() as session:
        _, token = Tokens(KEYRING).make(
            session,
            municipality_id=MUNICIPALITY,
            system=SYSTEM,
            scopes=[Scope.READ, Scope.ACKNOWLEDGE, Scope.WRITE],
            procedures=["oversized_waste"],
            known_procedures=["oversized_waste"],
            staff_id=None,
            now=town.clock(),
        )
    return {**os.environ, "MADOGUCHI_URL": town.server.url, "MADOGUCHI_TOKEN": token, "MADOGUCHI_SECRET": secret, "PORT": "0"}


def run(town: ConnectedTown, folder: Path, *arguments: str) -> str:
    command = [sys.executable, str(CONSUMER), *arguments]
    ended = subprocess.run(command, check=False, cwd=folder, env=environment(town), capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "applications.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def apply(town: ConnectedTown) -> Phone:
    """A resident who applies in the talk; the day is the first that is offered."""
    phone = town.phone()
    for words in WORDS:
        phone.say(words)
        settle(town)
    offered = phone.quick_reply["items"] if phone.quick_reply else []
    phone.tap(offered[0]["action"])
    settle(town)
    for words in (*PERSON, "申し込む"):
        phone.say(words)
        settle(town)
    return phone


def test_application_goes_to_the_core_system_and_its_answer_to_the_resident(town: ConnectedTown, tmp_path: Path) -> None:
    folder = tmp_path / "core"
    folder.mkdir()
    with town.database.transaction() as session:
        row, secret = town.endpoints.register(
            session,
            municipality_id=MUNICIPALITY,
            system=SYSTEM,
            url="http://127.0.0.1:1/",
            events=EVENTS,
            known_procedures=["oversized_waste"],
            existing=0,
            now=town.clock(),
        )
    with subprocess.Popen(
        [sys.executable, str(CONSUMER), "listen"], cwd=folder, env=environment(town, secret), stdout=subprocess.PIPE, text=True
    ) as listening:
        try:
            assert listening.stdout is not None
            port = listening.stdout.readline().split()[-1]
            with town.database.transaction() as session:
                session.merge(row).url = f"http://127.0.0.1:{port}/"
            phone = apply(town)
            assert listening.stdout.readline().split() == ["application.received", "->", "1"]
            taken = rows(folder)
            assert [(one["version"], one["state"], one["name"]) for one in taken] == [("1", "new", taken[0]["name"])]
            assert "田中 太郎" in taken[0]["name"]
            assert "布団" in taken[0]["items"]
            results = folder / "results.csv"
            results.write_text(f"number,version,state,reason\n{taken[0]['number']},1,refused,その品物は市では集めません。\n", "utf-8")
            assert run(town, folder, "push", "results.csv").split() == [taken[0]["number"], "refused"]
            assert run(town, folder, "push", "results.csv").split() == [taken[0]["number"], "refused"], "twice is once"
            assert listening.stdout.readline().split() == ["application.refused", "->", "1"]
        finally:
            listening.terminate()
    settle(town)
    said = str(phone.answers())
    assert said.count("その品物は市では集めません。") == 1
    assert run(town, folder, "pull").strip() == "0", "nothing is left"
    assert [one["version"] for one in rows(folder)] == ["1", "2"]


def test_only_genuine_and_fresh_notices_are_believed(consumer: ModuleType) -> None:
    body, secret, now = b'{"a":1}', "whsec_x", 1_800_000_000

    def header(moment: int, key: str = secret, over: bytes = body) -> str:
        return f"t={moment},v1={hmac.new(key.encode(), f'{moment}.'.encode() + over, hashlib.sha256).hexdigest()}"

    assert consumer.is_genuine(header(now), body, secret, now)
    assert consumer.is_genuine(f"{header(now, 'other')},{header(now).split(',')[1]}", body, secret, now), "while a secret is changed"
    for wrong in (header(now, "other"), header(now, over=b"{}"), header(now - 301), header(now + 301), "", "t=x,v1=", f"t={now}"):
        assert not consumer.is_genuine(wrong, body, secret, now), wrong


def test_cells_run_nothing_in_a_table(consumer: ModuleType) -> None:
    assert consumer.harmless("=1+1") == "'=1+1"
    assert consumer.harmless("港町3-2-1") == "港町3-2-1"
