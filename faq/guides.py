"""Guides made of documents: a plan that says what would change and why not, then all of it or nothing."""

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path, PurePath

from sqlalchemy.orm import Session

from core.database import Database
from core.errors import ConflictError, ImportRefusedError
from core.japanese_dates import read_day
from core.pack import Pack
from faq import queries
from faq.checking import ID_REFUSED, Problem, check, resembles_individual_number
from faq.documents.apart import read_apart
from faq.documents.limits import SIZE_LIMIT
from faq.documents.reading import ReadDocument, Reading
from faq.drafts import EntryDraft, tidied
from faq.entries import Saved
from faq.known import Known, known_entries
from faq.lengths import ID_LIMIT
from faq.lifecycle import VersionState
from faq.locking import lock_or_add
from faq.models import EntryKind
from faq.texts import say
from faq.versions import NewVersion, add_versions
from retrieval.chunking import Section, guide_sections

DAYS = ("checked_on", "valid_from", "valid_until")


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What whoever imports says of the guide; what is empty is taken from the document, else from the guide as it is."""

    id: str = ""
    category: str = ""
    department_id: str = ""
    source_url: str = ""


@dataclass(frozen=True, kw_only=True)
class GuidePlan:
    """What importing one document would do. It may be carried out only when there are no problems."""

    document: ReadDocument
    draft: EntryDraft
    before: Known | None
    problems: tuple[Problem, ...]
    warnings: tuple[str, ...]

    @property
    def entry_id(self) -> str:
        return self.draft.id or ""

    @property
    def is_new(self) -> bool:
        return self.before is None

    @property
    def is_unchanged(self) -> bool:
        return self.before is not None and self.before.is_final and tidied(self.before.draft) == self.draft

    @property
    def sections(self) -> tuple[Section, ...]:
        """As residents find them."""
        return guide_sections(self.draft.answer)


@dataclass(frozen=True, kw_only=True)
class GuidesReport:
    """What an import did, or with `is_dry_run` would do."""

    plans: tuple[GuidePlan, ...]
    is_published: bool
    is_dry_run: bool = field(default=False)


def plan_guide(session: Session, pack: Pack, document: ReadDocument, wishes: Wishes, *, publish: bool) -> GuidePlan:
    """Only reads."""
    entry_id = wishes.id.strip() or document.head.get("id", "").strip() or id_of_name(document.name)
    before = known_entries(session, pack.id, [entry_id], publish=publish).get(entry_id)
    base = before.draft if before is not None and before.draft.kind is EntryKind.GUIDE else EntryDraft(kind=EntryKind.GUIDE)
    draft = tidied(_draft(entry_id, base, document, wishes))
    warnings = [*document.warnings, *_warnings(draft, before)]
    if (draft.question, draft.answer) != (base.question, base.answer) and draft.translations:
        warnings.append(say("warning.translations_dropped", languages="、".join(draft.translations)))
        draft = replace(draft, translations={})
    problems = [*_bad_days(document.head), *check(draft, pack)]
    if before is not None and before.draft.kind is not EntryKind.GUIDE:
        problems.append(Problem(field="id", key="id_of_faq", gaps={"id": entry_id}))
    return GuidePlan(document=document, draft=draft, before=before, problems=tuple(problems), warnings=tuple(warnings))


def keep_guide(session: Session, pack: Pack, plan: GuidePlan, *, author: str, now: datetime, publish: bool) -> Saved | None:
    """Writes a version, or nothing where the guide says the same already.

    Raises ImportRefusedError for a plan with problems, ConflictError when the guide changed since the plan was made.
    """
    refuse_problems([plan])
    lock_or_add(session, pack, now)
    entry = queries.entries_by_id(session, pack.id, [plan.entry_id]).get(plan.entry_id)
    if (entry.last_number if entry else None) != (plan.before.last_number if plan.before else None):
        raise ConflictError(say("conflict.import", id=plan.entry_id))
    if plan.is_unchanged:
        return None
    state = VersionState.PUBLISHED if publish else VersionState.DRAFT
    (version,) = add_versions(session, pack.id, [NewVersion(entry_id=plan.entry_id, draft=plan.draft, state=state)], author, now)
    return Saved(entry_id=plan.entry_id, number=version.number, version_id=version.id, state=state)


def import_guides(
    database: Database,
    pack: Pack,
    paths: Sequence[Path],
    *,
    author: str,
    now: datetime,
    publish: bool = False,
    dry_run: bool = False,
    wishes: Wishes | None = None,
    skip_scanned: bool = False,
    progress: Callable[[int], None] | None = None,
) -> GuidesReport:
    """Raises ImportRefusedError with the problems of all documents; nothing of any is taken then."""
    given = wishes or Wishes()
    documents, refused = [], []
    for done, path in enumerate(paths, start=1):
        try:
            reading = Reading(name=path.name, source_url=given.source_url or None, skip_scanned=skip_scanned)
            documents.append(read_apart(reading, _content(path)))
        except ImportRefusedError as error:
            refused.append(str(error))
        if progress:
            progress(done)
    if refused:
        raise ImportRefusedError("\n".join([*refused, say("guides.nothing")]))
    with database.reading() as session:
        plans = tuple(plan_guide(session, pack, document, given, publish=publish) for document in documents)
    refuse_problems(plans)
    if not dry_run:
        with database.transaction() as session:
            for plan in plans:
                keep_guide(session, pack, plan, author=author, now=now, publish=publish)
    return GuidesReport(plans=plans, is_published=publish and not dry_run, is_dry_run=dry_run)


def refuse_problems(plans: Sequence[GuidePlan]) -> None:
    """Raises ImportRefusedError that lists all of them by document, and two documents for one guide."""
    found = [f"{plan.document.name}：{problem.text}" for plan in plans for problem in plan.problems]
    first: dict[str, str] = {}
    for plan in plans:
        if plan.entry_id in first:
            found.append(say("guides.id_twice", name=plan.document.name, other=first[plan.entry_id], id=plan.entry_id))
        first.setdefault(plan.entry_id, plan.document.name)
    if found:
        raise ImportRefusedError("\n".join([*found, say("guides.nothing")]))


def id_of_name(name: str) -> str:
    """The id of a guide that states none: its file's name without what an id can't hold."""
    stem = unicodedata.normalize("NFC", PurePath(name).stem)
    letters = ("-" if letter.isspace() or letter in ID_REFUSED or not letter.isprintable() else letter for letter in stem)
    return "-".join(filter(None, "".join(letters).split("-")))[:ID_LIMIT]


def _draft(entry_id: str, base: EntryDraft, document: ReadDocument, wishes: Wishes) -> EntryDraft:
    head = document.head

    def days(name: str, before: date | None) -> date | None:
        return read_day(head[name]) if head.get(name) else before

    return replace(
        base,
        id=entry_id,
        question=document.title,
        answer=document.body,
        phrasings=tuple(head["phrasings"].split("\n")) if head.get("phrasings") else base.phrasings,
        category=wishes.category or head.get("category") or base.category,
        department_id=wishes.department_id or head.get("department") or base.department_id,
        source_url=wishes.source_url or head.get("source_url") or base.source_url,
        checked_on=days("checked_on", base.checked_on),
        related=tuple(head["related"].split("\n")) if head.get("related") else base.related,
        valid_from=days("valid_from", base.valid_from),
        valid_until=days("valid_until", base.valid_until),
    )


def _bad_days(head: Mapping[str, str]) -> Iterator[Problem]:
    for name in DAYS:
        if head.get(name) and read_day(head[name]) is None:
            yield Problem(field=name, key="date_bad", gaps={"text": head[name][:20]})


def _warnings(draft: EntryDraft, before: Known | None) -> Iterator[str]:
    if before is not None and before.open_author is not None:
        yield say("warning.draft_replaced", author=before.open_author)
    if resembles_individual_number(draft):
        yield say("warning.individual_number_like")


def _content(path: Path) -> bytes:
    if path.is_dir():
        raise ImportRefusedError(say("guides.folder", name=path.name))
    try:
        with path.open("rb") as file:
            return file.read(SIZE_LIMIT + 1)
    except FileNotFoundError:
        raise ImportRefusedError(say("file.missing", name=str(path))) from None
    except OSError as error:
        raise ImportRefusedError(say("file.unreadable", name=str(path), reason=error.strerror)) from None
