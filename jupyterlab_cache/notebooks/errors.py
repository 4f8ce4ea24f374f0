"""What can be wrong with a notebook, in one line that tells a person what to do."""

from __future__ import annotations


class NotebookError(Exception):
    """A notebook cannot be used."""


class NotebookMissing(NotebookError):
    """There is no such file."""


class NotebookInvalid(NotebookError):
    """The file is no notebook, or one that cannot be executed as it is."""
