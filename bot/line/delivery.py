"""Sending what turns wrote: reply while the token is young, otherwise push with a retry key, and the truth about it in the ledger."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from bot.line.attempts import Again, CallFacts, Settle, TryPush, TryReply, after_push, after_reply, next_attempt
from bot.line.call_rows import begin_attempt, name_messages, read_call, settle_call
from bot.line.client import Accepted, LineClient, QuotaExhausted, RateLimited, Refused, Result, Uncertain
from bot.models import CallState, OutgoingCall
from bot.texts import say
from core.clock import Clock, system_clock, to_milliseconds
from core.database import Database, after_commit
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

    def __init__(
        self,
        database: Database,
        clients: Callable[[str], LineClient],
        clock: Clock = system_clock,
        settled: Callable[[Session, int, datetime], None] | None = None,
        end_job: Callable[[Session, Job], None] = lambda _session, _job: None,
    ) -> None:
        """In the transaction in which the truth about a call is written, `settled` is called with its id, and `end_job` with the job that
        sent it, unless LINE refused."""
        self._end_job = end_job
        self._settled = settled
        self._database = database
        self._clients = clients
        self._clock = clock
        self._begun: dict[int, Prepared] = {}

    def run(self, job: Job) -> None:
        """Raises TemporaryError while another try makes sense, DeliveryFailedError when LINE refused for good."""
        call_id = int(job.payload["call_id"])
        prepared = self._begun.pop(call_id, None) or self._prepare(call_id, may_reopen=True)
        while prepared is not None and not self._record(job, prepared, self._send(prepared)):
            prepared = self._prepare(call_id)

    def begin(self, session: Session, job: Job) -> None:
        """Marks a call as being sent in the transaction that writes it, because `run` of this job comes right behind the commit.

        Should the process end before, the call is taken for one that may have arrived.
        """
        session.flush()
        prepared = self._mark(session, int(job.payload["call_id"]))
        if prepared is not None:
            after_commit(session, lambda: self._begun.update({prepared.call_id: prepared}))

    def give_up(self, job: Job) -> None:
        """The queue tries no more."""
        with self._database.transaction() as session:
            call = session.get(OutgoingCall, int(job.payload["call_id"]))
            if call is not None and call.settled_at is None:
                state = CallState.UNKNOWN if call.state in (CallState.UNKNOWN, CallState.SENDING) else CallState.FAILED
                self._settle(session, call.id, Settle(state=state, error=call.error or say("call.given_up")), cost=call.cost)

    def _prepare(self, call_id: int, *, may_reopen: bool = False) -> Prepared | None:
        with self._database.transaction() as session:
            return self._mark(session, call_id, may_reopen=may_reopen)

    def _mark(self, session: Session, call_id: int, *, may_reopen: bool = False) -> Prepared | None:
        """Marks the call as being sent, or settles it without sending."""
        now = self._clock()
        row = read_call(session, call_id)
        if row is not None and row.settled_at is not None and may_reopen:
            _reopen(session.get_one(OutgoingCall, call_id))
            session.flush()
            row = read_call(session, call_id)
        if row is None or row.settled_at is not None:
            return None
        was_uncertain = row.reply_was_uncertain or (row.state == CallState.SENDING and row.via == "reply")
        facts = CallFacts(
            state=CallState(row.state),
            is_settled=False,
            has_token=row.reply_token is not None,
            token_is_young=row.reply_until is not None and to_milliseconds(now) < row.reply_until,
            reply_attempts=row.reply_attempts,
            push_attempts=row.push_attempts,
            is_blocked=row.blocked_at is not None,
            has_address=row.line_id is not None,
            reply_was_uncertain=was_uncertain,
        )
        attempt = next_attempt(facts)
        if isinstance(attempt, Settle):
            # An operator may have it tried again, and then it still counts.
            session.get_one(OutgoingCall, call_id).reply_was_uncertain = was_uncertain
            session.flush()
            self._settle(session, call_id, attempt)
            return None
        begin_attempt(session, row, is_reply=isinstance(attempt, TryReply), is_uncertain=was_uncertain)
        return Prepared(
            call_id=call_id,
            municipality_id=row.municipality_id,
            body=row.body,
            attempt=attempt,
            reply_token=row.reply_token or "",
            line_id=row.line_id or "",
            retry_key=row.retry_key,
            reply_was_uncertain=was_uncertain,
        )

    def _send(self, prepared: Prepared) -> Result:
        client = self._clients(prepared.municipality_id)
        if isinstance(prepared.attempt, TryReply):
            return client.reply(prepared.reply_token, prepared.body)
        return client.push(prepared.line_id, prepared.body, prepared.retry_key)

    def _record(self, job: Job, prepared: Prepared, result: Result) -> bool:
        """True when the call is settled, False when it is to be tried at once by other means."""
        is_reply = isinstance(prepared.attempt, TryReply)
        if isinstance(prepared.attempt, TryPush):
            verdict = after_push(result, after_unknown=prepared.attempt.after_unknown)
        else:
            verdict = after_reply(result, may_have_arrived=prepared.reply_was_uncertain)
        with self._database.transaction() as session:
            if isinstance(verdict, Settle):
                self._settle(session, prepared.call_id, verdict, cost=1 if not is_reply and isinstance(result, Accepted) else 0)
                if isinstance(result, Accepted):
                    name_messages(session, prepared.call_id, result.message_ids)
                if verdict.state != CallState.FAILED:
                    self._end_job(session, job)
            else:
                call = session.get_one(OutgoingCall, prepared.call_id)
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

    def _settle(self, session: Session, call_id: int, verdict: Settle, *, cost: int = 0) -> None:
        now = self._clock()
        settle_call(session, call_id, verdict.state, error=verdict.error, cost=cost, now=now)
        if self._settled is not None:
            self._settled(session, call_id, now)

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
