"""How a kernel died, for a person."""

from __future__ import annotations

import contextlib
import signal

from .last_words import with_last_words
from .launch import Kernel

_SIGNALS = {
    "SIGKILL": "it was killed, as the system does when memory runs out",
    "SIGSEGV": "native code accessed memory that is not its own (SIGSEGV)",
    "SIGABRT": "native code gave up (SIGABRT)",
    "SIGTERM": "it was asked to end (SIGTERM)",
}


async def death_of(kernel: Kernel) -> str:
    """What is known of a kernel's end: how its process ended, and what it said last."""
    message = "The kernel died while it executed the cell"
    provisioner = getattr(kernel.manager, "provisioner", None)
    code = None
    if provisioner is not None:
        with contextlib.suppress(Exception):  # a provisioner of others may do as it likes
            code = await provisioner.poll()
    if isinstance(code, int) and code:
        message += f": {_in_words(code)}"
    return await with_last_words(f"{message}.", kernel.last_words)


def _in_words(code: int) -> str:
    if code > 0:
        return f"its process ended with the code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        return f"its process was ended by the signal {-code}"
    return _SIGNALS.get(name, f"its process was ended by {name}")
