"""What every queue must do, whichever implements `core.jobs.Queue`: a test class that an implementation inherits."""

from tests.core.queue_failures import KeepsFailures
from tests.core.queue_going_on import KeepsEnding, KeepsGoing
from tests.core.queue_order import KeepsOrder
from tests.core.queue_running import KeepsRunning


class QueueContract(KeepsOrder, KeepsGoing, KeepsEnding, KeepsFailures, KeepsRunning):
    """Inherit it and give `make_queue`: each call makes one more queue on the same empty database, as another process would."""
