"""A guide from a document: the page that asks for the file, and the preview of what was read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from console.guide_form import GuideForm
from console.texts import named
from console.views.choices import Choice
from console.views.entry import missing_values
from console.views.entry_form import FieldProblem
from core.pack import Pack
from faq.documents.limits import MEGABYTE, PAGES_LIMIT, SIZE_LIMIT
from faq.guide_html import to_html
from faq.guides import GuidePlan
from faq.lengths import GUIDE_LIMIT
from faq.models import EntryKind
from retrieval.chunking import guide_sections, section_title

SHOWN = 200
FIELDS = {"question": "title", "answer": "body"}
"""Fields of an entry that the form calls by the words of a document."""
FORM_FIELDS = ("id", "title", "body", "category", "department_id", "source_url")


@dataclass(frozen=True, kw_only=True)
class FileView:
    """The form that asks for a document."""

    problem: str
    source_url: str
    skip_scanned: bool
    megabytes: int
    pages: int


@dataclass(frozen=True, kw_only=True)
class SectionView:
    """A part as residents find it. `change` is new, changed or same; empty for a new guide."""

    title: str
    place: str
    html: Markup
    change: str
    change_name: str


@dataclass(frozen=True, kw_only=True)
class GuideView:
    """What was read, and the fields that may be corrected before it is kept."""

    form: GuideForm
    is_new: bool
    is_unchanged: bool
    is_conflict: bool
    before_author: str
    sections: tuple[SectionView, ...]
    hidden_sections: int
    gone: tuple[str, ...]
    """Titles of parts that the guide has now and would no longer have."""
    warnings: tuple[str, ...]
    problems: tuple[FieldProblem, ...]
    categories: tuple[str, ...]
    departments: tuple[Choice, ...]
    limit: int

    def problems_of(self, field: str) -> tuple[FieldProblem, ...]:
        return tuple(problem for problem in self.problems if problem.field == field)

    def has(self, field: str) -> bool:
        return field in FORM_FIELDS


def file_view(*, problem: str = "", source_url: str = "", skip_scanned: bool = False) -> FileView:
    return FileView(problem=problem, source_url=source_url, skip_scanned=skip_scanned, megabytes=SIZE_LIMIT // MEGABYTE, pages=PAGES_LIMIT)


def guide_view(
    plan: GuidePlan,
    form: GuideForm,
    pack: Pack,
    now: datetime,
    categories: Sequence[str],
    departments: tuple[Choice, ...],
    *,
    is_conflict: bool = False,
) -> GuideView:
    draft = plan.draft
    fills = not missing_values(pack, now, f"{draft.question}\n{draft.answer}")
    known = plan.before.draft if plan.before is not None and plan.before.draft.kind is EntryKind.GUIDE else None
    earlier = {section_title(known.question, part): part.body for part in guide_sections(known.answer)} if known else {}
    sections = []
    for part in plan.sections:
        title = section_title(draft.question, part)
        change = "" if known is None else "new" if title not in earlier else "same" if earlier[title] == part.body else "changed"
        body = pack.values.fill(part.body, now) if fills else part.body
        name = named("section_change", change) if change else ""
        sections.append(SectionView(title=title, place=part.place, html=to_html(body), change=change, change_name=name))
    titles = {section.title for section in sections}
    return GuideView(
        form=form,
        is_new=plan.is_new,
        is_unchanged=plan.is_unchanged,
        is_conflict=is_conflict,
        before_author=plan.before.author if plan.before is not None else "",
        sections=tuple(sections[:SHOWN]),
        hidden_sections=max(len(sections) - SHOWN, 0),
        gone=tuple(title for title in earlier if title not in titles),
        warnings=plan.warnings,
        problems=tuple(
            FieldProblem(field=FIELDS.get(problem.field, problem.field), label=named("guide_field", problem.field), text=problem.text)
            for problem in plan.problems
        ),
        categories=tuple(categories),
        departments=departments,
        limit=GUIDE_LIMIT,
    )
