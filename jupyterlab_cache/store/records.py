"""The records that the store keeps: what an execution was, used and produced.

Every record is an immutable msgspec struct. Its JSON form, written by
:func:`msgspec.json.encode`, is what stands in the store's files, so a field added here needs a
default: older entries stay readable.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

ENTRY_FORMAT = 1
"""Version of the entry record; an entry of a higher version is not read."""

Provenance = Literal["executed", "captured", "imported"]
"""How an entry came to be."""

CodeKey = Annotated[str, msgspec.Meta(pattern=r"\Ack1-[0-9a-f]{64}\Z")]
"""Digest of what was executed."""

BlobDigest = Annotated[str, msgspec.Meta(pattern=r"\Asha256-[0-9a-f]{64}\Z")]
"""The name that a blob can have."""

StoredPath = Annotated[str, msgspec.Meta(max_length=4096)]
"""A path as an entry holds it; only ever data until somebody has checked it."""

Count = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
"""A number that JavaScript does not round."""

Amount = Annotated[float, msgspec.Meta(ge=0)]
"""A number that is not negative."""

_LATEST = 253_402_300_799  # the last second that calendars can show, in the year 9999

_EARLIEST = -62_135_510_400  # in the year 1

Timestamp = Annotated[float, msgspec.Meta(ge=_EARLIEST, le=_LATEST)]
"""Seconds since the epoch that a calendar can show."""

InputKind = Literal[
    "file",
    "directory",
    "absent",
    "stat",
    "module",
    "import-names",
    "package",
    "python",
    "kernel",
    "env",
    "glob",
]
"""What an input is.

``file``: content of a file. ``directory``: the names in a folder. ``absent``: a path that was
looked for and not there. ``stat``: existence, size or time of a path, as far as it was asked for.
``module``: an imported file of the project. ``import-names``: which of the imported names a folder
on ``sys.path`` offers. ``package``: an installed distribution. ``python``: the interpreter.
``kernel``: the kernelspec of a kernel that is not Python. ``env``: an environment variable.
``glob``: the paths and contents that a declared pattern matches.
"""

Outcome = Literal["ok", "error", "died", "timeout", "too-large", "cancelled"]
"""How an execution ended. Only ``ok`` and ``error`` (raised by a cell) can match in a verdict."""


LeftOut = Literal[
    "too-large",
    "too-much",
    "too-many",
    "ignored",
    "secret",
    "outside",
    "not-writable",
    "changed",
    "unreadable",
]
"""Why the content of an artefact was not stored.

``too-large``: more bytes than one file may have. ``too-much``: together with those before it more
than all of an execution may have. ``too-many``: so many were stored before it. ``ignored``: a
person's pattern. ``secret``: its name or content suggests a secret. ``outside``: outside the
project, or reached through a link. ``not-writable``: a path to which nothing is ever restored.
``changed``: not the recorded content any more. ``unreadable``: it, or the store, failed.
"""


class Input(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something outside the notebook that an execution used, with its fingerprint at that time.

    Attributes:
        kind: What it is; together with ``path`` or ``subject`` it names the input.
        subject: What a person calls it: a relative path, a module, a distribution, a variable.
        fingerprint: What was recorded; compared for equality with the present one.
        path: For inputs on disk: POSIX path relative to the notebook's folder when the input lies
            inside the project root (it may climb with ``..``), absolute otherwise.
        size: Bytes of the file, to explain a change.
        modified: Modification time in seconds since the epoch, to explain a change.
        names: ``import-names``: the names that were looked up; ``stat``: what was asked for;
            ``env``: several variables that were all not set;
            ``glob``: for each match the first 16 digits of its digest, a space and its path.
        without: ``directory``, ``import-names``: names that the run itself made, to leave out;
            ``glob``: such paths.
        created_by_run: The run itself made the file or folder: being absent now matches as well.
        content: Blob with the content of a small text input, to show what changed.
        cells: Ordinals of the code cells that used it; empty when not known.
    """

    kind: InputKind
    subject: str
    fingerprint: str
    path: StoredPath | None = None
    size: Count | None = None
    modified: Timestamp | None = None
    names: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    created_by_run: bool = False
    content: BlobDigest | None = None
    cells: tuple[int, ...] = ()


