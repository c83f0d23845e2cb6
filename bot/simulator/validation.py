"""Reading a request: strictly against the SDK's models, then against the documented limits, with every error collected."""

import re
from collections.abc import Sequence

from bot.simulator import action_rules, flex_rules, message_rules, request_rules, template_rules
from bot.simulator.api_call import ErrorDetail, Refusal, invalid_property
from bot.simulator.records import Json, Rule
from bot.simulator.report import Checks, Report
from bot.simulator.strict_models import Reading, read

MESSAGE_NUMBER = re.compile(r"messages\[(\d+)\]")
QUICK_REPLY = frozenset({"QuickReply", "QuickReplyItem"})
RULED: tuple[tuple[Rule, Checks], ...] = (
    (Rule.MESSAGES, request_rules.CHECKS),
    (Rule.QUICK_REPLIES_AND_TEMPLATES, {name: checks for name, checks in message_rules.CHECKS.items() if name in QUICK_REPLY}),
    (Rule.MESSAGES, {name: checks for name, checks in message_rules.CHECKS.items() if name not in QUICK_REPLY}),
    (Rule.QUICK_REPLIES_AND_TEMPLATES, template_rules.CHECKS),
    (Rule.FLEX, flex_rules.CHECKS),
    (Rule.MESSAGES, action_rules.CHECKS),
)


def read_request(model: str, body: Json, rule: Rule = Rule.MESSAGES) -> Json:
    """The body as it is, once nothing is wrong with it; `rule` is the one blamed for errors that belong to no other."""
    reading = read(model, body)
    if reading.mistyped:
        raise invalid_property(reading.mistyped[0], rule)
    if details := _all_errors(reading, rule):
        raise Refusal(400, f"The request body has {len(details)} error(s)", details[0].rule, details=details)
    return body


def request_errors(model: str, body: Json) -> list[ErrorDetail]:
    reading = read(model, body)
    if reading.mistyped:
        return [ErrorDetail(message="invalid", property=path) for path in reading.mistyped]
    return list(_all_errors(reading, Rule.MESSAGES))


def warm_up() -> None:
    """Loads the SDK's models."""
    read("ValidateMessageRequest", {"messages": [{"type": "text", "text": "。"}]})


def _all_errors(reading: Reading, rule: Rule) -> Sequence[ErrorDetail]:
    details = [ErrorDetail(message=mistake.text, property=mistake.path, rule=_rule_of(mistake.model, rule)) for mistake in reading.mistakes]
    for visit in reading.visits:
        for default_rule, checks in RULED:
            blamed = rule if default_rule is Rule.MESSAGES else default_rule
            for check in checks.get(visit.model, ()):
                check(visit.value, Report(path=visit.path, rule=blamed, details=details))
    # The models and the limits may find the same fault in the same place; LINE tells it once.
    distinct = {(detail.property, detail.message): detail for detail in details}
    return sorted(distinct.values(), key=_message_number)


def _rule_of(model: str, otherwise: Rule) -> Rule:
    """Which rule a property belongs to that the model itself refuses."""
    return next((rule for rule, checks in RULED if rule is not Rule.MESSAGES and model in checks), otherwise)


def _message_number(detail: ErrorDetail) -> int:
    found = MESSAGE_NUMBER.match(detail.property)
    return int(found[1]) if found else -1
