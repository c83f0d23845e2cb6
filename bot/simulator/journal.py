"""The record of everything the bot did and of every webhook it was sent."""

from collections import deque

from bot.simulator.changes import Changes
from bot.simulator.records import Delivery, RecordedRequest, Violation

# Enough for any test; a demo that runs for weeks forgets the oldest.
MOST_RECORDS = 50_000


class Journal:
    """Oldest first; whoever waits for a change is told of every entry."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._violations: deque[Violation] = deque(maxlen=MOST_RECORDS)
        self._deliveries: deque[Delivery] = deque(maxlen=MOST_RECORDS)
        self._requests: deque[RecordedRequest] = deque(maxlen=MOST_RECORDS)

    def add_violation(self, violation: Violation) -> None:
        with self._changes.lock:
            self._violations.append(violation)
            self._changes.announce()

    def add_delivery(self, delivery: Delivery) -> None:
        with self._changes.lock:
            self._deliveries.append(delivery)
            self._changes.announce()

    def add_request(self, request: RecordedRequest) -> None:
        with self._changes.lock:
            self._requests.append(request)
            self._changes.announce()

    def violations(self) -> list[Violation]:
        with self._changes.lock:
            return list(self._violations)

    def deliveries(self) -> list[Delivery]:
        with self._changes.lock:
            return list(self._deliveries)

    def requests(self) -> list[RecordedRequest]:
        with self._changes.lock:
            return list(self._requests)
