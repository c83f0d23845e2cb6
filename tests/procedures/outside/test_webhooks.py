"""Telling other systems: what, signed how, how often, and when no more."""

import hashlib
import hmac
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import orjson
import pytest

from core.database import Database
from core.jobs import Job
from procedures.applications import accept
from procedures.outside.addresses import target_of
from procedures.outside.delivering import SEND_JOB, post, trial
from procedures.outside.endpoints import BOTH_VALID, MOST, EndpointRefusedError, Endpoints, remove, start_again
from procedures.outside.jobs import BACKOFF, DELIVERIES_KEPT, EndpointFailedError, system_kinds
from procedures.outside.models import DeliveryState, WebhookEndpoint
from procedures.outside.signing import signature
from procedures.queries import locked_application
from tests.procedures.database import DESK
from tests.procedures.outside.office import HOUR, KEYRING, Office, Told, told_of
from tests.procedures.talk import NOW


class OnPurpose(Exception):
    """Ends a transaction."""


def job_for(delivery: int, attempt: int = 1) -> Job:
    return Job(id=1, kind=SEND_JOB, payload={"delivery": delivery}, key=None, attempt=attempt, enqueued_at=NOW)


def send(told: Told, delivery: int, attempt: int = 1) -> bool:
    """Whether it was taken; False where the queue is to try again."""
    try:
        told.jobs.send(job_for(delivery, attempt))
    except EndpointFailedError:
        return False
    return True


def test_each_way_of_an_application_is_told_with_ids_only(database: Database) -> None:
    office = Office(database)
    told = told_of(office)
    first, second = office.apply(2)
    office.move(first, "check")
    office.move(first, "accept")
    office.move(first, "finish")
    office.move(second, "withdraw")
    office.pass_on()
    events = [delivery.event for delivery in office.deliveries()]
    assert events == [f"application.{name}" for name in ("received", "received", "accepted", "done", "withdrawn")]
    assert office.jobs() == [delivery.id for delivery in office.deliveries()]
    assert send(told, office.deliveries()[2].id)
    _, body, headers = told.receiver.got[0]
    said = orjson.loads(body)
    assert set(said) == {"id", "event", "municipality", "sequence", "at", "application"}
    assert said["application"]["number"] == first.number
    assert set(said["application"]) == {"number", "procedure", "version", "url"}
    assert headers["Madoguchi-Event"] == said["event"] == "application.accepted"
    assert headers["Madoguchi-Delivery"] == said["id"]
    assert "田中" not in body.decode()


def test_change_that_is_rolled_back_tells_nobody(database: Database) -> None:
    office = Office(database)
    told_of(office)
    application = office.apply()[0]
    office.pass_on()
    before = len(office.deliveries())

    def fail() -> None:
        with database.transaction() as session:
            row = locked_application(session, "shiomi", application.id)
            assert row is not None
            accept(session, DESK, row, staff_id=office.people.staff, now=office.now)
            raise OnPurpose

    with pytest.raises(OnPurpose):
        fail()
    office.pass_on()
    assert len(office.deliveries()) == before
    office.move(application, "accept")
    office.pass_on()
    assert len(office.deliveries()) == before + 1


def test_endpoint_is_told_only_what_it_wants_and_what_came_after_it(database: Database) -> None:
    office = Office(database)
    early = office.apply()[0]
    office.now += HOUR
    told_of(office, events=["application.accepted"], procedures=["oversized_waste"])
    dog = office.apply(1, "dog_registration")[0]
    late = office.apply(1, begin=1)[0]
    for application in (early, dog, late):
        office.move(application, "accept")
    office.pass_on()
    assert [delivery.body["application"]["number"] for delivery in office.deliveries()] == [early.number, late.number]
    assert {delivery.event for delivery in office.deliveries()} == {"application.accepted"}


