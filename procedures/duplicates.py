"""Which applications are about the same: a report near another of its class, or equal answers. Pure."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

from procedures.conditions import Plain
from procedures.definition import Definition, Doubles
from procedures.fields.addresses import CityAddressField, address_key
from procedures.fields.media import point_of
from procedures.map import Point, distance


@dataclass(frozen=True, kw_only=True)
class Report:
    """What must be known of an earlier report."""

    application_id: int
    number: str
    kind: str
    place: Point
    submitted_at: datetime
    state: str = ""


def near_reports(rule: Doubles, kind: str, place: Point, now: datetime, reports: Sequence[Report]) -> tuple[Report, ...]:
    """Of the same class, within the rule's metres and days (both bounds included), the nearest first."""
    earliest = now - timedelta(days=rule.days)
    found = [
        (distance(place, report.place), report.submitted_at, report)
        for report in reports
        if report.kind == kind and earliest <= report.submitted_at <= now and distance(place, report.place) <= rule.metres
    ]
    return tuple(report for _, _, report in sorted(found, key=lambda one: (one[0], one[1])))


def kind_of(definition: Definition, answers: Mapping[str, Plain]) -> str | None:
    """The class of a report: its `same` answers together; None without a place rule or an answer."""
    rule = definition.doubles
    if rule is None or not rule.place or any(name not in answers for name in rule.same):
        return None
    return "|".join(str(answers[name]) for name in rule.same)


def place_of(definition: Definition, answers: Mapping[str, Plain]) -> Point | None:
    rule = definition.doubles
    return point_of(answers.get(rule.place)) if rule is not None and rule.place else None


def double_key(definition: Definition, answers: Mapping[str, Plain], secret: bytes) -> str | None:
    """A keyed hash of the answers that make it the same as another, so that these need not lie open to be compared."""
    rule = definition.doubles
    if rule is None or rule.place or not rule.same or any(name not in answers for name in rule.same):
        return None
    parts = [_comparable(definition, name, answers[name]) for name in rule.same]
    return hmac.new(secret, orjson.dumps([definition.id, *parts], option=orjson.OPT_SORT_KEYS), hashlib.sha256).hexdigest()


def _comparable(definition: Definition, name: str, value: Plain) -> Plain:
    return address_key(value) if isinstance(definition.by_name[name], CityAddressField) else value
