"""What a person declared of one notebook, all places together, and what that makes of a run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from ..notebooks.code_key import well_formed
from ..notebooks.declaration import (
    ArtefactPolicy,
    Declaration,
    DeclarationInvalid,
    ExportFormat,
    Network,
    Packages,
)
from ..notebooks.parameters import NO_PARAMETERS, Parameters, merged
from ..store.records import Input
from .fingerprints import ABSENT, names_digest, variable_fingerprint
from .ignoring import NO_RULES, IgnoreRules, check_ignore
from .observation import Places
from .patterns import MOST_MATCHES, Pattern, confined, matches, parse_pattern, seen_from
from .stat_cache import FileValues

if TYPE_CHECKING:
    from .ledger import Ledger

_SHORT_DIGEST = 16
"""Digits that tell one match's content from another; the fingerprint holds them whole."""

_COUNTS_AS = {"file", "absent", "module", "glob"}
"""Kinds of inputs that hold a declared path to its content."""

Matches = Mapping[str, str]
"""Paths as entries write them, with the digest of each."""


class Declared(msgspec.Struct, frozen=True):
    """Everything that is declared of one notebook.

    Attributes:
        assets: What it needs, seen from its folder.
        ignored: What is left out.
        variables: Environment variables that count even if they are never read.
        network: Whether an execution that contacted the network may be reused.
        expires: Seconds after which outputs are not fresh any more; None for never.
        packages: Whether installed packages are compared by version, or by content as well.
        notebook: Absolute path of the notebook, which is no asset of its own.
        artefacts: Whether a status tells of artefacts that are gone, changed or not stored.
        not_kept: Artefacts whose content is not stored.
        parameters: What is injected into it when it is executed.
        varying: Regular expressions of text that may differ between two executions.
        isolated: Whether it is executed in a folder of its own.
        exports: Folders that are kept up to date for other programs, below the project's root.
    """

    assets: tuple[Pattern, ...] = ()
    ignored: IgnoreRules = NO_RULES
    variables: tuple[str, ...] = ()
    network: Network = "refuse"
    expires: float | None = None
    packages: Packages = "version"
    notebook: str = ""
    artefacts: ArtefactPolicy = "tell"
    not_kept: IgnoreRules = NO_RULES
    parameters: Parameters = NO_PARAMETERS
    varying: tuple[str, ...] = ()
    isolated: bool = False
    exports: tuple[tuple[ExportFormat, str], ...] = ()

    def skips(self, path: str) -> bool:
        """Whether a path is left out of what a pattern matches."""
        return path == self.notebook or self.ignored.ignores(path)


NOTHING_DECLARED = Declared()


def declared_for(
    notebook: Path,
    project_root: Path,
    *,
    settings: Declaration,
    project: Declaration,
    document: Declaration,
    command: Declaration,
) -> Declared:
    """Put together what is declared in several places.

    Args:
        notebook: Absolute path; all patterns but those of the project start from its folder.
        project_root: Patterns of the project start here.
        settings: For all notebooks of whoever asks.
        project: For all notebooks of the project.
        document: In the notebook itself.
        command: For this invocation; it outdoes the document, which outdoes the project, which
            outdoes the settings.

    Raises:
        DeclarationInvalid: A pattern leads outside the project or cannot be followed.
    """
    folder = notebook.parent
    assets: dict[Pattern, None] = {}
    for text in project.assets:
        pattern = confined(parse_pattern(text), project_root, project_root)
        assets.setdefault(seen_from(pattern, project_root, folder))
    for text in (*settings.assets, *document.assets, *command.assets):
        assets.setdefault(confined(parse_pattern(text), folder, project_root))
    own_ignore = (*settings.ignore, *document.ignore, *command.ignore)
    own_not_kept = (
        *settings.artefacts_ignore,
        *document.artefacts_ignore,
        *command.artefacts_ignore,
    )
    check_ignore((*project.ignore, *own_ignore, *project.artefacts_ignore, *own_not_kept))
    ranked = (command, document, project, settings)
    variables = (name for place in reversed(ranked) for name in place.variables)
    return Declared(
        assets=tuple(assets),
        ignored=IgnoreRules([(project_root, project.ignore), (folder, own_ignore)]),
        variables=tuple(dict.fromkeys(variables)),
        network=next((place.network for place in ranked if place.network), "refuse"),
        expires=next((place.expires for place in ranked if place.expires is not None), None),
        packages=next((place.packages for place in ranked if place.packages), "version"),
        notebook=str(notebook),
        artefacts=next((place.artefacts for place in ranked if place.artefacts), "tell"),
        not_kept=IgnoreRules([(project_root, project.artefacts_ignore), (folder, own_not_kept)]),
        parameters=merged(*(place.parameters for place in reversed(ranked))),
        varying=tuple(dict.fromkeys(text for place in ranked for text in place.varying)),
        isolated=next((place.isolated for place in ranked if place.isolated is not None), False),
        exports=tuple(dict([*settings.exports, *project.exports]).items()),
    )


