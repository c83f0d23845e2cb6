"""A message that a resident took back goes from wherever its words were written, and its file with it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import feedback, queries
from bot.ledger import mask_in_replies
from bot.media import MediaStore, of_message
from bot.models import Conversation, EventState, MessageRow, TurnRow
from bot.states import dump_state, load_state, without_words
from core.changes import case_topic
from core.personal_data import mask_personal_data
from core.telephone import phones_in
from handoff.callbacks import forget_phones, forget_words
from handoff.changing import tell
from handoff.forgetting import forget_words as forget_in_cases
from handoff.models import Case
from retrieval.judging import forget_judged


def take_back(session: Session, media: MediaStore, municipality_id: str, message_id: str, now: datetime) -> tuple[int, ...]:
    """Takes the words out of the event, the ledger, the traces of the turns that read them, feedback, the state, call-backs and cases.

    Returns which files came with it.
    """
    files = tuple(row.id for row in of_message(session, municipality_id, message_id))
    for event in queries.events_with_message(session, municipality_id, message_id):
        event.payload = None
        event.state = EventState.BLANKED
    for message in queries.ledger_rows_of_message(session, municipality_id, message_id):
        forget_words(session, message.conversation_id, message.text)
        forget_judged(session, message.conversation_id, message.text)
        phones = _phones_of(session, message)
        _forget_in_cases(session, media, message, now)
        message.text = ""
        message.is_taken_back = True
        session.flush()
        phones = [phone for phone in phones if not _is_still_said(session, message, phone)]
        forget_phones(session, message.conversation_id, phones)
        for phone in phones:
            mask_in_replies(session, message.conversation_id, phone)
        row = session.get(TurnRow, message.turn_id) if message.turn_id is not None else None
        if row is not None:
            feedback.forget_words(session, row)
            row.trace = {key: value for key, value in row.trace.items() if key in ("steps", "mode", "confidence")}
        conversation = session.get(Conversation, message.conversation_id)
        if conversation is not None:
            conversation.state = dump_state(without_words(load_state(conversation.state), phones))
    return files


def _phones_of(session: Session, message: MessageRow) -> Sequence[str]:
    """Numbers that stand in the message, or of which it is a part together with the other bubbles of its turn."""
    if not any(character.isnumeric() for character in message.text):
        return ()
    bubbles = [message] if message.turn_id is None else queries.utterances_of_turn(session, message.turn_id)
    whole = phones_in("\n".join(bubble.text for bubble in bubbles))
    return tuple(dict.fromkeys([*phones_in(message.text), *whole]))


def _is_still_said(session: Session, message: MessageRow, phone: str) -> bool:
    """Another message that was not taken back holds the same number."""
    first = message.id
    if message.turn_id is not None:
        bubbles = queries.utterances_of_turn(session, message.turn_id)
        if phone in phones_in("\n".join(bubble.text for bubble in bubbles)):
            return True
        first = max(bubble.id for bubble in bubbles)
    return any(phone in phones_in(words) for words in queries.utterances_since(session, message.conversation_id, first))


def _forget_in_cases(session: Session, media: MediaStore, message: MessageRow, now: datetime) -> None:
    """Open pages lose it, too."""
    for row in of_message(session, message.municipality_id, message.channel_message_id or ""):
        media.drop(session, row)
    # As they were when they got there: masked, and on one line in a title.
    masked = mask_personal_data(message.text)
    for words in dict.fromkeys((masked, " ".join(masked.split()))):
        forget_in_cases(session, message.conversation_id, words, now=now)
    cases = session.scalars(select(Case).where(Case.conversation_id == message.conversation_id))
    topics = [case_topic(case.id) for case in cases]
    if topics:
        tell(session, message.municipality_id, *topics, now=now)
