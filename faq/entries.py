"""What editors do with entries: keep a draft, publish, archive. Conflicts between editors come to light here."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from core.errors import ConflictError
from core.pack import Pack
from faq import queries
from faq.checking import Problem, check, check_draft
from faq.drafts import EntryDraft, draft_of, tidied
from faq.lifecycle import VersionState, may_follow
from faq.locking import lock_content
from faq.models import EntryKind, EntryVersion
from faq.projecting import show
from faq.queries import EntryHistory
from faq.texts import say
from faq.versions import NewVersion, add_versions, content_of, make_current, set_state, withdraw_entries


@dataclass(frozen=True, kw_only=True)
class Saved:
    """A version was written."""

    entry_id: str
    number: int
    version_id: int
    state: VersionState


@dataclass(frozen=True, kw_only=True)
class Refused:
    """Nothing was written; the form shows why."""

    problems: tuple[Problem, ...]


def save_draft(session: Session, pack: Pack, draft: EntryDraft, author: str, now: datetime, edited: int | None = None) -> Saved | Refused:
    """Keeps unfinished work; residents see nothing of it.

    `edited` is the number of the version that the form began with, None for a new entry; ConflictError says that somebody else was faster.
    The same author's open draft is written over, so that saving often makes no history.
    """
    lock_content(session, pack.id)
    draft = tidied(draft)
    history = _history(session, pack, draft, edited)
    problems = check_draft(draft, pack) + _id_taken(draft, history, edited)
    if problems:
        return Refused(problems=problems)
    if history is not None:
        _refuse_stale_draft(history, edited)
        if history.open is not None and history.open.author == author and history.open.state == VersionState.DRAFT:
            return _rewrite(session, history, history.open, draft, now)
    return _add(session, pack, draft, VersionState.DRAFT, author, now)


def edit_and_publish(
    session: Session, pack: Pack, draft: EntryDraft, author: str, now: datetime, edited: int | None = None
) -> Saved | Refused:
    """Publishes what the form holds, in one step. `edited` as in `save_draft`; raises ConflictError when somebody else was faster."""
    lock_content(session, pack.id)
    draft = tidied(draft)
    history = _history(session, pack, draft, edited)
    problems = check(draft, pack) + _id_taken(draft, history, edited)
    if problems:
        return Refused(problems=problems)
    if history is not None:
        _refuse_stale_publication(history, edited)
        own = history.open
        if own is not None and (own.number == edited or own.author == author):
            _discard(session, history, own, now)
    return _add(session, pack, draft, VersionState.PUBLISHED, author, now)


def publish(session: Session, pack: Pack, entry_id: str, now: datetime) -> Saved | Refused:
    """Publishes the open version as it stands. Raises ConflictError when there is none, or the published one changed since it was begun."""
    lock_content(session, pack.id)
    history = _known(session, pack.id, entry_id)
    version = history.open
    if version is None:
        raise ConflictError(say("conflict.nothing_open"))
    if not may_follow(VersionState(version.state), VersionState.PUBLISHED):
        raise ConflictError(say("conflict.state", state=say(f"state.{version.state}")))
    _refuse_stale_publication(history, version.number)
    problems = check(draft_of(EntryKind(history.entry.kind), version), pack)
    if problems:
        return Refused(problems=problems)
    if history.published is not None:
        set_state(history.published, VersionState.ARCHIVED, now)
        session.flush()
    set_state(version, VersionState.PUBLISHED, now)
    make_current(history.entry, version, now)
    session.flush()
    show(session, pack.id, [(history.entry, version)])
    return _saved(version)


def archive(session: Session, municipality_id: str, entry_id: str, now: datetime) -> None:
    """Residents no longer find the entry; an open draft stays. Raises ConflictError when it is not published."""
    lock_content(session, municipality_id)
    history = _known(session, municipality_id, entry_id)
    if history.published is None:
        raise ConflictError(say("conflict.not_published"))
    withdraw_entries(session, municipality_id, {entry_id: history.entry}, now)


def discard_draft(session: Session, municipality_id: str, entry_id: str, now: datetime) -> None:
    """Gives an open version up; it stays in the history. Raises ConflictError when there is none."""
    lock_content(session, municipality_id)
    history = _known(session, municipality_id, entry_id)
    if history.open is None:
        raise ConflictError(say("conflict.nothing_open"))
    _discard(session, history, history.open, now)


def _history(session: Session, pack: Pack, draft: EntryDraft, edited: int | None) -> EntryHistory | None:
    history = queries.entry_history(session, pack.id, draft.id) if draft.id else None
    if history is None and edited is not None:
        raise ConflictError(say("conflict.gone"))
    return history


def _known(session: Session, municipality_id: str, entry_id: str) -> EntryHistory:
    history = queries.entry_history(session, municipality_id, entry_id)
    if history is None:
        raise ConflictError(say("conflict.gone"))
    return history


def _id_taken(draft: EntryDraft, history: EntryHistory | None, edited: int | None) -> tuple[Problem, ...]:
    if history is None or (edited is not None and history.entry.kind == draft.kind):
        return ()
    return (Problem(field="id", key="id_taken", gaps={"id": draft.id}),)


def _refuse_stale_draft(history: EntryHistory, edited: int | None) -> None:
    if history.to_edit.number != edited:
        key = "conflict.draft" if history.open is not None else "conflict.newer"
        raise ConflictError(say(key, author=history.to_edit.author))


def _refuse_stale_publication(history: EntryHistory, edited: int | None) -> None:
    """What is edited must be what residents see now, or a draft that was begun from it."""
    current = history.version(history.entry.current_number)
    published = history.published.number if history.published else None
    begun_from_it = history.open is not None and history.open.number == edited and history.open.based_on == published
    if current is not None and current.number != edited and not begun_from_it:
        raise ConflictError(say("conflict.newer", author=current.author))


def _rewrite(session: Session, history: EntryHistory, version: EntryVersion, draft: EntryDraft, now: datetime) -> Saved:
    for name, value in content_of(history.entry.id, draft).items():
        setattr(version, name, value)
    version.created_at = now
    if history.published is None:
        make_current(history.entry, version, now)
    session.flush()
    return _saved(version)


def _discard(session: Session, history: EntryHistory, version: EntryVersion, now: datetime) -> None:
    set_state(version, VersionState.ARCHIVED, now)
    if history.entry.current_number == version.number:
        make_current(history.entry, version, now)
    session.flush()


def _add(session: Session, pack: Pack, draft: EntryDraft, state: VersionState, author: str, now: datetime) -> Saved:
    entry_id = draft.id or _free_id(session, pack.id, draft.kind)
    addition = NewVersion(entry_id=entry_id, draft=replace(draft, id=entry_id), state=state)
    (version,) = add_versions(session, pack.id, [addition], author, now)
    return _saved(version)


def _free_id(session: Session, municipality_id: str, kind: EntryKind) -> str:
    """The lock keeps two editors from being given the same one."""
    number = queries.count_entries(session, municipality_id) + 1
    while queries.entries_by_id(session, municipality_id, [f"{kind}-{number}"]):
        number += 1
    return f"{kind}-{number}"


def _saved(version: EntryVersion) -> Saved:
    return Saved(entry_id=version.entry_id, number=version.number, version_id=version.id, state=VersionState(version.state))
