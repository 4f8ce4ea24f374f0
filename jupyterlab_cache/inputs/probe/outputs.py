"""Has a kernel wait when it puts out more than can be taken away."""

from __future__ import annotations

import contextlib
from typing import Any


def lose_no_outputs(shell: Any) -> None:
    """Make sending outputs wait where it would drop them, silently: beyond 1,000 on their way.

    Args:
        shell: IPython's shell.
    """
    with contextlib.suppress(Exception):  # another kernel than ipykernel may do otherwise
        import zmq

        thread = shell.kernel.iopub_thread

        def change() -> None:
            with contextlib.suppress(Exception):
                thread.socket.setsockopt(zmq.XPUB_NODROP, 1)

        thread.schedule(change)  # a socket belongs to its thread
