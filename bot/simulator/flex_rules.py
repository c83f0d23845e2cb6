"""The documented structure, sizes and values of Flex messages."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from bot.simulator.action_rules import Places, check_action
from bot.simulator.records import Json
from bot.simulator.report import Check, Checks, Report
from bot.simulator.text_limits import Address, Colour, Text, check_limit

# Where "30 KB" can be read in two ways, the platform takes the smaller.
LARGEST_BUBBLE = 30_000
LARGEST_CAROUSEL = 50_000
MOST_BUBBLES = 12
MOST_ANIMATED_IMAGES = 10
BLOCKS = ("header", "hero", "body", "footer")
HERO_TYPES = frozenset({"box", "image", "video"})
IN_BASELINE = frozenset({"icon", "text", "filler"})
IN_OTHER_BOXES = frozenset({"box", "button", "image", "text", "separator", "filler"})
SIZES_WITH_VIDEO = frozenset({"kilo", "mega", "giga"})

PIXELS = r"\d+(?:\.\d+)?px"
PERCENT = r"\d+(?:\.\d+)?%"
SPACES = "none|xs|sm|md|lg|xl|xxl"
FONT_SIZES = "xxs|xs|sm|md|lg|xl|xxl|3xl|4xl|5xl"
MARGIN = re.compile(f"{SPACES}|{PIXELS}")
PADDING = re.compile(f"{SPACES}|{PIXELS}|{PERCENT}")
OFFSET = re.compile(rf"{SPACES}|-?{PIXELS}|-?{PERCENT}")
LENGTH = re.compile(f"{PIXELS}|{PERCENT}")
FONT = re.compile(f"{FONT_SIZES}|{PIXELS}")
ICON_SIZE = re.compile(f"{FONT_SIZES}|{PIXELS}")
IMAGE_SIZE = re.compile(f"{FONT_SIZES}|full|{PIXELS}|{PERCENT}")
ASPECT = re.compile(r"(\d{1,6}(?:\.\d+)?):(\d{1,6}(?:\.\d+)?)")

OFFSETS = dict.fromkeys(("offsetTop", "offsetBottom", "offsetStart", "offsetEnd"), OFFSET)
PADDINGS = dict.fromkeys(("paddingAll", "paddingTop", "paddingBottom", "paddingStart", "paddingEnd"), PADDING)
PATTERNS: Mapping[str, Mapping[str, re.Pattern[str]]] = {
    "FlexBox": {
        "spacing": MARGIN,
        "margin": MARGIN,
        "borderWidth": re.compile(f"none|light|normal|medium|semi-bold|bold|{PIXELS}"),
        "cornerRadius": MARGIN,
        **dict.fromkeys(("width", "maxWidth", "height", "maxHeight"), LENGTH),
        **OFFSETS,
        **PADDINGS,
    },
    "FlexButton": {"margin": MARGIN, **OFFSETS},
    "FlexImage": {"margin": MARGIN, "size": IMAGE_SIZE, **OFFSETS},
    "FlexIcon": {"margin": MARGIN, "size": ICON_SIZE, **OFFSETS},
    "FlexText": {"margin": MARGIN, "size": FONT, "lineSpacing": re.compile(PIXELS), **OFFSETS},
    "FlexSpan": {"size": FONT},
    "FlexSeparator": {"margin": MARGIN},
    "FlexBoxLinearGradient": {"angle": re.compile(r"\d+(?:\.\d+)?deg"), "centerPosition": re.compile(PERCENT)},
}
COLOURS: Mapping[str, Sequence[str]] = {
    "FlexBox": ("backgroundColor", "borderColor"),
    "FlexButton": ("color",),
    "FlexImage": ("backgroundColor",),
    "FlexText": ("color",),
    "FlexSpan": ("color",),
    "FlexSeparator": ("color",),
    "FlexBlockStyle": ("backgroundColor", "separatorColor"),
    "FlexBoxLinearGradient": ("startColor", "centerColor", "endColor"),
}


def _check_values(model: str) -> Check:
    patterns, colours = PATTERNS.get(model, {}), COLOURS.get(model, ())

    def check(value: Json, report: Report) -> None:
        for name, pattern in patterns.items():
            if value.get(name) is not None and not pattern.fullmatch(value[name]):
                report.blame(name, "invalid property")
        for name in colours:
            check_limit(report, name, value.get(name), Colour())
        if (value.get("flex") or 0) < 0:
            report.blame("flex", "Must be at least 0")

    return check


def _size_of(value: Json) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))


def _check_message(message: Json, report: Report) -> None:
    contents = message.get("contents")
    if not contents:
        return
    if contents.get("type") == "bubble" and _size_of(contents) > LARGEST_BUBBLE:
        report.blame("contents", f"The size of a bubble must be between 0 and {LARGEST_BUBBLE} bytes")
    if sum(1 for image in _images(contents) if image.get("animated")) > MOST_ANIMATED_IMAGES:
        report.blame("contents", f"The number of animated images must be between 0 and {MOST_ANIMATED_IMAGES}")


def _images(value: object) -> Iterator[Json]:
    if isinstance(value, dict):
        if value.get("type") == "image":
            yield value
        for inner in value.values():
            yield from _images(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _images(inner)


def _check_carousel(carousel: Json, report: Report) -> None:
    bubbles: list[Json] = carousel.get("contents") or []
    report.size(carousel, "contents", 1, MOST_BUBBLES)
    if _size_of(carousel) > LARGEST_CAROUSEL:
        report.blame("contents", f"The size of a carousel must be between 0 and {LARGEST_CAROUSEL} bytes")
    if len({bubble.get("size") or "mega" for bubble in bubbles}) > 1:
        report.blame("contents", "All bubbles must have the same size")
    for number, bubble in enumerate(bubbles):
        if (bubble.get("hero") or {}).get("type") == "video":
            report.blame(f"contents[{number}].hero", "A video can't be used in a carousel")
        if _size_of(bubble) > LARGEST_BUBBLE:
            report.blame(f"contents[{number}]", f"The size of a bubble must be between 0 and {LARGEST_BUBBLE} bytes")


def _check_bubble(bubble: Json, report: Report) -> None:
    if not any(bubble.get(block) for block in BLOCKS):
        report.blame("body", "At least one block must be specified")
    hero: Json = bubble.get("hero") or {}
    if hero and hero.get("type") not in HERO_TYPES:
        report.blame("hero.type", f"Must be one of the following values: [{', '.join(sorted(HERO_TYPES))}]")
    if hero.get("type") == "video" and (bubble.get("size") or "mega") not in SIZES_WITH_VIDEO:
        report.blame("size", f"With a video it must be one of the following values: [{', '.join(sorted(SIZES_WITH_VIDEO))}]")
    _check_tap(bubble, report)


def _check_box(box: Json, report: Report) -> None:
    allowed = IN_BASELINE if box.get("layout") == "baseline" else IN_OTHER_BOXES
    for number, component in enumerate(box.get("contents") or ()):
        if component.get("type") not in allowed:
            report.blame(f"contents[{number}].type", f"Must be one of the following values: [{', '.join(sorted(allowed))}]")
    _check_tap(box, report)


def _check_tap(component: Json, report: Report) -> None:
    if component.get("action"):
        check_action(component["action"], Places.FLEX, report.within("action"))


def _check_button(button: Json, report: Report) -> None:
    if button.get("action"):
        check_action(button["action"], Places.FLEX_BUTTON, report.within("action"))


def _check_text(text: Json, report: Report) -> None:
    has_text, has_contents = text.get("text") is not None, bool(text.get("contents"))
    if has_text == has_contents:
        report.blame("text", "Either text or contents must be specified, and not both")
    if has_text:
        check_limit(report, "text", text["text"], Text(most=LARGEST_BUBBLE))
    for number, span in enumerate(text.get("contents") or ()):
        if span.get("type") != "span":
            report.blame(f"contents[{number}].type", "Must be one of the following values: [span]")
    if (text.get("maxLines") or 0) < 0:
        report.blame("maxLines", "Must be at least 0")
    _check_tap(text, report)


def _check_span(span: Json, report: Report) -> None:
    check_limit(report, "text", span.get("text"), Text(most=LARGEST_BUBBLE, is_required=True))


def _check_image(image: Json, report: Report) -> None:
    check_limit(report, "url", image.get("url"), Address())
    _check_aspect(image, report)
    _check_tap(image, report)


def _check_video(video: Json, report: Report) -> None:
    check_limit(report, "url", video.get("url"), Address())
    check_limit(report, "previewUrl", video.get("previewUrl"), Address())
    if (video.get("altContent") or {}).get("type") not in {None, "box", "image"}:
        report.blame("altContent.type", "Must be one of the following values: [box, image]")
    _check_aspect(video, report)
    _check_tap(video, report)


def _check_icon(icon: Json, report: Report) -> None:
    check_limit(report, "url", icon.get("url"), Address())
    _check_aspect(icon, report)


def _check_aspect(component: Json, report: Report) -> None:
    ratio = component.get("aspectRatio")
    if ratio is None:
        return
    found = ASPECT.fullmatch(ratio)
    width, height = (float(found[1]), float(found[2])) if found else (0.0, 0.0)
    if not (1 <= width <= 100_000 and 1 <= height <= 100_000 and height <= 3 * width):
        report.blame("aspectRatio", "invalid property")


def _check_gradient(gradient: Json, report: Report) -> None:
    report.missing(gradient, "angle", "startColor", "endColor")


_STRUCTURE: Mapping[str, Check] = {
    "FlexMessage": _check_message,
    "FlexCarousel": _check_carousel,
    "FlexBubble": _check_bubble,
    "FlexBox": _check_box,
    "FlexButton": _check_button,
    "FlexText": _check_text,
    "FlexSpan": _check_span,
    "FlexImage": _check_image,
    "FlexVideo": _check_video,
    "FlexIcon": _check_icon,
    "FlexBoxLinearGradient": _check_gradient,
}
CHECKS: Checks = {
    name: (*((_STRUCTURE[name],) if name in _STRUCTURE else ()), *((_check_values(name),) if name in {**PATTERNS, **COLOURS} else ()))
    for name in {**_STRUCTURE, **PATTERNS, **COLOURS}
}
