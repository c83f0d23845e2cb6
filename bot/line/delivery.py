"""Sending what turns wrote: reply while the token is young, otherwise push with a retry key, and the truth about it in the ledger."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.line.addresses import line_id_of
from bot.line.attempts import Again, CallFacts, Settle, TryPush, TryReply, after_push, after_reply, next_attempt
from bot.line.client import Accepted, LineClient, QuotaExhausted, RateLimited, Refused, Result, Uncertain
from bot.models import CallState, Conversation, MessageRow, OutgoingCall, Resident
from bot.texts import say
from core.clock import Clock, system_clock, to_milliseconds
from core.database import Database
from core.errors import ProjectError, TemporaryError
from core.jobs import Job
from core.metrics import CALLS, REFUSALS

log = structlog.get_logger()


class DeliveryFailedError(ProjectError):
    """LINE refused a call for good; its words about the properties stand in the message."""


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A call that is marked as being sent."""

    call_id: int
    municipality_id: str
    body: list[dict[str, object]]
    attempt: TryReply | TryPush
    reply_token: str
    line_id: str
    retry_key: str
    reply_was_uncertain: bool


class Delivery:
    """Runs delivery jobs; those of one conversation come one after the other, so messages never overtake each other."""

    def __init__(self, database: Database, clients: Callable[[str], LineClient], clock: Clock = system_clock) -> None:
        self._database = database
        self._clients = clients
        self._clock = clock

    def run(self, job: Job) -> None:
        """Raises TemporaryError while another try makes sense, DeliveryFailedError when LINE refused for good."""
        is_first = True
        while True:
            prepared = self._prepare(int(job.payload["call_id"]), may_reopen=is_first)
            if prepared is None:
                return
            is_first = False
            result = self._send(prepared)
            if self._record(prepared, result):
                return

    def give_up(self, job: Job) -> None:
        """The queue tries no more."""
        with self._database.transaction() as session:
            call = session.get(OutgoingCall, int(job.payload["call_id"]))
            if call is not None and call.settled_at is None:
                call.state = CallState.UNKNOWN if call.state in (CallState.UNKNOWN, CallState.SENDING) else CallState.FAILED
                call.error = call.error or say("call.given_up")
                call.settled_at = self._clock()

    def _prepare(self, call_id: int, *, may_reopen: bool) -> Prepared | None:
        """Marks the call as being sent, or settles it without sending."""
        now = self._clock()
        with self._database.transaction() as session:
            call = session.get(OutgoingCall, call_id)
            if call is not None and may_reopen:
                _reopen(call)
            if call is None or call.settled_at is not None:
                return None
            if call.state == CallState.SENDING and call.via == "reply":
                call.reply_was_uncertain = True
            line_id = line_id_of(session, call.conversation_id)
            facts = CallFacts(
                state=CallState(call.state),
                is_settled=False,
                has_token=call.reply_token is not None,
                token_is_young=call.reply_until is not None and to_milliseconds(now) < call.reply_until,
                reply_attempts=call.reply_attempts,
                push_attempts=call.push_attempts,
                is_blocked=_is_blocked(session, call),
                has_address=line_id is not None,
                reply_was_uncertain=call.reply_was_uncertain,
            )
            attempt = next_attempt(facts)
            if isinstance(attempt, Settle):
                self._settle(call, attempt)
                return None
            call.state = CallState.SENDING
            if isinstance(attempt, TryReply):
                call.via, call.reply_attempts = "reply", call.reply_attempts + 1
            else:
                call.via, call.push_attempts = "push", call.push_attempts + 1
            return Prepared(
                call_id=call.id,
                municipality_id=call.municipality_id,
                body=call.body,
                attempt=attempt,
                reply_token=call.reply_token or "",
                line_id=line_id or "",
                retry_key=call.retry_key,
                reply_was_uncertain=call.reply_was_uncertain,
            )

    def _send(self, prepared: Prepared) -> Result:
        client = self._clients(prepared.municipality_id)
        if isinstance(prepared.attempt, TryReply):
            return client.reply(prepared.reply_token, prepared.body)
        return client.push(prepared.line_id, prepared.body, prepared.retry_key)

    def _record(self, prepared: Prepared, result: Result) -> bool:
        """True when the call is settled, False when it is to be tried at once by other means."""
        is_reply = isinstance(prepared.attempt, TryReply)
        if isinstance(prepared.attempt, TryPush):
            verdict = after_push(result, after_unknown=prepared.attempt.after_unknown)
        else:
            verdict = after_reply(result, may_have_arrived=prepared.reply_was_uncertain)
        with self._database.transaction() as session:
            call = session.get_one(OutgoingCall, prepared.call_id)
            if isinstance(verdict, Settle):
                self._settle(call, verdict)
                call.cost = 1 if not is_reply and isinstance(result, Accepted) else 0
                if isinstance(result, Accepted):
                    _keep_message_ids(session, call, result.message_ids)
            else:
                call.state = verdict.state
                call.reply_was_uncertain = call.reply_was_uncertain or (is_reply and isinstance(result, Uncertain))
                if verdict.token_is_dead:
                    call.reply_token = None
        CALLS.labels(municipality=prepared.municipality_id, via="reply" if is_reply else "push", state=str(verdict.state)).inc()
        self._count_refusal(prepared, result)
        if isinstance(verdict, Again):
            if verdict.at_once:
                return False
            raise TemporaryError(f"call {prepared.call_id}: {type(result).__name__}")
        if verdict.state == CallState.FAILED:
            raise DeliveryFailedError(say("call.failed", id=prepared.call_id, reason=verdict.error))
        return True

    def _settle(self, call: OutgoingCall, verdict: Settle) -> None:
        call.state, call.error, call.settled_at = verdict.state, verdict.error, self._clock()

    def _count_refusal(self, prepared: Prepared, result: Result) -> None:
        match result:
            case RateLimited():
                reason = "rate_limit"
            case QuotaExhausted():
                reason = "monthly_limit"
            case Refused(status=status):
                reason = f"http_{status}"
            case _:
                return
        REFUSALS.labels(municipality=prepared.municipality_id, reason=reason).inc()
        log.warning("line_refused", call=prepared.call_id, municipality=prepared.municipality_id, reason=reason)


def _reopen(call: OutgoingCall) -> None:
    """A job whose call was given up runs again only because an operator wants it. What LINE has accepted is never sent again."""
    if call.settled_at is not None and call.state in (CallState.FAILED, CallState.UNKNOWN) and call.cost == 0:
        call.state, call.settled_at, call.error, call.reply_token, call.push_attempts = CallState.READY, None, None, None, 0


def _is_blocked(session: Session, call: OutgoingCall) -> bool:
    statement = (
        select(Resident.blocked_at)
        .join(Conversation, Conversation.resident_id == Resident.id)
        .where(Conversation.id == call.conversation_id)
    )
    return session.scalar(statement) is not None


def _keep_message_ids(session: Session, call: OutgoingCall, message_ids: tuple[str, ...]) -> None:
    rows = session.scalars(select(MessageRow).where(MessageRow.call_id == call.id).order_by(MessageRow.id)).all()
    for row, message_id in zip(rows, message_ids, strict=False):
        row.channel_message_id = message_id
