"""Asking another Python than ours what it is; imported only where there is one."""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib.resources import files

_ASK_SECONDS = 30


def find_executable(name: str) -> str | None:
    """The file of a command; None when there is none.

    Args:
        name: As a kernelspec has it: a bare name is looked for in ``PATH``.
    """
    return shutil.which(name) if os.path.basename(name) == name else name


def ask(executable: str) -> bytes:
    """What an interpreter says of itself: :func:`probe.identity.describe` as JSON.

    Args:
        executable: Its file.

    Raises:
        OSError: It cannot be started, or does not answer as a Python does.
    """
    text = files(f"{__package__}.probe").joinpath("identity.py").read_text("utf-8")
    source = text + "\nimport json\nprint(json.dumps(describe()))"
    try:
        return subprocess.run(
            [executable, "-c", source],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_ASK_SECONDS,
            check=True,
        ).stdout
    except subprocess.SubprocessError as error:
        raise OSError(f"{executable} cannot be asked what it is: {error}") from error
