"""Going on in the talk once a page was filled in: a receipt that shows nothing whole, and the next question."""

from bot.handlers import procedure
from bot.handlers.procedure_outcome import Room
from bot.outcome import Outcome, Tools, Turn
from core.messages import Card, Row
from procedures.said import Command, Gave
from procedures.wording import Wording


def go_on_after_page(turn: Turn, tools: Tools, uid: str) -> Outcome:
    """The answers are in the filling already; by words or buttons the talk may have gone on meanwhile."""
    desk = tools.procedures
    filling = turn.filling if turn.filling is not None and turn.filling.uid == uid else None
    if filling is None and desk is not None:
        filling = desk.filling(turn.resident_id, uid, turn.now)
    if desk is None or filling is None:
        return procedure.tapped(turn, tools, uid, Gave(command=Command.RESUME))
    wording = Room.of(turn, desk, filling).wording(filling)
    return procedure.tapped(turn, tools, uid, Gave(command=Command.RESUME), before=_receipt(wording))


def _receipt(wording: Wording) -> tuple[Card, ...]:
    """Everything that was entered on pages of this filling, masked."""
    rows = tuple(Row(label=one.label, text=one.text) for one in wording.summary() if wording.definition.by_name[one.field].sensitive)
    said = wording.say("procedure.form.receipt")
    return (Card(alt=said, title=said, rows=rows),) if rows else ()
