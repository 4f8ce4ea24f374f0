"""Which entries a collection takes: the least recently used ones that the limits leave no room for.

An entry is kept as long as all that were used later are kept as well and together they fit. So the
plan goes from the entry that was used last to the first one that does not fit; that one and all
before it go. Entries that have to stay count first.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable, Mapping

import msgspec

from .entry_walk import EntryFile
from .errors import StoreError
from .manifest import StoredEntry, named_blobs


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What a collection leaves; None for no limit.

    Attributes:
        bytes: What the blobs of the entries take on disk, shared ones counted once.
        age: Seconds since an entry was used last, or was made if it was never used.
        entries: How many there are.
    """

    bytes: int | None = None
    age: float | None = None
    entries: int | None = None


class Known(msgspec.Struct, frozen=True):
    """What a plan knows of an entry: little, since there may be very many.

    Attributes:
        id: Its identifier.
        code_key: Its code key.
        notebook: Its notebook, relative to the project root.
        last: When it was used last, or made if it was never used, seconds since the epoch.
        used: The time of its mark of last use, if there is one.
        blobs: Numbers of the blobs that it names.
    """

    id: str
    code_key: str
    notebook: str
    last: float
    used: float | None
    blobs: array[int]


class BlobTable:
    """The blobs that entries name, by number: a set of digests with what is to become of each."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}
        self._names: list[bytes] = []
        self._kept = bytearray()

    def number(self, digest: str) -> int:
        """The number of a blob, which is taken in."""
        name = _short(digest)
        number = self._numbers.setdefault(name, len(self._names))
        if number == len(self._names):
            self._names.append(name)
            self._kept.append(False)
        return number

    def digest(self, number: int) -> str:
        """The digest of a blob."""
        return f"sha256-{self._names[number].hex()}"

    def is_named(self, digest: str) -> bool:
        """Whether any entry names a blob."""
        return _short(digest) in self._numbers

    def is_kept(self, digest: str) -> bool:
        """Whether a blob stays."""
        number = self._numbers.get(_short(digest))
        return number is not None and bool(self._kept[number])

    def keep(self, number: int) -> None:
        """Let a blob stay."""
        self._kept[number] = True

    def stays(self, number: int) -> bool:
        """As :meth:`is_kept`, by number."""
        return bool(self._kept[number])


class Plan(msgspec.Struct, frozen=True):
    """What a collection is going to do.

    Attributes:
        going: The entries that go, in this order.
        kept: How many entries stay.
        blobs: All blobs that entries name, and which of them stay.
        ids: The identifiers of all entries, also of damaged ones.
        empty: Empty folders of code keys.
        started: When it was begun, seconds since the epoch.
    """

    going: tuple[Known, ...]
    kept: int
    blobs: BlobTable
    ids: frozenset[str]
    empty: tuple[str, ...]
    started: float


class Survey:
    """All entries of a store, read one after the other.

    Args:
        files: The entries' files.
        uses: When each entry was used last, seconds since the epoch.
        now: Seconds since the epoch, before anything was looked at.

    Raises:
        StoreError: An entry cannot be read now, so that nobody knows what it needs.
    """

    def __init__(self, files: Iterable[EntryFile], uses: Mapping[str, float], now: float) -> None:
        self._now = now
        self.blobs = BlobTable()
        self.entries: list[Known] = []
        self.ids: set[str] = set()
        self.empty: list[str] = []
        self._texts: dict[str, str] = {}
        for file in files:
            if file.identifier is not None:
                self.ids.add(file.identifier)
            if file.state == "unreadable":
                raise StoreError(
                    f"{file.problem} Nothing was removed, since nobody knows what it needs."
                )
            if file.state == "empty":
                self.empty.append(file.name)
            elif file.stored is None:
                for digest in file.mentioned:
                    self.blobs.keep(self.blobs.number(digest))
            else:
                self.entries.append(self._known(file.stored, uses.get(file.stored.id)))

    def _known(self, stored: StoredEntry, used: float | None) -> Known:
        entry = stored.entry
        # A time that is yet to come would keep it for ever.
        last = min(self._now, max(entry.created, used or 0.0))
        numbers = array("L", map(self.blobs.number, named_blobs(entry)))
        # Many entries share these texts.
        notebook = self._texts.setdefault(entry.notebook_path, entry.notebook_path)
        code_key = self._texts.setdefault(entry.code_key, entry.code_key)
        return Known(stored.id, code_key, notebook, last, used, numbers)

    def plan(
        self,
        limits: Limits,
        *,
        pinned: Collection[str],
        is_needed: Callable[[str], bool],
        other_of: Callable[[str], str | None],
        size_of: Callable[[str], int],
    ) -> Plan:
        """Decide which entries go.

        Args:
            limits: What is to be left.
            pinned: Identifiers of entries that stay.
            is_needed: Whether the entries of a notebook stay.
            other_of: The entry that a check compared an entry with: it stays with it.
            size_of: Bytes that a blob takes on disk.
        """
        by_id = {known.id: known for known in self.entries}
        kept: set[str] = set()
        total = 0

        def with_others(known: Known) -> list[Known]:
            """An entry, and those that have to stay if it does."""
            found: dict[str, Known] = {}
            following: Known | None = known
            while following is not None and following.id not in found and following.id not in kept:
                found[following.id] = following
                other = other_of(following.id)
                following = None if other is None else by_id.get(other)
            return list(found.values())

        def keep(group: list[Known], numbers: Iterable[int]) -> None:
            kept.update(known.id for known in group)
            for number in numbers:
                self.blobs.keep(number)

        def added(group: list[Known]) -> tuple[set[int], int]:
            """Blobs that stay only because of these entries, and what they take."""
            numbers = {number for known in group for number in known.blobs}
            numbers = {number for number in numbers if not self.blobs.stays(number)}
            if limits.bytes is None:
                return numbers, 0
            return numbers, sum(size_of(self.blobs.digest(number)) for number in numbers)

        latest_first = sorted(self.entries, key=lambda known: (-known.last, known.id))
        for known in latest_first:
            if known.id in pinned or is_needed(known.notebook):
                group = with_others(known)
                numbers, more = added(group)
                total += more
                keep(group, numbers)
        for known in latest_first:
            if known.id in kept:
                continue
            group = with_others(known)
            numbers, more = added(group)
            if (
                (limits.age is not None and known.last < self._now - limits.age)
                or (limits.entries is not None and len(kept) + len(group) > limits.entries)
                or (limits.bytes is not None and total + more > limits.bytes)
            ):
                break
            total += more
            keep(group, numbers)
        going = tuple(known for known in reversed(latest_first) if known.id not in kept)
        return Plan(going, len(kept), self.blobs, frozenset(self.ids), tuple(self.empty), self._now)


def _short(digest: str) -> bytes:
    return bytes.fromhex(digest.removeprefix("sha256-"))
