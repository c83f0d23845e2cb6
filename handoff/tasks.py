"""Tasks outside the talk, such as telephoning somebody whom a message did not reach: finishing them."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.changes import case_topic
from handoff.changing import tell
from handoff.desk_models import CaseTask
from handoff.models import Staff


def finish_task(session: Session, task: CaseTask, *, by: Staff, now: datetime) -> bool:
    """Whether this call did it: once done, a second click changes nothing."""
    session.refresh(task, with_for_update=True)
    if task.done_at is not None:
        return False
    task.done_at, task.done_by = now, by.id
    session.flush()
    tell(session, task.municipality_id, case_topic(task.case_id), now=now)
    return True
