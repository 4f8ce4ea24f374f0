"""What pushing and pulling share: what came of it, who is told, and each file once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from io import BytesIO
from typing import Protocol, TypeVar

import msgspec

from ...store.signatures import Origin
from ...store.transport import FORMAT_FILE, STORE_FORMAT
from .place import NotShared, Place, TooLarge

T = TypeVar("T")
_MOST_PROBLEMS = 1000


class TransferredEntry(msgspec.Struct, frozen=True):
    """An entry that was sent or fetched, or would be.

    Attributes:
        entry: Its identifier.
        path: Its notebook, relative to the project root; in results of the cache, to its root.
        origin: Who made it, as the receiver's keys tell it where it was fetched.
        trusted: Whether it counts as ours.
    """

    entry: str
    path: str
    origin: Origin
    trusted: bool


class Transfer(msgspec.Struct, kw_only=True):
    """What came of a push or a pull.

    Attributes:
        url: Of the shared store, without what is secret.
        entries: What was sent or fetched, or would be.
        present: How many entries were on the other side already.
        blobs: How many blobs were sent or fetched.
        bytes: Size of their files.
        problems: What was left out, and why; a line for each.
        dry_run: Nothing was written.
    """

    url: str
    entries: list[TransferredEntry] = msgspec.field(default_factory=list)
    present: int = 0
    blobs: int = 0
    bytes: int = 0
    problems: list[str] = msgspec.field(default_factory=list)
    dry_run: bool = False

    def add(self, other: Transfer) -> None:
        """Take in what came of another part."""
        self.entries += other.entries
        self.problems += other.problems
        self.present += other.present
        self.blobs += other.blobs
        self.bytes += other.bytes

    def leave_out(self, line: str) -> None:
        """Note what was left out, and why; a stranger's store may have any number of reasons."""
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(line.rstrip("."))


class Listener(Protocol):
    """Told how far a transfer is."""

    def __call__(self, done: int, total: int) -> None:
        """Take in that so many of so many entries have been looked at."""


class Once:
    """Work that several threads want done, each piece once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, Future[object]] = {}

    def do(self, name: str, work: Callable[[], T]) -> T:
        """The result of this work, or what it raised; whoever comes first does it."""
        with self._lock:
            known = self._known.get(name)
            is_mine = known is None
            if known is None:
                known = self._known[name] = Future()
        if is_mine:
            try:
                known.set_result(work())
            except BaseException as error:
                known.set_exception(error)
        return known.result()  # type: ignore[return-value]


def in_parallel(place: Place, work: Iterable[Callable[[], None]]) -> None:
    """Do work in as many threads as a place bears; the first that fails ends it, and is raised."""
    with ThreadPoolExecutor(place.parallel, thread_name_prefix="shared store") as pool:
        tasks = [pool.submit(item) for item in work]
        done, _ = wait(tasks, return_when=FIRST_EXCEPTION)
        pool.shutdown(wait=True, cancel_futures=True)
    for task in done:
        task.result()


def check_format(place: Place) -> bool:
    """Whether a shared store is there.

    Raises:
        NotShared: What is there is of another format, or no store.
        Unreachable: It does not answer.
    """
    content = BytesIO()
    try:
        place.fetch(FORMAT_FILE, 4096, content)
        version = msgspec.json.decode(content.getvalue(), type=dict[str, int])["format"]
    except FileNotFoundError:
        return False
    except (KeyError, ValueError, RecursionError, msgspec.MsgspecError, TooLarge) as error:
        raise NotShared(f"The {FORMAT_FILE} of {place.shown} is none: {error}.") from error
    if version != STORE_FORMAT:
        raise NotShared(
            f"{place.shown} has format {version}, this program knows {STORE_FORMAT}; "
            "update jupyterlab-cache to use it."
        )
    return True
