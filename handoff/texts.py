"""The words of texts.yaml, for staff."""

from core.texts import Texts

say = Texts.beside(__file__).say
