"""One entry: how residents see it, its history, and the form that changes it."""

from dataclasses import dataclass
from datetime import date, datetime, time

from console.texts import named, say
from console.views.content import validity
from console.views.entry_form import FormView
from core.clock import JAPAN, in_japan
from core.errors import PackError
from core.pack import Pack
from core.values import placeholders
from faq.drafts import EntryDraft, draft_of
from faq.models import EntryKind, EntryVersion
from faq.queries import EntryHistory
from retrieval.guide_format import without_marks
from retrieval.plain_text import plain


@dataclass(frozen=True, kw_only=True)
class BubbleView:
    """The answer as it would arrive in the talk today."""

    question: str
    answer: str
    department: str | None
    phone: str | None
    checked_on: date | None
    source_url: str | None
    missing: tuple[str, ...]
    """Problems with placeholders, which then stand in the text as they are."""


@dataclass(frozen=True, kw_only=True)
class VersionLine:
    """One line of the history."""

    number: int
    state: str
    author: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class EntryView:
    """An entry, or a new one (`id` is None)."""

    id: str | None
    question: str
    kind: str
    is_guide: bool
    state: str
    state_key: str
    category: str
    phrasings: tuple[str, ...]
    valid_from: date | None
    valid_until: date | None
    validity: str | None
    other_draft_by: str | None
    bubble: BubbleView
    is_preview: bool
    """The bubble shows what the form holds, not what residents see."""
    history: tuple[VersionLine, ...]
    form: FormView | None
    """None for those who may not edit."""
    published_number: int | None
    """Set where the visitor may end the publication."""
    notice: str = ""
    """What was just done to it, where only this part of the page is drawn anew."""


def bubble_view(pack: Pack, now: datetime, draft: EntryDraft) -> BubbleView:
    moment = shown_from(now, draft.valid_from)
    missing = missing_values(pack, moment, f"{draft.question}\n{draft.answer}")
    department = pack.department(draft.department_id)
    answer = plain(without_marks(draft.answer)) if draft.kind is EntryKind.GUIDE else draft.answer
    return BubbleView(
        question=draft.question if missing else pack.values.fill(draft.question, moment),
        answer=answer if missing else pack.values.fill(answer, moment),
        department=department.name if department else None,
        phone=department.phone if department else None,
        checked_on=draft.checked_on,
        source_url=draft.source_url,
        missing=missing,
    )


def shown_from(now: datetime, valid_from: date | None) -> datetime:
    """When residents see it first: an entry for the next year is filled with the next year's values."""
    if valid_from is None or valid_from <= in_japan(now).date():
        return now
    return datetime.combine(valid_from, time(12), JAPAN)


def missing_values(pack: Pack, moment: datetime, text: str, *, only_known: bool = False) -> tuple[str, ...]:
    """Problems of placeholders that can't be filled at that moment."""
    day, found = in_japan(moment).date(), []
    for key in dict.fromkeys(placeholders(text)):
        if only_known and key not in pack.values:
            continue
        try:
            pack.values.on(key, day)
        except PackError:
            found.append(say("problem.value_missing", key=key))
    return tuple(found)


def entry_view(
    history: EntryHistory,
    current: EntryVersion,
    pack: Pack,
    now: datetime,
    form: FormView | None,
    *,
    draft: EntryDraft | None = None,
    notice: str = "",
) -> EntryView:
    """The bubble shows the draft where there is one, otherwise the current version."""
    entry = history.entry
    is_beside = history.open is not None and history.open.number != current.number
    return EntryView(
        id=entry.id,
        question=current.question,
        kind=named("entry_kind", entry.kind),
        is_guide=entry.kind == EntryKind.GUIDE,
        state=named("entry_state", current.state),
        state_key=current.state,
        category=current.category,
        phrasings=tuple(current.phrasings),
        valid_from=current.valid_from,
        valid_until=current.valid_until,
        validity=validity(current.valid_from, current.valid_until, in_japan(now).date()),
        other_draft_by=history.open.author if is_beside and history.open else None,
        bubble=bubble_view(pack, now, draft or draft_of(EntryKind(entry.kind), current)),
        is_preview=draft is not None,
        history=tuple(
            VersionLine(number=v.number, state=named("entry_state", v.state), author=v.author, at=v.published_at or v.created_at)
            for v in history.versions
        ),
        form=form,
        published_number=history.published.number if history.published is not None and form is not None else None,
        notice=notice,
    )


def new_entry_view(draft: EntryDraft, pack: Pack, now: datetime, form: FormView | None) -> EntryView:
    return EntryView(
        id=None,
        question="",
        kind=named("entry_kind", draft.kind),
        is_guide=False,
        state="",
        state_key="new",
        category="",
        phrasings=(),
        valid_from=None,
        valid_until=None,
        validity=None,
        other_draft_by=None,
        bubble=bubble_view(pack, now, draft),
        is_preview=True,
        history=(),
        form=form,
        published_number=None,
    )
