"""Applications of the demo's day: residents fill in procedures as rehearsals do, staff work on them with the product's own verbs."""

import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.media import LONGEST_DAYS, MediaState
from bot.media_kinds import examined
from bot.models import Conversation
from bot.procedure_facts import facts_for
from bot.receiving import By, Receiving
from bot.simulator.day_script import Apply, Receive, Withdraw
from core.pack import Pack
from handoff.desk_models import Media
from handoff.models import Staff
from procedures import applications, reviewing
from procedures.conditions import Plain
from procedures.models import Application
from procedures.queries import locked_application
from procedures.rehearsing import Rehearsal, play
from procedures.submitting import submit


class DemoApplications:
    """Remembers by name what was submitted."""

    def __init__(self, receiving: Receiving, pack: Pack) -> None:
        self._receiving = receiving
        self._pack = pack
        self._ids: dict[str, int] = {}

    def apply(self, session: Session, conversation: Conversation, step: Apply, now: datetime) -> None:
        """Raises PackError where the script and the procedure do not fit, and LookupError for a talk without a resident."""
        desk, resident_id = self._receiving.desk(self._pack.id), conversation.resident_id
        if resident_id is None:
            raise LookupError(f"no resident {step.resident}")
        definition = desk.procedures.definitions[step.procedure]
        facts = facts_for(session, desk.seals, self._pack, desk.procedures, definition, resident_id, now)
        rehearsal = Rehearsal(about=step.name, procedure=step.procedure, says=step.says)
        played = play(desk.procedures, rehearsal, facts, now)
        answers = {name: self._with_photos(session, conversation, value, now) for name, value in played.state.answers.items()}
        filling = replace(played.state, uid=f"demo-{conversation.id}-{len(self._ids)}", answers=answers)
        done = submit(session, desk, filling, resident_id=resident_id, language=step.language, now=now, facts=facts)
        self._ids[step.name] = done.application.id

    def withdraw(self, session: Session, step: Withdraw, now: datetime) -> None:
        application = self._named(session, step.application)
        told = applications.withdraw(session, self._receiving.desk(self._pack.id), application, now)
        self._receiving.teller.tell(session, self._pack.id, told, now=now, after=timedelta())

    def receive(self, session: Session, staff: Staff, step: Receive, now: datetime) -> None:
        one, by = self._named(session, step.application), By(staff_id=staff.id, now=now)
        desk = self._receiving.desk(self._pack.id)
        match step.step:
            case "check":
                self._receiving.check(session, one, by)
                reviewing.assign(session, one, staff.id, staff_id=staff.id, now=now)
            case "accept":
                self._receiving.accept(session, one, by, step.words)
            case "finish":
                self._receiving.finish(session, one, by, step.words, picture_of_road() if step.photo else b"")
            case "refuse":
                self._receiving.refuse(session, one, by, step.words)
            case "return":
                for field, reason in step.fields.items():
                    reviewing.mark_field(session, desk, one, field, is_fine=False, reason=reason, staff_id=staff.id, now=now)
                self._receiving.return_to_resident(session, one, by, step.fields)
            case "fine":
                for field in step.fields:
                    reviewing.mark_field(session, desk, one, field, is_fine=True, staff_id=staff.id, now=now)
            case "assign":
                reviewing.assign(session, one, staff.id, staff_id=staff.id, now=now)
            case "note":
                reviewing.note(session, desk, one, step.words, staff_id=staff.id, now=now)

    def _named(self, session: Session, name: str) -> Application:
        """Raises LookupError."""
        found = locked_application(session, self._pack.id, self._ids.get(name, 0))
        if found is None:
            raise LookupError(f"no application {name}")
        return found

    def _with_photos(self, session: Session, conversation: Conversation, value: Plain, now: datetime) -> Plain:
        """The rehearsal's photos become real ones."""
        if not isinstance(value, list):
            return value
        return [self._photo(session, conversation, one, now) if isinstance(one, Mapping) and "media" in one else one for one in value]

    def _photo(self, session: Session, conversation: Conversation, value: Plain, now: datetime) -> Plain:
        kept = examined(picture_of_road(is_broken=True))
        row = Media(
            municipality_id=self._pack.id,
            conversation_id=conversation.id,
            name="",
            state=MediaState.WAITING,
            created_at=now,
            expires_at=now + timedelta(days=LONGEST_DAYS),
        )
        session.add(row)
        session.flush()
        self._receiving.media.fill(row, kept, "photo")
        return {**value, "media": row.id, "mime": kept.kind.value}


def talk_of(session: Session, municipality_id: str, conversation_id: int | None) -> Conversation:
    """Raises LookupError."""
    found = session.scalars(select(Conversation).where(Conversation.id == conversation_id)).one_or_none()
    if found is None or found.municipality_id != municipality_id:
        raise LookupError("no talk")
    return found


def picture_of_road(*, is_broken: bool = False) -> bytes:
    """Asphalt with a line, and a hole in it or a patch where it was."""
    from PIL import Image, ImageDraw  # Slow to load.

    picture = Image.new("RGB", (640, 480), "#9aa3a8")
    draw = ImageDraw.Draw(picture)
    draw.polygon(((0, 480), (210, 130), (430, 130), (640, 480)), fill="#5d6266")
    draw.rectangle((0, 0, 640, 130), fill="#b9cbd8")
    draw.polygon(((308, 480), (316, 130), (324, 130), (340, 480)), fill="#e9e7df")
    hole = (190, 300, 300, 360)
    if is_broken:
        draw.ellipse(hole, fill="#2b2c2d", outline="#74787b", width=6)
        draw.ellipse((215, 318, 280, 348), fill="#171819")
    else:
        draw.rectangle(hole, fill="#43474a")
    kept = io.BytesIO()
    picture.save(kept, "JPEG", quality=85)
    return kept.getvalue()
