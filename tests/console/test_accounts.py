"""Accounts, passwords, failed attempts and the audit log."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import text

from console import queries
from console.accounts import AccountRefusedError, add_staff, change_password, switch
from console.attempts import MOST_KEYS, MOST_PER_ADDRESS, MOST_PER_LOGIN, WINDOW, FailedAttempts
from console.passwords import hash_password, is_right_password
from core.audit import AuditLog
from core.encryption import Keyring
from tests.console.conftest import KEYRING, Browser, House
from tests.console.sample import NOW, PASSWORD

GOOD = {
    "municipality_id": "midori",
    "login": "Tanaka.Yumi",
    "name": " 田中 由美 ",
    "role": "staff",
    "password": PASSWORD,
    "now": NOW,
    "capacity": 3,
}


def test_account_is_made_with_a_login_in_normal_form(house: House) -> None:
    with house.database.transaction() as session:
        staff = add_staff(session, AuditLog(KEYRING), **GOOD)  # type: ignore[arg-type]
    assert (staff.login, staff.name, staff.role, staff.is_active, staff.capacity) == ("tanaka.yumi", "田中 由美", "staff", True, 3)
    assert PASSWORD not in staff.password_hash
    assert staff.password_hash.startswith("$argon2id$")
    with house.database.reading() as session:
        assert [record.action for record in queries.audit_records(session, "midori")] == ["staff.add"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"password": "short-one"}, "10字以上"),
        ({"password": "x" * 201}, "200字以内"),
        ({"password": "aaaaaaaaaaaa"}, "推測されやすい"),
        ({"login": "tanakayumiko", "password": "TanakaYumiko"}, "推測されやすい"),
        ({"login": "あ"}, "ログイン名は"),
        ({"login": ""}, "ログイン名は"),
        ({"name": "  "}, "名前を"),
        ({"role": "boss"}, "viewer、staff.* から"),
        ({"municipality_id": "nowhere"}, "「nowhere」.*MUNICIPALITIES"),
        ({"login": "EDITOR"}, "「editor」のアカウントが"),
    ],
)
def test_account_that_breaks_a_rule_is_refused_with_a_remedy(house: House, change: dict[str, str], problem: str) -> None:
    with house.database.transaction() as session, pytest.raises(AccountRefusedError, match=problem):
        add_staff(session, AuditLog(KEYRING), **GOOD | change)  # type: ignore[arg-type]


def test_password_is_checked_whatever_the_width_of_its_letters() -> None:
    stored = hash_password("river-42-hill")
    assert is_right_password("ｒｉｖｅｒ-42-hill", stored)
    assert not is_right_password("river-42-hills", stored)
    assert not is_right_password("nobody's password", None)


def test_failures_are_counted_per_login_and_per_address_in_a_moving_window() -> None:
    attempts, now = FailedAttempts(), datetime(2026, 11, 24, tzinfo=UTC)
    for number in range(MOST_PER_LOGIN):
        assert not attempts.is_blocked("a", "home", now)
        attempts.count("a", "home", now + timedelta(seconds=number))
    assert attempts.is_blocked("a", "elsewhere", now)
    assert not attempts.is_blocked("b", "home", now)
    for number in range(MOST_PER_ADDRESS):
        attempts.count(f"login {number}", "home", now + timedelta(seconds=60))
    assert attempts.is_blocked("b", "home", now)
    assert not attempts.is_blocked("b", "elsewhere", now)
    attempts.forgive("a")
    assert not attempts.is_blocked("a", "elsewhere", now)
    assert not attempts.is_blocked("b", "home", now + WINDOW + timedelta(seconds=60))


def test_flood_of_made_up_logins_does_not_fill_the_memory() -> None:
    attempts = FailedAttempts()
    for number in range(MOST_KEYS + 10):
        attempts.count(f"login {number}", f"address {number}", NOW)
    assert len(attempts._failures) <= MOST_KEYS + 2


def test_audit_chain_shows_where_it_was_changed(house: House) -> None:
    audit = AuditLog(KEYRING)
    for number in range(1, 5):
        with house.database.transaction() as session:
            audit.record(session, municipality_id="midori", staff_id=1, action="entry.publish", subject=f"entry:{number}", now=NOW)
    with house.database.transaction() as session:
        audit.record(session, municipality_id="aoba", staff_id=None, action="staff.add", subject="staff:1", now=NOW)
    with house.database.reading() as session:
        assert audit.first_broken(queries.audit_records(session, "midori")) is None
        assert audit.first_broken(queries.audit_records(session, "aoba")) is None
        assert AuditLog(Keyring("another secret")).first_broken(queries.audit_records(session, "midori")) == 1
    with house.database.transaction() as session:
        session.execute(text("UPDATE audit SET object = 'entry:9' WHERE municipality_id = 'midori' AND number = 3"))
    with house.database.reading() as session:
        assert audit.first_broken(queries.audit_records(session, "midori")) == 3
    with house.database.transaction() as session:
        session.execute(text("DELETE FROM audit WHERE municipality_id = 'midori' AND number = 2"))
    with house.database.reading() as session:
        assert audit.first_broken(queries.audit_records(session, "midori")) == 2


def test_whoever_uses_an_account_is_logged_out_by_a_new_password_and_by_switching_it_off(
    house: House, visit: Callable[..., Browser]
) -> None:
    for change in (partial(change_password, password="another long sentence"), partial(switch, is_active=False)):
        browser = visit("editor")
        assert browser.get("/console/content").status_code == 200
        with house.database.transaction() as session:
            change(session, AuditLog(KEYRING), municipality_id="midori", login="editor", now=NOW)
        assert browser.get("/console/content", follow_redirects=False).status_code == 303
