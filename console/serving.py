"""What every page of the console is served with, built once by `create_console`."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.counter import Counter
from bot.receiving import Receiving
from console.attempts import FailedAttempts
from console.live.live import Live
from console.rendering import Renderer
from console.sessions import Sessions
from console.suggesting import Suggester
from console.systems import Systems
from core.audit import AuditLog
from core.clock import Clock
from core.database import Database
from core.edits import Edits
from core.jobs import Queue
from core.pack import Pack
from procedures.current import CurrentProcedures

SearchChanged = Callable[[str], None]
"""Gets the municipality's id once a change of its published content is durable."""


@dataclass(frozen=True, kw_only=True)
class Console:
    """One console; it serves all municipalities of a deployment."""

    database: Database
    queue: Queue
    packs: Callable[[str], Pack]
    clock: Clock
    public_url: str | None
    search_changed: SearchChanged | None
    audit: AuditLog
    sessions: Sessions
    attempts: FailedAttempts
    login_key: bytes
    renderer: Renderer
    live: Live
    counter: Counter | None
    """None where nobody talks with residents, as in tests of other pages."""
    suggester: Suggester | None
    procedures: CurrentProcedures | None
    edits: Edits | None
    """None, both, where no page of procedures is asked for."""
    systems: Systems | None
    """None as well."""
    receiving: Receiving | None
    """None as above."""

    @property
    def is_secure(self) -> bool:
        """Whether browsers come by https."""
        return self.public_url is not None and self.public_url.startswith("https://")
