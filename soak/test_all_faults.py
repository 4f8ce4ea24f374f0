"""Every fault at every step, and random programs with faults in their midst."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable

import pytest
from campaign import Stage, Tally, stage_folder
from histories import Histories
from invariants import Violation
from operations import OPERATIONS
from results import keep
from system_calls import IS_KNOWN

pytestmark = pytest.mark.skipif(not IS_KNOWN, reason="processes are traced on Linux, x86-64, only")


def test_every_fault_at_every_step(seed: str, time_left: Callable[[], float]) -> None:
    tally = Tally()
    with stage_folder() as folder:
        stage = Stage(folder)
        cases = [case for operation in OPERATIONS for case in stage.cases(operation)]
        random.Random(seed).shuffle(cases)
        tally.play(stage, itertools.takewhile(lambda case: time_left() > 0, cases))
    keep(
        "faults",
        seed,
        {
            "tried": [[*case, count] for case, count in sorted(tally.tried.items())],
            "all": len(cases),
            "lost": tally.violations,
        },
    )
    assert tally.violations == []


def test_histories(seed: str, time_left: Callable[[], float]) -> None:
    lost: list[str] = []
    with stage_folder() as folder:
        histories = Histories(folder)
        number = 0
        while time_left() > 0:
            try:
                histories.play(f"{seed}-{number}")
            except Violation as error:
                lost.append(str(error))
            number += 1
        tried = sorted(histories.tried.items())
    keep("histories", seed, {"histories": number, "tried": tried, "lost": lost})
    assert lost == []
