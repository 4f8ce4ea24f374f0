"""System calls of Linux on x86-64, as a tracer has to know them."""

from __future__ import annotations

import platform
import sys

IS_KNOWN = sys.platform == "linux" and platform.machine() == "x86_64"
"""Whether calls can be told apart and faults put in here."""

READING = {
    0: "read",
    4: "stat",
    5: "fstat",
    6: "lstat",
    17: "pread64",
    21: "access",
    78: "getdents",
    89: "readlink",
    217: "getdents64",
    262: "newfstatat",
    267: "readlinkat",
    269: "faccessat",
    332: "statx",
    439: "faccessat2",
}
"""Calls that look at files and change nothing."""

# Calls that have nothing to do with what is on disk: memory, time, signals, processes, handles.
_APART = {
    3, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 22, 23, 24, 25, 27, 28, 32, 33, 35, 36, 38, 39, 56, 57,
    60, 61, 62, 63, 72, 79, 80, 81, 95, 96, 97, 98, 99, 100, 102, 104, 107, 108, 110, 111, 112, 115,
    118, 120, 131, 138, 157, 158, 186, 202, 203, 204, 218, 221, 228, 229, 230, 231, 234,
    273, 292, 293, 302, 318, 334, 435, 436,
}  # fmt: skip
HARMLESS = frozenset(_APART | READING.keys())
"""Calls that change nothing on disk. All others count as steps, known or not."""

STEPS = {
    1: "write",
    2: "open",
    18: "pwrite64",
    20: "writev",
    40: "sendfile",
    74: "fsync",
    75: "fdatasync",
    76: "truncate",
    77: "ftruncate",
    82: "rename",
    83: "mkdir",
    84: "rmdir",
    86: "link",
    87: "unlink",
    90: "chmod",
    91: "fchmod",
    93: "fchown",
    257: "openat",
    258: "mkdirat",
    263: "unlinkat",
    264: "renameat",
    265: "linkat",
    268: "fchmodat",
    280: "utimensat",
    285: "fallocate",
    316: "renameat2",
}
"""Names of the steps that a store may make; another one shows by its number."""

WRITES = frozenset({1, 18})
"""Calls whose third argument is how many bytes are to be written."""


def name_of(number: int) -> str:
    """A call as a person reads it."""
    return STEPS.get(number) or READING.get(number) or f"call {number}"
