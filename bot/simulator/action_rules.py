"""The limits of actions, which depend on where the action stands: in a quick reply, a template, a rich menu, a Flex message."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from bot.simulator.records import Json, Rule
from bot.simulator.report import Checks, Report
from bot.simulator.text_limits import LINKS, Address, Counting, Limit, Required, Text, check_limit, limits_check

ANYWHERE = frozenset({"postback", "message", "uri", "datetimepicker", "clipboard"})
ALIAS = re.compile(r"[a-z0-9_-]{1,32}")
MOMENTS = {
    "date": re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"),
    "time": re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d"),
    "datetime": re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[Tt](?:[01]\d|2[0-3]):[0-5]\d"),
}


@dataclass(frozen=True, kw_only=True)
class Place:
    label_length: int
    needs_label: bool
    allowed: frozenset[str]
    rule: Rule


class Places(Enum):
    TEMPLATE = Place(label_length=20, needs_label=True, allowed=ANYWHERE, rule=Rule.QUICK_REPLIES_AND_TEMPLATES)
    TEMPLATE_DEFAULT = Place(label_length=20, needs_label=False, allowed=ANYWHERE, rule=Rule.QUICK_REPLIES_AND_TEMPLATES)
    IMAGE_CAROUSEL = Place(label_length=12, needs_label=False, allowed=ANYWHERE, rule=Rule.QUICK_REPLIES_AND_TEMPLATES)
    QUICK_REPLY = Place(
        label_length=20, needs_label=True, allowed=ANYWHERE | {"camera", "cameraRoll", "location"}, rule=Rule.QUICK_REPLIES_AND_TEMPLATES
    )
    RICH_MENU = Place(label_length=20, needs_label=False, allowed=ANYWHERE | {"richmenuswitch"}, rule=Rule.RICH_MENU)
    FLEX_BUTTON = Place(label_length=40, needs_label=True, allowed=ANYWHERE, rule=Rule.FLEX)
    FLEX = Place(label_length=40, needs_label=False, allowed=ANYWHERE, rule=Rule.FLEX)


def check_action(action: Json, place: Places, report: Report) -> None:
    """What the place asks of an action; what every action must keep is in `CHECKS`."""
    where = place.value
    report = replace(report, rule=where.rule)
    label = Text(most=where.label_length, counting=Counting.GRAPHEMES, is_required=where.needs_label)
    check_limit(report, "label", action.get("label"), label)
    if action.get("type") not in where.allowed:
        report.blame("type", f"Must be one of the following values: [{', '.join(sorted(where.allowed))}]")


SEEN_TEXT = Text(most=300, counting=Counting.GRAPHEMES)
LIMITS: Mapping[str, Mapping[str, Limit]] = {
    "PostbackAction": {
        "data": Text(most=300, is_required=True),
        "displayText": SEEN_TEXT,
        "text": SEEN_TEXT,
        "fillInText": SEEN_TEXT,
    },
    "MessageAction": {"text": Text(most=300, counting=Counting.GRAPHEMES, is_required=True)},
    "URIAction": {"uri": Address(most=1000, schemes=LINKS, is_required=True)},
    "AltUri": {"desktop": Address(most=1000, schemes=LINKS)},
    "DatetimePickerAction": {"data": Text(most=300, is_required=True), "mode": Required()},
    "RichMenuSwitchAction": {"richMenuAliasId": Text(most=32, is_required=True), "data": Text(most=300, is_required=True)},
    "ClipboardAction": {"clipboardText": Text(most=1000, is_required=True)},
}


def _check_postback(action: Json, report: Report) -> None:
    if action.get("displayText") is not None and action.get("text") is not None:
        report.blame("displayText", "displayText and text can't be specified at the same time")
    if action.get("fillInText") is not None and action.get("inputOption") != "openKeyboard":
        report.blame("fillInText", "fillInText can only be used when inputOption is openKeyboard")


def _check_picker(action: Json, report: Report) -> None:
    pattern = MOMENTS.get(action.get("mode") or "")
    if pattern is None:
        return
    for name in ("initial", "min", "max"):
        moment = action.get(name)
        if moment is not None and not pattern.fullmatch(moment):
            report.blame(name, f"must be in the format of mode {action['mode']}")
            return
    earliest, latest = action.get("min"), action.get("max")
    if earliest is not None and latest is not None and earliest >= latest:
        report.blame("max", "max must be later than min")
    initial = action.get("initial")
    if initial is not None and ((earliest or initial) > initial or initial > (latest or initial)):
        report.blame("initial", "initial must lie between min and max")


def _check_switch(action: Json, report: Report) -> None:
    alias = action.get("richMenuAliasId")
    if alias and not ALIAS.fullmatch(alias):
        report.blame("richMenuAliasId", 'Must match "^[a-z0-9_-]{1,32}$"')


CHECKS: Checks = {
    **{name: (limits_check(limits),) for name, limits in LIMITS.items()},
    "PostbackAction": (limits_check(LIMITS["PostbackAction"]), _check_postback),
    "DatetimePickerAction": (limits_check(LIMITS["DatetimePickerAction"]), _check_picker),
    "RichMenuSwitchAction": (limits_check(LIMITS["RichMenuSwitchAction"]), _check_switch),
}
