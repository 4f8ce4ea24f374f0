"""What can go wrong with a store."""

from __future__ import annotations


class StoreError(Exception):
    """The store cannot do what was asked; the text tells a person why."""


class StoreVersionError(StoreError):
    """The store was written by a newer version of this program; nothing was touched."""


class EntryMissing(StoreError):
    """There is no such entry, or its record is damaged."""


class BlobMissing(StoreError):
    """There is no such blob."""


class BlobDamaged(StoreError):
    """A blob's content is not what its name says."""
