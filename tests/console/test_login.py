"""Logging in, staying in, and getting out."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from console import queries
from console.attempts import MOST_PER_LOGIN, WINDOW
from console.sessions import IDLE, LONGEST
from console.visiting import COOKIE
from tests.console.conftest import Browser, House, actions, words_of
from tests.console.sample import NOW, PASSWORD

Visit = Callable[..., Browser]


def log_in(browser: Browser, login: str = "editor", password: str = PASSWORD, municipality: str = "midori", **more: str):  # type: ignore[no-untyped-def]
    page = browser.get("/console/login", params={"next": more.pop("next", "")})
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    fields = {"municipality": municipality, "login": login, "password": password, "csrf_token": token.group(1) if token else ""}
    back = re.search(r'name="next" value="([^"]+)"', page.text)
    return browser.post("/console/login", data=fields | {"next": back.group(1) if back else ""} | more)


def test_right_password_opens_the_start_page_and_sets_a_guarded_cookie(house: House, outsider: Browser) -> None:
    answer = log_in(outsider)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/")
    cookie = next(value for value in answer.headers.get_list("set-cookie") if value.startswith(COOKIE))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/console" in cookie
    assert "Secure" not in cookie
    assert outsider.get("/console/").status_code == 200
    assert [line.split()[0] for line in actions(house)] == ["session.begin"]


@pytest.mark.parametrize(
    ("login", "password", "municipality"),
    [("editor", "wrong password", "midori"), ("nobody", PASSWORD, "midori"), ("editor", PASSWORD, "aoba"), ("editor", PASSWORD, "nowhere")],
)
def test_wrong_login_is_refused_with_one_and_the_same_sentence(outsider: Browser, login: str, password: str, municipality: str) -> None:
    answer = log_in(outsider, login, password, municipality)
    assert answer.status_code == 422
    assert "ログイン名かパスワードが違います" in answer.text
    assert password not in answer.text
    assert COOKIE not in outsider.cookies
    assert log_in(outsider).status_code == 303


def test_login_in_capitals_and_full_width_letters_is_understood(outsider: Browser) -> None:
    assert log_in(outsider, "ＥＤＩＴＯＲ ").status_code == 303


def test_account_that_is_switched_off_gets_neither_in_nor_further(house: House, outsider: Browser, visit: Visit) -> None:
    inside = visit("editor")
    with house.database.transaction() as session:
        staff = queries.staff_by_login(session, "midori", "editor")
        assert staff is not None
        staff.is_active = False
    assert log_in(outsider).status_code == 422
    assert inside.get("/console/").status_code == 303


def test_failures_block_the_login_for_a_while_even_with_the_right_password(house: House, outsider: Browser) -> None:
    for _ in range(MOST_PER_LOGIN):
        assert log_in(outsider, password="wrong password").status_code == 422
    blocked = log_in(outsider)
    assert blocked.status_code == 429
    assert "15分" in blocked.text
    assert log_in(outsider, "viewer").status_code == 303
    house.clock.pass_by(WINDOW)
    outsider.cookies.clear()
    assert log_in(outsider).status_code == 303


def test_session_changes_at_login_and_the_old_one_ends(house: House, outsider: Browser) -> None:
    log_in(outsider)
    first = outsider.cookies[COOKIE]
    outsider.cookies.set(COOKIE, first, path="/console")
    fields = {"municipality": "midori", "login": "viewer", "password": PASSWORD}
    # Whoever is logged in is not shown the form, but may still send one that was open in another tab.
    outsider.cookies.delete(COOKIE)
    page = outsider.get("/console/login").text
    outsider.cookies.set(COOKIE, first, path="/console")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    assert outsider.post("/console/login", data=fields | {"csrf_token": token.group(1)}).status_code == 303
    old = Browser(house.application())
    old.cookies.set(COOKIE, first, path="/console")
    assert old.get("/console/").status_code == 303


def test_login_form_of_another_browser_is_refused(house: House, outsider: Browser) -> None:
    page = Browser(house.application()).get("/console/login").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    fields = {"municipality": "midori", "login": "editor", "password": PASSWORD, "csrf_token": token.group(1)}
    outsider.get("/console/login")
    assert outsider.post("/console/login", data=fields).status_code == 403


@pytest.mark.parametrize(("passed", "status"), [(IDLE - timedelta(minutes=1), 200), (IDLE, 303)])
def test_idle_session_ends(house: House, visit: Visit, passed: timedelta, status: int) -> None:
    browser = visit("viewer")
    house.clock.pass_by(passed)
    assert browser.get("/console/").status_code == status


def test_busy_session_goes_on_past_the_idle_time_but_not_for_ever(house: House, visit: Visit) -> None:
    browser = visit("viewer")
    while house.clock.now < NOW + LONGEST - IDLE:
        house.clock.pass_by(IDLE - timedelta(minutes=1))
        assert browser.get("/console/").status_code == 200
    house.clock.pass_by(IDLE)
    assert browser.get("/console/").status_code == 303


def test_after_the_session_has_ended_the_login_leads_back(house: House, outsider: Browser) -> None:
    outsider.cookies.set(COOKIE, "gone", path="/console")
    sent = outsider.get("/console/content", params={"words": "住民票"})
    assert sent.status_code == 303
    assert sent.headers["location"].startswith("/console/login?next=%2Fconsole%2Fcontent%3Fwords%3D")
    login = outsider.get(sent.headers["location"])
    assert "期限が切れました" in words_of(login.text)
    outsider.cookies.delete(COOKIE)
    answer = log_in(outsider, next="/console/content?words=%E4%BD%8F%E6%B0%91%E7%A5%A8")
    assert answer.headers["location"] == "/console/content?words=%E4%BD%8F%E6%B0%91%E7%A5%A8"


def test_form_of_an_ended_session_leads_back_to_its_page(house: House, outsider: Browser) -> None:
    answer = outsider.post("/console/callbacks/1/finish", data={}, headers={"referer": "http://town.test/console/callbacks?state=done"})
    assert answer.headers["location"] == "/console/login?next=%2Fconsole%2Fcallbacks%3Fstate%3Ddone"


def test_htmx_is_sent_to_the_login_as_a_whole_page(outsider: Browser) -> None:
    answer = outsider.get("/console/content", headers={"hx-request-type": "partial", "hx-current-url": "http://town.test/console/content"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/console/login?next=%2Fconsole%2Fcontent")


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example/",
        "/console//evil.example",
        "/console/\\evil.example",
        "/other",
        "javascript:alert(1)",
        "/consoleevil",
    ],
)
def test_login_leads_to_no_other_place(outsider: Browser, address: str) -> None:
    assert log_in(outsider, next=address).headers["location"] == "/console/"
    again = outsider.get("/console/login", params={"next": address})
    assert (again.status_code, again.headers["location"]) == (303, "/console/")


def test_logging_out_ends_the_session(house: House, visit: Visit) -> None:
    browser = visit("viewer")
    token = browser.cookies[COOKIE]
    answer = browser.submit("/console/logout")
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/login")
    assert "ログアウトしました" in browser.get("/console/login").text
    browser.cookies.set(COOKIE, token, path="/console")
    assert browser.get("/console/").status_code == 303
    assert [line.split()[0] for line in actions(house)] == ["session.end"]


def test_cookies_are_for_https_only_where_the_public_address_is(house: House) -> None:
    browser = Browser(house.application("https://madoguchi.example.jp"))
    browser.base_url = "https://madoguchi.example.jp"
    answer = log_in(browser)
    assert answer.status_code == 303
    assert all("Secure" in value for value in answer.headers.get_list("set-cookie") if value.startswith(COOKIE))
