"""Everything that open pages of one process share."""

from anyio import CapacityLimiter

from console.live.attendance import Attendance
from console.live.hub import Hub
from console.live.rendering import Newest, Rendering
from core.database import Database
from handoff.tally import Tally

THREADS = 4
"""That read and render for all streams; requests keep their own."""


class Live:
    """Built once by the composition root; `stop` ends every stream before the server waits for its connections."""

    def __init__(self, database: Database) -> None:
        self.hub = Hub(database)
        self.renderings = Newest[Rendering]()
        self.tallies = Newest[Tally]()
        self.attendance = Attendance()
        self.limiter = CapacityLimiter(THREADS)

    def stop(self) -> None:
        self.hub.stop()
