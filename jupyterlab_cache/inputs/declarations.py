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
    declaration_of,
    read_declaration,
    read_project_declaration,
)
from ..notebooks.errors import one_line
from .declared import NOTHING_DECLARED, Declared, declared_for
from .ignoring import check_ignore
from .patterns import check_patterns
from .stat_cache import FileValues

# Names what is kept; to be changed with the declarations' meaning.
_KIND = "declaration 5"
_decode = lru_cache(maxsize=1024)(msgspec.msgpack.Decoder(Declaration).decode)


def checked_declaration(value: object, where: str) -> Declaration:
    """What is declared outside of any notebook, checked as far as that can be done there.

    Args:
        value: The mapping.
        where: What to call it in an error.

    Raises:
        DeclarationInvalid: It makes no sense.
    """
    declaration = declaration_of(value, where)
    check_patterns(declaration.assets)
    check_ignore((*declaration.ignore, *declaration.artefacts_ignore))
    return declaration


def read_declared_for_all(project_root: Path, stat_cache: FileValues) -> Declaration:
    """What a project declares of all its notebooks.

    Args:
        project_root: The project's root.
        stat_cache: Remembers what files declare.

    Raises:
        DeclarationInvalid: It makes no sense.
    """
    return _read(project_root / PROJECT_FILE, read_project_declaration, stat_cache)


def read_declared(
    notebook: Path,
    project_root: Path,
    stat_cache: FileValues,
    *,
    project: Declaration,
    command: Declaration,
    settings: Declaration,
) -> Declared:
    """What is declared of a notebook: by its project, in its saved file, and for this invocation.

    Args:
        notebook: Absolute path; the file need not exist.
        project_root: Its project's root.
        stat_cache: Remembers what files declare.
        project: For all notebooks of the project.
        command: For this invocation.
        settings: For all notebooks of whoever asks.

    Raises:
        DeclarationInvalid: A declaration makes no sense, or leads outside the project.
    """
    document = _read(notebook, read_declaration, stat_cache)
    return put_together(notebook, project_root, project, document, command, settings)


def put_together(
    notebook: Path,
    project_root: Path,
    project: Declaration,
    document: Declaration,
    command: Declaration,
    settings: Declaration,
) -> Declared:
    """The same, where it is known what the notebook declares (``document``)."""
    if project == document == command == settings == NOTHING:
        return NOTHING_DECLARED
    return declared_for(
        notebook,
        project_root,
        settings=settings,
        project=project,
        document=document,
        command=command,
    )


def _read(path: Path, read: Callable[[Path], Declaration], stat_cache: FileValues) -> Declaration:
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
