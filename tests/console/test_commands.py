"""The command line says what it is about, and ends with a sentence when something is to be set right."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from sqlalchemy.orm import Session
from typer.main import get_command
from typer.testing import CliRunner, Result

import main
from console import queries
from console.passwords import is_right_password
from console.texts import say as text
from core.database import Database
from core.models import JobRow, JobState, Municipality
from core.settings import Settings
from tests.databases import migrated_file
from tests.openai_server import Behaviour, answer_of, fails, openai_server, refuses, resets, says

PASSWORD = "correct horse battery"
ACCOUNT = ("staff", "add", "--municipality", "shiomi", "--login", "Yumi", "--name", "田中 由美", "--password-stdin")


@pytest.fixture(autouse=True)
def _own_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for field in [*Settings.model_fields, "line_channel_secret", "line_channel_access_token"]:
        monkeypatch.delenv(field.upper(), raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """Of the database that the commands open, with the sample's municipality in it."""
    database = Database(f"sqlite:///{migrated_file(tmp_path, 'madoguchi.sqlite')}")
    with database.transaction() as session:
        session.add(Municipality(id="shiomi", name="汐見市", created_at=datetime.now(UTC)))
    with database.transaction() as session:
        dead = {"state": JobState.DEAD, "error": "LINEに断られました。"}
        session.add(JobRow(kind="deliver", payload={}, run_at=0, created_at=0, **dead))
    with database.reading() as session:
        yield session
    database.close()


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "a secret of the tests that is long enough")


def run(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(main.app, list(words), input=typed)


def commands(command: click.Command, name: str = "main.py") -> Iterator[tuple[str, click.Command]]:
    yield name, command
    for child, below in getattr(command, "commands", {}).items():
        yield from commands(below, f"{name} {child}")


def test_every_command_and_option_says_what_it_is_for() -> None:
    known = dict(commands(get_command(main.app)))
    assert {"main.py serve", "main.py faq import", "main.py jobs retry"} <= set(known)
    assert [name for name, command in known.items() if not command.help] == []
    silent = [f"{name} {option.name}" for name, command in known.items() for option in command.params if not getattr(option, "help", None)]
    assert silent == []


def test_server_without_the_keys_of_its_channel_names_them_and_demo() -> None:
    ended = run("serve")
    assert (ended.exit_code, ended.stdout) == (1, "")
    for words in ("LINE_CHANNEL_SECRET", "LINE_CHANNEL_ACCESS_TOKEN", "demo"):
        assert words in ended.stderr
    assert "Traceback" not in ended.stderr


def test_wrong_setting_ends_a_command_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "many")
    ended = run("jobs", "list")
    assert ended.exit_code == 1
    assert ended.stderr.startswith("PORT には")


@pytest.mark.usefixtures("secret")
def test_added_account_can_log_in(session: Session) -> None:
    ended = run(*ACCOUNT, "--role", "staff", "--department", "citizens", typed=PASSWORD + "\n")
    assert (ended.exit_code, ended.stderr) == (0, "")
    assert ended.stdout == "田中 由美 さんのアカウント yumi（staff）を作りました。/console/login から入れます。\n"
    staff = queries.staff_by_login(session, "shiomi", "yumi")
    assert staff is not None
    assert staff.department_id == "citizens"
    assert is_right_password(PASSWORD, staff.password_hash)


@pytest.mark.usefixtures("secret")
@pytest.mark.parametrize(
    ("words", "typed", "problem"),
    [
        (("--role", "boss"), PASSWORD, "役割「boss」"),
        (("--role", "staff", "--department", "moon"), PASSWORD, "課「moon」.*citizens"),
        (("--role", "staff"), "short", "10字以上"),
    ],
)
def test_refused_account_leaves_nothing_behind(session: Session, words: tuple[str, ...], typed: str, problem: str) -> None:
    ended = run(*ACCOUNT, *words, typed=typed + "\n")
    assert ended.exit_code == 1
    assert re.search(problem, ended.stderr)
    assert queries.staff_by_login(session, "shiomi", "yumi") is None


@pytest.mark.usefixtures("secret")
def test_token_is_made_listed_and_revoked(session: Session) -> None:
    make = ("tokens", "add", "--municipality", "shiomi", "--system", "収集システム")
    refused = run(*make, "--scope", "everything")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "許すこと" in refused.stderr
    made = run(*make, "--scope", "applications:read", "--procedure", "oversized_waste", "--days", "0")
    assert (made.exit_code, made.stdout[:4], made.stdout.count("\n")) == (0, "mdg_", 1)
    listed = run("tokens", "list", "--municipality", "shiomi").stdout
    assert listed == f"1\t使える\t収集システム\t…{made.stdout.strip()[-4:]}\tapplications:read\t-\n"
    assert run("tokens", "revoke", "--municipality", "shiomi", "1").exit_code == 0
    again = run("tokens", "revoke", "--municipality", "shiomi", "1")
    assert (again.exit_code, "使えるトークンはありません" in again.stderr) == (1, True)
    assert "取消済" in run("tokens", "list", "--municipality", "shiomi").stdout
    session.rollback()
    assert [record.action for record in queries.audit_records(session, "shiomi")] == ["token.make", "token.revoke"]


