"""Cases whose residents were not content, as a supervisor works through them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from console.texts import say
from console.views.case_head import reason_label
from console.views.cases import department_name, resident_name
from console.views.conversations import language_tag
from core.pack import Pack
from handoff.models import Case


@dataclass(frozen=True, kw_only=True)
class ReviewView:
    """One low score."""

    id: int
    title: str
    tag: str
    resident: str
    department: str | None
    score: int
    stars: str
    comment: str
    closed_at: datetime | None
    closed_by: str
    close_reason: str
    reviewed_at: datetime | None
    reviewed_by: str | None
    is_fresh: bool = False
    """Just marked by the visitor: takes the focus, because the button that was pressed is gone."""


@dataclass(frozen=True, kw_only=True)
class ReviewsView:
    """One of the two tabs."""

    is_done: bool
    waiting: int
    reviews: tuple[ReviewView, ...]
    is_cut: bool
    low: int


def review_view(case: Case, *, pack: Pack, names: Mapping[int, str], is_fresh: bool = False) -> ReviewView:
    score = case.satisfaction or 0
    return ReviewView(
        id=case.id,
        title=case.title,
        tag=language_tag(case.language),
        resident=resident_name(case),
        department=department_name(pack, case.department_id),
        score=score,
        stars="★" * score + "☆" * (5 - score),
        comment=case.satisfaction_comment,
        closed_at=case.closed_at,
        closed_by=names.get(case.closed_by or 0) or say("case_list.by_itself"),
        close_reason=reason_label(pack, case.close_reason) if case.close_reason else "",
        reviewed_at=case.reviewed_at,
        reviewed_by=names.get(case.reviewed_by or 0),
        is_fresh=is_fresh,
    )
