"""The probe's report, decoded and checked: cells may have meddled with it."""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Literal

import msgspec


class FileReport(msgspec.Struct):
    """What was done with one file.

    Attributes:
        before: Its signature when it was first touched; None when it did not exist.
        first: Whether it was first read or first written.
        truncated: Whether that first writing replaced the whole content.
        read: Ordinals of the cells that read it; -1 is before the first cell.
        written: Ordinals of the cells that wrote it.
        digest: Digest of its content when it was first touched, where it was taken.
        database: It is a database, which is opened for writing even to read it.
        named: Nothing more is known than that a command line names it.
    """

    before: tuple[int, int, int, int, int] | None
    first: Literal["read", "write"]
    truncated: bool
    read: list[int]
    written: list[int]
    digest: str | None
    database: bool
    named: bool = False


class FolderReport(msgspec.Struct):
    """The names that a listing gave, without what the run itself had made; None when it failed."""

    names: list[str] | None
    cells: list[int]


class StatReport(msgspec.Struct):
    """What was asked about a path; the answer is kind, size and mtime_ns, or None."""

    asked: list[str]
    status: tuple[str, int, int] | None
    made: bool
    cells: list[int]


class ProbeReport(msgspec.Struct):
    """All that the probe noted.

    ``sees_our_files`` tells whether the kernel found a file that this process had just made; one on
    another machine does not, and a path there may lead to another file here. ``given_variables``
    holds for each variable that may count a digest of the value that the kernel was given, None for
    one that it was not given.
    """

    files: dict[str, FileReport]
    folders: dict[str, FolderReport]
    stats: dict[str, StatReport]
    variables: list[str]
    attempted: list[str]
    absent: list[str]
    absent_in: dict[str, list[str]]
    modules: dict[str, str | None]
    sys_path: list[str | None]
    gaps: list[str]
    network: list[str]
    errors: list[str]
    environment_files: list[str]
    folders_made: list[str]
    sees_our_files: bool
    identity: str
    site: list[str]
    stdlib: list[str]
    distributions: list[str] = []
    given_variables: dict[str, str | None] = {}


def value_digest(value: str) -> str:
    """Digest of a variable's value, as the probe computes it."""
    return sha256(value.encode("utf-8", "surrogateescape")).hexdigest()


def decode_report(data: Any) -> ProbeReport:
    """The report from its JSON text.

    Raises:
        msgspec.MsgspecError: It is not what a probe sends.
    """
    return msgspec.json.decode(data, type=ProbeReport)
