"""外部連携: administrators make and revoke tokens, register endpoints, and see what was sent."""

import re
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from core.models import JobRow
from handoff.models import Role
from procedures.outside.delivering import SEND_JOB
from procedures.outside.models import ApiToken, DeliveryState, WebhookDelivery, WebhookEndpoint
from procedures.outside.queries import tokens_of
from tests.console.conftest import Browser, House, actions, words_of

MAKE = {"system": "収集システム", "days": "365", "scopes": ["applications:read", "applications:write"], "procedures": ["oversized_waste"]}
REGISTER = {"system": "収集システム", "url": "https://gomi.example.jp/hook", "events": ["application.received"]}


def send(browser: Browser, path: str, key: str = "k" * 32, **fields: object) -> httpx.Response:
    return browser.post(f"/console/systems{path}", data={"csrf_token": browser.token, "submission": key, **fields})  # type: ignore[return-value]


def tokens(house: House) -> list[ApiToken]:
    with house.database.reading() as session:
        return list(tokens_of(session, "midori"))


def endpoint(house: House) -> WebhookEndpoint | None:
    with house.database.reading() as session:
        return session.scalar(select(WebhookEndpoint))


@pytest.fixture
def administrator(visit: Callable[..., Browser]) -> Browser:
    return visit("administrator")


def secret_of(page: httpx.Response) -> str:
    found = re.search(r'<pre class="record"[^>]*>([^<]+)</pre>', page.text)
    assert found is not None
    return found[1]


def test_only_administrators_see_and_change_it(house: House, visit: Callable[..., Browser]) -> None:
    for role in Role:
        browser = visit(role.value)
        is_allowed = role is Role.ADMINISTRATOR
        assert browser.get("/console/systems").status_code == (200 if is_allowed else 403), role
        assert browser.get("/console/systems/deliveries").status_code == (200 if is_allowed else 403), role
        assert ("外部連携" in browser.get("/console/").text) == is_allowed
        made = send(browser, "/tokens", key=role.value.ljust(20, "k"), **MAKE)
        assert made.status_code == (200 if is_allowed else 403), role
    assert len(tokens(house)) == 1


def test_token_is_shown_once_and_audited(house: House, administrator: Browser) -> None:
    assert "トークンはまだありません" in administrator.get("/console/systems").text
    made = send(administrator, "/tokens", **MAKE)
    token = secret_of(made)
    assert token.startswith("mdg_")
    with house.database.reading() as session:
        found = house.systems.tokens.bearer(session, token, house.clock())
    assert found is not None
    assert (found[0].municipality_id, sorted(found[0].procedures)) == ("midori", ["oversized_waste"])
    again = send(administrator, "/tokens", **MAKE)
    assert again.status_code == 303, "the same form makes no second one"
    page = administrator.get("/console/systems")
    assert "もう作ってあります" in page.text
    assert token not in page.text
    words = words_of(page.text)
    assert f"末尾 {token[-4:]}" in words
    assert "粗大ごみの収集申込み" in words
    assert "まだ使われていません" in words
    assert actions(house)[-1] == f"token.make token:{tokens(house)[0].id} 収集システム"


def test_token_is_revoked_at_once_by_its_own_municipality(house: House, administrator: Browser, visit: Callable[..., Browser]) -> None:
    token = secret_of(send(administrator, "/tokens", **MAKE))
    number = tokens(house)[0].id
    foreign = visit("administrator", "aoba")
    assert "収集システム" not in foreign.get("/console/systems").text
    assert send(foreign, f"/tokens/{number}/revoke").status_code == 404
    assert tokens(house)[0].revoked_at is None
    assert administrator.post(f"/console/systems/tokens/{number}/revoke", data={"csrf_token": "x"}).status_code == 403
    assert send(administrator, f"/tokens/{number}/revoke").status_code == 303
    with house.database.reading() as session:
        assert house.systems.tokens.bearer(session, token, house.clock()) is None
    assert "取り消し済み" in administrator.get("/console/systems").text
    assert actions(house)[-1] == f"token.revoke token:{number}"


def test_what_is_missing_is_said_and_what_was_typed_is_kept(house: House, administrator: Browser) -> None:
    refused = send(administrator, "/tokens", system="収集", days="90")
    assert refused.status_code == 422
    assert "許すことを、1つは選んでください" in refused.text
    assert 'value="収集"' in refused.text
    assert re.search(r'<option value="90" selected>', refused.text)
    refused = send(administrator, "/endpoints", **{**REGISTER, "url": "https://inner.example.jp/"})
    assert refused.status_code == 422
    assert "庁内のアドレスには送れません" in refused.text
    assert "https://inner.example.jp/" in refused.text
    assert (tokens(house), endpoint(house)) == ([], None)
    assert send(administrator, "/endpoints", **REGISTER).status_code == 200, "the key was not used up"


