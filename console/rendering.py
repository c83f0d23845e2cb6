"""Templates: the environment with its filters, addresses of static files, and the frame around a page."""

import hashlib
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from console.dates import Calendar
from console.durations import duration_words
from console.security import PREFIX
from console.texts import named, say
from console.views.presence import Standing
from core.clock import Clock, in_japan

HERE = Path(__file__).parent
STATIC = HERE / "static"


@dataclass(frozen=True, kw_only=True)
class Room:
    """An entrance of the navigation."""

    key: str
    label: str
    href: str
    is_current: bool
    begins: str | None = None
    """The name of a group of rooms that begins here."""


@dataclass(frozen=True, kw_only=True)
class PresenceMark:
    """Whether the visitor takes cases now; `back` is where the page with the control is."""

    standing: Standing
    back: str = ""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What surrounds a page of somebody who is logged in."""

    municipality: str
    name: str
    role: str
    csrf_token: str
    rooms: tuple[Room, ...]
    notice: str | None = None
    staff_id: int = 0
    change_number: int = 0
    """From which on the page is told of changes."""
    presence: PresenceMark | None = None
    """None for who takes no cases."""
    address: str = ""
    """Of a page that answers a form which was refused: where it stands, so that reading it again does not send the form again."""


class Renderer:
    """Renders templates to text. A template gets a view, and the frame where somebody is logged in."""

    def __init__(self, clock: Clock) -> None:
        calendar = Calendar(clock)
        self._clock = clock
        self._environment = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._environment.globals |= {
            "clock": clock,
            "duration_words": duration_words,
            "asset": asset,
            "named": named,
            "say": say,
            "root": PREFIX,
            "piece": self.piece,
        }
        self._environment.filters["moment"] = calendar.moment
        self._environment.filters["full_moment"] = calendar.full
        self._environment.filters["day"] = calendar.day
        self._environment.filters["segment"] = segment
        self._environment.filters["number"] = number
        self._environment.filters["lines"] = lines

    def render(self, template: str, view: object, frame: Frame | None = None, **more: object) -> str:
        return self._environment.get_template(template).render(view=view, frame=frame, **more)

    def piece(self, template: str, **values: Hashable) -> Markup:
        """One of many alike, such as a line of a list: most of them look as when they were last shown, so they are made once a day."""
        return self._kept_piece(template, tuple(values.items()), in_japan(self._clock()).date())

    @lru_cache(maxsize=4096)  # noqa: B019  # There is one renderer.
    def _kept_piece(self, template: str, values: tuple[tuple[str, Hashable], ...], _today: date) -> Markup:
        return Markup(self._environment.get_template(template).render(dict(values)))  # noqa: S704  # Escaped by the template.


def segment(text: str) -> str:
    """As one part of an address's path, or as a value of its query."""
    return quote(text, safe="")


def number(value: int) -> str:
    return f"{value:,}"


def lines(text: str) -> Markup:
    """Escaped, with its line breaks."""
    return Markup("<br>\n").join(escape(line) for line in text.split("\n"))


@lru_cache(maxsize=64)
def asset(path: str) -> str:
    """The address of a static file; it changes with the content, so that browsers may keep it for ever."""
    digest = hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:12]
    return f"{PREFIX}/static/{path}?v={digest}"
