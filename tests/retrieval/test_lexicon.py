"""One slip of a finger: what comparing with every reading finds, whatever came and went before."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from retrieval.lexicon import SHORTEST_READING, SHORTEST_SLIP, Lexicon, names_in
from retrieval.tokens import Token

SOUND = st.text("あいうか", min_size=1, max_size=7)


def noun(reading: str) -> Token:
    return Token(
        form=reading,
        surface=f"語{reading}",
        reading=reading,
        start=0,
        end=1,
        is_noun=True,
        is_affix=False,
        is_place=False,
        is_unknown=False,
    )


@given(st.lists(st.tuples(st.integers(0, 5), st.none() | SOUND), max_size=20), SOUND)
def test_the_nearest_sound_is_found_and_nothing_that_was_removed(changes: list[tuple[int, str | None]], asked: str) -> None:
    lexicon = Lexicon()
    held: dict[int, str] = {}
    for key, reading in changes:
        if reading is None:
            lexicon.remove(key)
            held.pop(key, None)
        else:
            lexicon.put(key, names_in([[noun(reading)]]))
            held[key] = reading
    known = Counter(reading for reading in held.values() if len(reading) >= SHORTEST_READING)
    distances = {reading: OSA.distance(asked, reading) for reading in known}
    near = min(((distance, reading) for reading, distance in distances.items() if distance <= 1), default=None)
    expected = None if near is None or len(asked) < SHORTEST_SLIP else f"語{near[1]}"
    assert lexicon.nearly_sounding_like(asked) == expected
