"""Endpoints of webhooks: registering one, which shows its secret once, changing the secret, starting it again, removing it."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from core.encryption import Cipher, Keyring
from core.errors import ProjectError
from procedures.outside.addresses import Resolve, resolve, target_of
from procedures.outside.models import SYSTEM_LENGTH, DeliveryState, WebhookDelivery, WebhookEndpoint
from procedures.outside.scopes import EVENTS
from procedures.outside.signing import MARK

BOTH_VALID = timedelta(hours=24)
"""So long the secret before a rotation signs along."""
MOST = 20
"""Endpoints of a municipality."""


class EndpointRefusedError(ProjectError):
    """No such endpoint is registered; `problem` is the key of what is wrong."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"no endpoint is registered: {problem}")
        self.problem = problem


class Endpoints:
    """Secrets lie encrypted, since they must sign. `allows_private` lets addresses inside the own network be told."""

    def __init__(self, keyring: Keyring, *, allows_private: bool = False, resolve: Resolve = resolve) -> None:
        self._cipher: Cipher = keyring.cipher("webhook-secrets")
        self.allows_private = allows_private
        self.resolve = resolve

    def look_at(self, url: str) -> None:
        """Raises AddressRefusedError. Asks the network for the name, so no transaction may be open."""
        target_of(url, allows_private=self.allows_private, resolve=self.resolve)

    def register(
        self,
        session: Session,
        *,
        municipality_id: str,
        system: str,
        url: str,
        events: Sequence[str],
        procedures: Sequence[str] = (),
        known_procedures: Sequence[str],
        existing: int,
        now: datetime,
    ) -> tuple[WebhookEndpoint, str]:
        """The row, and its secret, which nobody can read again; `url` was looked at. Raises EndpointRefusedError."""
        name = system.strip()
        if not name or len(name) > SYSTEM_LENGTH or not name.isprintable():
            raise EndpointRefusedError("system_bad")
        if not events or not set(events) <= set(EVENTS):
            raise EndpointRefusedError("events_bad")
        if not set(procedures) <= set(known_procedures):
            raise EndpointRefusedError("procedures_bad")
        if existing >= MOST:
            raise EndpointRefusedError("too_many")
        secret = _new_secret()
        row = WebhookEndpoint(
            municipality_id=municipality_id,
            system=name,
            url=url,
            events=[event.value for event in EVENTS if event in events],
            procedures=sorted(set(procedures)),
            secret=self._cipher.encrypt(secret.encode()),
            created_at=now,
            failures=0,
        )
        session.add(row)
        session.flush()
        return row, secret

    def rotate(self, row: WebhookEndpoint, now: datetime) -> str:
        """A new secret; the one before signs along for a day, so that the receiver can change over in its own time."""
        secret = _new_secret()
        row.former_secret, row.former_until = row.secret, now + BOTH_VALID
        row.secret = self._cipher.encrypt(secret.encode())
        return secret

    def secrets_of(self, row: WebhookEndpoint, now: datetime) -> tuple[str, ...]:
        """The present one first."""
        kept = [row.secret]
        if row.former_secret is not None and row.former_until is not None and now < row.former_until:
            kept.append(row.former_secret)
        return tuple(self._cipher.decrypt(one).decode() for one in kept)


def start_again(row: WebhookEndpoint) -> None:
    """What happened meanwhile is not told any more; the receiver finds it in the list of changes."""
    row.disabled_at, row.failing_since, row.failures = None, None, 0


def remove(session: Session, row: WebhookEndpoint, now: datetime) -> None:
    """Its secrets are destroyed, and what waits for it is given up."""
    row.removed_at, row.secret, row.former_secret = now, b"", None
    waiting = update(WebhookDelivery).where(WebhookDelivery.endpoint_id == row.id, WebhookDelivery.state == DeliveryState.WAITING)
    session.execute(waiting.values(state=DeliveryState.FAILED, settled_at=now), execution_options={"synchronize_session": False})


def _new_secret() -> str:
    return MARK + secrets.token_urlsafe(32)
