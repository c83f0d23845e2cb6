"""Audiences, narrowcasts, notification messages, units, tokens, statistics."""

import time

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from bot.simulator.id_tokens import encode, encode_json, issue_id_token
from bot.simulator.notification_api import phone_hash
from bot.simulator.records import Friendship, Person

from . import messages as m
from .conftest import SECRET
from .sdk_requests import rules

FORM = {"content-type": "application/x-www-form-urlencoded"}


def befriend(platform, count):
    """People with a chat, without the webhooks of fifty follows."""
    chats = []
    for number in range(count):
        person = platform.add_person(Person(name=f"住民{number}"))
        chat = platform.chat("shiomi", person.id)
        chat.friendship = Friendship.FRIEND
        chats.append(chat)
    return chats


def narrowcast(http, **more):
    answer = http.post("/v2/bot/message/narrowcast", json={"messages": [m.text()], **more})
    return answer, answer.headers["x-line-request-id"]


def progress(http, request_id):
    return http.get("/v2/bot/message/progress/narrowcast", params={"requestId": request_id}).json()


@pytest.mark.parametrize(("count", "phase", "error_code"), [(50, "succeeded", None), (49, "failed", 2)])
def test_a_narrowcast_needs_fifty_people(platform, http, clock, count, phase, error_code):
    chats = befriend(platform, count)
    accepted, request_id = narrowcast(http)
    assert (accepted.status_code, accepted.json()) == (202, {})
    assert progress(http, request_id)["phase"] == "sending"
    clock.advance(2)
    done = progress(http, request_id)
    assert (done["phase"], done.get("errorCode")) == (phase, error_code)
    assert all(bool(chat.since()) == (phase == "succeeded") for chat in chats)


def test_attributes_need_a_hundred_and_the_quota_the_whole_reach(open_platform, http):
    platform = open_platform(monthly_limit=60)
    befriend(platform, 70)
    few, _ = narrowcast(http, filter={"demographic": {"type": "gender", "oneOf": ["female"]}})
    assert few.status_code == 403
    dear, _ = narrowcast(http)
    assert dear.json() == {"message": "You have reached your monthly limit."}
    limited, _ = narrowcast(http, limit={"upToRemainingQuota": True})
    assert limited.status_code == 202
    assert http.get("/v2/bot/message/quota/consumption").json() == {"totalUsage": 60}


def test_an_audience_is_uploaded_ready_and_used(platform, http, clock):
    chats = befriend(platform, 60)
    body = {"description": "防災", "audiences": [{"id": chat.id} for chat in chats[:55]]}
    created = http.post("/v2/bot/audienceGroup/upload", json=body).json()
    recipient = {"type": "audience", "audienceGroupId": created["audienceGroupId"]}
    assert narrowcast(http, recipient=recipient)[0].json() == {"message": "Audience group is not ready"}
    clock.advance(2)
    assert http.get(f"/v2/bot/audienceGroup/{created['audienceGroupId']}").json()["audienceGroup"]["status"] == "READY"
    accepted, request_id = narrowcast(http, recipient=recipient)
    assert accepted.status_code == 202
    clock.advance(2)
    assert progress(http, request_id)["successCount"] == 55
    ids = "\n".join(chat.id for chat in chats[55:])
    form = {"description": "追加"}
    by_file = http.post("/v2/bot/audienceGroup/upload/byFile", data=form, files={"file": ("ids.txt", ids.encode(), "text/plain")})
    assert (by_file.status_code, by_file.json()["audienceCount"]) == (202, 5)
    assert http.get("/v2/bot/audienceGroup/list").json()["totalCount"] == 2
    assert http.request("DELETE", f"/v2/bot/audienceGroup/{created['audienceGroupId']}").status_code == 202


def test_audiences_have_limits(platform, http):
    some_id = next(iter(platform.people))
    for count, status in ((10_000, 202), (10_001, 400)):
        body = {"description": "多数", "audiences": [{"id": some_id}] * count}
        assert http.post("/v2/bot/audienceGroup/upload", json=body).status_code == status
    assert http.post("/v2/bot/audienceGroup/upload", json={"description": "", "audiences": []}).status_code == 400
    assert http.post("/v2/bot/audienceGroup/upload", json={"description": "a", "audiences": [{"id": "hana"}]}).status_code == 400


def test_notification_messages_reach_a_number(platform, bot, http):
    person_id = next(person.id for person in platform.people.values() if person.phone_number)
    body = {"to": phone_hash("+819000000001"), "messages": [m.text("避難指示")]}
    tag = {"x-line-delivery-tag": "evacuation-000001"}
    assert http.post("/bot/pnp/push", json=body, headers=tag).json() == {}
    assert [item.message["text"] for item in platform.phone("shiomi", person_id).timeline()] == ["避難指示"]
    platform.wait_until_idle()
    assert bot.events[-1]["delivery"] == {"data": "evacuation-000001"}
    assert http.get("/v2/bot/message/quota/consumption").json() == {"totalUsage": 0}
    assert not platform.violations
    unknown = http.post("/bot/pnp/push", json=body | {"to": phone_hash("+819000000009")})
    assert unknown.status_code == 422
    assert not platform.violations
    for headers, more in (
        ({"x-line-delivery-tag": "short"}, {}),
        ({"x-line-retry-key": "3f1c2a9e-0000-4000-8000-000000000000"}, {}),
        ({}, {"to": "+819000000001"}),
        ({}, {"messages": [m.image()]}),
    ):
        assert http.post("/bot/pnp/push", json=body | more, headers=headers).status_code == 400


