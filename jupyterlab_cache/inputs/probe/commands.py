"""What the command line of a child process names.

A watch on the file system sees what a child opens, but not what it looks for in vain, what it only
asks about, or which variables it inherits. What its command line says of that is noted instead.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import sys
from typing import Any

from .files import FileNotes
from .notes import absolute, real_stat
from .stats import note_answer
from .variables import note_variable

MOST_WORDS = 200
SYSTEM_FOLDERS = ("/bin/", "/dev/", "/etc/", "/lib", "/proc/", "/run/", "/sbin/", "/sys/", "/usr/")
LONGEST_WORD = 1000
WORD = re.compile(r"[^\s'\"|&;<>()$`*?{}=\\]+")
VARIABLE = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")
SCRIPT_CELL = re.compile(r"^%%(?:bash|sh|script|sx|system|!).*$", re.MULTILINE)
SHELLS_OWN = {"PWD", "OLDPWD", "IFS", "RANDOM", "SECONDS", "LINENO", "UID", "PPID"}


def note_command(files: FileNotes, arguments: tuple[Any, ...]) -> None:
    """Note the paths, variables and other machines that a command line names.

    Args:
        files: Where to.
        arguments: Those of the audit event that told of the new process.
    """
    notes, texts = files.notes, list(_texts(arguments[:2]))
    folder = arguments[2] if len(arguments) > 2 and isinstance(arguments[2], (str, bytes)) else "."
    place = absolute(folder)
    if place is None:
        return
    for text in texts:
        notes.add_hosts_of(text)
        words = WORD.findall(text)[:MOST_WORDS]
        for word in words:
            if not word.startswith("-") and "://" not in word and len(word) <= LONGEST_WORD:
                _note_path(files, os.path.normpath(os.path.join(place, word)), word)
        for name in VARIABLE.findall(text)[:MOST_WORDS]:
            # What the command sets itself is not inherited.
            if name not in SHELLS_OWN and not re.search(rf"\b{name}=|\b(for|read) {name}\b", text):
                note_variable(notes, name)


def script_of(cell: str) -> str:
    """What a cell gives to a shell as its input, of which no command line tells; or nothing."""
    match = SCRIPT_CELL.search(cell)
    return cell[match.end() :] if match else ""


def _texts(values: Any) -> Any:
    for value in values:
        if isinstance(value, (str, bytes)):
            yield os.fsdecode(value)
        elif isinstance(value, (list, tuple)):
            yield from _texts(value)


def _note_path(files: FileNotes, path: str, word: str) -> None:
    notes = files.notes
    if notes.is_skipped(path):
        return
    if not notes.is_in_project(path):
        # No watch looks there, so what is named is all that is known.
        system = (*SYSTEM_FOLDERS, os.path.join(sys.prefix, ""), os.path.join(sys.base_prefix, ""))
        if os.sep in word and not path.startswith(system) and os.path.isfile(path):
            files.note_named(path)
        return
    try:
        status = real_stat(path)
    except (OSError, ValueError):
        # Words that name programs name no files, most likely.
        if "\0" not in path and shutil.which(word) is None:
            note_answer(notes, path, None, [])
        return
    if stat.S_ISDIR(status.st_mode) or stat.S_ISREG(status.st_mode):
        note_answer(notes, path, status, [])
