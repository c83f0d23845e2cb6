"""A trial of a procedure as a phone shows it: bubbles, cards, and buttons that go on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import orjson

from console.texts import say
from console.views.choices import Choice as Option
from core.clock import in_japan
from core.messages import Call, Card, Choice, Message, OpenLink, PickMoment, Place, Reply, Row, Say, SendLocation, TakePhoto, Tap, Text
from procedures.conditions import Plain
from procedures.said import Placed, Said, SentPhoto, Words
from procedures.taps import AnswerField
from procedures.trial import Exchange, said_by_tap, written

PHOTO = SentPhoto(media=1, mime="image/jpeg", size=100_000)


@dataclass(frozen=True, kw_only=True)
class ButtonView:
    """Something to tap. `does` goes on with the trial; without it only `note` tells what it would do."""

    label: str
    does: str = ""
    note: str = ""
    is_primary: bool = False


@dataclass(frozen=True, kw_only=True)
class PickerView:
    """A day to pick; `does` is sent with it."""

    label: str
    does: str
    earliest: date | None
    latest: date | None


@dataclass(frozen=True, kw_only=True)
class BubbleView:
    """One message of either side."""

    is_ours: bool
    text: str = ""
    title: str = ""
    rows: tuple[Row, ...] = ()
    buttons: tuple[ButtonView, ...] = ()
    is_alert: bool = False
    is_card: bool = False


@dataclass(frozen=True, kw_only=True)
class TrialView:
    """The phone, and what the trial is about."""

    title: str
    path: str
    tag: str
    language: str
    languages: tuple[Option, ...]
    day: str
    version: str
    version_label: str
    versions: tuple[Option, ...]
    bubbles: tuple[BubbleView, ...]
    quick: tuple[ButtonView, ...]
    pickers: tuple[PickerView, ...]
    aside: str
    """What happens beside the talk at this point."""
    is_over: bool
    by_form: bool
    history: str
    """Everything that was said, for playing it again."""
    was_typed: bool
    """The last thing that was said was typed: the focus stays where more is typed."""
    was_tapped: bool
    problem: str = ""


def bubbles_of(exchanges: Sequence[Exchange], place: tuple[float, float]) -> Iterator[BubbleView]:
    last = len(exchanges) - 1
    for number, exchange in enumerate(exchanges):
        if exchange.shown:
            yield BubbleView(is_ours=False, text=exchange.shown)
        for message in exchange.reply.messages:
            # Buttons of earlier messages stay in a talk, and so they do here.
            yield _bubble(message, place, is_live=number == last)


def quick_of(reply: Reply, place: tuple[float, float]) -> tuple[tuple[ButtonView, ...], tuple[PickerView, ...]]:
    """The choices under the last message; days to pick apart."""
    buttons, pickers = [], []
    for choice in reply.choices:
        if isinstance(choice.action, PickMoment):
            pickers.append(_picker(choice, choice.action))
        else:
            buttons.append(_button(choice, place))
    return tuple(buttons), tuple(pickers)


def _bubble(message: Message, place: tuple[float, float], *, is_live: bool) -> BubbleView:
    match message:
        case Text(text=text):
            return BubbleView(is_ours=True, text=text)
        case Card():
            return BubbleView(
                is_ours=True,
                is_card=True,
                title=message.title or "",
                text=message.text or "",
                rows=message.rows,
                buttons=tuple(_button(choice, place) for choice in message.choices) if is_live else (),
                is_alert=message.tone == "alert",
            )
        case Place(title=title, address=address):
            return BubbleView(is_ours=True, is_card=True, title=title, text=address)
        case _:
            return BubbleView(is_ours=True, text=message.alt)


def _button(choice: Choice, place: tuple[float, float]) -> ButtonView:
    match choice.action:
        case Tap(value=value, shown=shown):
            said = said_by_tap(value)
            return ButtonView(label=choice.label, does=_does(said, shown or choice.label) if said else "", is_primary=choice.is_primary)
        case Say(text=text):
            return ButtonView(label=choice.label, does=_does(Words(text=text), text))
        case SendLocation():
            return ButtonView(label=choice.label, does=_does(Placed(latitude=place[0], longitude=place[1]), say("trial.place")))
        case TakePhoto():
            return ButtonView(label=choice.label, does=_does(PHOTO, say("trial.photo")))
        case Call(phone=phone):
            return ButtonView(label=choice.label, note=say("trial.calls", phone=phone))
        case OpenLink():
            return ButtonView(label=choice.label, note=say("trial.opens"))
        case PickMoment():
            return ButtonView(label=choice.label)


def _picker(choice: Choice, action: PickMoment) -> PickerView:
    field = action.value.field if isinstance(action.value, AnswerField) else ""
    return PickerView(
        label=choice.label,
        does=field,
        earliest=in_japan(action.earliest).date() if action.earliest else None,
        latest=in_japan(action.latest).date() if action.latest else None,
    )


def _does(said: Said, shown: str) -> str:
    return dumped(written(said, shown))


def dumped(plain: Plain) -> str:
    return orjson.dumps(plain).decode()
