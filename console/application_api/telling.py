"""How residents hear of what a system did: the sender of the bot, behind an interface."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from procedures.applications import Telling
from procedures.models import Application
from procedures.state import Filling


class Teller(Protocol):
    """Everything is written in the caller's transaction."""

    def tell(self, session: Session, municipality_id: str, tellings: Sequence[Telling], now: datetime) -> None:
        """Puts into the ledger what residents must hear."""

    def ask_again(self, session: Session, application: Application, filling: Filling, now: datetime) -> None:
        """Lets the resident go on with what was returned."""
