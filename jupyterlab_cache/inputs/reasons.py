"""Why a notebook is not fresh, one machine-readable cause at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from typing import Literal

import msgspec

from .sentence import Sentence, say

ReasonCode = Literal[
    "cell-changed",
    "cell-added",
    "cell-removed",
    "cell-moved",
    "expression-changed",
    "kernel-changed",
    "file-changed",
    "file-missing",
    "file-appeared",
    "directory-changed",
    "module-changed",
    "package-changed",
    "python-changed",
    "env-changed",
    "upstream-stale",
    "declaration-changed",
    "variant-changed",
    "invalidated",
    "expired",
    "unverifiable",
    "execution-incomplete",
]


class Reason(msgspec.Struct, frozen=True):
    """One cause with its subject.

    Attributes:
        code: What kind of cause.
        subject: What it is about: a cell, a path, a module, a package, a variable.
        sentence: One sentence for a person.
        cell: Ordinal, from 0, among the present document's code cells that are not blank: of the
            cell that changed, or that first used the input; None when there is none now.
        before: What was recorded, where it can be shown.
        after: What is there now, where it can be shown.
        changes: Lines or names that went (``-``) and came (``+``), where the content was small
            enough to be kept.
        path: The file that it is about, relative to the notebook's folder, or absolute outside the
            project; None where it is about no file.
    """

    code: ReasonCode
    subject: str
    sentence: Sentence
    cell: int | None = None
    before: str | None = None
    after: str | None = None
    changes: tuple[str, ...] = ()
    path: str | None = None

    @property
    def message(self) -> str:
        """The sentence in English."""
        return str(self.sentence)


def unknown_input(subject: str) -> Reason:
    """The reason for an input that another version of this program recorded."""
    sentence = say("%1 is an input of a kind that this version does not know.", subject)
    return Reason("unverifiable", subject, sentence)


def code_reasons(
    before: Sequence[str],
    now: Sequence[str],
    lines: Callable[[int | None, int | None], tuple[str, ...]] = lambda old, new: (),
) -> list[Reason]:
    """How the code of a document differs from what was executed.

    Args:
        before: Cell digests that were executed, in order.
        now: Cell digests of the document, in order.
        lines: Tells which lines of a cell changed, by its ordinals before and now; one of them is
            None for a cell that was added or removed.
    """
    reasons: list[Reason] = []
    removed: list[tuple[int, str]] = []
    added: list[tuple[int, str]] = []
    matcher = SequenceMatcher(None, before, now, autojunk=False)
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            continue
        old = [(index, before[index]) for index in range(old_start, old_end)]
        new = [(index, now[index]) for index in range(new_start, new_end)]
        # Cells that stand at the same place of a replaced stretch were changed, unless the very
        # same cell turns up elsewhere: then it was moved.
        while old and new and old[0][1] not in now and new[0][1] not in before:
            was, now_at = old.pop(0)[0], new.pop(0)[0]
            changes = lines(was, now_at)
            sentence = say("Cell %1 was changed.", now_at + 1)
            reasons.append(_of_cell("cell-changed", now_at, sentence, changes))
        removed += old
        added += new
    for index, digest in added:
        twin = next((item for item in removed if item[1] == digest), None)
        if twin is not None:
            removed.remove(twin)
            sentence = say("Cell %1 was moved; it was cell %2.", index + 1, twin[0] + 1)
            reasons.append(_of_cell("cell-moved", index, sentence))
        else:
            sentence = say("Cell %1 was added.", index + 1)
            reasons.append(_of_cell("cell-added", index, sentence, lines(None, index)))
    reasons.sort(key=lambda reason: -1 if reason.cell is None else reason.cell)
    reasons += [
        Reason(
            "cell-removed",
            f"cell {index + 1}",
            say("What was cell %1 was removed.", index + 1),
            changes=lines(index, None),
        )
        for index, _ in removed
    ]
    return reasons


def expression_reasons(
    before: Sequence[tuple[int, str]], now: Sequence[tuple[int, str]], removed: Sequence[str]
) -> list[Reason]:
    """Whether the inline expressions of a document differ from what was executed.

    Args:
        before: The digests that were executed, each with how many code cells stood before it.
        now: Those of the document.
        removed: The expressions that it has no more.
    """
    if list(before) == list(now):
        return []
    if removed:
        subject = removed[0]
        sentence = say("The inline expression %1 is not there any more.", subject)
    else:
        subject = "inline expressions"
        sentence = say("Inline expressions were added or moved.")
    return [Reason("expression-changed", subject, sentence)]


def _of_cell(
    code: ReasonCode, index: int, sentence: Sentence, changes: tuple[str, ...] = ()
) -> Reason:
    return Reason(code, f"cell {index + 1}", sentence, cell=index, changes=changes)