def look_at(
    pattern: Pattern,
    places: Places,
    declared: Declared,
    stat_cache: FileValues,
    without: Iterable[str] = (),
) -> dict[str, str]:
    """What a pattern matches now, with digests.

    Args:
        pattern: Seen from the notebook's folder.
        places: The notebook's folder and project.
        declared: Tells what is left out.
        stat_cache: For digests.
        without: Paths to leave out, as entries write them: what the run itself made.

    Raises:
        DeclarationInvalid: It matches far too many files.
    """
    left_out = set(without)
    found: dict[str, str] = {}
    for path, target in matches(
        pattern, places.notebook_folder, places.project_root, declared.skips
    ):
        written = well_formed(places.written(path))
        if written in left_out:
            continue
        if len(found) >= MOST_MATCHES:
            raise DeclarationInvalid(
                f"{pattern.text} matches more than {MOST_MATCHES} files; declare fewer of them."
            )
        if target is not None:
            # Where a link points; what is there is matched by its own path, or none of ours.
            data = os.fsencode(target)
            found[written] = f"link-{sha256(data).hexdigest()}"
        else:
            found[written] = _digest(path, stat_cache)
    return found


def fingerprint_of(found: Matches) -> str:
    """Digest of all that a pattern matches."""
    return names_digest(f"{path}\n{digest}" for path, digest in found.items())


def names_of(found: Matches) -> tuple[str, ...]:
    """The matches as an input keeps them, so that a change can be told: digest, space, path."""
    return tuple(f"{_short(digest)} {path}" for path, digest in sorted(found.items()))


def differences(names: Sequence[str], found: Matches) -> list[tuple[str, bool, bool]]:
    """The paths that differ, each with whether it was there and whether it is.

    Args:
        names: As an input keeps them.
        found: What is there now.
    """
    before = {path: digest for digest, _, path in (name.partition(" ") for name in names)}
    now = {path: _short(digest) for path, digest in found.items()}
    return [
        (path, path in before, path in now)
        for path in sorted(before.keys() | now.keys())
        if before.get(path) != now.get(path)
    ]


def _short(digest: str) -> str:
    return digest.partition("-")[2][:_SHORT_DIGEST] or digest


def _digest(path: str, stat_cache: FileValues) -> str:
    try:
        return stat_cache.digest(path)
    except FileNotFoundError:
        return ABSENT
    except (OSError, ValueError):
        return "unreadable"


class DeclaredLook:
    """The declared assets, looked at before a run and again at its end.

    Args:
        declared: What is declared.
        places: The notebook's folder and project.
        stat_cache: For digests.

    Raises:
        DeclarationInvalid: A pattern matches far too many files.
    """

    def __init__(self, declared: Declared, places: Places, stat_cache: FileValues) -> None:
        self._declared = declared
        self._places = places
        self._stat_cache = stat_cache
        self._before = self._look()

    def record(self, ledger: Ledger, launch_environment: Mapping[str, str]) -> bool:
        """Add what is declared to the inputs, when all else is known of the run.

        What the run itself made is left out: it is its result.

        Args:
            ledger: Where to.
            launch_environment: The variables that the kernel was given.

        Returns:
            Whether anything is declared.
        """
        for name in self._declared.variables:
            fingerprint = variable_fingerprint(launch_environment.get(name))
            ledger.add(Input("env", name, fingerprint))
        made = {well_formed(path) for path in ledger.artefacts}
        after = self._look()
        for pattern in self._declared.assets:
            before, now = (
                {path: digest for path, digest in look[pattern].items() if path not in made}
                for look in (self._before, after)
            )
            for path, _, _ in differences(names_of(before), now):
                ledger.add_changed(self._places.absolute(path))
            self._add(ledger, pattern, now, made.intersection(after[pattern]))
        return bool(self._declared.variables or self._declared.assets)

    def _add(self, ledger: Ledger, pattern: Pattern, now: Matches, made: set[str]) -> None:
        path = self._places.absolute(pattern.text)
        if pattern.is_literal and self._declared.skips(path):
            return
        written = self._places.written(path)
        if pattern.is_literal and not os.path.isdir(path):
            if written in made:
                digest = ledger.artefacts[written].digest or ABSENT
                ledger.add_file(path, digest, (), created=True)
            elif written in now:
                ledger.add_file(path, now[written], ())
            else:
                ledger.add(Input("absent", written, ABSENT, path=written))
            return
        ledger.add(
            Input(
                "glob",
                pattern.text,
                fingerprint_of(now),
                path=pattern.text,
                names=names_of(now),
                without=tuple(sorted(made)),
            )
        )

    def _look(self) -> dict[Pattern, dict[str, str]]:
        return {
            pattern: look_at(pattern, self._places, self._declared, self._stat_cache)
            for pattern in self._declared.assets
        }


def not_recorded(declared: Declared, inputs: Sequence[Input], places: Places) -> list[str]:
    """What is declared now and was not looked at in a run.

    Args:
        declared: What is declared now.
        inputs: What the run's entry holds.
        places: The notebook's folder and project.

    Returns:
        Patterns and names of variables.
    """
    if not declared.assets and not declared.variables:
        return []
    variables = {item.subject for item in inputs if item.kind == "env"}
    paths = {item.path for item in inputs if item.kind in _COUNTS_AS}
    missing = []
    for pattern in declared.assets:
        path = places.absolute(pattern.text)
        if pattern.is_literal and declared.skips(path):
            continue
        written = places.written(path) if pattern.is_literal else pattern.text
        if not {written, pattern.text} & paths:
            missing.append(pattern.text)
    return missing + [name for name in declared.variables if name not in variables]


def folders_of(item: Input, places: Places) -> list[str]:
    """The folders whose listing tells of what a declared pattern matches, as far as is known.

    Args:
        item: The pattern's input.
        places: The notebook's folder and project.
    """
    paths = [places.absolute(name.partition(" ")[2]) for name in item.names]
    try:
        start = parse_pattern(item.path or "").start
    except DeclarationInvalid:
        return []
    return list(dict.fromkeys([places.absolute(start), *map(os.path.dirname, paths)]))
