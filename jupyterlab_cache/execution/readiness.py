"""Waiting until a kernel that was just started answers."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from queue import Empty
from typing import Any

# Seconds to wait for an answer before asking again: the first request of a fresh connection may be
# lost (ipykernel issue 1554), and so may what a kernel says before the other channel is connected.
_PATIENCE = 1.0
_PATIENCE_AFTER_REPLY = 0.2


class KernelNotReady(Exception):
    """A kernel died, or did not answer in time."""


async def wait_until_ready(client: Any, timeout: float) -> dict[str, Any]:
    """Wait until a kernel answers, on both of its channels.

    Like jupyter_client's own ``wait_for_ready``, except for the end: that waits until nothing has
    come for 0.2 seconds, this for what the kernel says last about the request. So it is as many
    requests, of which each draws from the kernel's ``random``.

    Args:
        client: A client with running channels.
        timeout: Most seconds to wait.

    Returns:
        What it says of its language, as ``language_info`` in a notebook's metadata has it.

    Raises:
        KernelNotReady: The kernel died, or time is up.
    """
    deadline = time.monotonic() + timeout
    while True:
        request = client.kernel_info()
        reply = await _first(client.get_shell_msg, request, _answers, _PATIENCE)
        if reply is not None and await _first(
            client.get_iopub_msg, request, _ends, _PATIENCE_AFTER_REPLY
        ):
            _adapt(client, reply["content"].get("protocol_version"))
            language = reply["content"].get("language_info")
            return language if isinstance(language, dict) else {}
        if not await client.is_alive():
            raise KernelNotReady("it died")
        if time.monotonic() > deadline:
            raise KernelNotReady(f"not within {timeout:g} seconds")


async def _first(
    get: Callable[..., Awaitable[dict[str, Any]]],
    request: str,
    fits: Callable[[dict[str, Any]], bool],
    patience: float,
) -> dict[str, Any] | None:
    """The first message of a channel about a request that fits; None if none comes in time."""
    until = time.monotonic() + patience
    while (left := until - time.monotonic()) > 0:
        try:
            message = await get(timeout=left)
        except Empty:
            break
        if message["parent_header"].get("msg_id") == request and fits(message):
            return message
    return None


def _answers(message: dict[str, Any]) -> bool:
    return bool(message["msg_type"] == "kernel_info_reply")


def _ends(message: dict[str, Any]) -> bool:
    is_status = message["msg_type"] == "status"
    return bool(is_status and message["content"].get("execution_state") == "idle")


def _adapt(client: Any, version: object) -> None:
    """Speak the version of the protocol that the kernel does, if that is an older one."""
    import jupyter_client

    ours, theirs = int(jupyter_client.protocol_version_info[0]), str(version).partition(".")[0]  # type: ignore[attr-defined]
    if theirs.isdigit() and int(theirs) != ours:
        client.session.adapt_version = int(theirs)
