"""A shared store as a second tier: asked when nothing here matches, and left alone when it fails.

Nobody waits for it longer than a few seconds, and once it has not answered, not at all for some
time. What comes from it is the same as what :mod:`pulling` fetches, but only what counts as ours:
an entry from elsewhere takes the place of no execution, so it would be fetched for nothing.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from typing import Literal

import msgspec

from ...store.errors import EntryMissing, StoreError
from ...store.store import StoredEntry
from ...store.transport import Transport
from .breaker import Breaker
from .one_thread import Late, OneThread
from .place import Place, SharedStoreError, load, masked, open_place
from .pulling import Fetcher
from .pushing import push
from .transfer import check_format, in_parallel

_log = logging.getLogger(__name__)

TierState = Literal["unknown", "reachable", "unreachable"]

REACH_SECONDS = 4.0
"""So long a shared store may take to say that it is there."""

LOOK_SECONDS = 30.0
"""So long an execution waits for what a shared store that is there may have instead."""

_REACHED_FOR = 60.0  # seconds that it is believed to be there still

_FORGET_AFTER = 60.0  # seconds that "nothing new there" is believed
_MOST_REMEMBERED = 10_000
_SEND_SECONDS = 600.0


class Question(msgspec.Struct, frozen=True):
    """What is asked about one notebook.

    Attributes:
        code_key: What it executes.
        transport: The files of the store that it is for.
        choose: Says which of the entries found are wanted; newest first.
    """

    code_key: str
    transport: Transport
    choose: Callable[[Sequence[StoredEntry]], Sequence[StoredEntry]]


class TierReport(msgspec.Struct, frozen=True, kw_only=True):
    """How a shared store is doing.

    Attributes:
        url: Its URL, without what is secret.
        state: Whether it answered when it was asked last.
        asked: When that was, in seconds since the epoch; None for never.
        error: What went wrong then; empty if nothing did.
        writes: Whether entries are sent there after each execution.
        unsent: How many of these are still to be sent.
        elsewhere: How many entries were seen there that do not count as ours.
    """

    url: str
    state: TierState
    asked: float | None
    error: str
    writes: bool
    unsent: int
    elsewhere: int


class SharedTier:
    """A shared store that is read through, and by setting written back to.

    All methods can be called from any thread, and raise nothing that is the shared store's fault.

    Attributes:
        url: Where it lies; it may hold a password, so it is never shown.
        writes: Whether entries are sent there after each execution.

    Args:
        url: Where it lies.
        writes: Send what is executed here.
        opened: Gives what reaches it.
        clock: Gives seconds that go only forward.
    """

    def __init__(
        self,
        url: str,
        *,
        writes: bool = False,
        opened: Callable[[str], Place] = open_place,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.writes = writes
        self.url = url
        self._opened = opened
        self._clock = clock
        self._breaker = Breaker(clock)
        self._reader = OneThread("shared store, reading")
        self._writer = OneThread("shared store, writing")
        self._lock = threading.Lock()
        self._place: Place | None = None
        self._nothing_there: dict[tuple[str, str], float] = {}
        self._written: dict[str, Transport] = {}
        self._elsewhere: set[str] = set()
        self._state: TierState = "unknown"
        self._seen = -math.inf
        self._asked: float | None = None
        self._error = ""

    @property
    def report(self) -> TierReport:
        """How it is doing."""
        return TierReport(
            url=masked(self.url),
            state=self._state,
            asked=self._asked,
            error=self._error,
            writes=self.writes,
            unsent=self._count_unsent(),
            elsewhere=len(self._elsewhere),
        )

    # Reading

    def look_for(
        self, questions: Iterable[Question], seconds: float = LOOK_SECONDS
    ) -> list[StoredEntry]:
        """Bring in what others executed.

        Args:
            questions: What is asked.
            seconds: How long it is waited for.

        Returns:
            What was brought in; nothing where it does not answer.
        """
        open_questions = [item for item in questions if self._may_be_there(item)]
        if not open_questions or self._breaker.is_open:
            return []
        given_up = threading.Event()
        try:
            # What it takes to load is no sign of trouble.
            load(self.url)
            if not self._reader.do(self._is_there, min(seconds, REACH_SECONDS)):
                return []
            return self._reader.do(partial(self._answer, open_questions, given_up), seconds)
        except Late:
            given_up.set()
            self._failed("It did not answer in time.")
        except SharedStoreError as error:
            self._failed(str(error))
        except (StoreError, OSError) as error:
            # Our own store's trouble is told by whoever uses that.
            _log.info("What a shared store has cannot be kept: %s", error)
        return []

    def _may_be_there(self, question: Question) -> bool:
        known = self._nothing_there.get(_name(question))
        return known is None or self._clock() - known > _FORGET_AFTER

    def _is_there(self) -> bool:
        """Whether a shared store is there; raises as :func:`check_format`."""
        if self._breaker.is_open:
            return False  # somebody found out while we waited
        if self._clock() - self._seen < _REACHED_FOR:
            return True
        is_there = check_format(self._reached())
        self._worked()
        if is_there:
            self._seen = self._clock()
        return is_there

    def _answer(
        self, questions: Sequence[Question], given_up: threading.Event
    ) -> list[StoredEntry]:
        place = self._reached()
        brought: list[StoredEntry] = []

        def work(question: Question) -> None:
            if given_up.is_set():
                return
            fetcher = Fetcher(question.transport, place)
            found = fetcher.entries_of(question.code_key, known=self._elsewhere.__contains__)
            ours = {item.stored.id: item for item in found if item.stored.trusted}
            self._elsewhere.update(item.stored.id for item in found if not item.stored.trusted)
            if not ours:
                self._note_nothing(question)
            for stored in question.choose([item.stored for item in ours.values()]):
                kept = None if given_up.is_set() else fetcher.bring_in(ours[stored.id])
                if kept is not None:
                    brought.append(kept)
            for problem in fetcher.result.problems:
                _log.info("Left out of the shared store: %s", problem)

        in_parallel(place, [partial(work, question) for question in questions])
        self._worked()
        return brought

    def _note_nothing(self, question: Question) -> None:
        with self._lock:
            if len(self._nothing_there) >= _MOST_REMEMBERED:
                self._nothing_there.clear()
            self._nothing_there[_name(question)] = self._clock()

    # Writing

    def keep_in_step(self, transport: Transport, stored: StoredEntry) -> None:
        """Send an entry in the background; with it what could not be sent before.

        That it is to be sent is noted in the store, so that it is not forgotten when this process
        ends before.
        """
        if not self.writes:
            return
        try:
            transport.store.marks.note_unsent(stored.id)
        except (StoreError, OSError) as error:
            _log.info("What is to be sent to a shared store cannot be noted: %s", error)
            return
        with self._lock:
            self._written.setdefault(str(transport.store.folder), transport)
        self._writer.submit(self._send_all)

    def finish(self, seconds: float = _SEND_SECONDS) -> int:
        """Wait until all has been sent, or cannot be.

        Args:
            seconds: How long at most.

        Returns:
            How many entries could not be sent.
        """
        if self._written:
            try:
                self._writer.do(self._send_all, seconds)
            except Late:
                self._failed("It did not take everything in time.")
        return self._count_unsent()

    def _count_unsent(self) -> int:
        with suppress(OSError):
            return sum(len(item.store.marks.unsent()) for item in list(self._written.values()))
        return 0

    def _send_all(self) -> None:
        if self._breaker.is_open:
            return
        try:
            for transport in list(self._written.values()):
                self._send(transport)
        except SharedStoreError as error:
            self._failed(str(error))
        except (StoreError, OSError) as error:
            _log.info("What is to be sent to a shared store cannot be read: %s", error)

    def _send(self, transport: Transport) -> None:
        store = transport.store
        entries = []
        for identifier in sorted(store.marks.unsent()):
            try:
                entries.append(store.get(identifier))
            except EntryMissing:
                store.marks.note_sent(identifier)  # it was removed meanwhile
        if not entries:
            return
        for problem in push(transport, self._reached(), entries).problems:
            _log.info("Not sent to the shared store: %s", problem)
        for stored in entries:
            store.marks.note_sent(stored.id)
        self._worked()

    # Whether it answers

    def _reached(self) -> Place:
        with self._lock:
            if self._place is None:
                self._place = self._opened(self.url)
            return self._place

    def _worked(self) -> None:
        self._breaker.worked()
        self._state, self._asked, self._error = "reachable", time.time(), ""

    def _failed(self, error: str) -> None:
        self._breaker.failed()
        self._seen = -math.inf
        with self._lock:
            self._place = None  # the next attempt begins with a new connection
        self._state, self._asked, self._error = "unreachable", time.time(), error
        _log.warning("The shared store is left alone for some time: %s", error)


def _name(question: Question) -> tuple[str, str]:
    return str(question.transport.store.folder), question.code_key


def newest_or_matching(
    found: Sequence[StoredEntry], matches: Callable[[StoredEntry], bool | None]
) -> list[StoredEntry]:
    """The entry that matches now, or else the newest good one, which tells why none does.

    The latter also tells what the notebook reads and writes, so others can be found to be upstream
    of it. An execution that failed counts only while none that came later went well: what it
    lacked may just not be here yet.

    Args:
        found: What there is, newest first.
        matches: Whether an entry matches now; None when it never could.
    """
    newest = None
    for stored in found:
        is_good = stored.entry.outcome == "ok"
        answer = matches(stored) if is_good or newest is None else None
        if answer:
            return [stored]
        if answer is False and is_good and newest is None:
            newest = stored
    return [] if newest is None else [newest]