def test_endpoint_is_registered_tried_out_rotated_and_removed(house: House, administrator: Browser) -> None:
    made = send(administrator, "/endpoints", **REGISTER)
    secret = secret_of(made)
    row = endpoint(house)
    assert row is not None
    assert house.systems.endpoints.secrets_of(row, house.clock()) == (secret,)
    page = administrator.get("/console/systems").text
    assert secret not in page
    assert "https://gomi.example.jp/hook" in page
    assert send(administrator, f"/endpoints/{row.id}/test").headers["location"].endswith(f"?endpoint={row.id}")
    log = administrator.get(f"/console/systems/deliveries?endpoint={row.id}").text
    assert "試しの通知" in log
    with house.database.reading() as session:
        assert len(session.scalars(select(JobRow).where(JobRow.kind == SEND_JOB)).all()) == 1
    new = secret_of(send(administrator, f"/endpoints/{row.id}/rotate"))
    changed = endpoint(house)
    assert changed is not None
    assert house.systems.endpoints.secrets_of(changed, house.clock()) == (new, secret)
    send(administrator, f"/endpoints/{row.id}/remove")
    assert "通知先はまだありません" in administrator.get("/console/systems").text
    assert send(administrator, f"/endpoints/{row.id}/rotate").status_code == 404
    verbs = [action.split()[0] for action in actions(house)]
    assert verbs[-4:] == ["endpoint.make", "endpoint.test", "endpoint.rotate", "endpoint.remove"]


def test_stopped_endpoint_is_told_to_administrators_and_started_again(
    house: House, administrator: Browser, visit: Callable[..., Browser]
) -> None:
    send(administrator, "/endpoints", **REGISTER)
    with house.database.transaction() as session:
        row = session.scalars(select(WebhookEndpoint)).one()
        row.disabled_at, row.failing_since, row.failures = house.clock(), house.clock() - timedelta(days=1), 9
    assert "外部への通知が1件止まっています" in administrator.get("/console/").text
    assert "外部への通知" not in visit("supervisor").get("/console/").text
    assert "外部への通知" not in visit("administrator", "aoba").get("/console/").text
    send(administrator, f"/endpoints/{row.id}/test")
    assert "止まっている" in administrator.get("/console/systems").text
    assert send(administrator, f"/endpoints/{row.id}/start").status_code == 303
    assert "外部への通知" not in administrator.get("/console/").text
    started = endpoint(house)
    assert started is not None
    assert (started.disabled_at, started.failures) == (None, 0)


def test_log_shows_tries_and_sends_again(house: House, administrator: Browser, visit: Callable[..., Browser]) -> None:
    assert "通知の記録はまだありません" in administrator.get("/console/systems/deliveries").text
    send(administrator, "/endpoints", **REGISTER)
    row = endpoint(house)
    assert row is not None
    send(administrator, f"/endpoints/{row.id}/test")
    with house.database.transaction() as session:
        delivery = session.scalars(select(WebhookDelivery)).one()
        delivery.state, delivery.settled_at = DeliveryState.FAILED, house.clock()
        delivery.tries = [
            {"at": "2026-11-24T02:00:00Z", "status": 500, "milliseconds": 12, "problem": "status"},
            {"at": "2026-11-24T02:01:00Z", "status": None, "milliseconds": 10000, "problem": "timeout"},
        ]
    words = words_of(administrator.get("/console/systems/deliveries?state=failed").text)
    assert "HTTP 500" in words
    assert "時間内に返事がない" in words
    assert "10,000ミリ秒" in words
    assert "当てはまる記録はありません" in administrator.get("/console/systems/deliveries?state=delivered").text
    assert send(visit("administrator", "aoba"), f"/deliveries/{delivery.id}/again").status_code == 404
    assert send(administrator, f"/deliveries/{delivery.id}/again").status_code == 303
    with house.database.reading() as session:
        assert session.scalars(select(WebhookDelivery.state)).one() == DeliveryState.WAITING
        assert len(session.scalars(select(JobRow).where(JobRow.kind == SEND_JOB)).all()) == 2
