"""Reading what is declared of a notebook, wherever it is declared."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import msgspec

from ..notebooks.declaration import (
    NOTHING,
    PROJECT_FILE,
    Declaration,
    DeclarationInvalid,
    read_declaration,
    read_project_declaration,
)
from ..notebooks.errors import one_line
from .declared import NOTHING_DECLARED, Declared, declared_for
from .stat_cache import StatCache

# Names what is kept; to be changed with the declarations' meaning.
_KIND = "declaration 2"
_decode = lru_cache(maxsize=1024)(msgspec.msgpack.Decoder(Declaration).decode)


def read_declared(
    notebook: Path, project_root: Path, stat_cache: StatCache, command: Declaration
) -> Declared:
    """What is declared of a notebook: by its project, in its saved file, and for this invocation.

    Args:
        notebook: Absolute path; the file need not exist.
        project_root: Its project's root.
        stat_cache: Remembers what files declare.
        command: For this invocation.

    Raises:
        DeclarationInvalid: A declaration makes no sense, or leads outside the project.
    """
    project = _read(project_root / PROJECT_FILE, read_project_declaration, stat_cache)
    document = _read(notebook, read_declaration, stat_cache)
    if project == document == command == NOTHING:
        return NOTHING_DECLARED
    return declared_for(notebook, project_root, project=project, document=document, command=command)


def _read(path: Path, read: Callable[[Path], Declaration], stat_cache: StatCache) -> Declaration:
    try:
        data = stat_cache.derived(
            path, _KIND, lambda path: msgspec.msgpack.encode(read(Path(path)))
        )
        return _decode(data)
    except (FileNotFoundError, NotADirectoryError):
        return NOTHING
    except OSError as error:
        message = f"{path.name} cannot be read: {one_line(error.strerror or error)}."
        raise DeclarationInvalid(message) from error
    except msgspec.MsgspecError:
        return read(path)
