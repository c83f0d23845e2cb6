"""The words of texts.yaml, for whoever sets up search."""

from core.texts import Texts

say = Texts.beside(__file__).say
