"""Bringing a store to a newer format: copy, then switch.

What a format changes lies in folders of new names, so the old and the new lie side by side, and
what does not change (blobs, say) stays where it is and is never copied. Of each step:

1. All is copied into the new folders. Older programs go on reading and writing meanwhile.
2. The copy is compared with what was there when it began.
3. The switch: ``format.json`` is replaced, which is one renaming. From here on older programs
   refuse the store, and newer ones use the copy.
4. What older programs wrote from 1 to 3 is copied as well; then the old folders go.

Killed before the switch, the store is the old one, and the next migration begins anew; killed
after it, the store is the new one, and the next migration does the rest. A writer of the old format
looks at ``format.json`` again after it has written: what it reports as stored was there before the
switch, and so is copied. What is removed between 1 and 4 may be there again, and be a miss.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from .errors import StoreError
from .files import StoreFiles
from .layout import Layout
from .lock import alone
from .signatures import KeyRing


class Step(msgspec.Struct, frozen=True):
    """How a store comes from one format to the next one.

    Attributes:
        format: The format that it starts from.
        old: The folders that only this format has.
        new: The folders that take their place.
        names: Names of all that is in the old folders.
        copy: Copies what is in the old folders and not in the new ones yet; signs again what a key
            of ours has signed. May be done any number of times.
        problem: Tells which of some names is not in the new folders as it should be; None if all
            are.
    """

    format: int
    old: tuple[str, ...]
    new: tuple[str, ...]
    names: Callable[[StoreFiles], frozenset[str]]
    copy: Callable[[StoreFiles, KeyRing], None]
    problem: Callable[[StoreFiles, frozenset[str]], str | None]


STEPS: tuple[Step, ...] = ()
"""All steps that there are; format 1 is the first and the newest."""


def migrate(layout: Layout, keys: KeyRing, steps: Sequence[Step] = STEPS) -> int:
    """Bring a store to the newest format that the steps lead to, or finish what was begun.

    Args:
        layout: The store's folder.
        keys: Keys that sign.
        steps: The steps, in order.

    Returns:
        The format that it has now; that of a new store if there is none.

    Raises:
        StoreVersionError: It is newer than this program; nothing was touched.
        StoreError: It cannot be used, another process migrates it, or the copy is not complete.
        OSError: It cannot be read or written; what is there is whole, in the old or the new format.
    """
    version = layout.require_format()
    if not any(_is_due(layout.files, version, step) for step in steps):
        return version
    with alone(layout.files):
        version = layout.require_format()
        for step in steps:
            if step.format == version:
                _copy(layout, keys, step)
                layout.switch(step.format + 1)
                version = layout.require_format()
            if step.format < version:
                _finish(layout, keys, step)
    return version


def _is_due(files: StoreFiles, version: int, step: Step) -> bool:
    return step.format == version or (
        step.format < version and any(files.status(folder) is not None for folder in step.old)
    )


def _copy(layout: Layout, keys: KeyRing, step: Step) -> None:
    """Copy all of the old format that was there in the beginning; the rest comes in the end."""
    files = layout.files
    for folder in step.new:
        files.remove_tree(folder)  # of a migration that was killed
    began_with = step.names(files)
    step.copy(files, keys)
    # Others may have removed some.
    problem = step.problem(files, began_with & step.names(files))
    if problem is not None:
        raise StoreError(f"The store {layout.folder} was left as it is: {problem}.")


def _finish(layout: Layout, keys: KeyRing, step: Step) -> None:
    """Copy what was written until the switch, and remove what is old."""
    files = layout.files
    if any(files.status(folder) is not None for folder in step.old):
        step.copy(files, keys)
        for folder in step.old:
            files.remove_tree(folder)
