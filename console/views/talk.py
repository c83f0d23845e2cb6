"""One conversation: bubbles of both sides in turns, the state of each delivery, and why each turn ended as it did."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from bot.models import CallState, Direction, MessageRow, OutgoingCall, TurnRow
from bot.queries import LedgerLine
from console.texts import named
from core.clock import in_japan

WORDLESS = frozenset({"followed", "unfollowed", "joinedgroup", "leftgroup"})


@dataclass(frozen=True, kw_only=True)
class Segment:
    """A piece of text; `is_hit` where the searched words stand."""

    text: str
    is_hit: bool


@dataclass(frozen=True, kw_only=True)
class DeliveryView:
    """What became of an outgoing message."""

    state: str
    label: str
    via: str | None
    cost: int
    error: str | None


@dataclass(frozen=True, kw_only=True)
class BubbleView:
    """One message. `label` names what holds no words."""

    is_ours: bool
    is_event: bool
    label: str | None
    segments: tuple[Segment, ...]
    is_taken_back: bool
    at: datetime
    delivery: DeliveryView | None


@dataclass(frozen=True, kw_only=True)
class UsedEntry:
    """An entry that a reply stands on."""

    id: str
    question: str
    is_quoted: bool


@dataclass(frozen=True, kw_only=True)
class HitView:
    """A passage that search found."""

    entry_id: str
    question: str
    score: float
    parts: tuple[tuple[str, float], ...]


@dataclass(frozen=True, kw_only=True)
class DecisionView:
    """Why a turn ended as it did."""

    route: str
    decision: str | None
    decision_key: str
    status: str | None
    confidence: int | None
    milliseconds: int
    feedback: str | None
    feedback_key: str | None
    entries: tuple[UsedEntry, ...]
    hits: tuple[HitView, ...]
    tokens: tuple[str, ...]

    @property
    def is_telling(self) -> bool:
        """Whether there is more to say than that it was."""
        return bool(self.decision or self.status or self.entries or self.feedback)


@dataclass(frozen=True, kw_only=True)
class TurnView:
    """What belongs together: words, the reply, the decision. `day` is set where a new day begins."""

    day: date | None
    bubbles: tuple[BubbleView, ...]
    decision: DecisionView | None
    unanswered: str
    """What the resident asked, where we had no answer: a new entry may begin with it."""


@dataclass(frozen=True, kw_only=True)
class TalkView:
    """A conversation, or the newest part of it."""

    id: int
    kind: str
    words: str
    language: str
    tag: str
    is_blocked: bool
    turns: tuple[TurnView, ...]
    may_edit: bool
    older: str | None
    newest: str | None
    """The way back to the end, from an older part."""


def turn_views(lines: Sequence[LedgerLine], words: str, questions: Mapping[str, str]) -> Iterator[TurnView]:
    """In the order in which it was said; `questions` names entries by id."""
    last_day: date | None = None
    for (_, _), members in groupby(lines, key=lambda line: (line.message.turn_id, line.message.id if line.message.turn_id is None else 0)):
        group = list(members)
        day = in_japan(group[0].message.at).date()
        turn = next((line.turn for line in group if line.turn is not None), None)
        yield TurnView(
            day=day if day != last_day else None,
            bubbles=tuple(bubble_view(line.message, line.call, words) for line in group),
            decision=decision_view(turn, questions) if turn is not None else None,
            unanswered=_asked(group) if turn is not None and turn.decision == "refuse" else "",
        )
        last_day = day


def _asked(group: Sequence[LedgerLine]) -> str:
    messages = [line.message for line in group]
    return " ".join(message.text for message in messages if message.direction == Direction.INBOUND and message.kind == "text")[:300]


def bubble_view(message: MessageRow, call: OutgoingCall | None, words: str) -> BubbleView:
    label, text = label_and_text(message)
    return BubbleView(
        is_ours=message.direction == Direction.OUTBOUND,
        is_event=message.kind in WORDLESS,
        label=label,
        segments=tuple(segments(text, words)),
        is_taken_back=message.is_taken_back,
        at=message.at,
        delivery=delivery_view(call) if call is not None and message.direction == Direction.OUTBOUND else None,
    )


def label_and_text(message: MessageRow) -> tuple[str | None, str]:
    if message.is_taken_back:
        return None, ""
    if message.kind == "tap":
        return named("tap", message.text.partition(" ")[0] or None, None) or named("message", "tap"), ""
    if message.kind in ("text", "card") and message.text:
        return None, message.text
    return named("message", message.kind, "unknown"), message.text


def delivery_view(call: OutgoingCall) -> DeliveryView:
    return DeliveryView(
        state=call.state,
        label=named("call_state", call.state),
        via=named("via", call.via) if call.via else None,
        cost=call.cost,
        error=call.error if call.state != CallState.SENT else None,
    )


def decision_view(turn: TurnRow, questions: Mapping[str, str]) -> DecisionView:
    trace = turn.trace or {}
    confidence = trace.get("confidence")
    return DecisionView(
        route=named("route", turn.route),
        decision=named("decision", turn.decision) if turn.decision else None,
        decision_key=turn.decision or "none",
        status=named("status", turn.status) if turn.status else None,
        confidence=round(100 * confidence) if isinstance(confidence, int | float) else None,
        milliseconds=round(turn.milliseconds),
        feedback=named("feedback", turn.feedback) if turn.feedback else None,
        feedback_key=turn.feedback,
        entries=tuple(_used(entry, questions) for entry in turn.entries or () if _entry_id(entry)),
        hits=tuple(_hit(hit) for hit in trace.get("hits") or ()),
        tokens=tuple(str(token) for token in trace.get("tokens") or ()),
    )


def entry_ids(lines: Sequence[LedgerLine]) -> frozenset[str]:
    """Of all entries that the replies stand on."""
    return frozenset(_entry_id(entry) for line in lines if line.turn is not None for entry in line.turn.entries or ()) - {""}


def segments(text: str, words: str) -> Iterator[Segment]:
    """The text cut where the words stand, whatever their case."""
    if not words:
        if text:
            yield Segment(text=text, is_hit=False)
        return
    for place, piece in enumerate(re.split(f"({re.escape(words)})", text, flags=re.IGNORECASE)):
        if piece:
            yield Segment(text=piece, is_hit=place % 2 == 1)


def _entry_id(entry: Mapping[str, Any]) -> str:  # Any: JSON.
    return str(entry.get("entry") or entry.get("id") or "")


def _used(entry: Mapping[str, Any], questions: Mapping[str, str]) -> UsedEntry:  # Any: JSON.
    key = _entry_id(entry)
    return UsedEntry(id=key, question=questions.get(key, key), is_quoted=bool(entry.get("quoted")))


def _hit(hit: Mapping[str, Any]) -> HitView:  # Any: JSON.
    parts = hit.get("parts") or {}
    return HitView(
        entry_id=str(hit.get("entry", "")),
        question=str(hit.get("question", "")),
        score=float(hit.get("score") or 0),
        parts=tuple((str(name), float(value)) for name, value in parts.items()),
    )
