"""Importing a table of entries: first a plan that names every error and warning with its cell, then all of it or nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from core.database import Database
from core.errors import ConflictError, ImportRefusedError
from core.pack import Pack
from core.text import squeeze
from faq import queries
from faq.checking import check, foreign_figures, resembles_individual_number
from faq.columns import Columns, Finding, RowReader, read_columns
from faq.drafts import EntryDraft, draft_of, tidied
from faq.lifecycle import VersionState
from faq.locking import lock_or_add
from faq.models import Entry, EntryKind, EntryVersion
from faq.reading import read_table
from faq.tables import Table
from faq.texts import say
from faq.versions import NewVersion, Progress, add_versions


@dataclass(frozen=True, kw_only=True)
class ImportPlan:
    """What an import would do. It may be carried out only when there are no errors."""

    name: str
    additions: tuple[NewVersion, ...]
    seen: Mapping[str, int | None]
    """The last version number of each entry when the plan was made, None for a new one."""
    rows: int
    added: int
    changed: int
    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...]

    @property
    def unchanged(self) -> int:
        return self.rows - self.added - self.changed

    def refuse_errors(self) -> None:
        """Raises ImportRefusedError that lists all of them."""
        if self.errors:
            heading = say("file.failed", name=self.name, count=len(self.errors))
            raise ImportRefusedError("\n".join([heading, *map(str, self.errors)]))


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """What an import did, or with `is_dry_run` would do, by number of rows."""

    rows: int
    added: int
    changed: int
    unchanged: int
    warnings: tuple[Finding, ...]
    is_published: bool
    is_dry_run: bool


def import_file(
    database: Database,
    pack: Pack,
    path: Path,
    *,
    author: str,
    now: datetime,
    publish: bool = False,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Raises ImportRefusedError with every error in the file; nothing of it is taken then."""
    table = read_table(path)
    with database.reading() as session:
        plan = plan_import(session, pack, table, publish=publish, progress=progress if dry_run else None)
    plan.refuse_errors()
    if not dry_run:
        with database.transaction() as session:
            carry_out(session, pack, plan, author=author, now=now, progress=progress)
    return ImportReport(
        rows=plan.rows,
        added=plan.added,
        changed=plan.changed,
        unchanged=plan.unchanged,
        warnings=plan.warnings,
        is_published=publish and not dry_run,
        is_dry_run=dry_run,
    )


def plan_import(session: Session, pack: Pack, table: Table, *, publish: bool, progress: Progress | None = None) -> ImportPlan:
    """Only reads. Raises ImportRefusedError where the table as a whole can't be read."""
    columns = read_columns(table)
    readers = [RowReader(row, columns, pack) for row in columns.rows]
    known = _known(session, pack.id, [reader.id for reader in readers if reader.id], publish=publish)
    errors = list(_repeated_ids(readers, columns))
    warnings = list(columns.warnings)
    additions: list[NewVersion] = []
    drafts: list[tuple[int, EntryDraft]] = []
    for done, reader in enumerate(readers, start=1):
        before = known.get(reader.id)
        draft = tidied(reader.draft(before.draft if before else None))
        draft, dropped = _without_old_translations(draft, before.draft if before else None, columns)
        errors += reader.findings
        errors += _errors(reader.number, draft, before, columns, pack)
        warnings += _warnings(reader.number, draft, dropped, columns)
        drafts.append((reader.number, draft))
        if before is None or not (before.is_final and tidied(before.draft) == draft):
            state = VersionState.PUBLISHED if publish else VersionState.DRAFT
            additions.append(NewVersion(entry_id=reader.id, draft=draft, state=state))
        if progress:
            progress(done, len(readers))
    warnings += _repeated_questions(drafts, queries.published_wordings(session, pack.id), columns)
    added = sum(addition.entry_id not in known for addition in additions)
    return ImportPlan(
        name=table.name,
        additions=tuple(additions),
        seen={addition.entry_id: known[addition.entry_id].last_number if addition.entry_id in known else None for addition in additions},
        rows=len(readers),
        added=added,
        changed=len(additions) - added,
        errors=tuple(errors),
        warnings=tuple(warnings),
    )