class Artefact(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file that the execution wrote.

    Attributes:
        path: Where, in the same form as :attr:`Input.path`.
        digest: Digest of its content at the end of the run; None when it was not read.
        size: Bytes.
        cells: Ordinals of the code cells that wrote it.
        content: Blob with its content, of just this digest; None when that was not stored.
        left_out: Why not; None also in entries from before contents were stored.
    """

    path: StoredPath
    digest: str | None = None
    size: Count | None = None
    cells: tuple[int, ...] = ()
    content: BlobDigest | None = None
    left_out: LeftOut | None = None


class CellRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """One executed code cell, in order of execution (blank cells are not recorded).

    Attributes:
        digest: Cell digest, see ``docs/code-key.md``.
        prefix_key: Key of the notebook up to and including this cell.
        outputs_digest: Digest of the cell's outputs.
        id: The cell's nbformat id, when it has one.
        execution_count: The count that the kernel gave.
        seconds: Wall time of the cell; None when it was not executed or not measured.
        cpu_seconds: Processor time of the kernel with its descendants; None when not known, as
            where the kernel ran on another machine. What the figures on usage are, and what they
            miss, says :class:`jupyterlab_cache.execution.usage.Usage`.
        peak_memory: Most bytes that were resident meanwhile; None when not known.
        output_bytes: Size of the cell's outputs; None in entries of older versions.
    """

    digest: str
    prefix_key: str
    outputs_digest: str
    id: str | None = None
    execution_count: Count | None = None
    seconds: float | None = None
    cpu_seconds: Amount | None = None
    peak_memory: Count | None = None
    output_bytes: Count | None = None


class ExpressionRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """One inline expression of a Markdown cell, in order of execution.

    Attributes:
        expression: What was executed.
        after: How many of the entry's code cells stand before it.
        outputs_digest: Digest of its result, as of the outputs of a cell.
    """

    expression: str
    after: Count
    outputs_digest: str


class Failure(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why an execution did not end well.

    Attributes:
        name: Exception class, or ``KernelDied``, ``Timeout``, ``OutputTooLarge``,
            ``Cancelled``.
        message: One line or more for a person.
        cell: Ordinal of the code cell; None when no cell was running.
        traceback: Lines as the kernel sent them, with their colours.
    """

    name: str
    message: str
    cell: int | None = None
    traceback: tuple[str, ...] = ()


class Entry(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The immutable record of one execution.

    Attributes:
        code_key: Digest of what was executed.
        kernel_name: Name of the kernelspec.
        notebook_path: POSIX path of the notebook, relative to the project root.
        created: End of the execution, seconds since the epoch.
        seconds: Wall time of the whole execution.
        provenance: How the entry came to be.
        outcome: How the execution ended.
        outputs: Blob of the outputs document (:mod:`jupyterlab_cache.store.outputs`).
        notebook: Blob of the notebook's code cells as executed, nbformat 4 JSON without outputs.
        outputs_digest: Digest over all cells' outputs.
        cells: The executed code cells in order.
        expressions: The inline expressions in order.
        inputs: What the execution used.
        artefacts: What the execution wrote.
        coverage: How inputs were found, e.g. ``python-audit``.
        gaps: What that way of finding inputs cannot see, e.g. ``network``.
        variant: Parameters and options that change results.
        failure: Present unless the outcome is ``ok``.
        volatile: The execution depended on something that cannot be fingerprinted.
        changed_inputs: Inputs that changed between their first use and the end of the execution,
            by the execution itself or by others; such an entry never matches.
        isolated: It was executed in a folder of its own, with declared and known inputs only.
        undeclared: What it looked for there in vain though the project has it, as
            :attr:`Input.path`; a folder that was listed and lacked names ends with ``/``.
        output_bytes: Size of all outputs.
        cpu_seconds: Sum over the cells; None when not known of any.
        peak_memory: The most of all cells; None when not known of any.
        payloads: Blobs that the outputs document names, sorted; the store fills this in.
        software: Version of this package.
        format: Version of this record.
    """

    code_key: CodeKey
    kernel_name: str
    notebook_path: StoredPath
    created: Annotated[float, msgspec.Meta(ge=0, le=_LATEST)]
    seconds: Annotated[float, msgspec.Meta(ge=0)]
    provenance: Provenance
    outcome: Outcome
    outputs: BlobDigest
    notebook: BlobDigest
    outputs_digest: str
    cells: tuple[CellRecord, ...]
    expressions: tuple[ExpressionRecord, ...] = ()
    inputs: tuple[Input, ...] = ()
    artefacts: tuple[Artefact, ...] = ()
    coverage: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    variant: dict[str, str | int | float | bool | None] = {}
    failure: Failure | None = None
    volatile: bool = False
    changed_inputs: tuple[str, ...] = ()
    isolated: bool = False
    undeclared: tuple[StoredPath, ...] = ()
    output_bytes: Count = 0
    cpu_seconds: Amount | None = None
    peak_memory: Count | None = None
    payloads: tuple[BlobDigest, ...] = ()
    software: str = ""
    format: Annotated[int, msgspec.Meta(ge=1)] = ENTRY_FORMAT