def test_signature_is_checked_with_the_secret_over_moment_and_body(database: Database) -> None:
    office = Office(database)
    told = told_of(office)
    office.apply()
    office.pass_on()
    send(told, office.deliveries()[0].id)
    _, body, headers = told.receiver.got[0]
    parts = dict(part.split("=") for part in headers["Madoguchi-Signature"].split(","))
    expected = hmac.new(told.secret.encode(), f"{parts['t']}.".encode() + body, hashlib.sha256).hexdigest()
    assert parts == {"t": str(int(office.now.timestamp())), "v1": expected}
    with database.reading() as session:
        assert told.secret.encode() not in session.get_one(WebhookEndpoint, told.endpoint_id).secret


def test_after_a_rotation_both_secrets_sign_for_a_day(database: Database) -> None:
    office = Office(database)
    told = told_of(office)
    with database.transaction() as session:
        new = told.endpoints.rotate(session.get_one(WebhookEndpoint, told.endpoint_id), office.now)
    assert new != told.secret
    assert told.endpoints.secrets_of(told.endpoint(), office.now) == (new, told.secret)
    assert told.endpoints.secrets_of(told.endpoint(), office.now + BOTH_VALID) == (new,)
    assert signature(b"{}", (new, told.secret), office.now).count("v1=") == 2


def test_failure_is_tried_again_and_the_last_one_is_written_down(database: Database) -> None:
    office = Office(database)
    told = told_of(office)
    office.apply()
    office.pass_on()
    delivery = office.deliveries()[0].id
    told.receiver.status = 500
    assert not send(told, delivery)
    told.receiver.status = None
    assert send(told, delivery, attempt=len(BACKOFF) + 1), "no further try, and no dead letter"
    row = office.deliveries()[0]
    assert row.state == DeliveryState.FAILED
    assert [one["status"] for one in row.tries] == [500, None]
    assert told.endpoint().failures == 2


def test_success_ends_it_and_a_second_job_sends_nothing(database: Database) -> None:
    office = Office(database)
    told = told_of(office)
    office.apply()
    office.pass_on()
    delivery = office.deliveries()[0].id
    told.receiver.status = 503
    send(told, delivery)
    told.receiver.status = 200
    assert send(told, delivery, attempt=2)
    assert send(told, delivery, attempt=3)
    assert len(told.receiver.got) == 2
    assert told.receiver.got[0][1] == told.receiver.got[1][1], "the same bytes"
    assert office.deliveries()[0].state == DeliveryState.DELIVERED
    assert told.endpoint().failures == 0


def test_endpoint_that_fails_for_long_is_stopped_and_somebody_is_told(database: Database) -> None:
    office = Office(database)
    told = told_of(office)
    office.apply()
    office.pass_on()
    delivery = office.deliveries()[0].id
    told.receiver.status = 500
    for attempt in range(1, 8):
        send(told, delivery, attempt)
    office.now += timedelta(hours=25)
    assert told.endpoint().disabled_at is None, "often, but not yet for long and often"
    send(told, delivery, 8)
    assert told.endpoint().disabled_at is not None
    assert told.stopped == [told.endpoint_id]
    office.apply(1, begin=1)
    office.pass_on()
    assert len(office.deliveries()) == 1, "nothing more is told"
    assert send(told, delivery, 9)
    assert office.deliveries()[0].state == DeliveryState.FAILED
    with database.transaction() as session:
        start_again(session.get_one(WebhookEndpoint, told.endpoint_id))
    office.apply(1, begin=2)
    office.pass_on()
    assert len(office.deliveries()) == 2


def test_one_bad_night_stops_nothing(database: Database) -> None:
    office = Office(database)
    told = told_of(office)
    office.apply()
    office.pass_on()
    told.receiver.status = 500
    for attempt in range(1, 10):
        send(told, office.deliveries()[0].id, attempt)
        office.now += HOUR
    assert told.endpoint().disabled_at is None


