"""The words of texts.yaml, for editors and whoever runs an import."""

from core.texts import Texts

say = Texts.beside(__file__).say
