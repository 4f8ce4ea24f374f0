"""Faults at file-system steps: a part of what ``make soak`` tries."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from campaign import Stage, Tally, spread, stage_folder
from operations import OPERATIONS, Operation
from system_calls import IS_KNOWN
from tracing import Fault, traced

from jupyterlab_cache.store.files import StoreFiles

pytestmark = pytest.mark.skipif(not IS_KNOWN, reason="processes are traced on Linux, x86-64, only")

CASES = 15  # of each operation


def played(operation: Operation, count: int, fault: str = "") -> Tally:
    tally = Tally()
    with stage_folder() as folder:
        stage = Stage(folder, [operation])
        cases = [case for case in stage.cases(operation) if fault in case.fault]
        tally.play(stage, spread(cases, count, random.Random(operation.name)))
    assert sum(tally.tried.values()) == count
    return tally


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_nothing_is_lost_and_nothing_is_wrong(operation: Operation) -> None:
    assert played(operation, CASES).violations == []


def test_a_store_that_writes_in_place_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def write_in_place(self: StoreFiles, name: str, pieces: list[bytes], replace: bool) -> None:
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb", buffering=0) as file:
            for piece in pieces:
                file.write(piece)

    monkeypatch.setattr(StoreFiles, "_write", write_in_place)
    tally = played(OPERATIONS[1], 10, "SIGKILL")
    assert tally.violations


def test_a_store_that_does_not_flush_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    tally = played(OPERATIONS[1], 10, "power")
    assert any("lost" in violation for violation in tally.violations)


def test_no_step_is_missed(tmp_path: Path) -> None:
    """Also one that no store makes, and that the table does not name."""
    source = tmp_path / "source"
    source.write_bytes(b"something")

    def work(report: object) -> None:
        os.symlink("source", tmp_path / "link")
        os.mkfifo(tmp_path / "pipe")
        with open(tmp_path / "file", "wb") as file:
            file.write(b"x")
        os.setxattr(source, "user.name", b"value")

    run = traced(work, (OSError,))
    assert run.steps == ["call 88", "call 259", "openat", "write", "call 188"]
    assert traced(work, (OSError,), Fault("kill", 0)).killed


def test_a_fault_happens_where_it_should(tmp_path: Path) -> None:
    def work(report: object) -> None:
        with open(tmp_path / "file", "wb", buffering=0) as file:
            assert file.write(b"12345678") == 4
            file.write(b"5678")

    run = traced(work, (OSError,), Fault("short", 1, 28))
    assert run.raised.startswith("OSError: [Errno 28]") and run.is_expected
    assert (tmp_path / "file").read_bytes() == b"1234"
