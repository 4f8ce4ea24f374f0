"""Who made an entry: signatures with the notary's secret, and with keys that a team shares."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import uuid
from collections.abc import Sequence
from pathlib import Path

import msgspec

SCHEME = "hmac-sha256"

_PURPOSE = b"jupyterlab-cache entry 1\0"
_KEY_ID_PURPOSE = b"jupyterlab-cache key id 1\0"
_SECRET_BYTES = 1024


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
    """

    def __init__(self, secret: bytes, team_keys: Sequence[bytes] = ()) -> None:
        self._keys = {_key_id(key): key for key in (secret, *team_keys)}

    def sign(self, payload: bytes) -> list[Signature]:
        """Sign an entry's record with every key."""
        return [Signature(SCHEME, name, _mac(key, payload)) for name, key in self._keys.items()]

    def trusts(self, payload: bytes, signatures: Sequence[Signature]) -> bool:
        """Whether any of our keys has signed this record."""
        for signature in signatures:
            key = self._keys.get(signature.key)
            if signature.scheme != SCHEME or key is None or not signature.value.isascii():
                continue
            if hmac.compare_digest(signature.value, _mac(key, payload)):
                return True
        return False


def _mac(key: bytes, payload: bytes) -> str:
    return hmac.new(key, _PURPOSE + payload, hashlib.sha256).hexdigest()


def _key_id(key: bytes) -> str:
    return hmac.new(key, _KEY_ID_PURPOSE, hashlib.sha256).hexdigest()[:16]


def notary_secret() -> bytes:
    """The secret of the user's notebook notary, made as nbformat makes it when there is none.

    Raises:
        OSError: It can neither be read nor written.
    """
    from jupyter_core.paths import jupyter_data_dir

    path = Path(jupyter_data_dir()) / "notebook_secret"
    # The notary signs with the file's bytes as they stand.
    try:
        return path.read_bytes()
    except FileNotFoundError:
        _make_secret(path)
    return path.read_bytes()


def _make_secret(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written aside and linked in place: of several processes one wins, and all read the same.
    temporary = path.with_name(f".notebook_secret.{uuid.uuid4().hex}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(base64.encodebytes(os.urandom(_SECRET_BYTES)))
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    except OSError:  # no hard links on this file system
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
