"""Carrying webhooks to the bots: threads that post, the deadline, redelivery, duplicates, batches, suspension."""

import functools
import heapq
import itertools
import logging
import random
import ssl
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import httpx

from bot.simulator.account import Account
from bot.simulator.faults import Redelivery
from bot.simulator.records import Delivery, DeliveryResult, Json
from bot.simulator.webhook_bytes import signature, write_body

if TYPE_CHECKING:
    from bot.simulator.platform import Platform

DEADLINE_SECONDS = 2.0
# LINE does not say how often or when it redelivers.
REDELIVERY_SECONDS = (1.0, 4.0, 10.0)
THREADS = 24
HEADERS = {"content-type": "application/json; charset=utf-8", "user-agent": "LineBotWebhook/2.0"}

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """Events that go out in one POST."""

    account: Account
    events: tuple[Json, ...]
    attempt: int = 0
    is_duplicate: bool = False

    def redelivered(self) -> "Parcel":
        events = tuple({**event, "deliveryContext": {"isRedelivery": True}} for event in self.events)
        return replace(self, events=events, attempt=self.attempt + 1)


class Courier:
    """Parcels queued before `start` leave when it starts."""

    def __init__(self, platform: "Platform", seed: int) -> None:
        self._platform = platform
        self._dice = random.Random(seed)
        self._condition = threading.Condition()
        self._waiting: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._in_flight = 0
        self._batches: dict[str, list[Json]] = {}
        self._dispatcher: threading.Thread | None = None
        self._executor: ThreadPoolExecutor | None = None
        self._client: httpx.Client | None = None
        self._is_stopping = False

    def start(self) -> None:
        if self._dispatcher is not None:
            return
        self._is_stopping = False
        self._client = new_client()
        self._executor = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="line-webhook")
        self._dispatcher = threading.Thread(target=self._dispatch, name="line-dispatcher", daemon=True)
        self._dispatcher.start()

    def stop(self) -> None:
        with self._condition:
            self._is_stopping = True
            self._waiting.clear()
            self._condition.notify_all()
        if self._dispatcher is not None:
            self._dispatcher.join()
            self._dispatcher = None
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)
            self._executor = None
        if self._client is not None:
            self._client.close()
            self._client = None

    def queue(self, account: Account, event: Json) -> None:
        batch_seconds = self._platform.faults.plan.batch_ms / 1000
        if batch_seconds <= 0:
            self.send(account, (event,))
            return
        with self._condition:
            batch = self._batches.setdefault(account.channel.municipality, [])
            batch.append(event)
            is_first = len(batch) == 1
        if is_first:
            self.later(batch_seconds, lambda: self._close_batch(account))

    def send(self, account: Account, events: tuple[Json, ...]) -> None:
        """Hands these events to the bot in one POST, with whatever duplicates the faults ask for."""
        parcel = Parcel(account=account, events=events)
        self.later(self._dice.uniform(0, self._platform.faults.plan.jitter_ms / 1000), lambda: self._deliver(parcel))
        duplicates = self._platform.faults.plan.webhook_duplicates
        if duplicates is not None and self._dice.random() < duplicates.probability:
            for _ in range(duplicates.copies):
                self.later(self._dice.uniform(0, 0.05), lambda: self._deliver(replace(parcel, is_duplicate=True)))

    def wait_until_idle(self, timeout: float) -> bool:
        """True once nothing is waiting or on its way, redeliveries included."""
        with self._condition:
            return self._condition.wait_for(lambda: not self._waiting and not self._in_flight, timeout)

    def _close_batch(self, account: Account) -> None:
        with self._condition:
            events = tuple(self._batches.pop(account.channel.municipality, ()))
        if events:
            self.send(account, events)

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        with self._condition:
            if not self._is_stopping:
                heapq.heappush(self._waiting, (time.monotonic() + seconds, next(self._numbers), action))
                self._condition.notify_all()

    def _dispatch(self) -> None:
        while True:
            with self._condition:
                while not self._is_stopping and (not self._waiting or self._waiting[0][0] > time.monotonic()):
                    self._condition.wait(self._waiting[0][0] - time.monotonic() if self._waiting else None)
                if self._is_stopping or self._executor is None:
                    return
                _, _, action = heapq.heappop(self._waiting)
                self._in_flight += 1
            self._executor.submit(self._run, action)

    def _run(self, action: Callable[[], None]) -> None:
        try:
            action()
        except Exception:
            logger.exception("a webhook could not be delivered")
        finally:
            with self._condition:
                self._in_flight -= 1
                self._condition.notify_all()

    def _deliver(self, parcel: Parcel) -> None:
        account = parcel.account
        body = write_body(account.bot_user_id, parcel.events, dice=self._dice, is_mutated=self._platform.faults.plan.mutate_json)
        delivery = self.post(account, body, events=parcel.events, is_redelivery=parcel.attempt > 0)
        if parcel.is_duplicate or not account.is_redelivery_on or delivery.result is DeliveryResult.SUSPENDED:
            return
        has_failed = delivery.result is not DeliveryResult.OK
        fault = self._platform.faults.plan.redeliver
        if fault is None:
            if has_failed and parcel.attempt < len(REDELIVERY_SECONDS):
                self._redeliver(parcel, REDELIVERY_SECONDS[parcel.attempt])
        elif parcel.attempt == 0 and (has_failed or not fault.only_failures):
            for seconds in self._delays(fault):
                self._redeliver(parcel, seconds)

    def _redeliver(self, parcel: Parcel, seconds: float) -> None:
        self.later(seconds, lambda: self._deliver(parcel.redelivered()))

    def _delays(self, fault: Redelivery) -> list[float]:
        seconds = fault.delay_ms / 1000
        if fault.concurrent:
            return [self._dice.uniform(0, 3 * seconds) if fault.reorder else seconds] * fault.copies
        if fault.reorder:
            return [self._dice.uniform(0, 3 * seconds) for _ in range(fault.copies)]
        return [seconds * (number + 1) for number in range(fault.copies)]

    def post(
        self,
        account: Account,
        body: bytes,
        *,
        events: tuple[Json, ...] = (),
        is_redelivery: bool = False,
        signed_with: str | None = "secret",
    ) -> Delivery:
        """Posts these bytes now, in this thread, and records how it ended; `signed_with` None leaves the signature out."""
        headers = dict(HEADERS)
        if signed_with is not None:
            headers["x-line-signature"] = signature(account.channel.secret, body) if signed_with == "secret" else signed_with
        started = time.monotonic()
        if account.is_suspended:
            result, status, detail = DeliveryResult.SUSPENDED, None, "delivery is suspended after long failure"
        else:
            self._platform.mark_delivered(account, events)
            result, status, detail = self.post_to(self._platform.resolve(account.webhook_url), body, headers)
        delivery = Delivery(
            municipality=account.channel.municipality,
            events=events,
            body=body,
            is_redelivery=is_redelivery,
            result=result,
            status=status,
            at=self._platform.now_ms(),
            seconds=time.monotonic() - started,
            detail=detail,
        )
        self._platform.record_delivery(account, delivery)
        return delivery

    def post_to(self, url: str, body: bytes, headers: dict[str, str]) -> tuple[DeliveryResult, int | None, str]:
        if self._client is not None:
            return post_webhook(self._client, url, body, headers)
        with new_client() as client:
            return post_webhook(client, url, body, headers)


