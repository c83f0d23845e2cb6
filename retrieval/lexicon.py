"""How the words of a municipality's questions sound, to understand questions typed in kana, with a wrong conversion or a slip."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

import regex

from retrieval.tokens import Token, fold

KANA_RUN = regex.compile(r"[ぁ-ゖァ-ヺー]{3,}")
WORD_IN_KANA = regex.compile(r"(?:(?<![ぁ-ゖー])|(?<=[のをはがにでとへも]))[ぁ-ゖー]{4,}?(?=[のをはがにでとへも]|$|[^ぁ-ゖー])")
HAN = regex.compile(r"\p{Han}")
CONTENT = regex.compile(r"\p{Han}|[ァ-ヺ]{2}")
LONGEST_NAME = 5
SHORTEST_READING = 3
SHORTEST_SLIP = 4


class Lexicon:
    """Readings of nouns and compound nouns, counted per passage. Not safe for threads: the owner takes a lock."""

    def __init__(self) -> None:
        self._by_reading: dict[str, Counter[str]] = {}
        self._own: dict[int, Mapping[tuple[str, str], int]] = {}
        self._by_edge: dict[tuple[int, str], dict[str, None]] = {}
        """Readings by their first (0) and last (-1) character: one slip changes at most one of the two."""
        self._longest = 0

    def put(self, key: int, names: Mapping[tuple[str, str], int]) -> None:
        """Adds the names in a passage's questions, as `names_in` counts them, or replaces them."""
        self.remove(key)
        self._own[key] = names
        for (reading, surface), count in names.items():
            if reading not in self._by_reading:
                self._by_reading[reading] = Counter()
                for edge in (0, -1):
                    self._by_edge.setdefault((edge, reading[edge]), {})[reading] = None
            self._by_reading[reading][surface] += count
            self._longest = max(self._longest, len(reading))

    def remove(self, key: int) -> None:
        """Nothing happens when there is no such passage."""
        for (reading, surface), count in self._own.pop(key, {}).items():
            surfaces = self._by_reading[reading]
            surfaces[surface] -= count
            if surfaces[surface] <= 0:
                del surfaces[surface]
            if not surfaces:
                del self._by_reading[reading]
                for edge in (0, -1):
                    del self._by_edge[edge, reading[edge]][reading]

    def write_out(self, text: str, *, is_kana_only: bool) -> str:
        """Words in kana as they are usually written here; in a text with kanji only what stands between particles is taken for one."""
        if is_kana_only:
            return str(KANA_RUN.sub(lambda run: "".join(self._pieces(run[0])), text))
        return str(WORD_IN_KANA.sub(lambda word: self._sounding_like(word[0]) or word[0], text))

    def rightly_converted(self, words: Sequence[Token], is_known: Callable[[str], bool]) -> Iterator[tuple[int, int, str]]:
        """Where another spelling of the same sound is usual: 固定資産勢 → 固定資産税, and for a single word only if it is unknown."""
        first = 0
        while first < len(words):
            for run in _runs(words, first):
                surfaces = self._by_reading.get("".join(token.reading for token in run), Counter())
                is_written_so = "".join(token.surface for token in run) in surfaces
                if surfaces and not is_written_so and (len(run) > 1 or not is_known(run[0].form)):
                    yield run[0].start, run[-1].end, _usual(surfaces)
                    first += len(run) - 1
                    break
            first += 1

    def nearly_sounding_like(self, reading: str) -> str | None:
        """The usual word whose sound is one slip of a finger away; short sounds have too many neighbours."""
        if len(reading) < SHORTEST_SLIP:
            return None
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        alike = {known for edge in (0, -1) for known in self._by_edge.get((edge, reading[edge]), ()) if abs(len(known) - len(reading)) <= 1}
        found = process.extract(reading, alike, scorer=OSA.distance, score_cutoff=1, limit=None)
        nearest = min(((distance, known) for known, distance, _ in found), default=None)
        return None if nearest is None else self._sounding_like(nearest[1])

    def _sounding_like(self, reading: str) -> str | None:
        surfaces = self._by_reading.get(fold(reading))
        return _usual(surfaces) if surfaces else None

    def _pieces(self, run: str) -> Iterator[str]:
        flat = fold(run)
        start = 0
        while start < len(run):
            ends = range(min(len(run), start + self._longest), start + SHORTEST_READING - 1, -1)
            end = next((end for end in ends if flat[start:end] in self._by_reading), None)
            yield run[start] if end is None else _usual(self._by_reading[flat[start:end]])
            start = start + 1 if end is None else end


def _usual(surfaces: Mapping[str, int]) -> str:
    return max(sorted(surfaces), key=lambda surface: surfaces[surface])


def names_in(texts: Sequence[Sequence[Token]]) -> Mapping[tuple[str, str], int]:
    """How often each name stands in these texts, as (reading, spelling)."""
    return Counter(name for words in texts for name in _names(words))


def _names(words: Sequence[Token]) -> Iterator[tuple[str, str]]:
    """(reading, spelling) of nouns and of compounds such as 住民 + 票."""
    for first in range(len(words)):
        for run in _runs(words, first):
            reading = "".join(token.reading for token in run)
            surface = "".join(token.surface for token in run)
            if len(reading) >= SHORTEST_READING and CONTENT.search(surface):
                yield reading, surface


def _runs(words: Sequence[Token], first: int) -> Sequence[Sequence[Token]]:
    """Neighbouring words from `first` on that may be one name, the longest run first."""
    if not words[first].is_noun:
        return ()
    end = first + 1
    for token in words[end : first + LONGEST_NAME]:
        if token.start != words[end - 1].end or not (token.is_noun or token.is_affix):
            break
        end += 1
    return [words[first:last] for last in range(end, first, -1)]
