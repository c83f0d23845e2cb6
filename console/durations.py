"""How long something takes or has taken, in words. Pure."""

from collections.abc import Mapping
from datetime import timedelta

from console.texts import say

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


KEYS = ("moment", "minutes", "hours", "hours_minutes", "days")


def duration_words() -> Mapping[str, str]:
    """For scripts that go on counting; gaps stand as they are written."""
    gaps = {name: f"{{{name}}}" for name in ("minutes", "hours", "days")}
    return {key: say(f"duration.{key}", **gaps) for key in KEYS}


def duration(time: timedelta) -> str:
    """In the two largest units that matter: days from two days on, hours and minutes below."""
    if time < MINUTE:
        return say("duration.moment")
    if time < HOUR:
        return say("duration.minutes", minutes=time // MINUTE)
    if time < 2 * DAY:
        minutes = time % HOUR // MINUTE
        key = "duration.hours_minutes" if minutes and time < 10 * HOUR else "duration.hours"
        return say(key, hours=time // HOUR, minutes=minutes)
    return say("duration.days", days=time // DAY)
