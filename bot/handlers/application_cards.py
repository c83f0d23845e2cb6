"""How one application is shown to whoever applied: number, state, answers, and what can still be done."""

from bot.handlers import offering
from bot.outcome import Outcome, Tools, Turn
from bot.procedure_desk import Standing, filled
from bot.routing import Route
from core.clock import in_japan
from core.messages import Card, Choice, Decision, Message, Reply, Row, Tap, TapValue, Text
from procedures.models import ApplicationState
from procedures.said import Command
from procedures.taps import ChangeApplication, GiveCommand, ReopenApplication, WithdrawApplication
from procedures.wording import Wording


def show_standing(turn: Turn, tools: Tools, standing: Standing, *, before: str = "") -> Outcome:
    """Answers of an anonymous report are those of the resident all the same."""
    wording = wording_of(turn, tools, standing)
    words: tuple[Message, ...] = (Text(text=before),) if before else ()
    return outcome(turn, (*words, _card(standing, wording)), (*ways(turn, standing), *offering.ordinary(turn)))


def _card(standing: Standing, wording: Wording) -> Card:
    application = standing.application
    rows = [
        Row(label=wording.say("procedure.row.number"), text=application.number),
        Row(label=wording.say("procedure.row.state"), text=wording.state(application.state)),
        Row(label=wording.say("procedure.row.sent"), text=wording.day(in_japan(application.submitted_at).date())),
    ]
    if standing.may_change and application.changes_until is not None:
        rows.append(Row(label=wording.say("procedure.row.changes"), text=wording.day(in_japan(application.changes_until).date())))
    rows += [Row(label=shown.label, text=shown.text) for shown in wording.summary()]
    title = wording.text("title")
    return Card(alt=f"{title} {application.number} {wording.state(application.state)}", title=title, rows=tuple(rows))


def ways(turn: Turn, standing: Standing) -> tuple[Choice, ...]:
    """What the resident can still do with it."""
    application, found = standing.application, []
    if standing.filling is not None and application.state == ApplicationState.RETURNED:
        found.append(tap(turn, "open_returned", GiveCommand(filling=standing.filling.uid, command=Command.RESUME.value)))
    if standing.may_change and application.state != ApplicationState.RETURNED:
        found.append(tap(turn, "change", ChangeApplication(application=application.id)))
    if standing.may_withdraw:
        found.append(tap(turn, "withdraw", WithdrawApplication(application=application.id)))
    if standing.may_reopen:
        found.append(tap(turn, "reopen", ReopenApplication(application=application.id)))
    return tuple(found)


def wording_of(turn: Turn, tools: Tools, standing: Standing) -> Wording:
    assert tools.procedures is not None
    return tools.procedures.wording(turn.pack.id, standing.definition, filled(standing), turn.language, turn.now)


def tap(turn: Turn, key: str, value: TapValue, *, is_primary: bool = False) -> Choice:
    """A choice of procedures."""
    label = turn.say(f"procedure.choice.{key}")
    return Choice(label=label, action=Tap(value=value, shown=label), is_primary=is_primary)


def outcome(turn: Turn, messages: tuple[Message, ...], choices: tuple[Choice, ...], *, status: str = "answered_application") -> Outcome:
    return Outcome(
        state=turn.state,
        decision=Decision(route=Route.STATUS, status=status),
        reply=Reply(messages=messages, choices=choices, language=turn.language),
    )
