"""The raw bytes of a webhook: the same JSON never written the same way twice, and its signature."""

import base64
import hashlib
import hmac
import json
import random
from collections.abc import Sequence

from bot.simulator.records import Json


def write_body(destination: str, events: Sequence[Json], *, dice: random.Random, is_mutated: bool) -> bytes:
    """A bot that verifies anything but the bytes it received fails at the first of these."""
    body: Json = {"destination": destination, "events": list(events)}
    if not is_mutated:
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    text = json.dumps(
        _shuffled(body, dice),
        ensure_ascii=dice.random() < 0.5,
        separators=dice.choice(((",", ":"), (", ", ": "), (" ,", " : "))),
        indent=dice.choice((None, None, None, 1, "\t")),
    )
    if dice.random() < 0.5:
        # A slash occurs only inside strings, where JSON allows it to be escaped.
        text = text.replace("/", "\\/")
    return (text + dice.choice(("", "", "\n", "  "))).encode()


def _shuffled(value: object, dice: random.Random) -> object:
    if isinstance(value, dict):
        items = list(value.items())
        dice.shuffle(items)
        return {key: _shuffled(inner, dice) for key, inner in items}
    if isinstance(value, list):
        return [_shuffled(inner, dice) for inner in value]
    return value


def signature(secret: str, body: bytes) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
