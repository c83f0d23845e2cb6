"""Rich menus from creation to deletion, and who sees which."""

import io
import uuid

import pytest
from linebot.v3.messaging import (
    ApiException,
    CreateRichMenuAliasRequest,
    RichMenuBatchLinkOperation,
    RichMenuBatchRequest,
    RichMenuBatchUnlinkAllOperation,
    RichMenuBulkLinkRequest,
    RichMenuRequest,
)
from PIL import Image

from . import messages as m
from .sdk_requests import rules


def picture(width=2500, height=843, kind="PNG", colour="white"):
    file = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(file, kind)
    return file.getvalue()


PICTURE = picture()


@pytest.fixture
def make(api, http):
    def make_menu(with_image=True):
        menu_id = api.create_rich_menu(RichMenuRequest.from_dict(m.rich_menu())).rich_menu_id
        if with_image:
            answer = http.post(f"/v2/bot/richmenu/{menu_id}/content", content=PICTURE, headers={"content-type": "image/png"})
            assert answer.status_code == 200, answer.text
        return menu_id

    return make_menu


def test_the_life_of_a_menu(platform, hana, api, blob_api, device, make):
    default, own = make(), make()
    assert {menu.rich_menu_id for menu in api.get_rich_menu_list().richmenus} == {default, own}
    assert api.get_rich_menu(own).chat_bar_text == "メニュー"
    assert bytes(blob_api.get_rich_menu_image(own)) == PICTURE
    api.set_default_rich_menu(default)
    assert hana.rich_menu.id == api.get_default_rich_menu_id().rich_menu_id == default
    api.link_rich_menu_id_to_user(hana.person.id, own)
    assert hana.rich_menu.id == api.get_rich_menu_id_of_user(hana.person.id).rich_menu_id == own
    shown = device.get(f"/chats/shiomi/{hana.person.id}/timeline").json()["richMenu"]
    assert (shown["richMenuId"], shown["image"]) == (own, f"/simulator/device/richmenus/{own}/image")
    assert device.get(f"/richmenus/{own}/image").content == PICTURE
    api.delete_rich_menu(own)
    assert hana.rich_menu.id == default
    api.cancel_default_rich_menu()
    assert hana.rich_menu is None
    assert not platform.violations


def test_a_menu_without_image_cannot_be_shown(platform, hana, http, make):
    menu_id = make(with_image=False)
    for path in (f"/v2/bot/user/all/richmenu/{menu_id}", f"/v2/bot/user/{hana.person.id}/richmenu/{menu_id}"):
        answer = http.post(path)
        assert (answer.status_code, answer.json()["message"]) == (400, "must upload richmenu image before applying it to user")
    assert rules(platform) == ["21", "21"]


@pytest.mark.parametrize(
    ("data", "media_type", "status"),
    [
        (PICTURE, "image/png", 200),
        (picture(kind="JPEG"), "image/jpeg", 200),
        (PICTURE, "image/jpeg", 400),
        (picture(2500, 1686), "image/png", 400),
        (picture(799, 250), "image/png", 400),
        (picture(kind="GIF"), "image/png", 400),
        (b"no image", "image/png", 400),
        (PICTURE + b"\0" * 1_000_000, "image/png", 400),
        (PICTURE, "image/gif", 415),
    ],
)
def test_images_are_checked(http, make, data, media_type, status):
    menu_id = make(with_image=False)
    answer = http.post(f"/v2/bot/richmenu/{menu_id}/content", content=data, headers={"content-type": media_type})
    assert answer.status_code == status, answer.text


LIMITS = [
    (m.rich_menu, 20, "areas"),
    (lambda n: m.rich_menu(name="主" * n), 300, "name"),
    (lambda n: m.rich_menu(chatBarText="窓" * n), 14, "chatBarText"),
    (lambda n: m.rich_menu(size={"width": n, "height": 843}), 2500, "size.width"),
    (lambda n: m.rich_menu(size={"width": 2500, "height": n}), 1724, "size"),
    (
        lambda n: m.rich_menu() | {"areas": [{"bounds": {"x": n, "y": 0, "width": 500, "height": 9}, "action": m.postback()}]},
        2000,
        "areas[0].bounds",
    ),
    (
        lambda n: m.rich_menu() | {"areas": [{"bounds": {"x": 0, "y": 0, "width": 5, "height": 9}, "action": m.postback("あ" * n)}]},
        20,
        "areas[0].action.label",
    ),
]


