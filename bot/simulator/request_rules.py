"""The documented limits of requests as a whole and of rich menus."""

import re
from collections.abc import Mapping

from bot.simulator.action_rules import ALIAS, Places, check_action
from bot.simulator.records import Json, Rule
from bot.simulator.report import Checks, Report
from bot.simulator.text_limits import Counting, Limit, Required, Text, limits_check

UNIT = re.compile(r"[a-zA-Z0-9_]{1,30}")
MOST_AREAS = 20
LEAST_RATIO = 1.45

LIMITS: Mapping[str, Mapping[str, Limit]] = {
    "RichMenuRequest": {
        "size": Required(),
        "selected": Required(),
        "name": Text(most=300, counting=Counting.GRAPHEMES, is_required=True),
        "chatBarText": Text(most=14, counting=Counting.GRAPHEMES, is_required=True),
        "areas": Required(),
    },
    "RichMenuSize": {"width": Required(), "height": Required()},
    "RichMenuArea": {"bounds": Required(), "action": Required()},
    "RichMenuBounds": {"x": Required(), "y": Required(), "width": Required(), "height": Required()},
    "RichMenuBatchLinkOperation": {"from": Required(), "to": Required()},
    "RichMenuBatchUnlinkOperation": {"from": Required()},
    "AudienceRecipient": {"audienceGroupId": Required()},
    "RedeliveryRecipient": {"requestId": Required()},
}


def _check_units(request: Json, report: Report) -> None:
    units = request.get("customAggregationUnits") or ()
    if len(units) > 1:
        report.blame("customAggregationUnits", "Size must be between 0 and 1", Rule.AUDIENCE_AND_NOTIFICATION)
    for number, unit in enumerate(units):
        if not UNIT.fullmatch(unit):
            report.blame(f"customAggregationUnits[{number}]", 'Must match "^[a-zA-Z0-9_]{1,30}$"', Rule.AUDIENCE_AND_NOTIFICATION)


def _check_narrowcast_limit(limit: Json, report: Report) -> None:
    if limit.get("forbidPartialDelivery") and not limit.get("upToRemainingQuota"):
        report.blame("forbidPartialDelivery", "upToRemainingQuota must be true as well")


def _check_rich_menu(menu: Json, report: Report) -> None:
    size: Json = menu.get("size") or {}
    width, height = size.get("width"), size.get("height")
    if isinstance(width, int) and not 800 <= width <= 2500:
        report.blame("size.width", "Must be between 800 and 2500")
    if isinstance(height, int) and height < 250:
        report.blame("size.height", "Must be at least 250")
    if isinstance(width, int) and isinstance(height, int) and height > 0 and width / height < LEAST_RATIO:
        report.blame("size", f"The ratio of width to height must be at least {LEAST_RATIO}")
    areas: list[Json] = menu.get("areas") or []
    report.size(menu, "areas", 0, MOST_AREAS)
    for number, area in enumerate(areas):
        bounds: Json = area.get("bounds") or {}
        if isinstance(width, int) and (bounds.get("x") or 0) + (bounds.get("width") or 0) > width:
            report.blame(f"areas[{number}].bounds", "The area must lie within the width of the rich menu")
        if isinstance(height, int) and (bounds.get("y") or 0) + (bounds.get("height") or 0) > height:
            report.blame(f"areas[{number}].bounds", "The area must lie within the height of the rich menu")
        if area.get("action"):
            check_action(area["action"], Places.RICH_MENU, report.within(f"areas[{number}].action"))


def _check_alias(request: Json, report: Report) -> None:
    alias = request.get("richMenuAliasId")
    if alias is not None and not ALIAS.fullmatch(alias):
        report.blame("richMenuAliasId", 'Must match "^[a-z0-9_-]{1,32}$"')


_OWN: Checks = {
    "PushMessageRequest": (_check_units,),
    "MulticastRequest": (_check_units,),
    "Limit": (_check_narrowcast_limit,),
    "RichMenuRequest": (_check_rich_menu,),
    "CreateRichMenuAliasRequest": (_check_alias,),
}
CHECKS: Checks = {name: (*((limits_check(LIMITS[name]),) if name in LIMITS else ()), *_OWN.get(name, ())) for name in {**LIMITS, **_OWN}}