def test_dead_letters_are_listed_and_retried_by_number(session: Session) -> None:
    heading, row = run("jobs", "list").stdout.splitlines()
    assert heading.split("\t") == ["番号", "種類", "日時", "自治体", "理由"]
    number, kind, _, municipality, reason = row.split("\t")
    assert (kind, municipality, reason) == ("deliver", "-", "LINEに断られました。")
    refused = run("jobs", "retry", str(int(number) + 1))
    assert refused.exit_code == 1
    assert f"番号 {int(number) + 1} の" in refused.stderr
    assert run("jobs", "retry", number).stdout == "もう一度試します。\n"
    assert run("jobs", "list").stdout == "止まった処理はありません。\n"


def test_doctor_names_a_remedy_for_whatever_is_wrong_and_for_nothing_else(session: Session) -> None:
    ended = run("doctor", "--json")
    assert ended.exit_code == 1
    found = {finding["name"]: finding for finding in json.loads(ended.stdout)}
    assert all(bool(finding["remedy"]) is not finding["ok"] for finding in found.values())
    wrong = {name for name, finding in found.items() if not finding["ok"]}
    assert wrong == {"秘密鍵", "止まった処理", "コンソールのアカウント", "公開アドレス", "LINE（shiomi）"}
    assert found["止まった処理"]["detail"] == "1 件"
    assert "--municipality shiomi" in found["コンソールのアカウント"]["remedy"]


@pytest.mark.parametrize(
    ("behaviour", "remedy"),
    [
        (says(answer_of(cannot=True)), ""),
        (says("はい"), "doctor.model_remedy.invalid"),
        (fails(401), "doctor.model_remedy.unauthorised"),
        (fails(404), "doctor.model_remedy.unknown_model"),
        (fails(429), "doctor.model_remedy.rate_limited"),
        (fails(500), "doctor.model_remedy.server"),
        (refuses(), "doctor.model_remedy.refused"),
        (resets(), "doctor.model_remedy.unreachable"),
    ],
)
def test_doctor_asks_the_language_model_and_names_the_remedy(monkeypatch: pytest.MonkeyPatch, behaviour: Behaviour, remedy: str) -> None:
    with openai_server() as server:
        server.will(behaviour)
        monkeypatch.setenv("LANGUAGE_MODEL", "a-model")
        monkeypatch.setenv("LANGUAGE_MODEL_URL", server.url)
        monkeypatch.setenv("LANGUAGE_MODEL_KEY", "a key of the tests")
        found = {finding["name"]: finding for finding in json.loads(run("doctor", "--json").stdout)}["言語モデル"]
        assert found == {
            "name": "言語モデル",
            "ok": not remedy,
            "detail": f"a-model（{server.url}）",
            "remedy": text(remedy) if remedy else "",
        }
        assert [asked["authorization"] for asked in server.asked] == ["Bearer a key of the tests"]


def test_doctor_asks_no_language_model_where_none_is_set() -> None:
    found = {finding["name"]: finding for finding in json.loads(run("doctor", "--json").stdout)}["言語モデル"]
    assert (found["ok"], found["detail"]) == (True, "使いません")


def test_doctor_goes_no_further_than_settings_that_can_not_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "many")
    monkeypatch.setenv("SEARCH_MODE", "fast")
    lines = run("doctor").stdout.splitlines()
    assert lines[1] == "× 設定: 読めません"
    assert [line[:6] for line in lines[2:]] == ["    → ", "      "]
    assert "PORT" in lines[2]
    assert "SEARCH_MODE" in lines[3]


@pytest.mark.parametrize("command", [("jobs", "list"), ("migrate",), ("ask", "ごみ", "--municipality", "shiomi")])
def test_commands_say_that_the_database_can_not_be_reached(monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody:secret-word@127.0.0.1:1/nothing")
    ended = run(*command)
    assert ended.exit_code == 1
    assert "DATABASE_URL" in ended.stderr
    assert "secret-word" not in ended.output
    assert isinstance(ended.exception, SystemExit)


def test_commands_say_that_the_data_folder_can_not_be_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "file" / "data"))
    ended = run("jobs", "list")
    assert (ended.exit_code, isinstance(ended.exception, SystemExit)) == (1, True)
    assert "DATA_DIR" in ended.stderr


@pytest.mark.usefixtures("secret")
def test_password_is_changed_and_an_account_switched_off_and_on(session: Session) -> None:
    assert run(*ACCOUNT, "--role", "staff", typed=PASSWORD + "\n").exit_code == 0
    staff = queries.staff_by_login(session, "shiomi", "yumi")
    assert staff is not None
    whose = ("--municipality", "shiomi", "--login", "YUMI")
    assert "10字以上" in run("staff", "password", *whose, "--password-stdin", typed="short\n").stderr
    changed = run("staff", "password", *whose, "--password-stdin", typed="another long sentence\n")
    assert (changed.exit_code, "another" in changed.output) == (0, False)
    session.rollback()  # Reads what was committed since.
    session.refresh(staff)
    assert is_right_password("another long sentence", staff.password_hash)
    for words, is_active in ((("close",), False), (("close", "--undo"), True)):
        assert run("staff", *words, *whose).exit_code == 0
        session.rollback()  # Reads what was committed since.
        session.refresh(staff)
        assert staff.is_active is is_active
    session.rollback()
    actions = [record.action for record in queries.audit_records(session, "shiomi")]
    assert actions == ["staff.add", "staff.password", "staff.close", "staff.open"]
    nobody = run("staff", "close", "--municipality", "shiomi", "--login", "nobody")
    assert (nobody.exit_code, "「nobody」のアカウントはありません" in nobody.stderr) == (1, True)
