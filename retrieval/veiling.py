"""Links, numbers to call and addresses of mail as tokens, so that a language model can place them but not write them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import regex

OPEN, CLOSE = "⟦", "⟧"
TOKEN = regex.compile(rf"{OPEN}[LMT]\d{{1,3}}{CLOSE}")
DASH = r"[\-‐‑–−－ー\s]"
DASH_OR_BRACKET = r"[\-‐‑–−－ー()（）\s]"
KINDS: tuple[tuple[str, regex.Pattern[str]], ...] = (
    ("M", regex.compile(r"[\w.+-]+[@＠][\w-]+(?:\.[\w-]+)+", regex.ASCII)),
    ("L", regex.compile(r"(?:https?://|www\.)[\w\-./?%&=~#+:;,@!$*'\[\]]+", regex.ASCII)),
    (
        "T",
        regex.compile(
            rf"(?<![\d\-])[(（][0０]\d{{1,4}}[)）]{DASH}?\d{{1,4}}{DASH}\d{{3,4}}(?!\d)"
            rf"|(?<![\d\-])(?:\+81{DASH}?|[0０])\d{{1,4}}{DASH_OR_BRACKET}\d{{1,4}}{DASH_OR_BRACKET}\d{{3,4}}(?!\d)"
            r"|(?<!\d)[0０]\d{9,10}(?!\d)|[#＃]\d{3,5}(?!\d)"
        ),
    ),
)


@dataclass
class Veil:
    """The tokens of one question: the same address has the same token in every text."""

    _tokens: dict[str, str] = field(default_factory=dict)

    def cover(self, text: str) -> str:
        """The text with tokens in it; brackets like those of tokens are taken out before."""
        covered = text.replace(OPEN, "").replace(CLOSE, "")
        for letter, pattern in KINDS:
            covered = pattern.sub(partial(self._cover, letter), covered)
        return covered

    def uncover(self, text: str) -> str:
        """With what the tokens stand for; a token that was never given stays."""
        values = self.values
        return TOKEN.sub(lambda match: values.get(match[0], match[0]), text)

    @property
    def values(self) -> Mapping[str, str]:
        """What each token stands for."""
        return {token: value for value, token in self._tokens.items()}

    def _cover(self, letter: str, match: "regex.Match[str]") -> str:
        count = sum(token[1] == letter for token in self._tokens.values())
        return self._tokens.setdefault(match[0], f"{OPEN}{letter}{count + 1}{CLOSE}")


def tokens_in(text: str) -> frozenset[str]:
    """Those that it holds, whole ones only."""
    return frozenset(TOKEN.findall(text))


def holds_address(text: str) -> bool:
    """Whether a link, a number to call, an address of mail, or a bracket of a token that is none, stands in it."""
    rest = TOKEN.sub(" ", text)
    return OPEN in rest or CLOSE in rest or any(pattern.search(rest) for _, pattern in KINDS)
