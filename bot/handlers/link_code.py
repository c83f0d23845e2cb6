"""A code that the counter gave out, typed into the talk: the account is then known to belong to whoever stood there."""

from bot.handlers import offering
from bot.handlers.talking import decline_private_matter
from bot.models import ConversationKind
from bot.outcome import Outcome, Tools, Turn, UseLinkCode
from bot.routing import Route
from core.messages import Decision, Reply
from procedures.assurance import read_code


def use_code(turn: Turn, _tools: Tools) -> Outcome:
    """Whether it is right shows only in the transaction that uses it up."""
    code = read_code(turn.text)
    if turn.conversation_kind is not ConversationKind.PERSON or code is None:
        return decline_private_matter(turn)
    reply = Reply(messages=(), choices=offering.ordinary(turn), language=turn.language)
    return Outcome(state=turn.state, decision=Decision(route=Route.LINK_CODE), reply=reply, effects=(UseLinkCode(code=code),))
