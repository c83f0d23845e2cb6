"""The documented limits of template messages, with the lengths that depend on whether there is an image or a title."""

from bot.simulator.action_rules import Places, check_action
from bot.simulator.records import Json
from bot.simulator.report import Checks, Report
from bot.simulator.text_limits import SIX_DIGIT_COLOUR, Address, Colour, Counting, Text, check_limit, limits_check

TITLE = Text(most=40, counting=Counting.GRAPHEMES)
IMAGE_RATIOS = ("rectangle", "square")
IMAGE_SIZES = ("cover", "contain")
PICTURED = limits_check({"thumbnailImageUrl": Address(), "imageBackgroundColor": Colour(pattern=SIX_DIGIT_COLOUR), "title": TITLE})
MOST_COLUMNS = 10


def _check_text(template: Json, report: Report, *, alone: int, pictured: int) -> None:
    is_pictured = template.get("thumbnailImageUrl") is not None or template.get("title") is not None
    limit = Text(most=pictured if is_pictured else alone, counting=Counting.GRAPHEMES)
    check_limit(report, "text", template.get("text"), limit)


def _check_actions(template: Json, report: Report, *, least: int, most: int) -> None:
    report.size(template, "actions", least, most)
    for number, action in enumerate(template.get("actions") or ()):
        check_action(action, Places.TEMPLATE, report.within(f"actions[{number}]"))
    if template.get("defaultAction"):
        check_action(template["defaultAction"], Places.TEMPLATE_DEFAULT, report.within("defaultAction"))


def _check_image_options(template: Json, report: Report) -> None:
    for name, known in (("imageAspectRatio", IMAGE_RATIOS), ("imageSize", IMAGE_SIZES)):
        if template.get(name) is not None and template[name] not in known:
            report.blame(name, f"Must be one of the following values: [{', '.join(known)}]")


def _check_buttons(template: Json, report: Report) -> None:
    _check_text(template, report, alone=160, pictured=60)
    _check_image_options(template, report)
    _check_actions(template, report, least=1, most=4)


def _check_confirm(template: Json, report: Report) -> None:
    check_limit(report, "text", template.get("text"), Text(most=240, counting=Counting.GRAPHEMES))
    _check_actions(template, report, least=2, most=2)


def _check_carousel(template: Json, report: Report) -> None:
    columns: list[Json] = template.get("columns") or []
    report.size(template, "columns", 1, MOST_COLUMNS)
    _check_image_options(template, report)
    if len({len(column.get("actions") or ()) for column in columns}) > 1:
        report.blame("columns", "All columns must have the same number of actions")
    for name in ("thumbnailImageUrl", "title"):
        if len({column.get(name) is None for column in columns}) > 1:
            report.blame("columns", f"Either all columns or none must have {name}")


def _check_column(column: Json, report: Report) -> None:
    _check_text(column, report, alone=120, pictured=60)
    _check_actions(column, report, least=1, most=3)


def _check_image_carousel(template: Json, report: Report) -> None:
    report.size(template, "columns", 1, MOST_COLUMNS)


def _check_image_column(column: Json, report: Report) -> None:
    check_limit(report, "imageUrl", column.get("imageUrl"), Address())
    if column.get("action"):
        check_action(column["action"], Places.IMAGE_CAROUSEL, report.within("action"))


CHECKS: Checks = {
    "ButtonsTemplate": (PICTURED, _check_buttons),
    "ConfirmTemplate": (_check_confirm,),
    "CarouselTemplate": (_check_carousel,),
    "CarouselColumn": (PICTURED, _check_column),
    "ImageCarouselTemplate": (_check_image_carousel,),
    "ImageCarouselColumn": (_check_image_column,),
}
