"""What is dropped or blanked when its time is over: what was begun, what may be offered again, links, answers of ended applications."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from procedures import assurance, drafts, fillings, forms, personal_data
from procedures.models import ApplicationEvent, ApplicationMark
from procedures.queries import to_forget


def drop_over(session: Session, municipality_id: str, now: datetime, limit: int) -> int:
    """One batch; returns how many rows were dropped or blanked, at most `limit` of each kind."""
    done = fillings.drop_expired(session, municipality_id, now, limit)
    done += personal_data.drop_expired(session, municipality_id, now, limit)
    done += drafts.drop_expired(session, municipality_id, now, limit)
    done += assurance.drop_expired(session, municipality_id, now, limit)
    done += forms.drop_expired(session, municipality_id, now, limit)
    return done + _blank_applications(session, municipality_id, now, limit)


def _blank_applications(session: Session, municipality_id: str, now: datetime, limit: int) -> int:
    """The application and its course stay, as numbers; what the resident and staff wrote goes."""
    over = to_forget(session, municipality_id, now, limit)
    for application in over:
        application.sealed = None
        application.latitude = application.longitude = None
        application.double_key = None
    ids = [one.id for one in over]
    session.execute(delete(ApplicationMark).where(ApplicationMark.application_id.in_(ids)))
    blanked = update(ApplicationEvent).where(ApplicationEvent.application_id.in_(ids)).values(sealed=None)
    session.execute(blanked, execution_options={"synchronize_session": False})
    return len(over)
