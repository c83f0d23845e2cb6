"""The talk of a case as the resident sees it, with who said what, what became of it, and where people took over."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from math import ceil

from bot.models import Direction, MessageRow
from bot.queries import LedgerLine
from bot.staff_words import is_for_later
from console.texts import named, say
from console.views.canned import then_in_words
from console.views.conversations import language_tag
from console.views.talk import WORDLESS, DecisionView, DeliveryView, decision_view, delivery_view, label_and_text
from core.clock import in_japan
from core.pack import Pack
from core.recognising import recognise
from core.text import shorten
from handoff.desk_models import Media, StaffMessage, StaffMessageState
from handoff.models import CaseEvent

ANNOUNCED = 120
PHOTO_TYPES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
"""What browsers show; everything else is a file to be kept."""


@dataclass(frozen=True, kw_only=True)
class MediaView:
    """A photo or file of the talk. `problem` says why it can't be opened."""

    id: int
    name: str
    size: str
    is_photo: bool
    is_ready: bool
    problem: str
    is_unscanned: bool = False
    """A file of the resident, in an installation without a scanner. Photos are drawn anew."""


@dataclass(frozen=True, kw_only=True)
class SaidView:
    """One message. `sender` is resident, bot or staff; `name` is who that is."""

    id: int
    sender: str
    name: str
    label: str | None
    text: str
    tag: str
    at: datetime
    is_ours: bool
    media: MediaView | None
    delivery: DeliveryView | None
    decision: DecisionView | None
    announced: str
    """What a screen reader says when it appears: words of the resident and of colleagues."""


@dataclass(frozen=True, kw_only=True)
class MarkerView:
    """Something that happened to the talk: a person took over, the bot has it again."""

    text: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class PendingView:
    """What staff said that has not entered the ledger: it can still be undone, or it was refused."""

    id: int
    name: str
    text: str
    at: datetime
    media: MediaView | None
    is_refused: bool
    is_mine: bool
    seconds: int
    """Until it is sent."""
    send_at: datetime | None
    """Where it was written for later."""
    then: str
    """What is done with the case once it was said; empty for nothing."""


@dataclass(frozen=True, kw_only=True)
class TalkItem:
    """One line of the talk. `day` is set where a new day begins."""

    day: date | None
    said: SaidView | None = None
    marker: MarkerView | None = None


@dataclass(frozen=True, kw_only=True)
class CaseTalkView:
    """The newest part of the talk, or an older one."""

    case_id: int
    items: tuple[TalkItem, ...]
    pending: tuple[PendingView, ...]
    newest_id: int
    """Of what the visitor has seen once this is shown; 0 where nothing was said."""
    older: str | None
    newest: str | None
    before: int | None
    has_conversation: bool


def said_views(
    lines: Sequence[LedgerLine],
    *,
    language: str,
    names: Mapping[int, str],
    media: Mapping[int, MediaView],
    questions: Mapping[str, str],
    visitor_id: int,
) -> Iterator[SaidView]:
    """In their order. Messages that were taken back are gone; of a turn the decision stands under its last message."""
    kept = [line for line in lines if not line.message.is_taken_back]
    last_of_turn = {line.message.turn_id: line.message.id for line in kept if line.message.direction == Direction.OUTBOUND}
    for line in kept:
        message = line.message
        is_last = line.turn is not None and last_of_turn.get(message.turn_id) == message.id
        decision = decision_view(line.turn, questions) if line.turn is not None and is_last else None
        label, text = label_and_text(message)
        sender = sender_of(message)
        name = names.get(message.staff_id or 0, "") if sender == "staff" else named("sender", sender)
        is_news = sender == "resident" or (sender == "staff" and message.staff_id != visitor_id)
        yield SaidView(
            id=message.id,
            sender=sender,
            name=name,
            label=label,
            text=text,
            tag=tag_of(text, language),
            at=message.at,
            is_ours=message.direction == Direction.OUTBOUND,
            media=media.get(message.media_id or 0),
            delivery=delivery_view(line.call) if line.call is not None and message.direction == Direction.OUTBOUND else None,
            decision=decision if decision is not None and decision.is_telling else None,
            announced=say("case.announced", name=name, words=shorten(text or label or "", ANNOUNCED)) if is_news else "",
        )


