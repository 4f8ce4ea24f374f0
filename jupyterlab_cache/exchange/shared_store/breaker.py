"""When a shared store that did not answer is asked again."""

from __future__ import annotations

import time
from collections.abc import Callable

_FIRST_REST = 30.0
_LONGEST_REST = 900.0


class Breaker:
    """Lets nobody ask for some time after a failure, and longer after each further one.

    Args:
        clock: Gives seconds that go only forward.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until = 0.0
        self._rest = 0.0

    @property
    def is_open(self) -> bool:
        """Whether nobody is to ask now."""
        return self._clock() < self._until

    def failed(self) -> None:
        """Note that there was no answer."""
        self._rest = min(self._rest * 2 or _FIRST_REST, _LONGEST_REST)
        self._until = self._clock() + self._rest

    def worked(self) -> None:
        """Note that there was an answer."""
        self._rest = self._until = 0.0
