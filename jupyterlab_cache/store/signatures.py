"""Who made an entry: signatures with the notary's secret, and with keys that a team shares."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import Literal

import msgspec

from .notary import notary_secret

__all__ = ["SCHEME", "TRUST_SCHEME", "KeyRing", "Origin", "Signature", "notary_secret"]

SCHEME = "hmac-sha256"
"""How those sign who made an entry."""

TRUST_SCHEME = "hmac-sha256 trust"
"""How a person signs who trusts an entry that somebody else made."""

Origin = Literal["here", "team", "elsewhere"]
"""Who made an entry: signed with the user's own key, with a team's only, or with neither."""

_PURPOSES = {SCHEME: b"jupyterlab-cache entry 1\0", TRUST_SCHEME: b"jupyterlab-cache trust 1\0"}
_KEY_ID_PURPOSE = b"jupyterlab-cache key id 1\0"


class Signature(msgspec.Struct, frozen=True):
    """One signature of an entry.

    Attributes:
        scheme: How it was made, and so what it says.
        key: Which key made it; tells nothing about the key itself.
        value: The signature, in hexadecimal.
    """

    scheme: str
    key: str
    value: str


class KeyRing:
    """The keys whose entries count as ours.

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
        self._own = _key_id(secret)
        self._keys = {_key_id(key): key for key in keys}

    def sign(self, payload: bytes) -> list[Signature]:
        """Sign an entry's record with every key."""
        return [
            Signature(SCHEME, name, _mac(key, payload, SCHEME)) for name, key in self._keys.items()
        ]

    def vouch(self, payload: bytes) -> Signature:
        """Say, with the user's own key, that a record of somebody else is trusted."""
        own = self._own
        return Signature(TRUST_SCHEME, own, _mac(self._keys[own], payload, TRUST_SCHEME))

    def is_own_word(self, signature: Signature) -> bool:
        """Whether a signature has the form of what :meth:`vouch` gives, be it valid or not."""
        return (signature.scheme, signature.key) == (TRUST_SCHEME, self._own)

    def is_named_in(self, signatures: Sequence[Signature]) -> bool:
        """Whether a signature claims to be by one of our keys, be it valid or not."""
        return any(item.scheme in _PURPOSES and item.key in self._keys for item in signatures)

    def origin_of(self, payload: bytes, signatures: Sequence[Signature]) -> Origin:
        """Whose valid signature a record has."""
        if self._has_signed(self._own, SCHEME, payload, signatures):
            return "here"
        others = (name for name in self._keys if name != self._own)
        if any(self._has_signed(name, SCHEME, payload, signatures) for name in others):
            return "team"
        return "elsewhere"

    def vouches_for(self, payload: bytes, signatures: Sequence[Signature]) -> bool:
        """Whether the user has said that this record is trusted, whoever made it."""
        return self._has_signed(self._own, TRUST_SCHEME, payload, signatures)

    def _has_signed(
        self, name: str, scheme: str, payload: bytes, signatures: Sequence[Signature]
    ) -> bool:
        given = {
            item.value
            for item in signatures
            if item.key == name and item.scheme == scheme and item.value.isascii()
        }
        if not given:
            return False
        # One computation for each of our keys, however many signatures there claim to be.
        expected = _mac(self._keys[name], payload, scheme)
        return any(hmac.compare_digest(value, expected) for value in given)


def _mac(key: bytes, payload: bytes, scheme: str) -> str:
    return hmac.digest(key, _PURPOSES[scheme] + payload, "sha256").hex()


def _key_id(key: bytes) -> str:
    return hmac.digest(key, _KEY_ID_PURPOSE, "sha256").hex()[:16]
