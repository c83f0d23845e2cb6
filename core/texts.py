"""Texts for those who run, edit and serve: every package keeps its own in a texts.yaml beside its code, and says them by key."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from core.errors import PackError, ProjectError
from core.sentences import fill_gaps, flatten
from core.yaml_text import read_yaml


class TextError(ProjectError):
    """A text is missing, or a value that it needs was not given; the message names it and the file."""


class Texts:
    """One texts.yaml, read when the first text is needed: {'file': {'empty': '…'}} is said by 'file.empty'."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def beside(cls, module: str) -> "Texts":
        """Those of the folder in which this module lies; to be called with `__file__`."""
        return cls(Path(module).with_name("texts.yaml"))

    def say(self, key: str, /, **values: object) -> str:
        """Raises TextError for a key that the file lacks, or a gap that no value fills."""
        text = self.all.get(key)
        if text is None:
            raise TextError(f"no text '{key}': add it to {self._place}")
        try:
            return fill_gaps(text, key, values)
        except PackError as error:
            raise TextError(f"{self._place}: {error}") from None

    def named(self, group: str, value: str | None, fallback: str | None = None, /, **values: object) -> str:
        """The text for one of many values; one that is not listed shows as itself, or as the fallback's text."""
        if f"{group}.{value}" in self.all:
            return self.say(f"{group}.{value}", **values)
        return self.say(f"{group}.{fallback}", **values) if fallback is not None else value or ""

    @cached_property
    def all(self) -> Mapping[str, str]:
        """The texts by key. Raises TextError where something other than a text stands."""
        # The loader is the safe one, in C where there is one.
        tree = read_yaml(self.path.read_text(encoding="utf-8"))
        try:
            return flatten(tree)
        except PackError as error:
            raise TextError(f"{self._place}: {error}") from None

    @property
    def _place(self) -> str:
        return f"{self.path.parent.name}/{self.path.name}"


TEXTS = Texts.beside(__file__)
"""The texts of core itself."""

say, named = TEXTS.say, TEXTS.named