def sender_of(message: MessageRow) -> str:
    if message.direction == Direction.INBOUND:
        return "event" if message.kind in WORDLESS else "resident"
    return "staff" if message.staff_id is not None else "bot"


def tag_of(text: str, language: str) -> str:
    """For `lang`: what the words show; where they show nothing, or several, the language of the case if it is among them."""
    found = recognise(text).languages if text else ()
    own = [tag for tag in found if tag == language]
    return language_tag(str(own[0] if own else found[0]) if found else language)


def media_view(media: Media, *, has_scanner: bool) -> MediaView:
    is_ready = media.state == "ready"
    problem = "" if is_ready else named("media_problem", media.problem or media.state, "gone")
    return MediaView(
        id=media.id,
        name=media.name,
        size=size_in_words(media.size),
        is_photo=media.content_type in PHOTO_TYPES,
        is_ready=is_ready,
        problem=problem,
        is_unscanned=is_ready and not has_scanner and media.channel_message_id is not None and media.content_type not in PHOTO_TYPES,
    )


def size_in_words(size: int) -> str:
    if size < 1024 * 1024:
        return say("size.kilobytes", count=max(1, round(size / 1024)))
    return say("size.megabytes", count=f"{size / 1024 / 1024:.1f}")


def marker_views(events: Iterable[CaseEvent], names: Mapping[int, str]) -> Iterator[MarkerView]:
    """Of the things that happened, those that a reader of the talk must know: they have a text."""
    for event in events:
        to = event.detail.get("to")
        name = names.get(to if isinstance(to, int) else event.staff_id or 0) or say("case.somebody")
        text = named("marker", event.kind, "none", name=name)
        if text != say("marker.none"):
            yield MarkerView(text=text, at=event.at)


def pending_views(
    messages: Iterable[StaffMessage],
    *,
    names: Mapping[int, str],
    media: Mapping[int, MediaView],
    pack: Pack,
    visitor_id: int,
    now: datetime,
) -> Iterator[PendingView]:
    for message in messages:
        if message.state not in (StaffMessageState.PENDING, StaffMessageState.REFUSED):
            continue
        yield PendingView(
            id=message.id,
            name=names.get(message.staff_id, ""),
            text=message.text,
            at=message.created_at,
            media=media.get(message.media_id or 0),
            is_refused=message.state == StaffMessageState.REFUSED,
            is_mine=message.staff_id == visitor_id,
            seconds=max(0, ceil((message.send_at - now).total_seconds())),
            send_at=message.send_at if is_for_later(message) else None,
            then=then_in_words(message.then, pack) or (say("canned_then.put_aside") if message.then else ""),
        )


def in_order(said: Iterable[SaidView], markers: Iterable[MarkerView]) -> tuple[TalkItem, ...]:
    """By time, messages among themselves in the order of the ledger; a marker stands before what was said at the same moment."""
    waiting = list(markers)
    items: list[TalkItem] = []
    for view in said:
        while waiting and waiting[0].at <= view.at:
            items.append(TalkItem(day=None, marker=waiting.pop(0)))
        items.append(TalkItem(day=None, said=view))
    items += (TalkItem(day=None, marker=marker) for marker in waiting)
    return tuple(_with_days(items))


def moment_of(item: TalkItem) -> datetime:
    found = item.said or item.marker
    assert found is not None
    return found.at


def _with_days(items: Iterable[TalkItem]) -> Iterator[TalkItem]:
    last: date | None = None
    for item in items:
        day = in_japan(moment_of(item)).date()
        yield item if day == last else replace(item, day=day)
        last = day
