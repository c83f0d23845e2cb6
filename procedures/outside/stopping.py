"""What the audit log says of an endpoint that the product itself stopped."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.audit import AuditLog
from procedures.outside.models import WebhookEndpoint


class StoppedEndpoints:
    """Nobody did it: they failed for too long."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit

    def record(self, session: Session, endpoint: WebhookEndpoint, now: datetime) -> None:
        self._audit.record(
            session,
            municipality_id=endpoint.municipality_id,
            staff_id=None,
            action="endpoint.stopped",
            subject=f"endpoint:{endpoint.id} {endpoint.url}",
            now=now,
        )
