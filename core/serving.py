"""Running a server: the socket opens at once, the product is built behind it, and it stops without dropping what is in hand."""

import contextlib
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from core.doorway import Building, Doorway
from core.errors import ProjectError
from core.logs import configure_logs
from core.memory import share_memory_among_threads
from core.texts import say

if TYPE_CHECKING:
    import uvicorn

DRAIN_SECONDS = 5


class ServingError(ProjectError):
    """The server could not begin."""


def run_server(build: Callable[[], Building], host: str, port: int) -> None:
    """Returns after a graceful stop; raises what `build` raised."""
    import uvicorn

    share_memory_among_threads()
    configure_logs()
    listening = _listen(host, port)
    doorway = Doorway(build)
    config = uvicorn.Config(
        doorway,
        log_config=None,
        access_log=False,
        lifespan="on",
        server_header=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
    with contextlib.suppress(KeyboardInterrupt):
        server_for(doorway, config).run(sockets=[listening])
    if doorway.failure is not None:
        raise doorway.failure


def server_for(doorway: Doorway, config: "uvicorn.Config") -> "uvicorn.Server":
    """Tells the doorway before it waits for open connections, of which event streams would not end by themselves."""
    import uvicorn

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            doorway.stopping()
            await super().shutdown(sockets)

    return Server(config)


def _listen(host: str, port: int) -> socket.socket:
    """Raises ServingError before anything is built for nothing."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise ServingError(say("server.not_listening", host=host, port=port, reason=error.strerror)) from None
