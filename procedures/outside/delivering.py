"""What an endpoint is told of an event, and one try of telling it."""

import contextlib
import http.client
import socket
import ssl
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson

from core.clock import iso
from core.jobs import NewJob
from procedures.models import Application, ApplicationEvent
from procedures.outside.addresses import AddressRefusedError, Target
from procedures.outside.models import DeliveryState, WebhookDelivery, WebhookEndpoint
from procedures.outside.scopes import EVENT_OF, Event

SEND_JOB = "send_webhook"
TIMEOUT_SECONDS = 10.0
LONGEST_SECONDS = 20.0
"""Of a whole try: an answer that comes byte by byte keeps nobody waiting."""
READ_AT_MOST = 4096
"""Bytes of an answer; nobody looks at them."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Of one try: a status, or the name of what went wrong."""

    status: int | None
    problem: str
    milliseconds: int

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


Post = Callable[[Target, bytes, Mapping[str, str]], Outcome]


def delivery_for(endpoint: WebhookEndpoint, event: ApplicationEvent, application: Application, now: datetime) -> WebhookDelivery | None:
    """None where the endpoint does not want it, is stopped, or was not there yet when it happened."""
    name = EVENT_OF.get(event.kind)
    if name is None or name not in endpoint.events or endpoint.disabled_at is not None or event.at < endpoint.created_at:
        return None
    if endpoint.procedures and application.procedure_id not in endpoint.procedures:
        return None
    about = {
        "number": application.number,
        "procedure": application.procedure_id,
        "version": application.version,
        "url": f"/api/v1/applications/{application.number}",
    }
    return _delivery(endpoint, name, now, event_id=event.id, about={"sequence": event.number, "at": iso(event.at), "application": about})


def trial(endpoint: WebhookEndpoint, now: datetime) -> WebhookDelivery:
    """Something that is sent by hand to see whether it arrives."""
    return _delivery(endpoint, Event.TEST, now, event_id=None, about={"sequence": None, "at": iso(now), "application": None})


def _delivery(
    endpoint: WebhookEndpoint, name: Event, now: datetime, *, event_id: int | None, about: Mapping[str, object]
) -> WebhookDelivery:
    uid = str(uuid.uuid4())
    return WebhookDelivery(
        municipality_id=endpoint.municipality_id,
        endpoint_id=endpoint.id,
        event_id=event_id,
        uid=uid,
        event=name.value,
        body={"id": uid, "event": name.value, "municipality": endpoint.municipality_id, **about},
        state=DeliveryState.WAITING,
        tries=[],
        created_at=now,
    )


def send_job(delivery: WebhookDelivery) -> NewJob:
    """Without a key: an endpoint's order is told by `sequence`, and one that fails holds up nothing else."""
    return NewJob(kind=SEND_JOB, payload={"delivery": delivery.id}, municipality_id=delivery.municipality_id)


def body_of(delivery: WebhookDelivery) -> bytes:
    """The same bytes at every try."""
    return orjson.dumps(delivery.body, option=orjson.OPT_SORT_KEYS)


def post(target: Target, body: bytes, headers: Mapping[str, str]) -> Outcome:
    """One request without following anywhere; never raises for what the other side does."""
    began = time.monotonic()

    def outcome(status: int | None, problem: str = "") -> Outcome:
        return Outcome(status=status, problem=problem, milliseconds=round((time.monotonic() - began) * 1000))

    connection = _Secure(target) if target.is_secure else _Plain(target)
    cut = threading.Timer(LONGEST_SECONDS, connection.cut)
    cut.daemon = True
    cut.start()
    try:
        connection.request("POST", target.path, body, dict(headers))
        answer = connection.getresponse()
        answer.read(READ_AT_MOST)
        if connection.is_cut:
            return outcome(None, "timeout")
        return outcome(answer.status, "" if 200 <= answer.status < 300 else "status")
    except TimeoutError:
        return outcome(None, "timeout")
    except ssl.SSLCertVerificationError:
        return outcome(None, "certificate")
    except ssl.SSLError:
        return outcome(None, "timeout" if connection.is_cut else "tls")
    except (OSError, http.client.HTTPException):
        return outcome(None, "timeout" if connection.is_cut else "connection")
    finally:
        cut.cancel()
        connection.close()


def refused(error: AddressRefusedError) -> Outcome:
    return Outcome(status=None, problem=error.problem, milliseconds=0)


class _Plain(http.client.HTTPConnection):
    """Connects to the addresses that were looked at, whatever the name says by now."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.host, target.port, timeout=TIMEOUT_SECONDS)
        self._target = target
        self.is_cut = False

    def cut(self) -> None:
        """Ends it from another thread, whatever it waits for."""
        self.is_cut = True
        if self.sock is not None:
            with contextlib.suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)

    def connect(self) -> None:
        self.sock = _socket(self._target)


class _Secure(_Plain):
    """As well, and the certificate must be that of the name."""

    default_port = 443

    def connect(self) -> None:
        plain = _socket(self._target)
        try:
            # The handshake comes apart, so that it can be cut off as well.
            secure = ssl.create_default_context().wrap_socket(plain, server_hostname=self._target.host, do_handshake_on_connect=False)
        except BaseException:
            plain.close()
            raise
        self.sock = secure
        secure.do_handshake()


def _socket(target: Target) -> socket.socket:
    last: OSError = ConnectionError("no address")
    for ip in target.ips:
        try:
            return socket.create_connection((ip, target.port), TIMEOUT_SECONDS)
        except OSError as error:
            last = error
    raise last
