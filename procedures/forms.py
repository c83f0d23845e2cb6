"""Links to pages without a login: signed, short-lived; the one on which sensitive fields are entered is used once."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core.clock import to_milliseconds
from core.errors import TamperedError
from procedures.keys import Seals
from procedures.models import FillingRow, FormLink

LIFETIME = timedelta(minutes=30)
EXTENSION = timedelta(minutes=30)
LONGEST = timedelta(hours=4)
SIGNATURE_BYTES = 24
LONGEST_ID = 32


class LinkEnd(StrEnum):
    """Why a link opens nothing any more."""

    USED = "used"
    LATE = "late"
    GONE = "gone"
    """The procedure was submitted or given up, or the page is not needed any more."""


class LinkOverError(TamperedError):
    """The link was used, or its time is over; the talk gives a new one."""

    def __init__(self, end: LinkEnd, link: FormLink) -> None:
        super().__init__(f"a link to a page is over: {end.value}")
        self.end = end
        self.municipality_id, self.language = link.municipality_id, link.language


class Purpose(StrEnum):
    """What a link opens."""

    FILLING = "filling"
    """The questions of a procedure that must not be asked in the talk; once."""
    DRAFT = "draft"
    """What somebody shows at the counter."""
    DATA = "data"
    """わたしのデータ; as often as wanted in its time."""


def new_link(
    seals: Seals,
    *,
    municipality_id: str,
    resident_id: int,
    filling_uid: str = "",
    field: str = "",
    purpose: Purpose = Purpose.FILLING,
    language: str = "ja",
    now: datetime,
    until: datetime | None = None,
) -> tuple[FormLink, str]:
    """A link and its token; it opens nothing before `store_link`. `until` is for what is shown longer than it is filled in."""
    link = FormLink(
        id=secrets.token_urlsafe(16),
        municipality_id=municipality_id,
        resident_id=resident_id,
        filling_uid=filling_uid,
        field=field,
        purpose=purpose,
        language=language,
        created_at=now,
        expires_at=until or now + LIFETIME,
    )
    return link, f"{link.id}.{_signature(seals, link)}"


def store_link(session: Session, link: FormLink) -> None:
    """Earlier ones for the same are void."""
    same = (FormLink.resident_id == link.resident_id, FormLink.filling_uid == link.filling_uid, FormLink.purpose == link.purpose)
    session.execute(delete(FormLink).where(*same, FormLink.used_at.is_(None)))
    session.add(link)
    session.flush()


def make_link(
    session: Session,
    seals: Seals,
    *,
    municipality_id: str,
    resident_id: int,
    filling_uid: str,
    field: str,
    now: datetime,
    language: str = "ja",
) -> str:
    """The token of a new link to what must not be asked in the talk; `field` is the question that led to it."""
    given = {"municipality_id": municipality_id, "resident_id": resident_id, "filling_uid": filling_uid, "field": field}
    link, token = new_link(seals, **given, language=language, now=now)  # type: ignore[arg-type]
    store_link(session, link)
    return token


def opened_link(session: Session, seals: Seals, token: str, now: datetime) -> FormLink:
    """The link of a token. Raises TamperedError where it is not ours, LinkOverError where it was used or is over."""
    name, _, signature = token.rpartition(".")
    link = session.get(FormLink, name) if name.isascii() and name.isprintable() and len(name) <= LONGEST_ID else None
    # A signature is compared for unknown links too, so that the time taken does not tell which exist.
    expected = _signature(seals, link) if link is not None else "x" * 32
    if not hmac.compare_digest(signature.encode(), expected.encode()) or link is None:
        raise TamperedError("a link to a form was changed, or signed with another SECRET_KEY")
    if link.used_at is not None:
        raise LinkOverError(LinkEnd.USED, link)
    if link.expires_at <= now:
        raise LinkOverError(LinkEnd.LATE, link)
    if link.purpose == Purpose.FILLING and session.scalar(select(FillingRow.id).where(FillingRow.uid == link.filling_uid)) is None:
        raise LinkOverError(LinkEnd.GONE, link)
    return link


def extend_link(session: Session, link: FormLink, now: datetime) -> None:
    """Whoever needs longer asks for it; nobody's time runs out unasked."""
    link.expires_at = min(now + EXTENSION, link.created_at + LONGEST)


def use_link(session: Session, link: FormLink, now: datetime) -> None:
    """Marks it used, once, whoever else sends the same form at this moment. Raises LinkOverError."""
    statement = update(FormLink).where(FormLink.id == link.id, FormLink.used_at.is_(None)).values(used_at=now).returning(FormLink.id)
    if session.execute(statement, execution_options={"synchronize_session": False}).first() is None:
        raise LinkOverError(LinkEnd.USED, link)


def drop_expired(session: Session, municipality_id: str, now: datetime, limit: int = 500) -> int:
    ids = session.scalars(
        select(FormLink.id).where(FormLink.municipality_id == municipality_id, FormLink.expires_at <= now - LONGEST).limit(limit)
    ).all()
    session.execute(delete(FormLink).where(FormLink.id.in_(ids)))
    return len(ids)


def _signature(seals: Seals, link: FormLink) -> str:
    """Over what the link is for, not its time: extending it must not change the address that somebody has open."""
    about = (link.id, link.municipality_id, link.resident_id, link.filling_uid, link.field, link.purpose, to_milliseconds(link.created_at))
    body = "|".join(map(str, about))
    digest = hmac.new(seals.link_key, body.encode(), hashlib.sha256).digest()[:SIGNATURE_BYTES]
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
