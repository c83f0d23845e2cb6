"""What is known when a case is opened, gathered from the talk: question, what was tried, photos, answers of a procedure, earlier cases."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot import queries
from bot.models import Conversation, TurnRow
from bot.outcome import OpenCase, Turn
from bot.texts import say
from core.messages import Language
from core.personal_data import mask_personal_data
from handoff.packet import Packet, Tried
from handoff.queries import cases_of_resident
from retrieval.queries import sources_of

LOOKED_BACK = timedelta(hours=24)
MOST_TRIED = 6
TITLE_LENGTH = 60
QUESTION_LENGTH = 500


def packet_of(session: Session, conversation: Conversation, turn: Turn, wanted: OpenCase, media: Sequence[int]) -> Packet:
    question = mask_personal_data(wanted.question)[:QUESTION_LENGTH]
    tried = tried_in(session, conversation, turn.now)
    earlier = cases_of_resident(session, conversation.resident_id) if conversation.resident_id is not None else ()
    return Packet(
        summary=say("packet.in_procedure", title=question) if _is_filled_in(turn, wanted) else summary_of(question, tried),
        question=question,
        tried=tuple(tried),
        slots={label: mask_personal_data(value) for label, value in wanted.slots.items()},
        media=tuple(media),
        language=Language.JAPANESE.value if turn.language is Language.EASY else turn.language.value,
        is_easy=turn.language is Language.EASY,
        risks=wanted.risks,
        earlier_cases=tuple(case.id for case in earlier),
    )


def _is_filled_in(turn: Turn, wanted: OpenCase) -> bool:
    """Whether the matter is the procedure in the middle: what was answered before it is another matter."""
    definitions = turn.procedures.definitions if turn.procedures is not None else {}
    definition = definitions.get(turn.filling.procedure_id) if turn.filling is not None else None
    return definition is not None and definition.title == wanted.question


def title_of(wanted: OpenCase) -> str:
    """The first words of the matter."""
    words = " ".join(mask_personal_data(wanted.question).split())
    return words if len(words) <= TITLE_LENGTH else f"{words[:TITLE_LENGTH]}…"


def tried_in(session: Session, conversation: Conversation, now: datetime) -> Sequence[Tried]:
    """What the bot answered or offered of late, the oldest first; also where it found nothing."""
    turns = queries.decided_turns(session, conversation.id, now - LOOKED_BACK, limit=MOST_TRIED)
    entries = {str(entry["entry"]) for turn in turns for entry in turn.entries}
    sources = sources_of(session, conversation.municipality_id, entries)
    return [tried for turn in turns for tried in _of_turn(session, turn, sources)]


def _of_turn(session: Session, turn: TurnRow, sources: dict[str, tuple[str, str]]) -> Sequence[Tried]:
    asked = mask_personal_data(queries.question_of(session, turn))[:QUESTION_LENGTH]
    scores = {str(hit["entry"]): float(hit["score"]) for hit in turn.trace.get("hits", ()) if "entry" in hit and "score" in hit}
    status = turn.status or ""
    if not turn.entries:
        return [Tried(entry="", question=asked, status=status, score=max(scores.values(), default=None))]
    return [
        Tried(
            entry=entry,
            question=sources.get(entry, (asked, ""))[0],
            status=status,
            score=scores.get(entry),
            source=sources.get(entry, ("", ""))[1],
        )
        for entry in (str(each["entry"]) for each in turn.entries)
    ]


def summary_of(question: str, tried: Sequence[Tried]) -> str:
    """What the bot did for it, in one sentence; where it was not asked at all, that it found nothing would be untrue."""
    if not question:
        return say("packet.no_question")
    if not tried:
        return say("packet.not_asked", question=question)
    answered = next((one for one in reversed(tried) if one.entry and one.status.startswith("answered")), None)
    if answered is not None:
        return say("packet.answered", question=question, answer=answered.question)
    if any(one.entry for one in tried):
        return say("packet.offered", question=question)
    return say("packet.nothing", question=question)