def test_address_that_moved_inside_is_not_told(database: Database) -> None:
    """The name led outside when it was registered."""
    office = Office(database)
    told = told_of(office)
    office.apply()
    office.pass_on()
    delivery = office.deliveries()[0].id
    told.endpoints.resolve = lambda host, port: ["10.0.0.5"]
    assert not send(told, delivery)
    assert told.receiver.got == []
    assert office.deliveries()[0].tries[0]["problem"] == "private"
    told.endpoints.resolve = lambda host, port: ["203.0.114.7"]
    assert send(told, delivery, 2)


def test_removed_endpoint_is_told_nothing_and_loses_its_secret(database: Database) -> None:
    office = Office(database)
    told = told_of(office)
    office.apply()
    office.pass_on()
    delivery = office.deliveries()[0]
    with database.transaction() as session:
        remove(session, session.get_one(WebhookEndpoint, told.endpoint_id), office.now)
    assert send(told, delivery.id)
    assert told.receiver.got == []
    assert told.endpoint().secret == b""
    assert office.deliveries()[0].state == DeliveryState.FAILED


def test_endpoint_that_makes_no_sense_is_not_registered(database: Database) -> None:
    office = Office(database)
    wanted = {
        "municipality_id": "shiomi", "system": "収集", "url": "https://a.example.jp/", "events": ["application.done"],
        "known_procedures": ("oversized_waste",), "existing": 0, "now": office.now,
    }  # fmt: skip
    with database.transaction() as session:
        Endpoints(KEYRING).register(session, **wanted)  # type: ignore[arg-type]
        for changes, problem in (
            ({"system": ""}, "system_bad"),
            ({"events": []}, "events_bad"),
            ({"events": ["test"]}, "events_bad"),
            ({"procedures": ["passport"]}, "procedures_bad"),
            ({"existing": MOST}, "too_many"),
        ):
            with pytest.raises(EndpointRefusedError) as caught:
                Endpoints(KEYRING).register(session, **{**wanted, **changes})  # type: ignore[arg-type]
            assert caught.value.problem == problem


def test_logs_go_when_their_time_is_over(database: Database) -> None:
    office = Office(database)
    told = told_of(office)
    office.apply(2)
    office.pass_on()
    send(told, office.deliveries()[0].id)
    office.now += DELIVERIES_KEPT
    told.jobs.drop_old(job_for(0))
    assert len(office.deliveries()) == 2, "to the day"
    office.now += HOUR
    told.jobs.drop_old(job_for(0))
    assert [delivery.state for delivery in office.deliveries()] == [DeliveryState.WAITING]


def test_trial_says_that_it_is_one(database: Database) -> None:
    told = told_of(Office(database))
    assert trial(told.endpoint(), told.office.now).body["event"] == "test"
    assert {kind.name for kind in system_kinds(told.jobs)} == {"tell_systems", "send_webhook", "drop_outside_logs"}


@contextmanager
def listening(status: int) -> Iterator[tuple[int, list[bytes]]]:
    got: list[bytes] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(status)
            self.send_header("location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port, got
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("status", "is_taken"), [(204, True), (302, False), (410, False)])
def test_request_goes_to_the_address_that_was_looked_at_and_follows_nowhere(status: int, is_taken: bool) -> None:
    with listening(status) as (port, got):
        target = target_of(f"http://localhost:{port}/x", allows_private=True, resolve=lambda host, port: ["127.0.0.1"])
        outcome = post(target, b'{"a":1}', {"Content-Type": "application/json"})
    assert got == [b'{"a":1}']
    assert (outcome.status, outcome.is_taken) == (status, is_taken)


def test_nobody_there_is_an_outcome() -> None:
    with listening(200) as (port, _):
        pass
    target = target_of(f"http://localhost:{port}/x", allows_private=True, resolve=lambda host, port: ["127.0.0.1"])
    outcome = post(target, b"{}", {})
    assert (outcome.status, outcome.problem) == (None, "connection")
