"""What can be wrong with a notebook, in one line that tells a person what to do."""

from __future__ import annotations

_LONGEST = 200


class NotebookError(Exception):
    """A notebook cannot be used."""


class NotebookMissing(NotebookError):
    """There is no such file."""


class NotebookInvalid(NotebookError):
    """The file is no notebook, or one that cannot be executed as it is."""


class CaptureRefused(Exception):
    """The outputs of a notebook are not those of one complete run; the text says what to do."""


def one_line(cause: object) -> str:
    """What somebody else's exception says, short enough to stand in a message of ours."""
    lines = str(cause).strip().splitlines()
    return lines[0][:_LONGEST] if lines else type(cause).__name__
