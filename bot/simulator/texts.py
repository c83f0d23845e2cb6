"""The words of texts.yaml: what the local platform writes into talks, as LINE does."""

from core.texts import Texts

say = Texts.beside(__file__).say
