"""The words of texts.yaml, for staff."""

from core.texts import Texts

TEXTS = Texts.beside(__file__)
say, named = TEXTS.say, TEXTS.named
