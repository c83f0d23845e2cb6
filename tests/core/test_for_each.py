"""Work for each municipality: one that fails holds no other up, and is told."""

import pytest

from core.errors import TemporaryError
from core.for_each import for_each


def test_all_have_their_turn_and_the_first_error_is_raised() -> None:
    done = []

    def work(municipality_id: str) -> None:
        if municipality_id in ("broken", "worse"):
            raise TemporaryError(municipality_id)
        done.append(municipality_id)

    with pytest.raises(TemporaryError, match="broken"):
        for_each(["first", "broken", "second", "worse", "last"], work, "not_done")
    assert done == ["first", "second", "last"]


def test_nothing_is_raised_where_all_goes_well() -> None:
    done: list[str] = []
    for_each(["a", "b"], done.append, "not_done")
    assert done == ["a", "b"]
