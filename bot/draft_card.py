"""What somebody gets who must come to the counter with what they filled in: number, office, until when. Pure."""

from bot.outcome import Turn
from core.clock import in_japan
from core.messages import Card, Choice, OpenLink, Reply, Row, Text
from procedures.models import CounterDraft
from procedures.wording import Wording


def draft_receipt(turn: Turn, wording: Wording, draft: CounterDraft, address: str) -> Reply:
    """Nothing in it says that something was applied for."""
    department = turn.pack.departments[wording.definition.department]
    day = wording.day(in_japan(draft.expires_at).date())
    name = turn.pack.label(department.name, turn.language)
    opening = (Choice(label=turn.say("procedure.choice.open_draft"), action=OpenLink(url=address), is_primary=True),) if address else ()
    rows = (
        Row(label=turn.say("procedure.draft.number"), text=draft.code),
        Row(label=turn.say("procedure.draft.until"), text=day),
        Row(label=turn.say("procedure.draft.office"), text=f"{name} {department.phone}".strip()),
    )
    title = wording.text("title")
    card = Card(alt=f"{title} {draft.code}", title=title, rows=rows, choices=opening)
    return Reply(messages=(Text(text=turn.say("procedure.draft.made", day=day, department=name)), card), language=turn.language)
