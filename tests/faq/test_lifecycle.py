"""Which states of a version may follow each other."""

import pytest

from faq.lifecycle import MAY_FOLLOW, VersionState, is_open, may_follow


@pytest.mark.parametrize("state", VersionState)
def test_every_state_has_its_rule(state: VersionState) -> None:
    assert state in MAY_FOLLOW


@pytest.mark.parametrize(
    ("before", "after", "allowed"),
    [
        (VersionState.DRAFT, VersionState.PUBLISHED, True),
        (VersionState.DRAFT, VersionState.IN_REVIEW, True),
        (VersionState.IN_REVIEW, VersionState.PUBLISHED, False),
        (VersionState.APPROVED, VersionState.SCHEDULED, True),
        (VersionState.SCHEDULED, VersionState.PUBLISHED, True),
        (VersionState.PUBLISHED, VersionState.ARCHIVED, True),
        (VersionState.PUBLISHED, VersionState.DRAFT, False),
        (VersionState.ARCHIVED, VersionState.PUBLISHED, False),
    ],
)
def test_a_state_follows_only_where_the_rules_allow(before: VersionState, after: VersionState, *, allowed: bool) -> None:
    assert may_follow(before, after) is allowed


def test_published_and_archived_versions_are_not_worked_on() -> None:
    assert [state for state in VersionState if not is_open(state)] == [VersionState.PUBLISHED, VersionState.ARCHIVED]
