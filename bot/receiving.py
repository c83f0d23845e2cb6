"""The verbs of applications for pages and the API: `procedures` decides about the application, here those who applied are told."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.media import LONGEST_DAYS, MediaState, MediaStore
from bot.media_kinds import Problem, UnfitFileError, examined, safe_name
from bot.telling import AFTER, UNDO, Teller
from core.messages import Reply
from handoff.desk_models import Media
from procedures import applications
from procedures.applications import Desk, Telling
from procedures.fillings import drop_filling, save_filling
from procedures.lifecycle import NotAllowedError, Verb
from procedures.models import Application, ApplicationEvent, ApplicationState
from procedures.queries import joined_to, last_event
from procedures.versions import definition_of

STEPS = (Verb.CHECK, Verb.ACCEPT, Verb.FINISH, Verb.RETURN, Verb.REFUSE)
"""What staff can do with an application."""
PICTURES = ("image/jpeg", "image/png")


@dataclass(frozen=True, kw_only=True)
class By:
    """Who takes a step and when; `seen_version` is the application as they saw it."""

    staff_id: int | None
    now: datetime
    seen_version: int | None = None
    system: str = ""
    """The outside system, where none of the staff does it."""


class Receiving:
    """Built once; safe to share between threads. Each verb works in the caller's transaction, which holds the application's row."""

    def __init__(self, teller: Teller) -> None:
        self.teller = teller

    @property
    def media(self) -> MediaStore:
        return self.teller.media

    def desk(self, municipality_id: str) -> Desk:
        return self.teller.desk(municipality_id)

    def check(self, session: Session, application: Application, by: By) -> None:
        """Raises StaleApplicationError and NotAllowedError, like all that move it."""
        self._tell(session, application, applications.check(session, application, **asdict(by)), by)

    def accept(self, session: Session, application: Application, by: By, words: str = "") -> None:
        desk = self.desk(application.municipality_id)
        self._tell(session, application, applications.accept(session, desk, application, words=words, **asdict(by)), by)

    def finish(self, session: Session, application: Application, by: By, words: str = "", photo: bytes = b"") -> None:
        """With a picture of what was done, where there is one: whoever reported gets it. Raises UnfitFileError."""
        desk = self.desk(application.municipality_id)
        number = self._keep(session, desk, application, photo, by.now).id if photo else None
        self._tell(session, application, applications.finish(session, desk, application, words=words, photo=number, **asdict(by)), by)

    def refuse(self, session: Session, application: Application, by: By, words: str) -> None:
        """What was returned need not be answered any more."""
        desk = self.desk(application.municipality_id)
        returned = last_event(session, application.id, [Verb.RETURN.value])
        told = applications.refuse(session, desk, application, words=words, **asdict(by))
        if returned is not None:
            drop_filling(session, str(returned.detail.get("filling", "")))
        self._tell(session, application, told, by)

    def return_to_resident(self, session: Session, application: Application, by: By, reasons: Mapping[str, str]) -> None:
        """The questions wait for the resident, who is told at once, with a button that opens them."""
        desk = self.desk(application.municipality_id)
        if application.resident_id is None:
            raise NotAllowedError("nobody is there to answer")
        filling, told = applications.return_to_resident(session, desk, application, reasons, **asdict(by))
        save_filling(
            session,
            desk.seals,
            desk.procedures,
            filling,
            municipality_id=application.municipality_id,
            resident_id=application.resident_id,
            now=by.now,
        )
        self.teller.tell(session, application.municipality_id, told, now=by.now, after=timedelta())

    def take_back(self, session: Session, application: Application, by: By) -> None:
        """Raises NotAllowedError once somebody has heard of it."""
        if self.taken_back_until(session, application, by.now) is None:
            raise NotAllowedError("the time to take it back is over")
        applications.take_back(session, application, staff_id=by.staff_id, now=by.now, seen_version=by.seen_version)

    def taken_back_until(self, session: Session, application: Application, now: datetime) -> datetime | None:
        """The moment until which the last step of staff can be taken back; None where it can't."""
        moved = last_event(session, application.id, [*applications.MOVES, Verb.TAKE_BACK.value])
        if moved is None or moved.kind not in applications.TAKEN_BACK or application.state != moved.detail.get("to"):
            return None
        if "system" in moved.detail:
            return None
        until = moved.at + UNDO
        return until if now < until else None

    def preview(self, session: Session, application: Application, verb: Verb, words: str, *, now: datetime) -> Reply:
        """What those who applied would read; no message where nothing is said of it, or nobody wants to hear."""
        state = self.state_after(application, verb)
        # The button of a return is shown as it will stand there; nobody can press it here.
        returned = "preview" if verb is Verb.RETURN else ""
        reply = self.teller.reply(session, application, state, words, now=now, returned=returned)
        return reply if self.told_number(session, application) else Reply(messages=(), language=reply.language)

    def state_after(self, application: Application, verb: Verb) -> ApplicationState:
        """In which the step would end. Raises NotAllowedError."""
        return applications.state_of(application, verb)

    def told_number(self, session: Session, application: Application) -> int:
        """How many people hear what becomes of it."""
        together: Collection[Application] = (application, *joined_to(session, application.id))
        return sum(one.is_told and one.resident_id is not None for one in together)

    def _tell(self, session: Session, application: Application, tellings: Sequence[Telling], by: By) -> None:
        after = timedelta() if by.system else AFTER
        self.teller.tell(session, application.municipality_id, tellings, now=by.now, after=after)

    def _keep(self, session: Session, desk: Desk, application: Application, photo: bytes, now: datetime) -> Media:
        """It lives as long as the application's answers."""
        kept = examined(photo)
        if kept.kind.value not in PICTURES:
            raise UnfitFileError(Problem.UNKNOWN_KIND)
        definition = definition_of(session, application.municipality_id, desk.procedures, application.procedure_id, application.digest)
        row = Media(
            municipality_id=application.municipality_id,
            application_id=application.id,
            name=safe_name(f"{application.number}", kept.kind),
            state=MediaState.WAITING,
            created_at=now,
            expires_at=now + timedelta(days=max(definition.retention.days, LONGEST_DAYS)),
        )
        session.add(row)
        session.flush()
        self.media.fill(row, kept, None)
        return row


def photo_after(events: Sequence[ApplicationEvent]) -> int | None:
    """The newest picture of what was done."""
    numbers = [event.detail["photo"] for event in events if isinstance(event.detail.get("photo"), int)]
    return numbers[-1] if numbers else None
