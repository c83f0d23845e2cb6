"""Rows with a first day as a form: each holds until the next one begins, so that no day is left out and none has two. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from console.texts import say
from core.japanese_dates import read_day
from core.values import DatedValue
from procedures.conditions import Plain
from procedures.definition import FeeRow
from procedures.known import plain_value

SPARE = 1
"""Empty rows at the end."""
MOST = 40
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Row:
    """From its first day on; None for the earliest. `key` is the answer that it belongs to, where answers decide."""

    first: date | None
    text: str
    key: str = ""


@dataclass(frozen=True, kw_only=True)
class TypedRow:
    """As it stands in the form."""

    first: str = ""
    text: str = ""
    key: str = ""


def rows_of_value(rows: Sequence[DatedValue]) -> tuple[Row, ...]:
    return tuple(Row(first=row.valid_from, text=row.value) for row in rows)


def rows_of_fee(rows: Sequence[FeeRow]) -> tuple[Row, ...]:
    return tuple(Row(first=row.valid_from, text=str(row.amount), key=row.key) for row in rows)


def has_gaps(spans: Sequence[tuple[str, date | None, date | None]]) -> bool:
    """Whether days between, or after the last one, have no row: the form has no words for that."""
    for key in {span[0] for span in spans}:
        own = sorted((span for span in spans if span[0] == key), key=lambda span: span[1] or date.min)
        following = [span[1] for span in own[1:]] + [None]
        if any(last is not None and (then is None or last + ONE_DAY != then) for (_, _, last), then in zip(own, following, strict=True)):
            return True
        if any(last is None for _, _, last in own[:-1]):
            return True
    return False


def typed_rows(rows: Sequence[Row]) -> tuple[TypedRow, ...]:
    shown = [TypedRow(first=row.first.isoformat() if row.first else "", text=row.text, key=row.key) for row in rows]
    return (*shown, *[TypedRow()] * SPARE)


def posted_rows(posted: Mapping[str, str]) -> tuple[TypedRow, ...]:
    return tuple(
        TypedRow(
            first=posted.get(f"first-{number}", "").strip(), text=posted[f"text-{number}"].strip(), key=posted.get(f"key-{number}", "")
        )
        for number in range(MOST)
        if f"text-{number}" in posted
    )


def read_rows(
    typed: Sequence[TypedRow], *, keys: Sequence[str], is_number: bool, today: date
) -> tuple[tuple[Row, ...], tuple[tuple[str, str], ...]]:
    """The rows in their order, and problems: the input's name, and a sentence."""
    rows: list[Row] = []
    problems: list[tuple[str, str]] = []
    for number, one in enumerate(typed):
        if not one.first and not one.text:
            continue
        first = read_day(one.first) if one.first else None
        if one.first and first is None:
            problems.append((f"first-{number}", say("problem.date_bad", text=one.first[:20])))
        elif not one.text:
            problems.append((f"text-{number}", say("problem.value_empty")))
        elif is_number and not isinstance(plain_value(one.text), int):
            problems.append((f"text-{number}", say("problem.value_number", text=one.text[:20])))
        elif keys and one.key not in keys:
            problems.append((f"key-{number}", say("problem.value_key")))
        elif any(row.first == first and row.key == (one.key if keys else "") for row in rows):
            problems.append((f"first-{number}", say("problem.value_twice" if first else "problem.value_first_twice")))
        else:
            rows.append(Row(first=first, text=one.text, key=one.key if keys else ""))
    if not problems:
        missing = [key for key in (keys or ("",)) if not any(row.key == key and (row.first or today) <= today for row in rows)]
        problems += [("first-0", say("problem.value_today"))] if missing else []
    ordered = sorted(rows, key=lambda row: (keys.index(row.key) if row.key in keys else 0, row.first or date.min))
    return tuple(ordered), tuple(problems)


def ends_of(rows: Sequence[Row]) -> tuple[date | None, ...]:
    """The last day of each: that before the next one of its key begins."""
    following = {place: next((later.first for later in rows[place + 1 :] if later.key == row.key), None) for place, row in enumerate(rows)}
    return tuple(first - ONE_DAY if (first := following[place]) is not None else None for place in range(len(rows)))


def value_rows(rows: Sequence[Row]) -> tuple[DatedValue, ...]:
    return tuple(DatedValue(value=row.text, valid_from=row.first, valid_until=end) for row, end in zip(rows, ends_of(rows), strict=True))


def fee_rows(rows: Sequence[Row]) -> list[Plain]:
    """As they stand in the YAML."""
    found = []
    for row, end in zip(rows, ends_of(rows), strict=True):
        days = {"from": row.first, "until": end}
        found.append({"key": row.key, "amount": plain_value(row.text), **{name: day for name, day in days.items() if day is not None}})
    return found
