"""What the entries of stores tell together: how much was executed, and how much was saved."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

import msgspec

from .records import Failure
from .store import Store, StoredEntry


class NotebookStatistics(msgspec.Struct, kw_only=True):
    """What is stored of one notebook: entries that were removed count no more.

    Attributes:
        path: The notebook.
        executions: How many executions are stored.
        failed: How many of them did not end well.
        execution_seconds: Wall time of all of them.
        hits: How often an entry took the place of an execution: its outputs were restored, or the
            notebook was to be executed and found fresh. An entry that is used for a copy of the
            notebook counts where it was made.
        seconds_saved: For each hit, the wall time of the execution that was not repeated. What
            judging and restoring took is not subtracted.
        bytes: Size on disk of the blobs that the entries name; what notebooks share counts for
            each of them.
        latest: When the latest execution ended, seconds since the epoch; None without any.
        seconds: Wall time of that execution.
        failure: Why that execution did not end well.
    """

    path: str
    executions: int = 0
    failed: int = 0
    execution_seconds: float = 0.0
    hits: int = 0
    seconds_saved: float = 0.0
    bytes: int = 0
    latest: float | None = None
    seconds: float | None = None
    failure: Failure | None = None

    def take_in(self, stored: StoredEntry, hits: int) -> None:
        """Count an entry, and how often it was hit."""
        entry = stored.entry
        self.hits += hits
        self.seconds_saved += hits * entry.seconds
        if entry.provenance != "executed":
            return
        self.executions += 1
        self.failed += entry.outcome != "ok"
        self.execution_seconds += entry.seconds
        if self.latest is None or entry.created > self.latest:
            self.latest, self.seconds = entry.created, entry.seconds
            self.failure = None if entry.outcome == "ok" else entry.failure


class StoreSize(msgspec.Struct, frozen=True):
    """What a store takes.

    Attributes:
        project: The project that it belongs to, by the path of its root.
        bytes: Size of all its files.
    """

    project: str
    bytes: int


class Statistics(msgspec.Struct, frozen=True, kw_only=True):
    """What is stored of some notebooks, and their sums.

    Attributes:
        executions: Sum over the notebooks, as are the next five.
        failed: Executions that did not end well.
        execution_seconds: Wall time of all executions.
        hits: How often an entry took the place of an execution.
        seconds_saved: What these executions had taken.
        store_bytes: Size of all files in the notebooks' stores, whatever notebook they belong to.
        stores: Each of these stores: a folder can have projects below it.
        slowest: Paths of those whose latest execution took longest, the slowest first.
        failing: Paths of those whose latest execution did not end well.
        notebooks: Each notebook, by path.
    """

    executions: int
    failed: int
    execution_seconds: float
    hits: int
    seconds_saved: float
    store_bytes: int
    stores: tuple[StoreSize, ...]
    slowest: tuple[str, ...]
    failing: tuple[str, ...]
    notebooks: tuple[NotebookStatistics, ...]


_MOST_SLOWEST = 10


def notebooks_of(store: Store, wanted: Callable[[str], bool]) -> list[NotebookStatistics]:
    """What a store holds of each notebook.

    Args:
        store: The store.
        wanted: Which notebooks, by their paths relative to the project root.

    Raises:
        StoreError: The store cannot be used.
    """
    found: dict[str, NotebookStatistics] = {}
    named: dict[str, set[str]] = {}
    for stored in store.each(wanted):
        path = stored.entry.notebook_path
        notebook = found.setdefault(path, NotebookStatistics(path=path))
        notebook.take_in(stored, store.marks.hits(stored.id))
        named.setdefault(path, set()).update(store.blobs_of(stored))
    sizes = {digest: store.blobs.size_on_disk(digest) for digest in set().union(*named.values())}
    for path, digests in named.items():
        found[path].bytes = sum(sizes[digest] for digest in digests)
    return list(found.values())


def statistics_of(
    notebooks: Iterable[NotebookStatistics], stores: Iterable[StoreSize]
) -> Statistics:
    """Sum up what is stored of notebooks.

    Args:
        notebooks: The notebooks, their paths being different.
        stores: Their stores, each once.
    """
    sizes = tuple(sorted(stores, key=lambda store: store.project))
    each = sorted(notebooks, key=lambda notebook: notebook.path)
    executed = [notebook for notebook in each if notebook.latest is not None]
    slowest = sorted(executed, key=lambda notebook: -(notebook.seconds or 0.0))[:_MOST_SLOWEST]
    return Statistics(
        executions=sum(notebook.executions for notebook in each),
        failed=sum(notebook.failed for notebook in each),
        execution_seconds=sum(notebook.execution_seconds for notebook in each),
        hits=sum(notebook.hits for notebook in each),
        seconds_saved=sum(notebook.seconds_saved for notebook in each),
        store_bytes=sum(store.bytes for store in sizes),
        stores=sizes,
        slowest=tuple(notebook.path for notebook in slowest),
        failing=tuple(notebook.path for notebook in executed if notebook.failure is not None),
        notebooks=tuple(each),
    )


def size_on_disk(store: Store) -> int:
    """Bytes of all files in a store's folder; links are not followed."""
    total = 0
    todo = [os.fspath(store.folder)]
    while todo:
        try:
            with os.scandir(todo.pop()) as listing:
                for item in listing:
                    if item.is_dir(follow_symlinks=False):
                        todo.append(item.path)
                    elif item.is_file(follow_symlinks=False):
                        total += item.stat(follow_symlinks=False).st_size
        except OSError:
            continue  # it went away, or is none of ours to read
    return total
