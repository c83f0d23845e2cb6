"""Cutting a list into pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True, kw_only=True)
class Paging:
    """Where a page stands, and the addresses of its neighbours."""

    number: int
    earlier: str | None
    later: str | None


def paging(path: str, number: int, *, has_later: bool, query: Mapping[str, str]) -> Paging:
    def address(page: int) -> str:
        kept = {name: value for name, value in query.items() if value}
        return f"{path}?{urlencode(kept | {'page': str(page)})}"

    return Paging(number=number, earlier=address(number - 1) if number > 1 else None, later=address(number + 1) if has_later else None)