@functools.cache
def certificates() -> ssl.SSLContext:
    """Reading the system's certificates takes longer than everything else about a client."""
    return ssl.create_default_context()


def new_client() -> httpx.Client:
    limits = httpx.Limits(max_connections=THREADS * 2, max_keepalive_connections=THREADS)
    return httpx.Client(timeout=DEADLINE_SECONDS, verify=certificates(), trust_env=False, limits=limits)


def post_webhook(client: httpx.Client, url: str, body: bytes, headers: dict[str, str]) -> tuple[DeliveryResult, int | None, str]:
    started = time.monotonic()
    try:
        answer = client.post(url, content=body, headers=headers)
    except httpx.ConnectTimeout as error:
        return DeliveryResult.COULD_NOT_CONNECT, None, str(error)
    except httpx.TimeoutException as error:
        return DeliveryResult.REQUEST_TIMEOUT, None, str(error)
    except httpx.HTTPError as error:
        return DeliveryResult.COULD_NOT_CONNECT, None, str(error)
    if time.monotonic() - started > DEADLINE_SECONDS:
        return DeliveryResult.REQUEST_TIMEOUT, answer.status_code, "answered too late"
    if not answer.is_success:
        return DeliveryResult.ERROR_STATUS_CODE, answer.status_code, answer.text[:200]
    return DeliveryResult.OK, answer.status_code, ""
