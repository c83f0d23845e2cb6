"""Signatures of webhooks: an HMAC over moment and body, by which a receiver knows that it is ours, unchanged and not old. Pure."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

HEADER = "Madoguchi-Signature"
MARK = "whsec_"


def signature(body: bytes, secrets: Sequence[str], now: datetime) -> str:
    """`t=SECONDS,v1=HEX`, with one `v1` per secret that is valid at present."""
    moment = int(now.timestamp())
    signed = [hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join((f"t={moment}", *(f"v1={one}" for one in signed)))
