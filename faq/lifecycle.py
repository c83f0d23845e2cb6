"""Which state of a version may follow which; pure."""

from collections.abc import Mapping
from enum import StrEnum


class VersionState(StrEnum):
    """Where a version stands on its way to residents."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    ARCHIVED = "archived"


MAY_FOLLOW: Mapping[VersionState, frozenset[VersionState]] = {
    VersionState.DRAFT: frozenset({VersionState.IN_REVIEW, VersionState.PUBLISHED, VersionState.ARCHIVED}),
    VersionState.IN_REVIEW: frozenset({VersionState.DRAFT, VersionState.APPROVED, VersionState.ARCHIVED}),
    VersionState.APPROVED: frozenset({VersionState.DRAFT, VersionState.SCHEDULED, VersionState.PUBLISHED, VersionState.ARCHIVED}),
    VersionState.SCHEDULED: frozenset({VersionState.DRAFT, VersionState.PUBLISHED, VersionState.ARCHIVED}),
    VersionState.PUBLISHED: frozenset({VersionState.ARCHIVED}),
    # What was archived comes back as a new version, so that the history stays true.
    VersionState.ARCHIVED: frozenset(),
}

OPEN_STATES = frozenset({VersionState.DRAFT, VersionState.IN_REVIEW, VersionState.APPROVED, VersionState.SCHEDULED})
"""A version that somebody still works on; an entry has at most one."""


def may_follow(before: VersionState, after: VersionState) -> bool:
    return after in MAY_FOLLOW[before]


def is_open(state: VersionState) -> bool:
    return state in OPEN_STATES
