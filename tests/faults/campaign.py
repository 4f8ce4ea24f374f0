"""Every fault at every step of every operation, or a part of that, and what came of it."""

from __future__ import annotations

import contextlib
import errno
import os
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from invariants import (
    Outputs,
    Violation,
    check_recovery,
    check_store,
    collect_all,
    contents,
    outputs_of_all,
    problems_of,
)
from operations import OPERATIONS, Operation, Report, open_store, patient
from power_loss import Unflushed
from tracing import NO_FAULT, Fault, Run, traced

from jupyterlab_cache.store.errors import StoreError

EXPECTED = (OSError, StoreError)
"""What callers of a store are told to expect."""

KINDS: dict[str, tuple[Fault, bool]] = {
    "killed (SIGKILL)": (Fault("kill"), False),
    "power lost, with all that was not flushed": (Fault("power"), False),
    "disk full (ENOSPC), once": (Fault("error", error=errno.ENOSPC), False),
    "disk full (ENOSPC), from then on": (Fault("error", error=errno.ENOSPC, forever=True), False),
    "half a write, then ENOSPC": (Fault("short", error=errno.ENOSPC), False),
    "failing disk (EIO), once": (Fault("error", error=errno.EIO), True),
    "failing disk (EIO), from then on": (Fault("error", error=errno.EIO, forever=True), True),
    "read-only (EROFS)": (Fault("error", error=errno.EROFS, forever=True), False),
}
"""Name → the fault, and whether it also strikes where a store only looks."""


class Case(NamedTuple):
    """One fault at one step of one operation."""

    operation: str
    fault: str
    step: int


