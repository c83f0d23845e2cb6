"""Bubbles and turns for tests of what decides."""

from datetime import datetime
from typing import Any

from bot.bubbles import joined_text
from bot.incoming import Bubble, Content, Said
from bot.models import ConversationKind
from bot.outcome import Turn
from bot.states import Idle, LastAnswer
from bot.words import sticker_meanings
from core.clock import JAPAN, to_milliseconds
from core.messages import Language
from core.pack import Pack
from core.pack_loading import load_pack

PACK = load_pack("shiomi")
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=JAPAN)
"""A Tuesday, when the city hall is open."""
ANSWERED = Idle(last=LastAnswer(question="犬の登録", entries=("dog-registration",)))
MEANINGS = sticker_meanings((sticker.keywords, sticker.means) for sticker in PACK.stickers)


def bubble(content: Content | str, at: int = 0, **more: Any) -> Bubble:  # Any: a bubble's other fields
    """`at`: milliseconds after the beginning."""
    said = Said(text=content) if isinstance(content, str) else content
    moment = to_milliseconds(NOW) + at
    fields = {"event_id": at, "occurred_at": moment, "received_at": moment, "conversation_kind": ConversationKind.PERSON, **more}
    return Bubble(content=said, **fields)


def turn_of(*contents: Content | str | Bubble, pack: Pack = PACK, **more: Any) -> Turn:  # Any: a turn's other fields
    kind = more.pop("kind", ConversationKind.PERSON)
    bubbles = tuple(
        content if isinstance(content, Bubble) else bubble(content, at=place, conversation_kind=kind)
        for place, content in enumerate(contents)
    )
    text, masked = joined_text(bubbles, MEANINGS)
    fields = {"uid": "0123456789abcdef", "now": NOW, "state": Idle(), "language": Language.JAPANESE, "masked_number": masked, **more}
    return Turn(pack=pack, conversation_kind=kind, bubbles=bubbles, text=text, **fields)
