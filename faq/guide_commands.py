"""Importing guides from the command line: progress while it runs, what was read of each document at the end."""

import getpass
from collections.abc import Iterator, Sequence
from pathlib import Path

from core.clock import system_clock
from core.database import Database
from core.pack import Pack
from core.progress_bar import progress_bar
from faq.guides import GuidePlan, GuidesReport, Wishes, import_guides
from faq.texts import say

SHOWN_SECTIONS = 30


def import_guides_into(
    database: Database, pack: Pack, files: Sequence[Path], wishes: Wishes, *, publish: bool, dry_run: bool, skip_scanned: bool
) -> str:
    """Raises ImportRefusedError with the problems of every document."""
    with progress_bar(say("guides.reading")) as show:
        show(0, len(files))
        done = import_guides(
            database,
            pack,
            files,
            author=getpass.getuser(),
            now=system_clock(),
            publish=publish,
            dry_run=dry_run,
            wishes=wishes,
            skip_scanned=skip_scanned,
            progress=lambda count: show(count, len(files)),
        )
    return "\n".join(_lines(done))


def _lines(done: GuidesReport) -> Iterator[str]:
    for plan in done.plans:
        change = "unchanged" if plan.is_unchanged else "new" if plan.is_new else "changed"
        gaps = {"name": plan.document.name, "title": plan.draft.question, "id": plan.entry_id, "count": len(plan.sections)}
        yield say(f"guides.line.{change}", **gaps)
        yield from (f"  {say('guides.warning', text=text)}" for text in plan.warnings)
        if done.is_dry_run:
            yield from _sections(plan)
    written = sum(not plan.is_unchanged for plan in done.plans)
    key = "checked" if done.is_dry_run else "published" if done.is_published else "drafted"
    yield say(f"guides.{key}", count=len(done.plans), written=written)


def _sections(plan: GuidePlan) -> Iterator[str]:
    for section in plan.sections[:SHOWN_SECTIONS]:
        place = f"（{section.place}）" if section.place else ""
        yield f"  ・{section.heading or plan.draft.question}{place}"
    if len(plan.sections) > SHOWN_SECTIONS:
        yield f"  {say('guides.more_sections', count=len(plan.sections) - SHOWN_SECTIONS)}"
