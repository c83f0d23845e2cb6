"""The words of texts.yaml, for whoever runs the bot; what residents read stands in content/."""

from core.texts import Texts

TEXTS = Texts.beside(__file__)

say, named = TEXTS.say, TEXTS.named
