"""What a person declares about a notebook: in its metadata, for a project, on the command line."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from .code_key import well_formed
from .errors import NotebookError, NotebookInvalid, one_line
from .parameters import NO_PARAMETERS, Parameters, ParametersInvalid, parameters_of
from .reader import metadata_of_bytes, read_bytes
from .regular_files import NotReadable, read_regular
from .text import is_text_notebook, load_text

METADATA_KEY = "jupyterlab_cache"
"""Where a notebook's metadata hold a declaration."""

PROJECT_FILE = "pyproject.toml"
"""The file in a project's root that may hold one for all its notebooks."""

_PROJECT_TABLE = "jupyterlab-cache"
_LISTS = ("assets", "ignore", "variables", "artefacts_ignore", "varying")
_KEYS = (
    *_LISTS,
    "network",
    "expires",
    "packages",
    "artefacts",
    "parameters",
    "isolated",
    "exports",
)
_MOST_ITEMS = 1000
_LARGEST_PROJECT_FILE = 16 * 1024**2  # bytes
_LONGEST_ITEM = 1000
_DURATION = re.compile(r"([1-9][0-9]{0,5})([smhdw])", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}

Network = Literal["refuse", "allow"]
Packages = Literal["version", "content"]
ArtefactPolicy = Literal["tell", "ignore"]
ExportFormat = Literal["jupyter-cache", "mystmd"]
"""The caches of other programs that can be written to."""

EXPORT_FORMATS: tuple[ExportFormat, ...] = ("jupyter-cache", "mystmd")


class DeclarationInvalid(NotebookInvalid):
    """A declaration makes no sense; the text says where it stands and what to write."""


class Declaration(msgspec.Struct, frozen=True):
    """What one place declares.

    Attributes:
        assets: Files, folders and globs that the notebook needs.
        ignore: gitignore patterns of what is neither an input nor an artefact.
        variables: Names of environment variables that count even if they are never read.
        network: Whether an execution that contacted the network may be reused; None where this
            place does not say.
        expires: Seconds after which outputs are not fresh any more; None where this place does
            not say.
        packages: Whether installed packages are compared by their version, or also by the content
            of the modules that were imported; None where this place does not say.
        artefacts: Whether a status tells of artefacts that are gone, changed or not stored; None
            where this place does not say.
        artefacts_ignore: gitignore patterns of artefacts whose content is not stored.
        parameters: What is injected into the notebook when it is executed.
        varying: Regular expressions of text in outputs that may differ between two executions.
        isolated: Whether the notebook is executed in a folder of its own; None where this place
            does not say.
        exports: Folders that are kept up to date for other programs, below the project's root, each
            with the program's format. No notebook says that of itself.
    """

    assets: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    network: Network | None = None
    expires: float | None = None
    packages: Packages | None = None
    artefacts: ArtefactPolicy | None = None
    artefacts_ignore: tuple[str, ...] = ()
    parameters: Parameters = NO_PARAMETERS
    varying: tuple[str, ...] = ()
    isolated: bool | None = None
    exports: tuple[tuple[ExportFormat, str], ...] = ()


NOTHING = Declaration()


def declaration_of(value: object, where: str) -> Declaration:
    """Check what stands in a file, or was given with a command.

    Args:
        value: The mapping, as JSON, YAML or TOML gave it.
        where: What to call it in an error.

    Raises:
        DeclarationInvalid: It is no declaration.
    """
    if not isinstance(value, Mapping):
        raise DeclarationInvalid(f"{where} has to be a mapping, such as {{assets: [data.csv]}}.")
    for key in value:
        if key not in _KEYS:
            raise DeclarationInvalid(
                f"{where} has no option {_shown(key)}; there are {', '.join(_KEYS)}."
            )
    assets, ignore, variables, artefacts_ignore, varying = (
        _texts(value.get(key), f"{where}: {key}") for key in _LISTS
    )
    for pattern in varying:
        try:
            re.compile(pattern)
        except (re.error, OverflowError, RecursionError) as error:
            raise DeclarationInvalid(
                f"{where}: varying: {_shown(pattern)} is no regular expression ({one_line(error)})."
            ) from None
    for name in variables:
        if "=" in name:
            raise DeclarationInvalid(
                f"{where}: variables: {_shown(name)} is no name of a variable; leave the value out."
            )
    network = value.get("network")
    if network not in (None, "refuse", "allow"):
        raise DeclarationInvalid(
            f"{where}: network is {_shown(network)}; write 'refuse' or 'allow'."
        )
    packages = value.get("packages")
    if packages not in (None, "version", "content"):
        raise DeclarationInvalid(
            f"{where}: packages is {_shown(packages)}; write 'version' or 'content'."
        )
    artefacts = value.get("artefacts")
    if artefacts not in (None, "tell", "ignore"):
        raise DeclarationInvalid(
            f"{where}: artefacts is {_shown(artefacts)}; write 'tell' or 'ignore'."
        )
    isolated = value.get("isolated")
    if isolated is not None and not isinstance(isolated, bool):
        raise DeclarationInvalid(f"{where}: isolated is {_shown(isolated)}; write true or false.")
    expires = value.get("expires")
    return Declaration(
        assets=assets,
        ignore=ignore,
        variables=variables,
        network=network,
        expires=None if expires is None else parse_duration(expires, f"{where}: expires"),
        packages=packages,
        artefacts=artefacts,
        artefacts_ignore=artefacts_ignore,
        varying=varying,
        parameters=_parameters(value.get("parameters"), f"{where}: parameters"),
        isolated=isolated,
        exports=_exports(value.get("exports"), f"{where}: exports"),
    )


