"""Random programs on one store, and faults in the midst of them, one after the other."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from campaign import EXPECTED, KINDS
from invariants import (
    HARMLESS,
    Fact,
    Outputs,
    Violation,
    check_store,
    collect_all,
    outputs_of_all,
    problems_of,
)
from operations import Report, open_store, patient, put, rich_entry
from power_loss import Unflushed
from tracing import traced

from jupyterlab_cache.store.collection_plan import Limits
from jupyterlab_cache.store.errors import EntryMissing
from jupyterlab_cache.store.store import Store

NUMBERS = 6
ROUNDS = 8
Action = Callable[[Store, Report], None]


class Histories:
    """Plays histories.

    Args:
        folder: Where.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        scratch = open_store(folder / "scratch")
        self._ids = [scratch.put(rich_entry(scratch, number)).id for number in range(NUMBERS)]
        self._known: Outputs = outputs_of_all(scratch)
        self.tried: Counter[str] = Counter()
        """How often each fault happened."""

    def play(self, seed: str) -> None:
        """Play the history of a seed.

        Raises:
            Violation: Something was lost, is wrong or does not recover.
        """
        chance = random.Random(seed)
        folder = self._folder / seed
        facts: list[Fact] = []
        power = False
        for number in range(ROUNDS):
            name = chance.choice(sorted(KINDS))
            fault, reading = KINDS[name]
            actions = [self._action(chance) for _ in range(chance.randint(1, 6))]
            fault = fault._replace(step=int(chance.paretovariate(0.7) * 10) % 1500)
            unflushed = Unflushed(folder, self._folder / "aside")
            store = open_store(folder)

            def work(report: Report, actions: list[Action] = actions, store: Store = store) -> None:
                for action in actions:
                    action(store, report)

            patient(1.0)
            run = traced(work, EXPECTED, fault, reading=reading, unflushed=unflushed)
            patient(3600.0)
            if fault.kind == "power":
                unflushed.lose(chance)
                power = True
            self.tried[name] += fault.step < len(run.steps)
            facts += run.facts
            try:
                if not run.is_expected:
                    raise Violation(f"raises what nobody expects: {run.raised}")
                check_store(folder, facts, self._known, power=power)
            except Exception as error:
                raise Violation(f"{seed}, round {number}, {name}, {fault}: {error}") from error
        problems_of(open_store(folder), repair=True)
        collect_all(folder)
        left = [item for item in problems_of(open_store(folder)) if item.kind in HARMLESS]
        if left:
            raise Violation(f"{seed}: a repair and a collection leave {left}")

    def _action(self, chance: random.Random) -> Action:
        number = chance.randrange(NUMBERS)
        identifier = self._ids[number]
        limit = chance.randrange(NUMBERS)

        def only_if_there(action: Action) -> Action:
            def if_there(store: Store, report: Report) -> None:
                try:
                    store.get(identifier)
                except EntryMissing:
                    return
                action(store, report)

            return if_there

        def pin(store: Store, report: Report) -> None:
            store.marks.pin(identifier)
            report(["pinned", identifier])

        def unpin(store: Store, report: Report) -> None:
            report(["unpinning", identifier])
            store.marks.unpin(identifier)
            report(["unpinned", identifier])

        def invalidate(store: Store, report: Report) -> None:
            store.marks.invalidate_entry(identifier)
            report(["invalidated", identifier])

        def use(store: Store, report: Report) -> None:
            store.marks.note_hit(identifier)

        def remove(store: Store, report: Report) -> None:
            report(["going", identifier])
            store.remove(identifier)
            report(["gone", identifier])

        def collect(store: Store, report: Report) -> None:
            collector = store.collector(lambda notebook: False)
            plan = collector.plan(Limits(entries=limit))
            for known in plan.going:
                report(["going", known.id])
            for known in collector.carry_out(plan).removed:
                report(["collected", known.id])

        def verify(store: Store, report: Report) -> None:
            store.verify(lambda problem: None, repair=True)

        def list_all(store: Store, report: Report) -> None:
            store.page()

        def queue(store: Store, report: Report) -> None:
            store.job_files.write(f"job-{number}", b'{"state": "queued"}')
            report(["job", f"job-{number}"])

        def store_one(store: Store, report: Report) -> None:
            put(store, report, number)

        marks = [only_if_there(action) for action in (pin, unpin, invalidate, use, remove)]
        return chance.choice([store_one] * 4 + marks + [collect, verify, list_all, queue])
