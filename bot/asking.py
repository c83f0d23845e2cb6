"""One question from the command line, answered as a resident would be answered, without a talk and without LINE."""

import json
from datetime import datetime

from bot.assembly import build_search, build_tools
from bot.handlers import HANDLERS
from bot.incoming import Bubble, Said
from bot.models import ConversationKind
from bot.outcome import Outcome, Tools, Turn
from bot.preparing import load_content
from bot.routing import route
from bot.speaking import speech_of
from bot.states import Idle
from core.clock import system_clock, to_milliseconds
from core.database import Database
from core.messages import Card, Place, Reply, Text
from core.models import Municipality
from core.pack import Pack
from core.pack_loading import CONTENT, load_pack
from core.personal_numbers import mask_personal_numbers
from core.settings import Settings
from procedures.loading import load_procedures


def ask_once(settings: Settings, database: Database, municipality_id: str, question: str, *, as_json: bool) -> str:
    """Raises PackError for an unknown municipality."""
    pack = load_pack(municipality_id)
    with database.reading() as session:
        is_loaded = session.get(Municipality, municipality_id) is not None
    if not is_loaded:
        load_content(database, [pack])
    search = build_search(settings, database, load_pack, CONTENT, folder=None, is_temporary=True)
    search.warm()
    outcome = decide_alone(pack, build_tools(settings, database, search, load_pack), question, system_clock())
    return json.dumps(as_fields(outcome), ensure_ascii=False, indent=1) if as_json else reply_in_words(outcome.reply)


def decide_alone(pack: Pack, tools: Tools, text: str, now: datetime) -> Outcome:
    """What the bot decides for somebody who says this and nothing else; through its own routing and handlers."""
    turn = turn_of(pack, text, now)
    return HANDLERS[route(turn)](turn, tools)


def turn_of(pack: Pack, text: str, now: datetime) -> Turn:
    words, masked = mask_personal_numbers(text.strip())
    moment = to_milliseconds(now)
    bubble = Bubble(event_id=0, occurred_at=moment, received_at=moment, content=Said(text=words), conversation_kind=ConversationKind.PERSON)
    return Turn(
        uid="alone",
        pack=pack,
        now=now,
        state=Idle(),
        language=speech_of(words, pack).language,
        conversation_kind=ConversationKind.PERSON,
        bubbles=(bubble,),
        text=words,
        procedures=load_procedures(pack.id) if pack.folder is not None else None,
        masked_number=bool(masked),
    )


def as_fields(outcome: Outcome) -> dict[str, object]:
    decision = outcome.decision
    return {
        "route": decision.route,
        "decision": decision.decision,
        "status": decision.status,
        "confidence": decision.confidence,
        "entries": [entry["entry"] for entry in decision.entries],
        "text": reply_in_words(outcome.reply),
        "trace": dict(outcome.trace),
    }


def reply_in_words(reply: Reply | None) -> str:
    """The whole reply as plain text, choices included."""
    if reply is None:
        return ""
    parts = []
    for message in reply.messages:
        match message:
            case Text(text=text):
                parts.append(text)
            case Card():
                lines = [message.title or "", message.text or "", *(f"{row.label}: {row.text}" for row in message.rows)]
                lines += [f"［{choice.label}］" for choice in (*message.also, *message.choices)]
                parts.append("\n".join(line for line in lines if line))
            case Place(title=title, address=address):
                parts.append(f"{title} {address}")
    if reply.choices:
        parts.append(" ".join(f"［{choice.label}］" for choice in reply.choices))
    return "\n\n".join(parts)
