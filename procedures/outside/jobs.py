"""The background work for other systems: passing on what changed, telling endpoints with back-off, dropping old logs."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete
from sqlalchemy.orm import Session

from core.clock import Clock, iso
from core.database import Database
from core.errors import TemporaryError
from core.for_each import for_each
from core.jobs import Job, JobKind, PeriodicJob, Queue
from core.metrics import WEBHOOKS_SENT
from procedures.outside.addresses import AddressRefusedError, target_of
from procedures.outside.delivering import SEND_JOB, Outcome, Post, body_of, post, refused
from procedures.outside.endpoints import Endpoints
from procedures.outside.feed import pass_on
from procedures.outside.models import DeliveryState, OnceCall, WebhookDelivery, WebhookEndpoint
from procedures.outside.signing import HEADER, signature

TELL_JOB = "tell_systems"
DROP_JOB = "drop_outside_logs"
BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 300, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600))
"""Ten tries over nearly two days."""
TRIES_SHOWN = 10
FAILING_TOO_LONG = timedelta(hours=24)
FAILING_TOO_OFTEN = 8
"""Both must be true before an endpoint is stopped: one slow night of the other side stops nothing."""
DELIVERIES_KEPT = timedelta(days=30)
CALLS_KEPT = timedelta(days=7)

log = structlog.get_logger()


class EndpointFailedError(TemporaryError):
    """An endpoint did not take what it was told; it is told again later."""


class SystemJobs:
    """What other systems are told; `stopped` is called in the transaction in which an endpoint is given up."""

    def __init__(
        self,
        database: Database,
        queue: Queue,
        endpoints: Endpoints,
        municipality_ids: Sequence[str],
        clock: Clock,
        *,
        stopped: Callable[[Session, WebhookEndpoint, datetime], None] = lambda session, endpoint, now: None,
        post: Post = post,
    ) -> None:
        self._database = database
        self._queue = queue
        self._endpoints = endpoints
        self._municipality_ids = municipality_ids
        self._clock = clock
        self._stopped = stopped
        self._post = post

    def pass_on(self, _job: Job) -> None:
        def pass_on_of(municipality_id: str) -> None:
            pass_on(self._database, self._queue, municipality_id, self._clock())

        for_each(self._municipality_ids, pass_on_of, "changes_not_passed_on")

    def send(self, job: Job) -> None:
        """Raises EndpointFailedError, so that the queue tries again; the last failure is only written down."""
        with self._database.reading() as session:
            delivery = session.get(WebhookDelivery, job.payload["delivery"])
            endpoint = session.get(WebhookEndpoint, delivery.endpoint_id) if delivery is not None else None
        if delivery is None or endpoint is None or delivery.state != DeliveryState.WAITING:
            return
        is_over = endpoint.removed_at is not None or endpoint.disabled_at is not None
        outcome = Outcome(status=None, problem="stopped", milliseconds=0) if is_over else self._try(endpoint, delivery)
        is_last = is_over or job.attempt > len(BACKOFF)
        with self._database.transaction() as session:
            self._write(session, delivery.id, endpoint.id, outcome, is_last=is_last, counts=not is_over)
        WEBHOOKS_SENT.labels(municipality=endpoint.municipality_id, outcome="taken" if outcome.is_taken else outcome.problem).inc()
        if not outcome.is_taken and not is_last:
            raise EndpointFailedError(f"endpoint {endpoint.id}: {outcome.problem} {outcome.status or ''}".strip())

    def drop_old(self, _job: Job) -> None:
        now = self._clock()
        with self._database.transaction() as session:
            old = delete(WebhookDelivery).where(WebhookDelivery.created_at < now - DELIVERIES_KEPT)
            session.execute(old.where(WebhookDelivery.state != DeliveryState.WAITING))
            session.execute(delete(OnceCall).where(OnceCall.at < now - CALLS_KEPT))

    def _try(self, endpoint: WebhookEndpoint, delivery: WebhookDelivery) -> Outcome:
        now, body = self._clock(), body_of(delivery)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "madoguchi",
            "Madoguchi-Event": delivery.event,
            "Madoguchi-Delivery": delivery.uid,
            HEADER: signature(body, self._endpoints.secrets_of(endpoint, now), now),
        }
        try:
            target = target_of(endpoint.url, allows_private=self._endpoints.allows_private, resolve=self._endpoints.resolve)
        except AddressRefusedError as error:
            return refused(error)
        return self._post(target, body, headers)

    def _write(self, session: Session, delivery_id: int, endpoint_id: int, outcome: Outcome, *, is_last: bool, counts: bool) -> None:
        now = self._clock()
        delivery = session.get_one(WebhookDelivery, delivery_id, with_for_update=True)
        one = {"at": iso(now), "status": outcome.status, "milliseconds": outcome.milliseconds, "problem": outcome.problem}
        delivery.tries = [*delivery.tries, one][-TRIES_SHOWN:]
        if outcome.is_taken or is_last:
            delivery.state = DeliveryState.DELIVERED if outcome.is_taken else DeliveryState.FAILED
            delivery.settled_at = now
        if not counts:
            return
        endpoint = session.get_one(WebhookEndpoint, endpoint_id, with_for_update=True)
        if outcome.is_taken:
            endpoint.failures, endpoint.failing_since = 0, None
            return
        endpoint.failures += 1
        endpoint.failing_since = endpoint.failing_since or now
        is_too_much = endpoint.failures >= FAILING_TOO_OFTEN and now - endpoint.failing_since >= FAILING_TOO_LONG
        if is_too_much and endpoint.disabled_at is None:
            endpoint.disabled_at = now
            self._stopped(session, endpoint, now)
            log.warning("endpoint_stopped", endpoint=endpoint.id, municipality=endpoint.municipality_id)


def system_kinds(jobs: SystemJobs) -> tuple[JobKind, ...]:
    """Every kind of job that other systems need."""
    return (
        JobKind(name=TELL_JOB, run=jobs.pass_on),
        JobKind(name=SEND_JOB, run=jobs.send, backoff=BACKOFF, waits_for_others=True),
        JobKind(name=DROP_JOB, run=jobs.drop_old),
    )


SYSTEM_PERIODS = (PeriodicJob(kind=TELL_JOB, every=timedelta(seconds=2)), PeriodicJob(kind=DROP_JOB, every=timedelta(hours=6)))
