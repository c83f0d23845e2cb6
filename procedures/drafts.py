"""Drafts for the counter: what was filled in on LINE and is submitted once the office has seen who applies."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from procedures.applications import Desk
from procedures.assurance import new_code
from procedures.definition import Assurance
from procedures.facts import Facts
from procedures.fillings import drop_filling
from procedures.known import Answers
from procedures.models import CounterDraft
from procedures.slots import give_back
from procedures.state import Filling, dump_filling, load_filling
from procedures.submitting import Submitted, hold_slot, submit
from procedures.versions import definition_of, store_version

KEPT = timedelta(days=30)


def keep_draft(
    session: Session, desk: Desk, filling: Filling, *, resident_id: int, language: str, now: datetime, facts: Facts
) -> CounterDraft:
    """Once for a filling, with the place of a visit where one was chosen. Raises SlotFullError."""
    before = session.scalar(select(CounterDraft).where(CounterDraft.filling_uid == filling.uid))
    if before is not None:
        return before
    definition = definition_of(session, desk.municipality_id, desk.procedures, filling.procedure_id, filling.digest)
    if filling.digest == desk.procedures.digests.get(filling.procedure_id):
        store_version(session, desk.municipality_id, desk.procedures, filling.procedure_id, now)
    draft = CounterDraft(
        municipality_id=desk.municipality_id,
        resident_id=resident_id,
        code=new_code(),
        procedure_id=filling.procedure_id,
        digest=filling.digest,
        filling_uid=filling.uid,
        language=language,
        sealed=desk.seals.for_resident(session, desk.municipality_id, resident_id, now).encrypt(dump_filling(filling)),
        created_at=now,
        expires_at=now + KEPT,
    )
    hold_slot(session, desk, definition, draft, Answers(definition=definition, answers=filling.answers, facts=facts, now=now), now)
    session.add(draft)
    session.flush()
    drop_filling(session, filling.uid)
    return draft


def draft_with(session: Session, municipality_id: str, code: str, now: datetime) -> CounterDraft | None:
    """Locked: it is submitted once."""
    wanted = select(CounterDraft).where(
        CounterDraft.municipality_id == municipality_id, CounterDraft.code == code, CounterDraft.expires_at > now
    )
    return session.scalar(wanted.with_for_update())


def draft_of(session: Session, filling_uid: str, now: datetime) -> CounterDraft | None:
    return session.scalar(select(CounterDraft).where(CounterDraft.filling_uid == filling_uid, CounterDraft.expires_at > now))


def filling_in(session: Session, desk: Desk, draft: CounterDraft) -> Filling:
    """Raises ForgottenError where it can't be read any more."""
    return load_filling(desk.seals.existing(session, draft.resident_id).decrypt(draft.sealed))


def submit_draft(session: Session, desk: Desk, draft: CounterDraft, *, now: datetime, facts: Facts) -> Submitted:
    """By staff who have seen who applies; the visit's place is given back, since it took place. Raises what `submit` raises."""
    filling = filling_in(session, desk, draft)
    _give_back(session, draft)
    seen = replace(facts, assurance=Assurance.PUBLIC.value)
    submitted = submit(session, desk, filling, resident_id=draft.resident_id, language=draft.language, now=now, facts=seen)
    session.delete(draft)
    session.flush()
    return submitted


def drop_expired(session: Session, municipality_id: str, now: datetime, limit: int = 500) -> int:
    over = select(CounterDraft).where(CounterDraft.municipality_id == municipality_id, CounterDraft.expires_at <= now)
    drafts = session.scalars(over.order_by(CounterDraft.id).limit(limit)).all()
    for draft in drafts:
        _give_back(session, draft)
        session.delete(draft)
    session.flush()
    return len(drafts)


def _give_back(session: Session, draft: CounterDraft) -> None:
    if draft.slot_key:
        give_back(session, draft.municipality_id, draft.procedure_id, draft.slot_key)
        draft.slot_key = None
