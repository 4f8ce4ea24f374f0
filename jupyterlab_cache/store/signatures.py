"""Who made an entry: signatures with the notary's secret, and with keys that a team shares."""

from __future__ import annotations

import hmac
from collections.abc import Sequence

import msgspec

from .notary import notary_secret

__all__ = ["SCHEME", "KeyRing", "Signature", "notary_secret"]

SCHEME = "hmac-sha256"
"""How the signatures that this program knows are made."""

_PURPOSE = b"jupyterlab-cache entry 1\0"
_KEY_ID_PURPOSE = b"jupyterlab-cache key id 1\0"


class Signature(msgspec.Struct, frozen=True):
    """One signature of an entry.

    Attributes:
        scheme: How it was made.
        key: Which key made it; tells nothing about the key itself.
        value: The signature, in hexadecimal.
    """

    scheme: str
    key: str
    value: str


class KeyRing:
    """The keys whose entries count as made here.

    Args:
        secret: The user's own key; it signs what is made here.
        team_keys: Keys shared with others; they sign as well.

    Raises:
        ValueError: A key is empty, so that anybody could sign with it.
    """

    def __init__(self, secret: bytes, team_keys: Sequence[bytes] = ()) -> None:
        keys = (secret, *team_keys)
        if not all(keys):
            raise ValueError("A key that signs entries cannot be empty.")
        self._keys = {_key_id(key): key for key in keys}

    def sign(self, payload: bytes) -> list[Signature]:
        """Sign an entry's record with every key."""
        return [Signature(SCHEME, name, _mac(key, payload)) for name, key in self._keys.items()]

    def is_named_in(self, signatures: Sequence[Signature]) -> bool:
        """Whether a signature claims to be by one of our keys, be it valid or not."""
        return any(item.scheme == SCHEME and item.key in self._keys for item in signatures)

    def trusts(self, payload: bytes, signatures: Sequence[Signature]) -> bool:
        """Whether any of our keys has signed this record."""
        given: dict[str, set[str]] = {}
        for signature in signatures:
            if signature.scheme == SCHEME and signature.value.isascii():
                given.setdefault(signature.key, set()).add(signature.value)
        # One computation for each of our keys, however many signatures there claim to be.
        return any(
            hmac.compare_digest(value, expected)
            for name, key in self._keys.items()
            if name in given
            for expected in (_mac(key, payload),)
            for value in given[name]
        )


def _mac(key: bytes, payload: bytes) -> str:
    return hmac.digest(key, _PURPOSE + payload, "sha256").hex()


def _key_id(key: bytes) -> str:
    return hmac.digest(key, _KEY_ID_PURPOSE, "sha256").hex()[:16]
