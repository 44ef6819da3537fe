"""Service tokens: how machines (ingest, monitor, worker) authenticate to the API and to Convex.

RS256 JWTs with an issuer of their own, audience `earshot` and a role; the key ids are RFC 7638
thumbprints, so a rotation is a new PEM block in front of the old one.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
import uuid
from typing import Any, Literal

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from lib.auth.members import Denial
from lib.auth.reasons import GateReason, TokenReason
from lib.auth.roles import SERVICE_ROLES
from lib.auth.tokens import (
    DEFAULT_SKEW_SECONDS,
    Claims,
    Decoded,
    TokenError,
    check_signature,
    check_times,
    decode,
)

ServiceRole = Literal["ingest", "monitor", "worker"]
AUDIENCE = "earshot"
MAX_LIFE_SECONDS = 90 * 86_400

_PEM_BLOCK = re.compile(r"-----BEGIN [A-Z ]+-----.+?-----END [A-Z ]+-----", re.DOTALL)


def load_keys(pem: str) -> dict[str, rsa.RSAPrivateKey]:
    """Return the RSA private keys of a PEM text by key id, newest (first block) first.

    Raises:
        ValueError: no block, or a block that is not an unencrypted RSA private key of at least
            2048 bits.
    """
    keys: dict[str, rsa.RSAPrivateKey] = {}
    for block in _PEM_BLOCK.findall(pem):
        key = serialization.load_pem_private_key(block.encode(), password=None)
        if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < 2048:  # noqa: PLR2004
            raise ValueError("EARSHOT_SERVICE_KEY must hold RSA private keys of 2048+ bits")
        keys[_thumbprint(key.public_key())] = key
    if not keys:
        raise ValueError("EARSHOT_SERVICE_KEY holds no PEM private key")
    return keys


def public_jwks(pem: str) -> dict[str, list[dict[str, str]]]:
    """Return the public keys of a PEM text as a JWK set (RFC 7517)."""
    return {
        "keys": [
            {**_public_jwk(key.public_key()), "kid": kid, "use": "sig", "alg": "RS256"}
            for kid, key in load_keys(pem).items()
        ]
    }


def jwks_data_url(pem: str) -> str:
    """Return the public keys of a PEM text as the `data:` URL that Convex reads."""
    document = json.dumps(public_jwks(pem), separators=(",", ":"))
    return f"data:application/json;base64,{base64.b64encode(document.encode()).decode()}"


def mint(
    pem: str, issuer: str, role: str, subject: str, ttl: int = 300, now: float | None = None
) -> str:
    """Sign a service token.

    Args:
        pem: private keys; the first signs.
        issuer: value of `iss`.
        role: `ingest`, `monitor` (may read `/metrics` only), `worker`, or that of an API key,
            which Convex accepts and the API itself does not.
        subject: name of the machine, for logs and audit.
        ttl: life in seconds.
        now: Unix time, for tests.
    """
    kid, key = next(iter(load_keys(pem).items()))
    issued = int(time.time() if now is None else now)
    claims: dict[str, Any] = {
        "iss": issuer,
        "aud": AUDIENCE,
        "sub": subject,
        "role": role,
        "iat": issued,
        "nbf": issued - 10,
        "exp": issued + ttl,
        "jti": uuid.uuid4().hex,
    }
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": kid})


class ServiceKeys:
    """Verifies service tokens with the public halves of the configured keys; needs no network."""

    def __init__(self, pem: str) -> None:
        """Read the keys.

        Raises:
            ValueError: see `load_keys`.
        """
        self._keys = {
            entry["kid"]: jwt.PyJWK.from_dict(entry) for entry in public_jwks(pem)["keys"]
        }

    def verify(self, token: str, issuer: str, now: float) -> Claims | Denial:
        """Return the claims of a service token that passes every check.

        Args:
            token: compact JWS.
            issuer: exact `iss`.
            now: Unix seconds.
        """
        try:
            decoded = decode(token)
            check_signature(decoded, self._key_of(decoded))
            claims = decoded.payload
            check_times(claims, now, DEFAULT_SKEW_SECONDS)
        except TokenError as error:
            expired = error.reason is TokenReason.EXPIRED
            return Denial(
                GateReason.SERVICE_TOKEN_EXPIRED if expired else GateReason.SERVICE_TOKEN_INVALID
            )
        issued = claims.get("iat")
        well_formed = (
            claims.get("iss") == issuer
            and claims.get("aud") == AUDIENCE
            and any(claims.get("role") == role for role in SERVICE_ROLES)
            and isinstance(claims.get("sub"), str)
            and isinstance(issued, int)
            and claims["exp"] - issued <= MAX_LIFE_SECONDS
        )
        return claims if well_formed else Denial(GateReason.SERVICE_TOKEN_INVALID)

    def _key_of(self, decoded: Decoded) -> jwt.PyJWK:
        """Return the key of the `kid`, which every service token must name."""
        kid = decoded.header.get("kid")
        key = self._keys.get(kid) if isinstance(kid, str) else None
        if key is None:
            raise TokenError(TokenReason.JWK_KID_MISMATCH, "no service key of this kid")
        return key


def _public_jwk(key: rsa.RSAPublicKey) -> dict[str, str]:
    numbers = key.public_numbers()
    return {"kty": "RSA", "n": _base64url_uint(numbers.n), "e": _base64url_uint(numbers.e)}


def _thumbprint(key: rsa.RSAPublicKey) -> str:
    """RFC 7638 SHA-256 thumbprint."""
    canonical = json.dumps(_public_jwk(key), sort_keys=True, separators=(",", ":"))
    return base64.urlsafe_b64encode(hashlib.sha256(canonical.encode()).digest())[:22].decode()


def _base64url_uint(value: int) -> str:
    raw = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
