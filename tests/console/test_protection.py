"""What every request and every answer must keep to."""

from collections.abc import Callable

import pytest
from starlette.requests import ClientDisconnect

from console.security import MAX_BODY, is_same_origin, safe_way_back
from tests.console.conftest import Browser, House, actions
from tests.console.sample import ATTACK

Visit = Callable[..., Browser]
FINISH = "/console/callbacks/2/finish"


@pytest.mark.parametrize("token", ["", "wrong", "あ" * 20])
def test_form_without_the_token_of_the_session_changes_nothing(house: House, visit: Visit, token: str) -> None:
    browser = visit("staff")
    answer = browser.post(FINISH, data={"csrf_token": token})
    assert answer.status_code == 403
    assert "もう一度お願いします" in answer.text
    assert actions(house) == []
    assert browser.submit(FINISH).status_code == 303
    assert actions(house) == ["callback.finish callback:2"]


def test_token_of_another_session_is_worth_nothing(visit: Visit) -> None:
    browser, other = visit("staff"), visit("supervisor")
    assert browser.post(FINISH, data={"csrf_token": other.token}).status_code == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "same-origin", "origin": "http://town.test"}, 303),
        ({"origin": "http://town.test"}, 303),
    ],
)
def test_forms_of_other_sites_are_refused(visit: Visit, headers: dict[str, str], status: int) -> None:
    browser = visit("staff")
    assert browser.post(FINISH, data={"csrf_token": browser.token}, headers=headers).status_code == status


def test_public_address_counts_as_the_same_origin_behind_a_proxy() -> None:
    headers = {"origin": "https://madoguchi.example.jp", "host": "127.0.0.1:8000"}
    assert is_same_origin(headers, "https://madoguchi.example.jp")
    assert not is_same_origin(headers, None)


@pytest.mark.parametrize(
    "path", ["/console/", "/console/login", "/console/nothing", "/console/static/css/base.css", "/console/content/nothing"]
)
def test_every_answer_carries_the_headers(visit: Visit, path: str) -> None:
    answer = visit("viewer").get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert ("no-store" in answer.headers["cache-control"]) is ("static" not in path)


def test_failure_of_our_own_is_a_page_with_the_headers_and_tells_nothing(
    house: House, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = visit("viewer")
    monkeypatch.setattr("console.routes.conversations.ledger", lambda *_args, **_more: 1 / 0)
    browser._transport.raise_server_exceptions = False  # type: ignore[attr-defined]
    answer = browser.get("/console/conversations/1")
    assert answer.status_code == 500
    assert "うまく動きませんでした" in answer.text
    assert "ZeroDivision" not in answer.text
    assert "content-security-policy" in answer.headers


def test_browser_that_went_away_is_no_failure(visit: Visit, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def gone(*_args: object, **_more: object) -> None:
        raise ClientDisconnect

    browser = visit("viewer")
    monkeypatch.setattr("console.routes.conversations.ledger", gone)
    assert browser.get("/console/conversations/1").status_code == 400
    assert "console_failed" not in caplog.text


def test_body_that_is_too_large_is_not_read(visit: Visit) -> None:
    browser = visit("staff")
    answer = browser.submit(FINISH, note="x" * MAX_BODY)
    assert answer.status_code == 413
    assert "送る量が多すぎます" in answer.text


@pytest.mark.parametrize(
    "path", ["/console/conversations/1", "/console/callbacks", "/console/content/feedback", "/console/conversations?words=%3Cscript"]
)
def test_what_residents_write_is_only_text(visit: Visit, path: str) -> None:
    page = visit("administrator").get(path).text
    assert ATTACK not in page
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "&lt;" in page


def test_words_in_the_address_are_only_text(visit: Visit) -> None:
    browser = visit("viewer")
    for path in ("/console/conversations", "/console/content", "/console/login"):
        page = browser.get(path, params={"words": '"><script>alert(1)</script>', "next": '"><script>alert(1)</script>'})
        assert "<script>alert" not in page.text


@pytest.mark.parametrize(
    "path",
    ["/console/conversations/99999999999999999999999", "/console/conversations/0", "/console/conversations/x", "/console/content/%00"],
)
def test_odd_addresses_are_not_found(visit: Visit, path: str) -> None:
    assert visit("viewer").get(path).status_code == 404


@pytest.mark.parametrize("query", ["page=-1&words=%00%25_", "page=99999999999999&before=x", "page=x&state=x&category=%00"])
def test_odd_queries_are_harmless(visit: Visit, query: str) -> None:
    browser = visit("viewer")
    for path in ("/console/conversations", "/console/conversations/1", "/console/content", "/console/callbacks"):
        assert browser.get(f"{path}?{query}").status_code == 200


@pytest.mark.parametrize(
    ("path", "way"),
    [
        ("/console/callbacks?state=done", "/console/callbacks?state=done"),
        ("/console", "/console"),
        ("/console/login?next=/console/", "/console/"),
        ("/console/logout", "/console/"),
        ("/console/a\nb", "/console/"),
        ("http://town.test/console/", "/console/"),
        (None, "/console/"),
    ],
)
def test_way_back_stays_within_the_console(path: str | None, way: str) -> None:
    assert safe_way_back(path) == way
