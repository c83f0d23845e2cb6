"""What a turn says to a procedure: its bubbles and taps in the procedure's own terms. Pure."""

from bot.incoming import ReceivedPhoto, SentLocation, Tapped
from bot.media_kinds import Problem
from bot.outcome import Turn
from core.messages import TapValue
from procedures.fields.base import Line, line
from procedures.said import (
    Chose,
    ChoseToEdit,
    ChoseToKeep,
    Command,
    Confirmed,
    Gave,
    Picked,
    Placed,
    Said,
    SentFile,
    SentPhoto,
    UsedKnown,
    Words,
)
from procedures.taps import AnswerField, ConfirmFilling, EditField, GiveCommand, KeepAnswer, UseKnown

LARGE = 10
"""Megabytes that are taken of a picture."""


def what_was_said(turn: Turn) -> tuple[tuple[Said, ...], tuple[Line, ...]]:
    """Photos before the place and the words about them; and what is to be said of those that could not be taken."""
    places = [bubble.content for bubble in turn.bubbles if isinstance(bubble.content, SentLocation)]
    placed = tuple(Placed(latitude=one.latitude, longitude=one.longitude, address=one.address) for one in places[-1:])
    photos = tuple(_sent(photo) for photo in turn.photos if photo.problem is None)
    reasons = dict.fromkeys(photo.problem for photo in turn.photos if photo.problem is not None)
    problems = tuple(_problem(reason) for reason in reasons)
    words = (Words(text=turn.text),) if turn.text.strip() else ()
    return (*photos, *placed, *words), problems


def tapped_in(value: TapValue | None, tapped: Tapped) -> tuple[str, Said] | None:
    """The filling that a button belongs to, and what it says; None for other buttons."""
    match value:
        case AnswerField(filling=uid, field=field, value=""):
            return uid, Picked(field=field, day=tapped.moment or "")
        case AnswerField(filling=uid, field=field, value=chosen):
            return uid, Chose(field=field, value=chosen)
        case EditField(filling=uid, field=field):
            return uid, ChoseToEdit(field=field)
        case GiveCommand(filling=uid, command=command) if command in set(Command):
            return uid, Gave(command=Command(command))
        case UseKnown(filling=uid, accepted=accepted):
            return uid, UsedKnown(accepted=accepted)
        case ConfirmFilling(filling=uid, fingerprint=fingerprint, keeps=keeps):
            return uid, Confirmed(fingerprint=fingerprint, keeps=keeps)
        case KeepAnswer(filling=uid, field=field, keeps=keeps):
            return uid, ChoseToKeep(field=field, keeps=keeps)
        case _:
            return None


def _sent(photo: ReceivedPhoto) -> Said:
    if photo.is_picture:
        return SentPhoto(media=photo.media, mime=photo.mime, size=photo.size, taken_at=photo.taken_at)
    return SentFile(media=photo.media, name=photo.name, mime=photo.mime, size=photo.size)


def _problem(reason: Problem) -> Line:
    match reason:
        case Problem.TOO_LARGE:
            return line("procedure.photo_large", number=LARGE)
        case Problem.UNKNOWN_KIND | Problem.MACRO:
            return line("procedure.file_kind")
        case Problem.INFECTED:
            return line("procedure.file_infected")
        case Problem.UNSCANNED:
            return line("procedure.file_unscanned")
        case _:
            return line("procedure.photo_unread")
