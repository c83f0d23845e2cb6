"""What the chat page shows of each turn: from the ledger's rows to the trace panel's JSON."""

from collections.abc import Sequence

from bot import queries
from bot.line.addresses import conversation_of
from bot.models import Direction, TurnRow
from bot.queries import LedgerLine
from core.database import Database


class TurnTraces:
    """Callable as `traces(municipality_id, line_user_id, after_turn_id)`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __call__(self, municipality_id: str, line_id: str, after: int) -> list[dict[str, object]]:
        with self._database.reading() as session:
            conversation_id = conversation_of(session, municipality_id, line_id)
            if conversation_id is None:
                return []
            turns = queries.turns_after(session, conversation_id, after)
            return [_trace(turn, queries.messages_of_turn(session, turn.id)) for turn in turns]


def _trace(turn: TurnRow, lines: Sequence[LedgerLine]) -> dict[str, object]:
    said = [line.message.text for line in lines if line.message.direction == Direction.INBOUND]
    calls = {line.call.id: line.call for line in lines if line.call is not None}
    return {
        **turn.trace,
        "id": turn.id,
        "at": turn.at.isoformat(),
        "route": turn.route,
        "status": turn.status,
        "decision": turn.decision,
        "milliseconds": round(turn.milliseconds, 1),
        "text": "\n".join(text for text in said if text),
        "messages": [{"state": call.state, "via": call.via, "cost": call.cost} for call in calls.values()],
    }
