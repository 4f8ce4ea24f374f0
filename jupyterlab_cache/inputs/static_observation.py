"""What can be told of inputs without watching: named files, static imports, versions."""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from ..notebooks.regular_files import read_regular
from ..store.records import Input
from .declared import NOTHING_DECLARED, Declared, DeclaredLook
from .installed import owners_now
from .kept_text import kept_text
from .kernel_environment import find_kernelspec, interpreter_of, is_python, kernelspec_identity
from .ledger import Ledger
from .literals import literal_inputs
from .observation import Observation, Places
from .stat_cache import StatCache
from .stat_pass import StatPass

_MOST_MODULES = 2000
_LARGEST_MODULE = 16 * 1024**2  # bytes


def static_observation(
    *,
    sources: Sequence[str],
    notebook: Path,
    project_root: Path,
    kernel_name: str,
    stat_cache: StatCache,
    keep: Callable[[bytes], str] | None,
    declared: Declared = NOTHING_DECLARED,
    launch_environment: Mapping[str, str] | None = None,
) -> Observation:
    """The inputs that code names: files in string literals, modules and packages it imports.

    Args:
        sources: Sources of the code cells that are not blank.
        notebook: Absolute path of the notebook.
        project_root: Its project's root.
        kernel_name: Name of its kernel.
        stat_cache: For digests.
        keep: Stores the content of small text inputs; None to keep none.
        declared: What a person declared; it is taken as it is now.
        launch_environment: The variables that a kernel would be given; by default none.

    Raises:
        DeclarationInvalid: A declared pattern matches far too many files.
    """
    places = Places(notebook.parent, project_root)
    inputs = literal_inputs(sources, places, stat_cache, keep)
    spec = find_kernelspec(kernel_name) or {}
    coverage = ["literals"]
    if is_python(spec):
        coverage.append("static-imports")
        modules, names = _local_modules(sources, places)
        for path in modules:
            inputs.append(_module_input(path, places, stat_cache, keep))
        interpreter = interpreter_of(spec, stat_cache)
        if interpreter is not None:
            inputs.append(Input("python", "python", interpreter.identity))
            installed = owners_now(interpreter.site_folders, StatPass(stat_cache))
            for name in sorted(names):
                for folder in interpreter.site_folders:
                    place = os.path.join(folder, name)
                    owners = installed.owners_of(place) or installed.owners_of(place + ".py")
                    for owner, version in sorted(owners or ()):
                        inputs.append(Input("package", owner, version))
    else:
        inputs.append(Input("kernel", "kernel", kernelspec_identity(spec)))
    ledger = Ledger(places, None, stat_cache, keep, declared.ignored)
    for item in inputs:
        if item.path is None or not declared.ignored.ignores(places.absolute(item.path)):
            ledger.add(item)
    if DeclaredLook(declared, places, stat_cache).record(ledger, launch_environment or {}):
        coverage.append("declared")
    return Observation(
        inputs=tuple(ledger.inputs.values()), coverage=tuple(coverage), gaps=("not-observed",)
    )


def _module_input(
    path: Path, places: Places, stat_cache: StatCache, keep: Callable[[bytes], str] | None
) -> Input:
    digest = stat_cache.digest(path)
    status = path.stat()
    written = places.written(str(path))
    subject = written.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return Input(
        "module",
        subject,
        digest,
        path=written,
        size=status.st_size,
        modified=status.st_mtime,
        content=kept_text(str(path), places, digest, keep),
    )


def _local_modules(sources: Iterable[str], places: Places) -> tuple[list[Path], set[str]]:
    """Module files of the project that code imports, and the names found nowhere in it."""
    found: dict[Path, None] = {}
    elsewhere: set[str] = set()
    pending = [(name, places.notebook_folder) for source in sources for name in _imports(source)]
    while pending and len(found) < _MOST_MODULES:
        name, folder = pending.pop()
        files = list(_module_files(name, folder)) or list(
            _module_files(name, places.notebook_folder)
        )
        files = [file for file in files if file.is_relative_to(places.project_root)]
        if not files:
            elsewhere.add(name.partition(".")[0])
        for file in files:
            if file in found:
                continue
            found[file] = None
            try:
                text = read_regular(file, _LARGEST_MODULE).decode("utf-8", "replace")
            except OSError:
                continue
            pending += [(imported, file.parent) for imported in _imports(text)]
    return list(found), elsewhere


def _module_files(name: str, folder: Path) -> Iterator[Path]:
    place = folder
    for part in name.split("."):
        package = place / part / "__init__.py"
        module = place / f"{part}.py"
        if package.is_file():
            yield package
            place = place / part
        elif module.is_file():
            yield module
            return
        elif (place / part).is_dir():
            place = place / part
        else:
            return


def _imports(source: str) -> set[str]:
    """Dotted names that a source imports; relative ones without their dots."""
    names: set[str] = set()
    for node in ast.walk(_parsed(source)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.module:
                names.add(node.module)
            prefix = f"{node.module}." if node.module else ""
            names.update(prefix + alias.name for alias in node.names if node.level or prefix)
    return names


def _parsed(source: str) -> ast.AST:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        # Magics and shell lines are not Python; the rest of the cell may well be.
        lines = [
            "" if line.lstrip().startswith(("%", "!", "?")) else line for line in source.split("\n")
        ]
        try:
            return ast.parse("\n".join(lines))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return ast.Module([], [])
