"""Import and export from the command line: progress while it runs, a short report at the end."""

import getpass
from pathlib import Path

from core.clock import system_clock
from core.database import Database
from core.errors import ImportRefusedError
from core.pack import Pack
from core.progress_bar import progress_bar
from faq import queries
from faq.exporting import to_csv, to_excel
from faq.importing import ImportReport, import_file
from faq.models import EntryKind
from faq.texts import say

SHOWN_WARNINGS = 50


def import_into(database: Database, pack: Pack, file: Path, *, publish: bool, dry_run: bool = False) -> str:
    """Raises ImportRefusedError with every error of the file."""
    with progress_bar(say("command.importing", name=file.name)) as show:
        done = import_file(
            database,
            pack,
            file,
            author=getpass.getuser(),
            now=system_clock(),
            publish=publish,
            dry_run=dry_run,
            progress=show,
        )
    return _report(done)


def _report(done: ImportReport) -> str:
    lines = [str(finding) for finding in done.warnings[:SHOWN_WARNINGS]]
    if len(done.warnings) > SHOWN_WARNINGS:
        lines.append(say("command.more_warnings", count=len(done.warnings) - SHOWN_WARNINGS))
    key = "command.checked" if done.is_dry_run else "command.published" if done.is_published else "command.drafted"
    lines.append(say(key, rows=done.rows, added=done.added, changed=done.changed, unchanged=done.unchanged))
    return "\n".join(lines)


def export_to(database: Database, municipality_id: str, file: Path) -> str:
    """Writes published FAQ entries. Raises ImportRefusedError for another kind of file."""
    writers = {".csv": to_csv, ".xlsx": to_excel}
    writer = writers.get(file.suffix.lower())
    if writer is None:
        raise ImportRefusedError(say("command.unknown_suffix", name=file.name))
    with database.reading() as session:
        drafts = [draft for draft in queries.published_drafts(session, municipality_id) if draft.kind is EntryKind.FAQ]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(writer(drafts))
    return say("command.exported", name=str(file), count=len(drafts))
