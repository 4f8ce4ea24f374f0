"""Files that code names in text: candidates for inputs where nothing better is known."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from ..store.records import Input
from .observation import Places, kept_text
from .stat_cache import StatCache

_LITERAL = re.compile(r"""(["'`])((?:\\.|(?!\1)[^\\\n]){1,500})\1""")
_MOST_LITERALS = 2000


def named_files(sources: Iterable[str], folder: Path, project_root: Path) -> list[Path]:
    """The existing files that string literals of code cells name.

    Args:
        sources: Sources of code cells, in any language with quoted strings.
        folder: The notebook's folder, which relative paths start from.
        project_root: Files outside it are left out.
    """
    found: dict[Path, None] = {}
    for source in sources:
        for number, match in enumerate(_LITERAL.finditer(source)):
            if number >= _MOST_LITERALS:
                break
            path = _existing(match[2], folder)
            if path is not None and path.is_relative_to(project_root):
                found.setdefault(path)
    return list(found)


def _existing(text: str, folder: Path) -> Path | None:
    try:
        path = (folder / text).resolve()
        return path if path.is_file() else None
    except (OSError, ValueError, RuntimeError):
        return None


def literal_inputs(
    sources: Sequence[str],
    places: Places,
    stat_cache: StatCache,
    keep: Callable[[bytes], str] | None,
) -> list[Input]:
    """Inputs for the existing files that string literals name."""
    inputs = []
    for path in named_files(sources, places.notebook_folder, places.project_root):
        try:
            digest = stat_cache.digest(path)
            status = path.stat()
        except OSError:
            continue
        written = places.written(str(path))
        inputs.append(
            Input(
                "file",
                written,
                digest,
                path=written,
                size=status.st_size,
                modified=status.st_mtime,
                content=kept_text(str(path), digest, keep),
            )
        )
    return inputs
