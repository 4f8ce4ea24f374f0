"""What can go wrong with a store."""

from __future__ import annotations


class StoreError(Exception):
    """The store cannot do what was asked; the text tells a person why."""


class StoreVersionError(StoreError):
    """The store was written by a newer version of this program; nothing was touched."""


class StoreOutdated(StoreError):
    """The store was written by an older version of this program, and has to be migrated first."""


class StoreReadOnly(StoreError, OSError):
    """The store was opened for reading only; to callers the same as a disk that refuses."""


class EntryMissing(StoreError):
    """There is no such entry, or its record is damaged."""


class EntryDamaged(EntryMissing):
    """The entry's file is not what its name says, or not a record that can be trusted."""


class EntryUnreadable(EntryMissing):
    """The entry's file is there, but the system does not let us read it now."""


class BlobMissing(StoreError):
    """There is no such blob."""


class BlobUnreadable(BlobMissing):
    """The blob's file is there, but the system does not let us read it now."""


class BlobDamaged(StoreError):
    """A blob's content is not what its name says."""


class ContentChanged(StoreError):
    """What was to be stored is not, or not any more, what its digest says; nothing was kept."""
