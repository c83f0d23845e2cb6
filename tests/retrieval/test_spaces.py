"""Rows and spaces: what memory holds agrees with what was put in, and bytes and Chroma's graph with comparing everything."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.fields import FIELDS
from retrieval.held import STEPS, Bytes, Floats
from retrieval.index import ChromaPlace, VectorIndex, escape, unescape
from retrieval.lens import FEWEST, learn_lens, unit
from retrieval.rows import Rows
from retrieval.spaces import Space

DIMENSIONS = 16
CHANGES = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.booleans()), max_size=40)


def vectors(count: int, seed: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return unit(np.random.default_rng(seed).normal(size=(count, DIMENSIONS)).astype(np.float32))


@given(CHANGES, st.sampled_from([100, 3, 0]))
def test_rows_hold_what_was_added_and_not_removed(changes: list[tuple[str, bool]], most: int) -> None:
    rows = Rows(most=most)
    expected: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]] = {}
    for number, (vector_id, is_added) in enumerate(changes):
        rows.remove([vector_id])
        expected.pop(vector_id, None)
        if is_added:
            vector = vectors(1, number)[0]
            rows.add({vector_id: vector}, {vector_id: ord(vector_id)}, [vector_id] if number % 2 else [])
            rows.measure({vector_id: float(number)})
            expected[vector_id] = vector
            if rows.is_too_large:
                rows.shrink()
            assert rows.mains[rows.place(vector_id)] == bool(number % 2)
            assert rows.lengths[rows.place(vector_id)] == number
    assert sorted(rows.ids) == sorted(expected)
    for vector_id, vector in expected.items():
        place = rows.place(vector_id)
        assert place is not None
        np.testing.assert_allclose(rows.vectors([place])[0], vector, atol=0 if rows.is_in_chroma else 1 / STEPS)
        np.testing.assert_allclose(rows.products([vector])[0][place], 1, atol=1e-5 if rows.is_in_chroma else 0.02)
        assert rows.slots[place] == ord(vector_id)


def test_rows_grow_beyond_their_first_room() -> None:
    rows = Rows(most=10_000)
    many = vectors(1000, 1)
    for start in range(0, 1000, 37):
        part = {f"{number}": many[number] for number in range(start, min(1000, start + 37))}
        rows.add(part, {vector_id: int(vector_id) for vector_id in part}, part)
    assert len(rows) == 1000
    for number in (0, 255, 256, 999):
        place = rows.place(str(number))
        assert place is not None
        np.testing.assert_array_equal(rows.vectors([place])[0], many[number])


@pytest.mark.parametrize(("expected", "has_graph", "is_in_chroma"), [(10, False, True), (11, False, False), (11, True, True)])
def test_where_many_are_expected_nothing_is_held_as_floats_first(expected: int, has_graph: bool, is_in_chroma: bool) -> None:
    rows = Rows(most=10, has_graph=has_graph, expected=expected)
    assert rows.is_held
    assert rows.is_in_chroma == is_in_chroma


def test_bytes_find_nearly_the_same_hundred_as_floats() -> None:
    draw = np.random.default_rng(8)
    centres = draw.normal(size=(40, 256))
    many = unit((centres[draw.integers(0, 40, 3000)] + 0.7 * draw.normal(size=(3000, 256))).astype(np.float32))
    whole, small = Floats(), Bytes()
    for held in (whole, small):
        held.put(0, many[:2000], 2000)
        held.put(2000, many[2000:], 3000)
    queries = list(unit(many[::300] + 0.5 * draw.normal(size=(10, 256)).astype(np.float32) / 16))
    for exact, near in zip(whole.products(queries, 3000), small.products(queries, 3000), strict=True):
        assert np.abs(exact - near).max() < 0.005
        assert len(set(np.argsort(-exact)[:100]) & set(np.argsort(-near)[:100])) >= 97


def test_copies_stay_as_they_were() -> None:
    for most in (100, 0):
        rows = Rows(most=most, expected=1)
        own = vectors(2, 4)
        rows.add({"a": own[0], "b": own[1]}, {"a": 0, "b": 1}, ["a", "b"])
        copies = rows.copies()
        rows.remove(["a"])
        found = copies(["a", "b", "c"])
        assert list(found) == ["a", "b"]
        np.testing.assert_allclose(found["a"], own[0], atol=1 / STEPS)


def filled(space: Space, own: Mapping[int, np.ndarray[tuple[int, ...], np.dtype[np.float32]]]) -> dict[str, np.ndarray]:  # type: ignore[type-arg]
    """Each passage with two texts; the slot is ten more than the key."""
    ids = {key: (f"{key}.0", f"{key}.1") for key in own}
    named = {vector_id: own[key][place] for key, both in ids.items() for place, vector_id in enumerate(both)}
    space.add(ids, named, {key: key + 10 for key in own})
    return named


@pytest.mark.parametrize("has_lens", [False, True])
@pytest.mark.parametrize("has_graph", [False, True])
def test_bytes_and_chromas_graph_show_what_comparing_everything_shows(has_lens: bool, has_graph: bool) -> None:
    field, index = FIELDS[0], VectorIndex(ChromaPlace())
    exact, large = Space(field), Space(field, exact_rows=100, has_graph=has_graph)
    own = {key: vectors(2, key) for key in range(FEWEST + 50)}
    for space in (exact, large):
        named = filled(space, {key: own[key] for key in list(own)[:-20]})
        if has_lens:
            firsts = np.stack([pair[0] for pair in own.values()])
            lens = learn_lens(firsts, unit(firsts + 0.3 * vectors(len(firsts), 5)))
            assert lens is not None
            mains = frozenset(space.main_ids(own))
            space.put_on(space.measure(lens, list(space.rows.ids), mains, lambda ids, named=named: {key: named[key] for key in ids}))
        named |= filled(space, {key: own[key] for key in list(own)[-20:]})
        gone = [3, 5, len(own) - 1]
        space.remove(gone, {} if space.rows.is_held else {vector_id: named[vector_id] for vector_id in space.main_ids(gone)})
        index.put("all", {vector_id: named[vector_id] for vector_id in space.rows.ids})
    assert exact.rows.is_in_chroma
    assert (large.rows.is_held, large.rows.is_in_chroma) == (not has_graph, has_graph)
    query, slots = vectors(1, 77)[0], len(own) + 12
    sights = large.sights(query)
    if has_graph:
        answers = index.nearest("all", [sight.vector for sight in sights], 100)
        seen = exact.compare(exact.sights(query), slots, 100), large.take(sights, answers, slots)
    else:
        seen = exact.compare(exact.sights(query), slots, 100), large.compare(sights, slots, 100)
    assert len(seen[0]) == len(seen[1]) == 1 + has_lens
    for one, other in zip(*seen, strict=True):
        assert one.name == other.name
        np.testing.assert_allclose(
            [one.spread.mean, one.spread.deviation],
            [other.spread.mean, other.spread.deviation],
            rtol=1e-3 if has_graph else 0.02,
            atol=2e-3,
        )
        np.testing.assert_array_equal(np.isnan(one.scores), np.isnan(other.scores))
        assert np.isnan(one.scores[[13, 15, 0, slots - 1]]).all()
        best = np.argsort(-np.nan_to_num(one.scores, nan=-1.0))[:40]
        np.testing.assert_allclose(one.scores[best], other.scores[best], atol=1e-4 if has_graph else 0.02)


@given(st.text(max_size=30))
def test_any_name_of_a_model_makes_a_name_of_a_collection_and_back(name: str) -> None:
    assert unescape(escape(name)) == name
    assert all(character.isascii() and (character.isalnum() or character in "._-") for character in escape(name))
