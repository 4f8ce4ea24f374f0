"""The queue's records as files; what they hold is the queue's business."""

from __future__ import annotations

import contextlib
import re

import msgspec

from .errors import StoreError
from .layout import JOBS, Layout
from .signatures import KeyRing, Signature

_JOB_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,63}")
_SUFFIX = ".json"
JOB_FILE = re.compile(_JOB_ID.pattern + re.escape(_SUFFIX))
"""Name of a job's file."""
_MAX_BYTES = 4 * 1024**2
_PURPOSE = b"job\n"
_decode_signatures = msgspec.json.Decoder(list[Signature]).decode


class JobFiles:
    """The jobs of a store.

    Args:
        layout: The store's folder.
        keys: Sign records. A job starts an execution when the server starts, so one that came with
            a copied or cloned store must not count, and neither must one of a team's other member.
    """

    def __init__(self, layout: Layout, keys: KeyRing) -> None:
        self._layout = layout
        self._keys = keys

    def write(self, job_id: str, data: bytes) -> None:
        """Keep the record of a job in place of the one before.

        Raises:
            StoreError: The job's id cannot be a file name, the record is larger than will be read
                again, or the store cannot be used.
            OSError: It cannot be written.
        """
        name = _name(job_id)
        if len(data) > _MAX_BYTES:
            raise StoreError(f"The record of a job can have {_MAX_BYTES} bytes, not {len(data)}.")
        signatures = msgspec.json.encode(self._keys.sign(_PURPOSE + data))
        self._layout.write(name, signatures + b"\n" + data)

    def read_all(self) -> dict[str, bytes]:
        """Job id → record; what cannot be read, or is not signed by us, is left out.

        Raises:
            StoreError: The store cannot be used.
        """
        self._layout.check()
        found: dict[str, bytes] = {}
        with contextlib.suppress(OSError):
            _, names = self._layout.files.listing(JOBS) or (None, [])
            for name in names:
                job_id = name.removesuffix(_SUFFIX)
                if name.endswith(_SUFFIX) and _JOB_ID.fullmatch(job_id):
                    with contextlib.suppress(OSError):
                        data = self._layout.files.read(f"{JOBS}/{name}", 2 * _MAX_BYTES)
                        record = self._checked(data)
                        if record is not None:
                            found[job_id] = record
        return found

    def _checked(self, data: bytes) -> bytes | None:
        head, _, record = data.partition(b"\n")
        try:
            signatures = _decode_signatures(head)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return None
        origin = self._keys.origin_of(_PURPOSE + record, signatures)
        return record if origin == "here" else None

    def remove(self, job_id: str) -> None:
        """Forget a job; harmless when it is gone already, or the store cannot be written.

        Raises:
            StoreError: The job's id cannot be a file name.
        """
        name = _name(job_id)
        with contextlib.suppress(OSError):
            self._layout.remove(name)


def _name(job_id: str) -> str:
    if not _JOB_ID.fullmatch(job_id):
        raise StoreError(f"{job_id[:80]!r} cannot be the id of a job.")
    return f"{JOBS}/{job_id}{_SUFFIX}"
