"""The documented limits: the largest value is accepted, one more is refused with LINE's text and the property's path."""

from collections.abc import Callable

import pytest

from . import messages as m

Build = Callable[[int], m.Message]

FAMILY = "👨‍👩‍👧‍👦"  # one character to the eye, eleven UTF-16 code units
EMOJI = {"productId": "5ac1bfd5040ab15980c9b435", "emojiId": "001"}
NUMBERED = {"type": "emoji", **EMOJI}


def address(length: int) -> str:
    return "https://example.jp/" + "a" * (length - len("https://example.jp/"))


def length(most: int) -> str:
    return f"Length must be between 0 and {most}"


LIMITS: list[tuple[str, Build, int, str, str]] = [
    ("text", lambda n: m.text("a" * n), 5000, "text", length(5000)),
    ("text in UTF-16", lambda n: m.text("𠮷" * (n // 2) + "a" * (n % 2)), 5000, "text", length(5000)),
    ("emojis", lambda n: m.text("$" * 30, emojis=[{"index": i, **EMOJI} for i in range(n)]), 20, "emojis", "Size must be between 0 and 20"),
    (
        "substitutions",
        lambda n: {"type": "textV2", "text": "a", "substitution": {f"k{i}": NUMBERED for i in range(n)}},
        20,
        "substitution",
        "The number of emoji objects must be between 0 and 20",
    ),
    ("textV2", lambda n: {"type": "textV2", "text": "a" * n}, 5000, "text", length(5000)),
    ("quick replies", lambda n: m.quick(*[m.postback()] * n), 13, "quickReply.items", "Size must be between 0 and 13"),
    ("quick reply label", lambda n: m.quick(m.postback("あ" * n)), 20, "quickReply.items[0].action.label", length(20)),
    ("quick reply label in graphemes", lambda n: m.quick(m.postback(FAMILY * n)), 20, "quickReply.items[0].action.label", length(20)),
    ("postback data", lambda n: m.quick(m.postback(data="d" * n)), 300, "quickReply.items[0].action.data", length(300)),
    (
        "postback data in UTF-16",
        lambda n: m.quick(m.postback(data="𠮷" * (n // 2) + "a" * (n % 2))),
        300,
        "quickReply.items[0].action.data",
        length(300),
    ),
    ("display text", lambda n: m.quick(m.postback(displayText=FAMILY * n)), 300, "quickReply.items[0].action.displayText", length(300)),
    (
        "fill-in text",
        lambda n: m.quick(m.postback(fillInText="あ" * n, inputOption="openKeyboard")),
        300,
        "quickReply.items[0].action.fillInText",
        length(300),
    ),
    ("message action", lambda n: m.quick(m.saying(value="あ" * n)), 300, "quickReply.items[0].action.text", length(300)),
    ("uri action", lambda n: m.quick(m.opening(address(n))), 1000, "quickReply.items[0].action.uri", length(1000)),
    (
        "clipboard",
        lambda n: m.quick({"type": "clipboard", "label": "写す", "clipboardText": "c" * n}),
        1000,
        "quickReply.items[0].action.clipboardText",
        length(1000),
    ),
    ("sender name", lambda n: m.text(sender={"name": "市" * n}), 20, "sender.name", length(20)),
    ("sender icon", lambda n: m.text(sender={"iconUrl": address(n)}), 2000, "sender.iconUrl", length(2000)),
    ("image address", lambda n: m.image(originalContentUrl=address(n)), 2000, "originalContentUrl", length(2000)),
    (
        "tracking id",
        lambda n: m.video(trackingId="t" * n),
        100,
        "trackingId",
        "Length must be between 1 and 100, of the documented characters",
    ),
    ("location title", lambda n: m.location(title="市" * n), 100, "title", length(100)),
    ("location address", lambda n: m.location(address="市" * n), 100, "address", length(100)),
    ("imagemap actions", m.imagemap, 50, "actions", "Size must be between 1 and 50"),
    ("imagemap alt text", lambda n: m.imagemap(altText="図" * n), 1500, "altText", length(1500)),
    ("template alt text", lambda n: m.buttons() | {"altText": "図" * n}, 1500, "altText", length(1500)),
    ("flex alt text", lambda n: m.flex(alt="図" * n), 1500, "altText", length(1500)),
    ("buttons", m.buttons, 4, "template.actions", "Size must be between 1 and 4"),
    ("buttons text", lambda n: m.buttons(text="選" * n), 160, "template.text", length(160)),
    ("buttons text under a title", lambda n: m.buttons(text="選" * n, title="題"), 60, "template.text", length(60)),
    ("buttons text under an image", lambda n: m.buttons(text="選" * n, thumbnailImageUrl=m.IMAGE), 60, "template.text", length(60)),
    ("buttons title", lambda n: m.buttons(title=FAMILY * n), 40, "template.title", length(40)),
    ("template label", lambda n: m.buttons(actions=[m.postback("選" * n)]), 20, "template.actions[0].label", length(20)),
    ("confirm text", lambda n: m.confirm(value="選" * n), 240, "template.text", length(240)),
    ("columns", m.carousel, 10, "template.columns", "Size must be between 1 and 10"),
    ("column text", lambda n: m.carousel(text="列" * n), 120, "template.columns[0].text", length(120)),
    ("column text under a title", lambda n: m.carousel(text="列" * n, title="題"), 60, "template.columns[0].text", length(60)),
    ("column actions", lambda n: m.carousel(2, n), 3, "template.columns[0].actions", "Size must be between 1 and 3"),
    ("image columns", m.image_carousel, 10, "template.columns", "Size must be between 1 and 10"),
    ("image column label", lambda n: m.image_carousel(label="見" * n), 12, "template.columns[0].action.label", length(12)),
    ("bubbles", m.flex_carousel, 12, "contents.contents", "Size must be between 1 and 12"),
    ("bubble size", m.flex_of_size, 30_000, "contents", "The size of a bubble must be between 0 and 30000 bytes"),
    ("flex button label", lambda n: m.flex(m.bubble(m.button("申" * n))), 40, "contents.body.contents[0].action.label", length(40)),
    ("coupon tag", lambda n: {"type": "coupon", "couponId": "c", "deliveryTag": "t" * n}, 30, "deliveryTag", length(30)),
]


def check(http, *sent):
    return http.post("/v2/bot/message/validate/reply", json={"messages": list(sent)})


@pytest.mark.parametrize(("build", "most", "name", "text"), [row[1:] for row in LIMITS], ids=[row[0] for row in LIMITS])
def test_the_largest_is_accepted_and_one_more_refused(platform, http, build, most, name, text):
    accepted = check(http, build(most))
    assert (accepted.status_code, accepted.text) == (200, "{}")
    assert not platform.violations
    refused = check(http, build(most + 1))
    assert refused.status_code == 400
    assert {"message": text, "property": f"messages[0].{name}"} in refused.json()["details"]
    assert f"messages[0].{name}" in {violation.property for violation in platform.violations}


def test_a_carousel_is_measured_as_a_whole(http):
    bubbles = [m.bubble({"type": "text", "text": "a" * 9_700}) for _ in range(5)]
    assert check(http, m.flex({"type": "carousel", "contents": bubbles})).status_code == 200
    bubbles.append(m.bubble({"type": "text", "text": "a" * 2_000}))
    assert check(http, m.flex({"type": "carousel", "contents": bubbles})).status_code == 400


MISTAKES: list[tuple[str, m.Message, m.Message, str]] = [
    ("a missing text", m.text(), {"type": "text"}, "text"),
    ("an empty text", m.text(), m.text(""), "text"),
    ("an unknown property", m.text(), m.text(colour="red"), "colour"),
    ("an unknown type", m.text(), {"type": "hologram"}, "type"),
    (
        "an unknown property deep inside",
        m.flex(),
        m.flex(m.bubble({"type": "text", "text": "a", "colour": "red"})),
        "contents.body.contents[0].colour",
    ),
    (
        "an emoji beside the dollar",
        m.text("$", emojis=[{"index": 0, **EMOJI}]),
        m.text("a$", emojis=[{"index": 0, **EMOJI}]),
        "emojis[0].index",
    ),
    ("unpaired braces", {"type": "textV2", "text": "{{a}}"}, {"type": "textV2", "text": "{a"}, "text"),
    (
        "a placeholder without substitution",
        {"type": "textV2", "text": "{a}", "substitution": {"a": NUMBERED}},
        {"type": "textV2", "text": "{b}", "substitution": {"a": NUMBERED}},
        "text",
    ),
    ("http for an image", m.image(), m.image(previewImageUrl="http://example.jp/a.jpg"), "previewImageUrl"),
    ("an address that is not percent-encoded", m.image(), m.image(previewImageUrl="https://example.jp/ごみ.jpg"), "previewImageUrl"),
    (
        "a scheme that cannot be opened",
        m.quick(m.opening("tel:0490-00-1100")),
        m.quick(m.opening("mailto:a@example.jp")),
        "quickReply.items[0].action.uri",
    ),
    (
        "a sticker that cannot be sent",
        {"type": "sticker", "packageId": "446", "stickerId": "1988"},
        {"type": "sticker", "packageId": "446", "stickerId": "1"},
        "stickerId",
    ),
    ("LINE as a sender", m.text(sender={"name": "窓口"}), m.text(sender={"name": "LINE窓口"}), "sender.name"),
    ("no quick reply", m.quick(m.postback()), m.quick(), "quickReply.items"),
    ("a quick reply without label", m.quick(m.postback()), m.quick({"type": "postback", "data": "d"}), "quickReply.items[0].action.label"),
    (
        "a menu switch in a quick reply",
        m.quick({"type": "location", "label": "場所"}),
        m.quick({"type": "richmenuswitch", "label": "次", "richMenuAliasId": "a", "data": "d"}),
        "quickReply.items[0].action.type",
    ),
    ("a camera in a template", m.buttons(), m.buttons(actions=[{"type": "camera", "label": "撮る"}]), "template.actions[0].type"),
    ("one button to confirm", m.confirm(2), m.confirm(1), "template.actions"),
    ("three buttons to confirm", m.confirm(2), m.confirm(3), "template.actions"),
    (
        "display text and text",
        m.quick(m.postback(displayText="a")),
        m.quick(m.postback(displayText="a", text="b")),
        "quickReply.items[0].action.displayText",
    ),
    (
        "fill-in text without keyboard",
        m.quick(m.postback(inputOption="openKeyboard", fillInText="a")),
        m.quick(m.postback(fillInText="a")),
        "quickReply.items[0].action.fillInText",
    ),
    (
        "a picker's date in another mode",
        m.quick({"type": "datetimepicker", "label": "日", "data": "d", "mode": "date", "initial": "2026-05-04"}),
        m.quick({"type": "datetimepicker", "label": "日", "data": "d", "mode": "time", "initial": "2026-05-04"}),
        "quickReply.items[0].action.initial",
    ),
    (
        "columns with different numbers of actions",
        m.carousel(2),
        {
            "type": "template",
            "altText": "a",
            "template": {"type": "carousel", "columns": [{"text": "a", "actions": [m.postback()] * n} for n in (1, 2)]},
        },
        "template.columns",
    ),
    (
        "a title in one column only",
        m.carousel(2, title="題"),
        {
            "type": "template",
            "altText": "a",
            "template": {"type": "carousel", "columns": [{"text": "a", "actions": [m.postback()], **t} for t in ({}, {"title": "b"})]},
        },
        "template.columns",
    ),
    ("an imagemap of another width", m.imagemap(), m.imagemap(width=1000), "baseSize.width"),
    ("an empty bubble", m.flex(), m.flex({"type": "bubble"}), "contents.body"),
    (
        "bubbles of two sizes",
        m.flex_carousel(2, size="kilo"),
        m.flex({"type": "carousel", "contents": [m.bubble(size=s) for s in ("kilo", "mega")]}),
        "contents.contents",
    ),
    ("an unknown bubble size", m.flex(m.bubble(size="giga")), m.flex(m.bubble(size="huge")), "contents.size"),
    (
        "a flex text without text",
        m.flex(m.bubble({"type": "text", "text": "a"})),
        m.flex(m.bubble({"type": "text"})),
        "contents.body.contents[0].text",
    ),
    (
        "text and contents",
        m.flex(m.bubble({"type": "text", "contents": [{"type": "span", "text": "a"}]})),
        m.flex(m.bubble({"type": "text", "text": "b", "contents": [{"type": "span", "text": "a"}]})),
        "contents.body.contents[0].text",
    ),
    (
        "a colour by name",
        m.flex(m.bubble({"type": "text", "text": "a", "color": "#06C755"})),
        m.flex(m.bubble({"type": "text", "text": "a", "color": "red"})),
        "contents.body.contents[0].color",
    ),
    (
        "a button in a baseline box",
        m.flex(m.bubble(m.box(m.button()))),
        m.flex(m.bubble(m.box(m.button(), layout="baseline"))),
        "contents.body.contents[0].contents[0].type",
    ),
    (
        "an icon outside of a baseline box",
        m.flex(m.bubble(m.box({"type": "icon", "url": m.IMAGE}, layout="baseline"))),
        m.flex(m.bubble(m.box({"type": "icon", "url": m.IMAGE}))),
        "contents.body.contents[0].contents[0].type",
    ),
    ("a span in a box", m.flex(), m.flex(m.bubble({"type": "span", "text": "a"})), "contents.body.contents[0].type"),
    (
        "a padding that is none",
        m.flex(m.bubble(m.box(paddingAll="10px"))),
        m.flex(m.bubble(m.box(paddingAll="wide"))),
        "contents.body.contents[0].paddingAll",
    ),
    (
        "a flex button without label",
        m.flex(m.bubble(m.button())),
        m.flex(m.bubble({"type": "button", "action": {"type": "postback", "data": "d"}})),
        "contents.body.contents[0].action.label",
    ),
    (
        "a tall image",
        m.flex(m.bubble({"type": "image", "url": m.IMAGE, "aspectRatio": "1:3"})),
        m.flex(m.bubble({"type": "image", "url": m.IMAGE, "aspectRatio": "1:4"})),
        "contents.body.contents[0].aspectRatio",
    ),
]


@pytest.mark.parametrize(("good", "bad", "name"), [row[1:] for row in MISTAKES], ids=[row[0] for row in MISTAKES])
def test_a_mistake_is_refused_where_its_like_without_it_is_accepted(platform, http, good, bad, name):
    assert check(http, good).text == "{}"
    refused = check(http, bad)
    assert refused.status_code == 400
    assert f"messages[0].{name}" in {detail["property"] for detail in refused.json()["details"]}
    assert platform.violations


@pytest.mark.parametrize("count", [0, 6])
def test_one_to_five_messages_are_sent_at_a_time(http, count):
    assert check(http, *[m.text()] * 5).status_code == 200
    refused = check(http, *[m.text()] * count).json()
    assert refused["details"] == [{"message": "Size must be between 1 and 5", "property": "messages"}]


def test_all_errors_are_told_at_once(http):
    refused = check(http, m.text(""), {"type": "nothing"}).json()
    kinds = "audio, coupon, flex, image, imagemap, location, sticker, template, text, textV2, video"
    assert refused == {
        "message": "The request body has 2 error(s)",
        "details": [
            {"message": "May not be empty", "property": "messages[0].text"},
            {"message": "Must be one of the following values: [" + kinds + "]", "property": "messages[1].type"},
        ],
    }


def test_a_wrong_json_type_is_told_as_an_invalid_property(http):
    refused = check(http, m.text(5)).json()  # type: ignore[arg-type]
    assert refused["message"] == "The property, 'messages[0].text', in the request body is invalid (line: -, column: -)"
