"""The words of texts.yaml, for staff in the console and whoever examines an installation."""

from core.texts import Texts

TEXTS = Texts.beside(__file__)

say, named = TEXTS.say, TEXTS.named