def carry_out(session: Session, pack: Pack, plan: ImportPlan, *, author: str, now: datetime, progress: Progress | None = None) -> None:
    """Writes all of the plan. Raises ImportRefusedError for a plan with errors, ConflictError when an entry changed meanwhile."""
    plan.refuse_errors()
    lock_or_add(session, pack, now)
    entries = queries.entries_by_id(session, pack.id, list(plan.seen))
    for entry_id, number in plan.seen.items():
        entry = entries.get(entry_id)
        if (entry.last_number if entry else None) != number:
            raise ConflictError(say("conflict.import", id=entry_id))
    add_versions(session, pack.id, plan.additions, author, now, progress)


@dataclass(frozen=True, kw_only=True)
class _Known:
    """An entry that exists; `is_final` tells that saying the same again would change nothing."""

    draft: EntryDraft
    last_number: int
    is_final: bool


def _known(session: Session, municipality_id: str, entry_ids: Sequence[str], *, publish: bool) -> Mapping[str, _Known]:
    unique = list(dict.fromkeys(entry_ids))
    entries = queries.entries_by_id(session, municipality_id, unique)
    current = queries.current_versions(session, municipality_id, unique)
    live = queries.live_versions(session, municipality_id, unique)
    return {key: _known_entry(entry, current[key], live.get(key, ()), publish=publish) for key, entry in entries.items()}


def _known_entry(entry: Entry, current: EntryVersion, live: Sequence[EntryVersion], *, publish: bool) -> _Known:
    """A draft continues an open draft; a publication continues what is published."""
    being_edited = next((version for version in live if version.state != VersionState.PUBLISHED), None)
    version = current if publish or being_edited is None else being_edited
    is_final = version.state == VersionState.PUBLISHED or (not publish and version is being_edited)
    return _Known(draft=draft_of(EntryKind(entry.kind), version), last_number=entry.last_number, is_final=is_final)


def _without_old_translations(draft: EntryDraft, before: EntryDraft | None, columns: Columns) -> tuple[EntryDraft, tuple[str, ...]]:
    """A translation that the file does not bring along may contradict the new Japanese; without it residents get the Japanese."""
    if before is None or (draft.question, draft.answer) == (before.question, before.answer):
        return draft, ()
    dropped = tuple(
        language for language in draft.translations if not {f"question_{language}", f"answer_{language}"} & columns.places.keys()
    )
    return replace(draft, translations={key: text for key, text in draft.translations.items() if key not in dropped}), dropped


def _repeated_ids(readers: Sequence[RowReader], columns: Columns) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for reader in readers:
        address = columns.address("id", reader.number)
        if reader.id and reader.id in first:
            yield Finding(address=address, key="row.id_twice", gaps={"id": reader.id, "first": first[reader.id]})
        first.setdefault(reader.id, address)


def _errors(number: int, draft: EntryDraft, before: _Known | None, columns: Columns, pack: Pack) -> Iterator[Finding]:
    for problem in check(draft, pack):
        yield Finding(address=columns.address_of_field(problem.field, number), key=f"problem.{problem.key}", gaps=problem.gaps)
    if before is not None and before.draft.kind is not draft.kind:
        yield Finding(address=columns.address("kind", number), key="row.kind_changed", gaps={"id": draft.id, "kind": before.draft.kind})


def _warnings(number: int, draft: EntryDraft, dropped: Sequence[str], columns: Columns) -> Iterator[Finding]:
    if dropped:
        address = columns.address("answer", number)
        yield Finding(address=address, key="warning.translations_dropped", gaps={"languages": "、".join(dropped)})
    for language, figures in foreign_figures(draft).items():
        address = columns.address(f"answer_{language}", number)
        yield Finding(address=address, key="warning.translation_figures", gaps={"figures": "、".join(figures)})
    for name in dict.fromkeys(resembles_individual_number(draft)):
        yield Finding(address=columns.address_of_field(name, number), key="warning.individual_number_like")


def _repeated_questions(drafts: Sequence[tuple[int, EntryDraft]], published: Mapping[str, str], columns: Columns) -> Iterator[Finding]:
    """One question may have two answers; whoever imports it should know."""
    in_file = {draft.id for _, draft in drafts}
    elsewhere = {squeeze(question): key for key, question in published.items() if key not in in_file}
    first: dict[str, str] = {}
    for number, draft in drafts:
        address, wording = columns.address("question", number), squeeze(draft.question)
        if wording and wording in first:
            yield Finding(address=address, key="warning.question_twice", gaps={"first": first[wording]})
        elif wording in elsewhere:
            yield Finding(address=address, key="warning.question_published", gaps={"id": elsewhere[wording]})
        first.setdefault(wording, address)
