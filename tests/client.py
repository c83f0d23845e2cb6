"""A client of an application in this process."""

from contextlib import ExitStack
from functools import cache

from anyio.from_thread import BlockingPortal, start_blocking_portal
from starlette.testclient import TestClient


class Client(TestClient):
    """Starlette's, whose requests share one event loop: it would begin a thread and a loop for each of them."""

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]
        self.portal = _portal()


@cache
def _portal() -> BlockingPortal:
    """It ends with the process."""
    return _running.enter_context(start_blocking_portal())


_running = ExitStack()
