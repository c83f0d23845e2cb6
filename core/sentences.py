"""Sentences that the product says, from data: by key, in the resident's language, with named gaps."""

import re
from collections.abc import Mapping

from core.errors import PackError
from core.messages import Language
from core.text import graphemes

GAP = re.compile(r"\{([a-z_]+)\}")
LABEL_LIMIT = 20
"""Graphemes on the smallest button that a channel has: LINE's quick reply."""
LABELS = ("choice.", "facility.", "language.name")
FALLBACK = {Language.EASY: Language.JAPANESE}


class Sentences:
    """Looks a sentence up in the asked language, then in Japanese."""

    def __init__(self, sentences: Mapping[Language, Mapping[str, str]]) -> None:
        self._sentences = sentences

    def say(self, key: str, language: Language = Language.JAPANESE, **gaps: object) -> str:
        """Raises PackError for an unknown key or a gap that is not given."""
        for candidate in (language, FALLBACK.get(language, Language.JAPANESE), Language.JAPANESE):
            template = self._sentences.get(candidate, {}).get(key)
            if template is not None:
                return fill_gaps(template, key, gaps)
        raise PackError(f"no sentence '{key}': add it to messages/ja.yaml")

    def long_labels(self) -> dict[tuple[Language, str], str]:
        """Sentences that stand on buttons and are too long for them."""
        return {
            (language, key): text
            for language, own in self._sentences.items()
            for key, text in own.items()
            if key.startswith(LABELS) and len(graphemes(text)) > LABEL_LIMIT
        }

    def keys(self, language: Language) -> frozenset[str]:
        return frozenset(self._sentences.get(language, {}))

    def gaps(self, key: str, language: Language) -> frozenset[str]:
        return frozenset(GAP.findall(self._sentences[language][key]))


def fill_gaps(template: str, key: str, gaps: Mapping[str, object]) -> str:
    if "{" not in template:
        return template

    def replace(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in gaps:
            raise PackError(f"sentence '{key}' has a gap '{name}' that nothing fills")
        return str(gaps[name])

    return GAP.sub(replace, template)


def flatten(tree: Mapping[str, object], prefix: str = "") -> dict[str, str]:
    """{'answer': {'none': '…'}} → {'answer.none': '…'}; raises PackError where a leaf is no text."""
    flat: dict[str, str] = {}
    for name, value in tree.items():
        key = f"{prefix}{name}"
        if isinstance(value, Mapping):
            flat.update(flatten(value, key + "."))
        elif isinstance(value, str):
            flat[key] = value
        else:
            raise PackError(f"sentence '{key}' is {type(value).__name__}, a text is needed")
    return flat
