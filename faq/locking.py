"""Writers of one municipality's content take turns."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import ProjectError
from core.models import Municipality
from core.pack import Pack
from faq.texts import say


def lock_content(session: Session, municipality_id: str) -> Municipality:
    """Until the end of the transaction nobody else changes this municipality's entries. Residents' messages are not held up."""
    # The weaker lock of PostgreSQL (FOR NO KEY UPDATE): rows that refer to the municipality are still written meanwhile.
    statement = select(Municipality).where(Municipality.id == municipality_id).with_for_update(key_share=True)
    municipality = session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if municipality is None:
        raise ProjectError(say("command.municipality_unknown", id=municipality_id))
    return municipality


def lock_or_add(session: Session, pack: Pack, now: datetime) -> Municipality:
    """`lock_content`, for a pack that may be new to this database."""
    if session.get(Municipality, pack.id) is None:
        session.add(Municipality(id=pack.id, name=pack.municipality.name or pack.id, content_revision=0, pack_digest="", created_at=now))
        session.flush()
    return lock_content(session, pack.id)
