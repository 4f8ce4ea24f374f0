"""A shared store at any place that fsspec reaches: buckets, machines with SSH, and more."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any

from .place import (
    NotShared,
    SharedStoreError,
    Unreachable,
    check_count,
    copy_bounded,
    masked,
    secrets_in,
)

_WHOLE_OR_NOT = frozenset(
    ["s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "oss", "oci", "obs", "tos", "hf"]
)
"""Object stores: what is put there is there as a whole, or not at all."""

_EXTRAS = {"s3": "s3", "s3a": "s3"}
_AT_ONCE = 16
_BLOCK = 8 * 1024**2
_SECONDS = 60.0
_SLOWEST = 50_000  # bytes for each second


class FsspecPlace:
    """A place behind fsspec; credentials come by fsspec's own ways and are never looked at.

    Args:
        url: The URL, as fsspec reads it.

    Raises:
        NotShared: It is no such URL, or what is needed for it is not installed.
    """

    def __init__(self, url: str) -> None:
        from fsspec.asyn import AsyncFileSystem
        from fsspec.core import url_to_fs

        self.shown = masked(url)
        self._secrets = secrets_in(url)
        scheme = url.partition("://")[0]
        try:
            # An instance of our own: after a failure the next one begins with a new connection.
            self._fs, root = url_to_fs(url, skip_instance_cache=True)
        except ImportError as error:
            extra = _EXTRAS.get(scheme)
            what = f"install jupyterlab-cache[{extra}]" if extra else str(error)
            raise NotShared(f"{self.shown} cannot be used here yet: {what}.") from error
        except Exception as error:
            # Which errors there are is up to the implementation.
            text = masked(str(error) or repr(error), self._secrets)
            raise NotShared(f"{self.shown} cannot be used: {text}.") from error
        self._root = root.rstrip("/")
        self._is_async = isinstance(self._fs, AsyncFileSystem) and self._fs.async_impl
        # Others need not be safe to be used from several threads.
        self.parallel = _AT_ONCE if self._is_async else 1
        self._is_whole = scheme in _WHOLE_OR_NOT

    def names(self, folder: str) -> list[str]:
        """See :meth:`Place.names`."""
        try:
            with self._told(folder, "listed"):
                self._fs.invalidate_cache()
                found = self._call("ls", self._at(folder), detail=False)
        except FileNotFoundError:
            return []
        check_count(found, folder, self.shown)
        return [str(name).rstrip("/").rpartition("/")[2] for name in found]

    def fetch(self, name: str, limit: int, into: IO[bytes]) -> None:
        """See :meth:`Place.fetch`."""
        with (
            self._told(name, "read"),
            self._fs.open(self._at(name), "rb", block_size=_BLOCK) as file,
        ):
            copy_bounded(file, into, limit, name)

    def send(self, name: str, data: bytes) -> None:
        """See :meth:`Place.send`."""
        self._put(name, lambda place: self._call("pipe_file", place, data))

    def send_file(self, name: str, path: str, size: int) -> None:
        """See :meth:`Place.send_file`."""
        seconds = _SECONDS + size / _SLOWEST
        self._put(name, lambda place: self._call("put_file", path, place, seconds=seconds))

    def _put(self, name: str, write: Callable[[str], None]) -> None:
        try:
            with self._told(name, "written"):
                if self._is_whole:
                    write(self._at(name))
                    return
                temporary = self._at(f"tmp/{os.urandom(16).hex()}")
                for place in (temporary, self._at(name)):
                    self._call("makedirs", place.rpartition("/")[0], exist_ok=True)
                write(temporary)
                self._call("mv", temporary, self._at(name))
        except FileNotFoundError as error:
            raise Unreachable(f"{self.shown} cannot be written: {error} is missing.") from error

    def _at(self, name: str) -> str:
        return f"{self._root}/{name}"

    def _call(self, name: str, *arguments: Any, seconds: float = _SECONDS, **more: Any) -> Any:
        """Call the implementation; one that can be interrupted gets no longer than it may take."""
        if self._is_async and hasattr(self._fs, f"_{name}"):
            from fsspec.asyn import sync

            method = getattr(self._fs, f"_{name}")
            return sync(self._fs.loop, method, *arguments, timeout=seconds, **more)
        return getattr(self._fs, name)(*arguments, **more)

    @contextmanager
    def _told(self, name: str, what: str) -> Iterator[None]:
        try:
            yield
        except (FileNotFoundError, SharedStoreError):
            raise
        except Exception as error:
            # Which errors there are is up to the implementation: those of S3 are no OSErrors.
            text = masked(str(error) or repr(error), self._secrets)
            raise Unreachable(f"{name} of {self.shown} cannot be {what}: {text}.") from error
