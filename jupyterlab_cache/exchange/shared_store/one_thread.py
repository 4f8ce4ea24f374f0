"""One thread that does what may never end, so that nobody else has to wait for it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotInTime
from typing import TypeVar

T = TypeVar("T")


class Late(Exception):
    """The work has not ended in time; it may still go on."""


class OneThread:
    """Does one thing after the other, in a thread that ends with the process.

    What does not end keeps the thread, and all that comes later is late: so what hangs can hang
    once, whoever asks how often.

    Args:
        name: What to call the thread.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._work: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Have something done when what came before has been done."""
        future: Future[T] = Future()

        def run() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(work())
            except BaseException as error:
                future.set_exception(error)

        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
        self._work.put(run)
        return future

    def do(self, work: Callable[[], T], seconds: float) -> T:
        """The result of some work, or what it raises.

        Args:
            work: The work.
            seconds: How long it is waited for.

        Raises:
            Late: It has not ended until then; if it has not begun, it never will.
        """
        future = self.submit(work)
        try:
            return future.result(seconds)
        except NotInTime:
            future.cancel()
            raise Late from None

    def _run(self) -> None:
        while True:
            self._work.get()()
