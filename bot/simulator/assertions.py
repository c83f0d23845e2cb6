"""Checking the signed assertion by which a channel asks for an access token (v2.1)."""

from collections.abc import Mapping

from bot.simulator.id_tokens import decode, decode_json
from bot.simulator.records import Json

AUDIENCE = "https://api.line.me/"
LONGEST_SECONDS = 30 * 60


def read_assertion(assertion: str, keys: Mapping[str, Mapping[str, bytes]], *, now_seconds: int) -> tuple[Json, str]:
    """The claims and the key id; `keys` are the PEM public keys of each channel id. Raises ValueError with LINE's sentence."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    parts = assertion.split(".")
    if len(parts) != 3:
        raise ValueError("Invalid client_assertion")
    head, claims = decode_json(parts[0]), decode_json(parts[1])
    pem = keys.get(str(claims.get("iss")), {}).get(str(head.get("kid")))
    if head.get("alg") != "RS256" or pem is None:
        raise ValueError("Invalid client_assertion: unknown key")
    key = load_pem_public_key(pem)
    assert isinstance(key, RSAPublicKey)
    try:
        key.verify(decode(parts[2]), f"{parts[0]}.{parts[1]}".encode(), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature as error:
        raise ValueError("Invalid client_assertion: wrong signature") from error
    if claims.get("sub") != claims["iss"] or claims.get("aud") != AUDIENCE:
        raise ValueError("Invalid client_assertion: iss, sub or aud")
    if not now_seconds < claims.get("exp", 0) <= now_seconds + LONGEST_SECONDS:
        raise ValueError("Invalid client_assertion: exp")
    return claims, str(head["kid"])
