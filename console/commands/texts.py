"""The words of texts.yaml: what the command line asks for and tells."""

from core.texts import Texts

say = Texts.beside(__file__).say
