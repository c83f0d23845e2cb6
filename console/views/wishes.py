"""Cases of which the counter said that the content should answer them, as editors work through them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from console.texts import say
from console.views.case_head import reason_label
from console.views.cases import department_name
from console.views.conversations import language_tag
from core.pack import Pack
from handoff.models import Case
from handoff.packet import load


@dataclass(frozen=True, kw_only=True)
class WishView:
    """One case, as far as whoever writes content needs it."""

    id: int
    title: str
    tag: str
    question: str
    """What a new entry begins with."""
    wrap_up: str
    department: str | None
    closed_at: datetime | None
    closed_by: str
    close_reason: str
    may_see_case: bool


@dataclass(frozen=True, kw_only=True)
class WishesView:
    """All that wait."""

    wishes: tuple[WishView, ...]
    is_cut: bool


def wish_view(case: Case, *, pack: Pack, names: Mapping[int, str], may_see_case: bool) -> WishView:
    return WishView(
        id=case.id,
        title=case.title,
        tag=language_tag(case.language),
        question=load(case.packet).question or case.title,
        wrap_up=case.wrap_up,
        department=department_name(pack, case.department_id),
        closed_at=case.closed_at,
        closed_by=names.get(case.closed_by or 0) or say("case_list.by_itself"),
        close_reason=reason_label(pack, case.close_reason) if case.close_reason else "",
        may_see_case=may_see_case,
    )
