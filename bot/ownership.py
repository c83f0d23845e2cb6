"""Who may speak in a conversation: the bot, or the person who holds its case; and how that changes hands."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from bot.models import Conversation
from bot.states import EndedUnanswered, Idle, LeavingMessage, WaitingForStaff, before_of, dump_state, load_state, resumed, waiting
from handoff.models import HELD_STATES, Case, CaseState

BOT = "bot"
STAFF = "staff:"


def owner_of(staff_id: int) -> str:
    return f"{STAFF}{staff_id}"


def holder_in(owner: str) -> int | None:
    """The member of staff who owns a talk; None where the bot does."""
    return int(owner.removeprefix(STAFF)) if owner.startswith(STAFF) else None


def locked(session: Session, conversation_id: int | None) -> Conversation | None:
    """The conversation, locked until the transaction ends; first of all rows, so that nobody waits for another in a circle.

    The order is conversation, case, municipality.
    """
    if conversation_id is None:
        return None
    return session.get(Conversation, conversation_id, with_for_update={"key_share": True}, populate_existing=True)


def lock_talks(session: Session, conversation_ids: Sequence[int]) -> None:
    """For handoff, where it will move owners; in the order of their ids."""
    for conversation_id in sorted(set(conversation_ids)):
        locked(session, conversation_id)


def settle(conversation: Conversation, case: Case, *, is_unanswered: bool = False) -> None:
    """A person owns the talk exactly while the case is held, waits for the resident or is put aside.

    Each change raises the fencing token, so that what was decided under another owner is refused. Back with the bot, a talk waits as long
    as its case does; after closing it goes on where it was. Where it closed for want of an answer (`is_unanswered`), what comes next is
    taken for that answer.
    """
    state = CaseState(case.state)
    owner = owner_of(case.holder_id) if state in HELD_STATES and case.holder_id is not None else BOT
    current = load_state(conversation.state)
    wanted = current
    if state is CaseState.CLOSED:
        wanted = resumed(current)
        if is_unanswered:
            wanted = EndedUnanswered(case_id=case.id, before=before_of(wanted), last=wanted.last)
    elif owner == BOT and conversation.owner != BOT:
        wanted = waiting(current)
    if owner != conversation.owner:
        conversation.owner = owner
        conversation.fencing_token += 1
        conversation.version += 1
    if wanted != current:
        conversation.state = dump_state(wanted)
        conversation.version += 1


def forget_owner(conversation: Conversation) -> None:
    """The talk belongs to nobody any more."""
    if conversation.owner != BOT:
        conversation.owner, conversation.fencing_token = BOT, conversation.fencing_token + 1
    if isinstance(load_state(conversation.state), WaitingForStaff | LeavingMessage):
        conversation.state = dump_state(Idle())
