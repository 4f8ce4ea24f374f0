"""What code names in text: candidates for inputs where nothing better is known."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

import msgspec

from ..store.records import Input
from .fingerprints import ABSENT
from .kept_text import kept_text
from .observation import Places
from .probe.commands import SYSTEM_FOLDERS
from .stat_cache import Signature, StatCache, signature_of

_LITERAL = re.compile(r"""(["'`])((?:\\.|(?!\1)[^\\\n]){1,500})\1""")
_SHELL_WORD = re.compile(r"""[^\s'"|&;<>()$`*?{}=\\]{1,500}""")
_FILE_NAME = re.compile(r"[\w./~-]{0,200}\w\.[A-Za-z]\w{0,7}")
_URL = re.compile(r"\b(?!file:)[A-Za-z][A-Za-z0-9+.-]{1,20}://(?!localhost\b|127\.|\[::1)")
_FETCHES = re.compile(
    r"\b(?:curl|wget|git|url|download\.file|source|fread|fromJSON|GET|POST|getURL|"
    r"read[._]\w+|read_?lines|readRDS|load|install\.packages|request|HTTP\.\w+|download)\b",
    re.IGNORECASE,
)
_SHELLS = frozenset({"bash", "sh", "zsh"})
_MOST_LITERALS = 2000


class NamedFiles(msgspec.Struct, frozen=True):
    """What string literals of code name, as absolute paths.

    Attributes:
        existing: Regular files.
        absent: What looks like a file's name and is none.
    """

    existing: tuple[str, ...]
    absent: tuple[str, ...]


def named_files(sources: Iterable[str], folder: str, language: str = "") -> NamedFiles:
    """The files that string literals of code cells name; of a shell's code all words.

    Args:
        sources: Sources of code cells, in any language with quoted strings.
        folder: The notebook's folder, which relative paths start from.
        language: The kernel's language.
    """
    existing: dict[str, None] = {}
    absent: dict[str, None] = {}
    for source in sources:
        for number, text in enumerate(_texts(source, language)):
            if number >= _MOST_LITERALS:
                break
            path = os.path.normpath(os.path.join(folder, os.path.expanduser(text)))
            if path.startswith(SYSTEM_FOLDERS) or "\0" in path:
                continue
            if os.path.isfile(path):
                existing.setdefault(path)
            elif _FILE_NAME.fullmatch(text) and not os.path.lexists(path):
                absent.setdefault(path)
    return NamedFiles(tuple(existing), tuple(absent))


def states_outside(
    sources: Iterable[str], places: Places, language: str = ""
) -> dict[str, Signature]:
    """The present states of the files outside the project that string literals name, by path.

    Args:
        sources: Sources of the code cells.
        places: The notebook's folder and project.
        language: The kernel's language.
    """
    states = {}
    for path in named_files(sources, os.fspath(places.notebook_folder), language).existing:
        if not places.is_inside(path):
            try:
                states[path] = signature_of(os.stat(path))
            except OSError:
                continue
    return states


def fetches_from_network(sources: Iterable[str]) -> bool:
    """Whether a cell names an address of another machine and something that would fetch it.

    Args:
        sources: Sources of code cells in a language that is not observed.
    """
    return any(_URL.search(source) and _FETCHES.search(source) for source in sources)


def _texts(source: str, language: str) -> Iterator[str]:
    for match in _LITERAL.finditer(source):
        yield match[2]
    if language.lower() in _SHELLS:
        yield from _SHELL_WORD.findall(source)


def literal_inputs(
    sources: Sequence[str],
    places: Places,
    stat_cache: StatCache,
    keep: Callable[[bytes], str] | None,
    *,
    language: str = "",
    written: Collection[str] = (),
    before: Mapping[str, Signature] | None = None,
) -> list[Input]:
    """Inputs for the files that string literals name, and for those that are not there.

    Args:
        sources: Sources of the code cells.
        places: The notebook's folder and project.
        stat_cache: For digests.
        keep: Stores the content of small text inputs; None to keep none.
        language: The kernel's language.
        written: Real paths that were written during the run, which are known better than that.
        before: The states of files outside the project when the run began; one with another state
            now is what the run wrote, most likely. None where no run is known of.
    """
    named = named_files(sources, os.fspath(places.notebook_folder), language)
    inputs = []
    for path in named.existing:
        if os.path.realpath(path) in written:
            continue
        try:
            digest = stat_cache.digest(path)
            status = os.stat(path)
        except OSError:
            continue
        is_inside = places.is_inside(path)
        if before is not None and not is_inside and before.get(path) != signature_of(status):
            continue
        shown = places.written(path)
        inputs.append(
            Input(
                "file",
                shown,
                digest,
                path=shown,
                size=status.st_size,
                modified=status.st_mtime,
                content=kept_text(path, places, digest, keep) if is_inside else None,
            )
        )
    for path in named.absent:
        shown = places.written(path)
        inputs.append(Input("absent", shown, ABSENT, path=shown))
    return inputs
