"""How long texts and addresses may be, counted as LINE counts them: UTF-16 code units, or what a reader sees as one character."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import regex

from bot.simulator.records import Json, Rule
from bot.simulator.report import Check, Report
from bot.simulator.strict_models import MISSING

HTTPS = ("https",)
LINKS = ("http", "https", "line", "tel")
COLOUR = re.compile(r"#[0-9a-fA-F]{6}(?:[0-9a-fA-F]{2})?")
SIX_DIGIT_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
ADDRESS = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):(?P<rest>.+)")
# What RFC 3986 allows unescaped, and escapes with two digits.
PERCENT_ENCODED = re.compile(r"(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*")
CLUSTER = regex.compile(r"\X")


class Counting(StrEnum):
    UTF16 = "utf-16 code units"
    GRAPHEMES = "grapheme clusters"


def utf16_units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def graphemes(text: str) -> int:
    # A line break of two characters is one cluster, so even ASCII has to be counted where it holds one.
    return len(text) if text.isascii() and "\r" not in text else len(CLUSTER.findall(text))


COUNTERS: Mapping[Counting, Callable[[str], int]] = {Counting.UTF16: utf16_units, Counting.GRAPHEMES: graphemes}


@dataclass(frozen=True, kw_only=True)
class Text:
    most: int
    counting: Counting = Counting.UTF16
    is_required: bool = False


@dataclass(frozen=True, kw_only=True)
class Address:
    most: int = 2000
    schemes: tuple[str, ...] = HTTPS
    is_required: bool = False


@dataclass(frozen=True, kw_only=True)
class Colour:
    pattern: re.Pattern[str] = COLOUR


@dataclass(frozen=True, kw_only=True)
class Required:
    """Only that it is there."""


Limit = Text | Address | Colour | Required


def check_limit(report: Report, name: str, value: object, limit: Limit) -> None:
    if value is None:
        if isinstance(limit, Required) or (isinstance(limit, (Text, Address)) and limit.is_required):
            report.blame(name, MISSING)
        return
    if not isinstance(value, str):
        return
    match limit:
        case Text():
            if not value:
                report.blame(name, MISSING)
            elif COUNTERS[limit.counting](value) > limit.most:
                report.blame(name, f"Length must be between 0 and {limit.most}")
        case Address():
            if problem := address_problem(value, limit):
                report.blame(name, problem, Rule.URLS)
        case Colour():
            if not limit.pattern.fullmatch(value):
                report.blame(name, "invalid color")


def address_problem(value: str, limit: Address) -> str | None:
    if not value:
        return MISSING
    if utf16_units(value) > limit.most:
        return f"Length must be between 0 and {limit.most}"
    found = ADDRESS.fullmatch(value)
    if found is None or found["scheme"].lower() not in limit.schemes:
        return "invalid uri scheme"
    needs_host = found["scheme"].lower() in {"http", "https"}
    if (needs_host and not re.match(r"//[^/?#]", found["rest"])) or not PERCENT_ENCODED.fullmatch(value):
        return "invalid uri"
    return None


def limits_check(limits: Mapping[str, Limit]) -> Check:
    def check(value: Json, report: Report) -> None:
        for name, limit in limits.items():
            check_limit(report, name, value.get(name), limit)

    return check
