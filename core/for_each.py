"""Work that is done for each municipality in its turn."""

from collections.abc import Callable, Iterable

import structlog

log = structlog.get_logger()


def for_each(municipality_ids: Iterable[str], work: Callable[[str], object], failed: str) -> None:
    """What goes wrong at one holds no other up; the first error is raised when all had their turn, so that the job is tried again.

    `failed` is the event that is logged.
    """
    failures: list[Exception] = []
    for municipality_id in municipality_ids:
        try:
            work(municipality_id)
        except Exception as error:  # noqa: BLE001  # Whatever it is, the others come first.
            log.error(failed, municipality=municipality_id, error=type(error).__name__)
            failures.append(error)
    if failures:
        raise failures[0]