@pytest.mark.parametrize(("build", "most", "name"), LIMITS)
def test_the_largest_menu_is_accepted_and_one_more_refused(http, build, most, name):
    assert http.post("/v2/bot/richmenu/validate", json=build(most)).text == "{}"
    refused = http.post("/v2/bot/richmenu/validate", json=build(most + 1))
    assert name in {detail["property"] for detail in refused.json()["details"]}


@pytest.mark.parametrize("name", ["size", "selected", "name", "chatBarText", "areas"])
def test_every_property_of_a_menu_is_needed(http, name):
    menu = {key: value for key, value in m.rich_menu().items() if key != name}
    refused = http.post("/v2/bot/richmenu/validate", json=menu)
    assert {"message": "May not be empty", "property": name} in refused.json()["details"]


def test_aliases_are_unique_and_switch_menus(platform, hana, api, http, bot, make):
    one, two = make(), make()
    api.link_rich_menu_id_to_user(hana.person.id, one)
    api.create_rich_menu_alias(CreateRichMenuAliasRequest(richMenuAliasId="page-two", richMenuId=two))
    again = http.post("/v2/bot/richmenu/alias", json={"richMenuAliasId": "page-two", "richMenuId": one})
    assert (again.status_code, again.json()["message"]) == (400, "conflict richmenu alias id")
    assert http.post("/v2/bot/richmenu/alias", json={"richMenuAliasId": "Page Two", "richMenuId": one}).status_code == 400
    hana.tap({"type": "richmenuswitch", "richMenuAliasId": "page-two", "data": "switched"})
    assert hana.rich_menu.id == two
    platform.wait_until_idle()
    params = {"newRichMenuAliasId": "page-two", "status": "SUCCESS"}
    assert bot.events[-1]["postback"] == {"data": "switched", "params": params}
    assert [alias.rich_menu_alias_id for alias in api.get_rich_menu_alias_list().aliases] == ["page-two"]
    api.delete_rich_menu_alias("page-two")
    with pytest.raises(ApiException):
        api.get_rich_menu_alias("page-two")


def test_bulk_links_come_a_moment_later(platform, hana, api, http, make):
    menu_id = make()
    api.link_rich_menu_id_to_users(RichMenuBulkLinkRequest(richMenuId=menu_id, userIds=[hana.person.id]))
    assert platform.changes.wait_until(lambda: hana.rich_menu is not None, 3)
    too_many = http.post("/v2/bot/richmenu/bulk/unlink", json={"userIds": [hana.person.id] * 501})
    assert too_many.json()["details"] == [{"message": "Size must be between 1 and 500", "property": "userIds"}]
    wrong = http.post("/v2/bot/richmenu/bulk/unlink", json={"userIds": ["hana"]})
    assert wrong.json()["message"] == "The property, 'userIds[0]', in the request body is invalid (line: -, column: -)"


def test_batches_replace_menus_and_tell_their_progress(platform, hana, api, http, make, clock):
    one, two = make(), make()
    api.link_rich_menu_id_to_user(hana.person.id, one)
    key = str(uuid.uuid4())
    operation = RichMenuBatchLinkOperation.from_dict({"type": "link", "from": one, "to": two})
    request = RichMenuBatchRequest(operations=[operation], resumeRequestKey=key)
    accepted = api.rich_menu_batch_with_http_info(request)
    request_id = accepted.headers["x-line-request-id"]
    assert platform.changes.wait_until(lambda: hana.rich_menu.id == two, 3)
    clock.advance(1)
    assert api.get_rich_menu_batch_progress(request_id).phase == "succeeded"
    assert http.post("/v2/bot/richmenu/batch", json=request.to_dict()).status_code == 409
    mixed = RichMenuBatchRequest(operations=[operation, RichMenuBatchUnlinkAllOperation()])
    assert http.post("/v2/bot/richmenu/validate/batch", json=mixed.to_dict()).status_code == 400


def test_a_link_token_works_once_for_ten_minutes(platform, hana, api, bot, clock):
    tokens = [api.issue_link_token(hana.person.id).link_token for _ in range(2)]
    assert hana.link_account(tokens[0], "nonce-1")
    assert not hana.link_account(tokens[0], "nonce-2")
    clock.advance(10 * 60 + 1)
    assert not hana.link_account(tokens[1], "nonce-3")
    platform.wait_until_idle()
    links = {event["link"]["nonce"]: event for event in bot.events if event["type"] == "accountLink"}
    assert [links[f"nonce-{number}"]["link"]["result"] for number in (1, 2, 3)] == ["ok", "failed", "failed"]
    assert ["replyToken" in links[f"nonce-{number}"] for number in (1, 2, 3)] == [True, False, False]
