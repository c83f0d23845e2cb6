"""ID tokens of LINE Login: issuing them to a web page opened in LINE, and checking them as LINE's verify endpoint does."""

import base64
import binascii
import functools
import json
from typing import TYPE_CHECKING

from bot.simulator.records import Json

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

ISSUER = "https://access.line.me"
KEY_ID = "local-platform"
HALF = 32


class InvalidTokenError(ValueError):
    """The ID token, or what it is expected to say, is wrong; the message is LINE's."""


@functools.cache
def signing_key() -> "EllipticCurvePrivateKey":
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1())


def issue_id_token(
    *, person_id: str, name: str, audience: str, now_seconds: int, life_seconds: int = 3600, nonce: str | None = None
) -> str:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    claims: Json = {"iss": ISSUER, "sub": person_id, "aud": audience, "exp": now_seconds + life_seconds, "iat": now_seconds, "name": name}
    if nonce is not None:
        claims["nonce"] = nonce
    signed = f"{encode_json({'typ': 'JWT', 'alg': 'ES256', 'kid': KEY_ID})}.{encode_json(claims)}"
    first, second = decode_dss_signature(signing_key().sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{signed}.{encode(first.to_bytes(HALF, 'big') + second.to_bytes(HALF, 'big'))}"


def verify_id_token(token: str, *, audience: str, now_seconds: int, nonce: str | None, person_id: str | None) -> Json:
    claims = _signed_claims(token)
    if claims.get("iss") != ISSUER:
        raise InvalidTokenError("Invalid IdToken Issuer.")
    if claims.get("exp", 0) <= now_seconds:
        raise InvalidTokenError("IdToken expired.")
    if claims.get("aud") != audience:
        raise InvalidTokenError("Invalid IdToken Audience.")
    if nonce is not None and claims.get("nonce") != nonce:
        raise InvalidTokenError("Invalid IdToken Nonce.")
    if person_id is not None and claims.get("sub") != person_id:
        raise InvalidTokenError("Invalid IdToken Subject Identifier.")
    return claims


def _signed_claims(token: str) -> Json:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    try:
        head, claims, signed = token.split(".")
        raw = decode(signed)
        if decode_json(head).get("alg") != "ES256" or len(raw) != 2 * HALF:
            raise InvalidTokenError("Invalid IdToken.")
        signature = encode_dss_signature(int.from_bytes(raw[:HALF], "big"), int.from_bytes(raw[HALF:], "big"))
        signing_key().public_key().verify(signature, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
        return decode_json(claims)
    except (ValueError, InvalidSignature) as error:
        raise InvalidTokenError("Invalid IdToken.") from error


def public_keys() -> Json:
    numbers = signing_key().public_key().public_numbers()
    x, y = (encode(number.to_bytes(HALF, "big")) for number in (numbers.x, numbers.y))
    return {"keys": [{"kty": "EC", "alg": "ES256", "use": "sig", "kid": KEY_ID, "crv": "P-256", "x": x, "y": y}]}


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ValueError(f"{text[:20]!r} is not base64url") from error


def encode_json(value: Json) -> str:
    return encode(json.dumps(value, separators=(",", ":")).encode())


def decode_json(text: str) -> Json:
    value = json.loads(decode(text))
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value
