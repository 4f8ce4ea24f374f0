"""Which texts are kept beside an entry, so that a later change of them can be shown."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

from ..notebooks.regular_files import read_regular
from .observation import Places

SMALL_TEXT_BYTES = 64 * 1024
"""Text inputs up to this size are kept, to show what changed."""

# Compiled when it is needed: most processes keep nothing.
_SECRET_NAME = (
    # Files and folders that hold secrets by custom.
    r"^\.(env|envrc|netrc|npmrc|pypirc|pgpass|my\.cnf|htpasswd|git-credentials|aws|ssh|gnupg|azure"
    r"|kube|docker|boto|s3cfg|vault-token|databrickscfg|streamlit)($|[.~_-])"
    r"|^auth\.(json|ya?ml|toml|ini|cfg|conf|txt)"
    r"|^(kubeconfig|service[-_]?account|id_[a-z0-9]+|shadow)($|[.~_-])"
    # Keys by their ending, be it a copy of one.
    r"|\.(pem|key|p12|pfx|p8|kdbx?|jks|keystore|ppk|gpg|asc|ovpn|tfstate|tfvars)($|[.~])"
    # Words.
    r"|secret|credential|passw|passphrase|passwd|htpasswd|token|api[-_]?key|private[-_]?key|cookie"
)


def kept_text(
    path: str, places: Places, digest: str, keep: Callable[[bytes], str] | None
) -> str | None:
    """The blob of a small text file in the project.

    Nothing is kept whose name, or the name of a folder that it is in, suggests a secret; links are
    judged by where they lead as well.

    Args:
        path: The file.
        places: The notebook's folder and project.
        digest: What its content has to be; otherwise it is not kept.
        keep: Stores a byte string and gives its digest; None where nothing is kept.
    """
    if keep is None or suggests_secret(path, places):
        return None
    try:
        data = read_regular(path, SMALL_TEXT_BYTES)
        data.decode()
    except (OSError, UnicodeDecodeError):
        return None
    blob = keep(data)
    return blob if blob == digest else None


def suggests_secret(path: str, places: Places) -> bool:
    """Whether the name of a file, or of a folder in the project that it is in, suggests a secret.

    Args:
        path: Its absolute path.
        places: The notebook's folder and project.
    """
    root = os.fspath(places.project_root)
    pairs = ((path, root), (os.path.realpath(path), os.path.realpath(root)))
    return any(
        has_secret_name(os.path.relpath(place, top).replace(os.sep, "/")) for place, top in pairs
    )


def has_secret_name(path: str) -> bool:
    """Whether a part of a path, with ``/``, suggests a secret."""
    return any(re.search(_SECRET_NAME, part, re.IGNORECASE) for part in path.split("/"))