def parse_duration(value: object, where: str = "The duration") -> float:
    """The seconds of a duration such as ``30m``, ``12h`` or ``7d``.

    Args:
        value: A whole number from 1 to 999999 and a unit: s, m, h, d or w, without a space.
        where: What to call it in an error.

    Raises:
        DeclarationInvalid: It is something else.
    """
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise DeclarationInvalid(
            f"{where} is {_shown(value)}; write a whole number and a unit "
            "(s, m, h, d or w), such as '30m', '12h' or '7d'."
        )
    return float(int(match[1]) * _SECONDS[match[2]])


def read_declaration(path: Path) -> Declaration:
    """What a saved notebook declares; nothing where its file cannot be read as a notebook.

    Args:
        path: Absolute path of the notebook; it need not exist.

    Raises:
        DeclarationInvalid: What it declares makes no sense.
    """
    try:
        if is_text_notebook(path):
            metadata: Any = load_text(path).get("metadata")
        else:
            metadata = metadata_of_bytes(read_bytes(path), path.name)
    except NotebookError:
        return NOTHING
    return declaration_in(metadata, path.name)


def declaration_in(metadata: object, name: str) -> Declaration:
    """What the metadata of a notebook declare.

    Args:
        metadata: Whatever stands in their place.
        name: What to call the notebook in an error.

    Raises:
        DeclarationInvalid: What they declare makes no sense.
    """
    if not isinstance(metadata, Mapping) or METADATA_KEY not in metadata:
        return NOTHING
    where = f"{name}: metadata {METADATA_KEY}"
    declaration = declaration_of(metadata[METADATA_KEY], where)
    if declaration.exports:
        raise DeclarationInvalid(
            f"{where}: exports is for all notebooks of a project; say it in {PROJECT_FILE}."
        )
    return declaration


def read_project_declaration(path: Path) -> Declaration:
    """What a project's ``pyproject.toml`` declares; nothing where there is no such table.

    Args:
        path: The file; it need not exist.

    Raises:
        DeclarationInvalid: What it declares makes no sense, or the file names this package and is
            not valid TOML.
        OSError: It is there and cannot be read.
    """
    try:
        data = read_regular(path, _LARGEST_PROJECT_FILE)
    except (FileNotFoundError, NotADirectoryError):
        return NOTHING
    except NotReadable as error:
        raise DeclarationInvalid(
            f"{path.name} cannot be read: {error.strerror}; correct it."
        ) from None
    if _PROJECT_TABLE.encode() not in data:
        return NOTHING
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        value: Any = tomllib.loads(data.decode())
    except (ValueError, RecursionError) as error:
        raise DeclarationInvalid(
            f"{path.name} is not valid TOML ({one_line(error)}); correct it."
        ) from None
    tool = value.get("tool")
    if not isinstance(tool, dict) or _PROJECT_TABLE not in tool:
        return NOTHING
    return declaration_of(tool[_PROJECT_TABLE], f"{path.name}: [tool.{_PROJECT_TABLE}]")


def _parameters(value: object, where: str) -> Parameters:
    try:
        return NO_PARAMETERS if value is None else parameters_of(value, where)
    except ParametersInvalid as error:
        raise DeclarationInvalid(str(error)) from None


def _exports(value: object, where: str) -> tuple[tuple[ExportFormat, str], ...]:
    if value is None:
        return ()
    if not isinstance(value, Mapping):
        raise DeclarationInvalid(
            f"{where} has to name folders by formats, such as "
            "{jupyter-cache: docs/_build/.jupyter_cache}."
        )
    for name in value:
        if name not in EXPORT_FORMATS:
            known = ", ".join(EXPORT_FORMATS)
            raise DeclarationInvalid(f"{where} has no format {_shown(name)}; there are {known}.")
    folders = {name: _texts([value[name]], where) for name in EXPORT_FORMATS if name in value}
    return tuple((name, folder) for name, (folder,) in folders.items())


def _texts(value: object, where: str) -> tuple[str, ...]:
    if value is None:
        return ()
    # A text is a sequence as well, of its characters.
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise DeclarationInvalid(f"{where} has to be a list, such as ['one', 'two'].")
    if len(value) > _MOST_ITEMS:
        raise DeclarationInvalid(f"{where} has more than {_MOST_ITEMS} items; use patterns.")
    for item in value:
        if not isinstance(item, str) or not item.strip() or "\0" in item:
            raise DeclarationInvalid(f"{where}: {_shown(item)} is no text that names anything.")
        if len(item) > _LONGEST_ITEM or item != well_formed(item):
            raise DeclarationInvalid(f"{where}: {_shown(item)} cannot be used as a name.")
    return tuple(dict.fromkeys(value))


def _shown(value: object) -> str:
    text = repr(value)
    return well_formed(text if len(text) <= 80 else text[:79] + "…")
