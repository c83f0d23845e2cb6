"""The form of an entry: its fields as text, and the draft that they make together with what the form does not show."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from console.forms import TextForm
from console.texts import say
from console.views.entry import missing_values, shown_from
from console.views.entry_form import FIELDS
from core.japanese_dates import read_day
from core.pack import Pack
from faq.checking import check
from faq.drafts import EntryDraft, draft_of, tidied
from faq.models import EntryKind, EntryVersion

DAYS = ("checked_on", "valid_from", "valid_until")

Problems = tuple[tuple[str, str], ...]
"""Fields, each with a sentence."""


class EntryForm(TextForm):
    """`edited` is the number of the version that the form began with."""

    question: str = ""
    answer: str = ""
    phrasings: str = ""
    category: str = ""
    department_id: str = ""
    source_url: str = ""
    checked_on: str = ""
    valid_from: str = ""
    valid_until: str = ""
    edited: str = ""
    keep_translations: str = ""

    @property
    def values(self) -> Mapping[str, str]:
        return {name: getattr(self, name) for name in FIELDS}

    @property
    def edited_number(self) -> int:
        """0, which no version has, for what is no number."""
        return int(self.edited) if self.edited.isascii() and self.edited.isdecimal() and len(self.edited) < 10 else 0


def draft_and_problems(
    form: EntryForm, base: EntryVersion | None, pack: Pack, now: datetime, kind: EntryKind = EntryKind.FAQ
) -> tuple[EntryDraft, Problems]:
    """The draft, and all problems where the form has some that publishing would not find; links and related entries come from the base."""
    problems: list[tuple[str, str]] = []
    days: list[date | None] = []
    for name in DAYS:
        day, problem = day_of(getattr(form, name))
        days.append(day)
        problems += [(name, problem)] if problem else []
    draft = replace(
        draft_of(kind, base) if base is not None else EntryDraft(kind=kind),
        question=form.question,
        answer=form.answer,
        phrasings=tuple(form.phrasings.split("\n")),
        category=form.category,
        department_id=form.department_id or None,
        source_url=form.source_url or None,
        checked_on=days[0],
        valid_from=days[1],
        valid_until=days[2],
    )
    draft = tidied(draft)
    if base is not None and (draft.question, draft.answer) != (base.question, base.body) and not form.keep_translations:
        # A translation of what the Japanese no longer says would tell foreigners something else.
        draft = replace(draft, translations={})
    problems += missing_problems(draft, pack, now)
    if problems:
        problems += [(problem.field, problem.text) for problem in check(draft, pack)]
    return draft, tuple(problems)


def missing_problems(draft: EntryDraft, pack: Pack, now: datetime) -> list[tuple[str, str]]:
    """Of values that exist but have none for the first day; unknown ones are found by publishing."""
    moment = shown_from(now, draft.valid_from)
    texts = (("question", draft.question), ("answer", draft.answer))
    return [(name, problem) for name, text in texts for problem in missing_values(pack, moment, text, only_known=True)]


def day_of(text: str) -> tuple[date | None, str | None]:
    """A day or nothing, and a problem where it is neither."""
    day = read_day(text)
    return day, say("problem.date_bad", text=text[:20]) if day is None and text.strip() else None
