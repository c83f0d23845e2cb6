"""What the board of applications is narrowed to, as it stands in the address. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from urllib.parse import parse_qsl, urlencode

from console.forms import clean
from core.japanese_dates import read_day
from procedures.listing import NOBODY
from procedures.models import ApplicationState

WORDS_LIMIT = 100
DAY_LIMIT = 20


class BoardTab(StrEnum):
    """The board of what is under way, or the list of one state."""

    OPEN = "open"
    NEW = "new"
    CHECKING = "checking"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def states(self) -> tuple[ApplicationState, ...]:
        return COLUMNS if self is BoardTab.OPEN else (ApplicationState(self.value),)


COLUMNS = (ApplicationState.NEW, ApplicationState.CHECKING, ApplicationState.RETURNED, ApplicationState.ACCEPTED)


@dataclass(frozen=True, kw_only=True)
class ApplicationQuery:
    """Nonsense in an address counts as nothing chosen; a day that can't be read is kept to be said."""

    tab: BoardTab = BoardTab.OPEN
    words: str = ""
    procedure: str = ""
    department: str = ""
    holder: str = ""
    """The number of a member of staff, or `nobody`."""
    overdue: str = ""
    since: str = ""
    until: str = ""
    page: int = 1

    @property
    def holder_id(self) -> int | None:
        if not self.holder:
            return None
        return NOBODY if self.holder == "nobody" else int(self.holder)

    @property
    def first_day(self) -> date | None:
        return read_day(self.since) if self.since else None

    @property
    def last_day(self) -> date | None:
        return read_day(self.until) if self.until else None

    @property
    def unread_days(self) -> tuple[str, ...]:
        """What was typed as a day and is none."""
        return tuple(text for text, day in ((self.since, self.first_day), (self.until, self.last_day)) if text and day is None)

    @property
    def narrowing(self) -> Mapping[str, str]:
        """Without tab and page."""
        names = ("words", "procedure", "department", "holder", "overdue", "since", "until")
        return {name: getattr(self, name) for name in names if getattr(self, name)}

    @property
    def fields(self) -> Mapping[str, str]:
        return {"tab": self.tab.value, **self.narrowing}

    @property
    def text(self) -> str:
        """As it stands in an address."""
        return urlencode(self.fields)

    def on(self, tab: BoardTab) -> "ApplicationQuery":
        """The same narrowing elsewhere."""
        return replace(self, tab=tab, page=1)


def read_query(given: Mapping[str, str], departments: Mapping[str, object], procedures: Mapping[str, object]) -> ApplicationQuery:
    page, holder = given.get("page", "1"), given.get("holder", "")
    is_number = holder.isascii() and holder.isdecimal() and len(holder) < 19
    return ApplicationQuery(
        tab=BoardTab(given["tab"]) if given.get("tab") in set(BoardTab) else BoardTab.OPEN,
        words=_line(given.get("words", ""), WORDS_LIMIT),
        procedure=given["procedure"] if given.get("procedure") in procedures else "",
        department=given["department"] if given.get("department") in departments else "",
        holder=holder if is_number or holder == "nobody" else "",
        overdue="1" if given.get("overdue") == "1" else "",
        since=_line(given.get("since", ""), DAY_LIMIT),
        until=_line(given.get("until", ""), DAY_LIMIT),
        page=max(int(page), 1) if page.isascii() and page.isdecimal() and len(page) < 7 else 1,
    )


def read_text(text: str, departments: Mapping[str, object], procedures: Mapping[str, object]) -> ApplicationQuery:
    """Of an address that was kept."""
    return read_query(dict(parse_qsl(text)), departments, procedures)


def _line(text: str, limit: int) -> str:
    return " ".join(clean(text).split())[:limit].strip()