@pytest.mark.parametrize(("units", "status"), [(["reminder_1"], 200), (["a" * 31], 400), (["ごみ"], 400), (["a", "b"], 400)])
def test_units_are_few_and_plain(hana, http, units, status):
    body = {"to": hana.person.id, "messages": [m.text()], "customAggregationUnits": units}
    assert http.post("/v2/bot/message/push", json=body).status_code == status
    expected = 1 if status == 200 else 0
    assert http.get("/v2/bot/message/aggregation/info").json() == {"numOfCustomAggregationUnits": expected}


@pytest.mark.parametrize(("path", "seconds"), [("/oauth2/v3/token", 15 * 60), ("/v2/oauth/accessToken", 30 * 24 * 60 * 60)])
def test_access_tokens_expire(platform, http, clock, path, seconds):
    form = {"grant_type": "client_credentials", "client_id": platform.account("shiomi").channel.id, "client_secret": SECRET}
    assert http.post(path, data=form | {"client_secret": "wrong"}).status_code == 400
    issued = http.post(path, data=form).json()
    assert issued["expires_in"] == seconds
    headers = {"authorization": f"Bearer {issued['access_token']}"}
    assert http.get("/v2/bot/info", headers=headers).json()["displayName"] == "汐見市"
    clock.advance(seconds - 1)
    assert http.get("/v2/bot/info", headers=headers).status_code == 200
    clock.advance(2)
    assert http.get("/v2/bot/info", headers=headers).status_code == 401


def test_a_signed_assertion_gives_a_token(platform, http):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    account = platform.account("shiomi")
    account.assertion_keys["k1"] = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    def ask(**more):
        claims = {"iss": account.channel.id, "sub": account.channel.id, "aud": "https://api.line.me/", "exp": int(time.time()) + 60, **more}
        signed = f"{encode_json({'alg': 'RS256', 'typ': 'JWT', 'kid': 'k1'})}.{encode_json(claims)}"
        assertion = f"{signed}.{encode(key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"
        return http.post("/oauth2/v2.1/token", data={"grant_type": "client_credentials", "client_assertion": assertion})

    issued = ask(token_exp=60).json()
    assert (issued["expires_in"], issued["key_id"]) == (60, "k1")
    assert ask(exp=int(time.time()) + 3600).status_code == 400
    assert ask(aud="https://example.jp/").status_code == 400
    http.post("/oauth2/v2.1/revoke", data={"access_token": issued["access_token"]})
    assert http.get("/oauth2/v2.1/verify", params={"access_token": issued["access_token"]}).status_code == 400


def test_id_tokens_are_verified(platform, hana, http):
    login_id = platform.account("shiomi").channel.login_id
    now = int(time.time())

    def token(**more):
        claims = {"person_id": hana.person.id, "name": hana.person.name, "audience": login_id, "now_seconds": now, "nonce": "n1", **more}
        return issue_id_token(**claims)

    def verify(id_token, **more):
        answer = http.post("/oauth2/v2.1/verify", data={"id_token": id_token, "client_id": login_id, **more})
        return answer.json().get("error_description") or answer.json()["sub"]

    assert verify(token(), nonce="n1", user_id=hana.person.id) == hana.person.id
    assert verify(hana.id_token()) == hana.person.id
    assert verify(token(now_seconds=now - 7200)) == "IdToken expired."
    assert verify(token(audience="1234567890")) == "Invalid IdToken Audience."
    assert verify(token(), nonce="n2") == "Invalid IdToken Nonce."
    assert verify(token(), user_id="U" + "0" * 32) == "Invalid IdToken Subject Identifier."
    assert verify(token()[:-4] + "AAAA") == "Invalid IdToken."
    assert verify("rubbish") == "Invalid IdToken."
    assert not platform.violations
    assert http.get("/oauth2/v2.1/certs").json()["keys"][0]["alg"] == "ES256"


def test_the_account_tells_about_itself_and_its_webhook(platform, http):
    assert http.get("/v2/bot/info").json()["basicId"] == "@shiomi"
    new = "https://madoguchi.example.jp/webhook/shiomi"
    assert http.put("/v2/bot/channel/webhook/endpoint", json={"endpoint": new}).json() == {}
    assert http.get("/v2/bot/channel/webhook/endpoint").json() == {"endpoint": new, "active": True}
    assert platform.ping("shiomi").status == 200
    assert http.put("/v2/bot/channel/webhook/endpoint", json={"endpoint": "http://example.jp/"}).status_code == 400
    assert rules(platform) == ["11"]


def test_statistics_of_a_small_account(platform, hana, http, clock):
    day = {"date": clock().strftime("%Y%m%d")}
    assert http.get("/v2/bot/insight/followers", params=day).json()["followers"] == 1
    assert http.get("/v2/bot/insight/demographic").json() == {"available": False}
    assert http.get("/v2/bot/insight/message/delivery", params={"date": "yesterday"}).status_code == 400
    assert http.get("/v2/bot/followers/ids").json() == {"userIds": [hana.person.id]}
