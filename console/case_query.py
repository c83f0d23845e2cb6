"""What a list of cases is narrowed to, as it stands in the address. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

from console.forms import clean
from core.messages import Language
from handoff.listing import Order, Tab
from handoff.models import CaseReason, Priority

WORDS_LIMIT = 100
PRIORITIES: Mapping[str, Priority] = {priority.name.lower(): priority for priority in Priority}


@dataclass(frozen=True, kw_only=True)
class CaseQuery:
    """Nonsense in an address counts as nothing chosen."""

    tab: Tab = Tab.UNASSIGNED
    words: str = ""
    department: str = ""
    language: str = ""
    reason: str = ""
    priority: str = ""
    sort: str = ""
    page: int = 1

    @property
    def order(self) -> Order:
        if self.sort:
            return Order(self.sort)
        return Order.NEWEST if self.tab is Tab.CLOSED else Order.DUE

    @property
    def narrowing(self) -> Mapping[str, str]:
        """Without tab and page."""
        names = ("words", "department", "language", "reason", "priority", "sort")
        return {name: getattr(self, name) for name in names if getattr(self, name)}

    @property
    def fields(self) -> Mapping[str, str]:
        return {"tab": self.tab.value, **self.narrowing}

    @property
    def text(self) -> str:
        """As it stands in an address."""
        return urlencode(self.fields)

    def on(self, tab: Tab) -> "CaseQuery":
        """The same tab's list without anything that narrows it."""
        return CaseQuery(tab=tab)

    def at(self, page: int) -> "CaseQuery":
        return replace(self, page=page)


def read_query(given: Mapping[str, str], departments: Mapping[str, object]) -> CaseQuery:
    page = given.get("page", "1")
    return CaseQuery(
        tab=Tab(given["tab"]) if given.get("tab") in set(Tab) else Tab.UNASSIGNED,
        words=" ".join(clean(given.get("words", "")).split())[:WORDS_LIMIT].strip(),
        department=_known(given.get("department"), departments),
        language=_known(given.get("language"), {language.value for language in Language}),
        reason=_known(given.get("reason"), {reason.value for reason in CaseReason}),
        priority=_known(given.get("priority"), PRIORITIES),
        sort=_known(given.get("sort"), {order.value for order in Order}),
        page=max(int(page), 1) if page.isascii() and page.isdecimal() and len(page) < 7 else 1,
    )


def read_text(text: str, departments: Mapping[str, object]) -> CaseQuery:
    """Of an address that was kept."""
    return read_query(dict(parse_qsl(text)), departments)


def _known(value: str | None, known: Mapping[str, object] | set[str]) -> str:
    return value if value and value in known else ""
