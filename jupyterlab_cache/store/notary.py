"""The secret with which the user's notebook notary signs, found without importing nbformat."""

from __future__ import annotations

import base64
import contextlib
import os
import time
from pathlib import Path

_SECRET_BYTES = 1024
# nbformat creates the file and then fills it, so a reader may meet an empty one for a moment.
_PATIENCE = 1.0  # seconds
_PAUSE = 0.01  # seconds


def notary_secret() -> bytes:
    """The secret of the user's notebook notary, made as nbformat makes it when there is none.

    Returns:
        The bytes of the file as they stand, since the notary signs with just these.

    Raises:
        OSError: It can neither be read nor written.
    """
    # Imported here because it takes some milliseconds, which not every command needs to spend.
    from jupyter_core.paths import jupyter_data_dir

    path = Path(jupyter_data_dir()) / "notebook_secret"
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            secret = path.read_bytes()
        except FileNotFoundError:
            if time.monotonic() > deadline:
                raise  # a link that leads nowhere
            _make_secret(path)
            continue
        if secret:
            return secret
        if time.monotonic() > deadline:
            # Anybody can sign with an empty key: it is as good as none.
            _write_secret(path).replace(path)
        time.sleep(_PAUSE)


def _make_secret(path: Path) -> None:
    """Make the secret unless another process does: of several, one wins and all read the same."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = _write_secret(path)
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        pass
    except OSError:
        # No hard links on this file system. A process that comes between meets an empty file,
        # and waits.
        with contextlib.suppress(FileExistsError):
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(temporary.read_bytes())
    finally:
        temporary.unlink(missing_ok=True)


def _write_secret(path: Path) -> Path:
    temporary = path.with_name(f".notebook_secret.{os.urandom(16).hex()}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(base64.encodebytes(os.urandom(_SECRET_BYTES)))
    return temporary
