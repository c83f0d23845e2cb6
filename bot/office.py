"""How a department is presented to a resident: its hours in words, whether it is open, when it opens next. Pure."""

from datetime import datetime

from bot.outcome import Turn
from core.clock import in_japan
from core.messages import Language, Row
from core.pack import Department, Pack
from handoff.business_hours import is_open, next_opening, runs, week_of
from handoff.holidays import is_national_holiday


def hours_in_words(turn: Turn, department: Department) -> str:
    """月〜水・金 8:30〜17:15、木 8:30〜19:00"""
    parts = []
    for days, hours in week_of(department):
        named = turn.say("hours.and").join(
            turn.say(f"hours.{first}")
            if first == last
            else turn.say("hours.range", first=turn.say(f"hours.{first}"), last=turn.say(f"hours.{last}"))
            for first, last in runs(days)
        )
        times = turn.say("hours.and").join(f"{h.open:%-H:%M}{turn.say('hours.to')}{h.close:%-H:%M}" for h in hours)
        parts.append(f"{named} {times}")
    return turn.say("hours.list_separator").join(parts)


def opens_at(turn: Turn, department: Department) -> datetime | None:
    return next_opening(department, turn.pack.calendar, turn.now, is_national_holiday)


def is_open_now(turn: Turn, department: Department) -> bool:
    return is_open(department, turn.pack.calendar, turn.now, is_national_holiday)


def moment_in_words(turn: Turn, moment: datetime) -> str:
    """11月24日（火）8:30"""
    return moment_in(turn.pack, turn.language, moment)


def moment_in(pack: Pack, language: Language, moment: datetime) -> str:
    local = in_japan(moment)
    weekday = pack.sentences.say(f"hours.{local:%a}".lower(), language)
    return pack.sentences.say("hours.moment", language, month=local.month, day=local.day, weekday=weekday, time=f"{local:%-H:%M}")


def department_rows(turn: Turn, department: Department) -> tuple[Row, ...]:
    """Office, telephone and hours, with whether somebody is there now."""
    state = turn.say("hours.open_now" if is_open_now(turn, department) else "hours.closed_now")
    return (
        Row(label=turn.say("card.department"), text=turn.pack.office_name(department, turn.language)),
        Row(label=turn.say("card.phone"), text=department.phone),
        Row(label=turn.say("card.hours"), text=f"{hours_in_words(turn, department)}\n{state}"),
    )