class Stage:
    """A place for stores, with one for each operation as it was before it.

    Args:
        folder: Where; a file system in memory makes the runs many times faster.
        operations: Which.
    """

    def __init__(self, folder: Path, operations: Sequence[Operation] = OPERATIONS) -> None:
        self._folder = folder
        self._known: Outputs = {}
        self._facts: dict[str, list[tuple[str, str]]] = {}
        self._ids: dict[str, list[str]] = {}
        self._clean: dict[str, dict[str, int]] = {}
        self._damage: dict[str, frozenset[str]] = {}
        self._steps: dict[tuple[str, bool], list[str]] = {}
        self._operations = {operation.name: operation for operation in operations}
        for operation in operations:
            self._set_up(operation)

    def _set_up(self, operation: Operation) -> None:
        before = self._folder / "before" / operation.name
        facts: list[tuple[str, str]] = []
        operation.prepare(open_store(before), lambda fact: facts.append(tuple(fact)))  # type: ignore
        self._facts[operation.name] = facts
        self._ids[operation.name] = [value for kind, value in facts if kind == "stored"]
        self._damage[operation.name] = frozenset(
            problem.kind for problem in problems_of(open_store(self._copy(operation)))
        ) - {"blob-orphan", "mark-orphan", "leftover"}
        if before.exists():
            self._known.update(outputs_of_all(open_store(self._copy(operation))))
        after = self._copy(operation)
        operation.work(open_store(after), lambda fact: None, self._ids[operation.name])
        after = self._view(operation, after)
        self._known.update(outputs_of_all(open_store(after)))
        problems_of(open_store(after), repair=True)
        collect_all(after)
        self._clean[operation.name] = contents(after)

    def _copy(self, operation: Operation) -> Path:
        before, now = self._folder / "before" / operation.name, self._folder / "now"
        shutil.rmtree(now, ignore_errors=True)
        if before.exists():
            shutil.copytree(before, now)
        return now

    def _view(self, operation: Operation, folder: Path) -> Path:
        """A store that can be looked at: a copy, where the operation makes another format."""
        if operation.view is None:
            return folder
        view = self._folder / "view"
        shutil.rmtree(view, ignore_errors=True)
        shutil.copytree(folder, view)
        operation.view(view)
        return view

    def steps(self, operation: Operation, *, reading: bool) -> list[str]:
        """The steps of an operation in which nothing goes wrong."""
        key = operation.name, reading
        if key not in self._steps:
            run = self._run(operation, self._copy(operation), NO_FAULT, reading)
            if run.raised:
                raise Violation(f"{operation.name} fails without a fault: {run.raised}")
            self._steps[key] = run.steps
        return self._steps[key]

    def _run(self, operation: Operation, folder: Path, fault: Fault, reading: bool) -> Run:
        store, ids = open_store(folder), self._ids[operation.name]

        def work(report: Report) -> None:
            operation.work(store, report, ids)

        unflushed = Unflushed(folder, self._folder / "aside") if fault.kind == "power" else None
        patient(1.0)
        try:
            run = traced(work, EXPECTED, fault, reading=reading, unflushed=unflushed)
            if unflushed is not None:
                # After the end everything is lost, before it mostly what chance will have.
                by_chance = len(run.steps) > fault.step and fault.step % 4
                unflushed.lose(random.Random(fault.step) if by_chance else None)
            return run
        finally:
            patient(3600.0)

    def cases(self, operation: Operation) -> Iterator[Case]:
        """Every fault at every step at which it makes a difference."""
        for name, (fault, reading) in KINDS.items():
            steps = self.steps(operation, reading=reading)
            if fault.kind == "power":
                yield Case(operation.name, name, len(steps))  # just after it has ended
            for step, call in enumerate(steps):
                looks_only = call == "open for reading"
                if (reading or not looks_only) and (fault.kind != "short" or "write" in call):
                    yield Case(operation.name, name, step)

    def play(self, case: Case) -> None:
        """Let one fault happen and look at what it left.

        Raises:
            Violation: Something was lost, is wrong or does not recover.
        """
        operation = self._operations[case.operation]
        fault, reading = KINDS[case.fault]
        fault = fault._replace(step=case.step)
        folder = self._copy(operation)
        run = self._run(operation, folder, fault, reading)
        try:
            # A listing needs nothing but to look.
            if not run.is_expected or (run.raised and operation.looks_only and not reading):
                raise Violation(f"raises what nobody expects: {run.raised}")
            facts = self._facts[operation.name] + [(kind, value) for kind, value in run.facts]
            check_store(
                self._view(operation, folder),
                facts,
                self._known,
                self._damage[operation.name],
                power=fault.kind == "power",
            )
            if not operation.may_go:
                facts = []
                operation.work(
                    open_store(folder),
                    lambda fact: facts.append(tuple(fact)),  # type: ignore
                    self._ids[operation.name],
                )
            view = self._view(operation, folder)
            clean = None if operation.may_go else self._clean[operation.name]
            check_recovery(view, facts, clean, self._known)
        except Exception as error:
            call = run.steps[case.step] if case.step < len(run.steps) else "no step"
            raise Violation(f"{case} ({call}): {error}; it raised {run.raised!r}") from error


class Tally:
    """How often each fault was tried, and what was lost."""

    def __init__(self) -> None:
        self.tried: Counter[tuple[str, str]] = Counter()
        self.violations: list[str] = []

    def play(self, stage: Stage, cases: Iterable[Case]) -> None:
        """Play cases and note what came of them."""
        for case in cases:
            self.tried[case.operation, case.fault] += 1
            try:
                stage.play(case)
            except Violation as error:
                self.violations.append(str(error))


@contextlib.contextmanager
def stage_folder() -> Iterator[Path]:
    """A new folder, in memory where that is possible, and gone afterwards."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(
        prefix="store-", dir=memory if os.access(memory, os.W_OK) else None
    ) as folder:
        yield Path(folder)


def spread(cases: list[Case], count: int, chance: random.Random) -> list[Case]:
    """Some of the cases, from everywhere in equal parts."""
    if len(cases) <= count:
        return cases
    share = len(cases) / count
    return [cases[int((number + chance.random()) * share)] for number in range(count)]
