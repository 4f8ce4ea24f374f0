"""What a person does with a store that others use.

Called by root as ``python shared_worker.py VERB STORE PERSON GROUP UMASK``. Everything is imported
before root becomes that person, who may not be able to read where Python is.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from store_support import entry_for

from jupyterlab_cache.store import collection, verification
from jupyterlab_cache.store.checks import Check
from jupyterlab_cache.store.collection_plan import Limits
from jupyterlab_cache.store.errors import StoreError
from jupyterlab_cache.store.signatures import KeyRing
from jupyterlab_cache.store.store import Store

_IMPORTED = (verification,)
TEAM = b"the secret of a team"
LARGE = "the same output of all notebooks\n" * 5000


def write(store: Store, person: str) -> None:
    """Store, and make every kind of mark there is."""
    for number in range(3):
        entry = entry_for(
            store,
            f"code {number}",
            path=f"{number}.ipynb",
            created=1.7e9 + int(person),
            text=f"{LARGE if number else ''}{person}",
        )
        stored = store.put(entry)
        assert stored in store.entries_for(entry.code_key)
        store.outputs_of(stored)
    store.blobs.put(LARGE.encode())
    marks = store.marks
    for stored in store.page()[0]:
        # Also those that somebody else made.
        assert store.get(stored.id).origin in ("here", "team")
        marks.pin(stored.id)
        marks.touch_used(stored.id)
        before = marks.hits(stored.id)
        marks.note_hit(stored.id)
        assert marks.hits(stored.id) == before + 1
        assert marks.last_used(stored.id) is not None
        marks.keep_check(stored.id, Check(time=1.0, other=stored.id, outcome="repeatable"))
        marks.unpin(stored.id)
    marks.invalidate_notebook("2.ipynb")
    store.job_files.write("job", b"{}")
    store.report_files.write(b"{}")


def trust(store: Store, person: str) -> None:
    """Without the team's key, trust what others made, whose files they own."""
    store = Store(store.folder, KeyRing(person.encode()))
    entries, total = store.page()
    assert total > 0
    for stored in entries:
        assert not stored.trusted
        assert store.trust(stored).trusted
        assert store.get(stored.id).trusted


def use(store: Store, person: str) -> None:
    """List with the index in its file, invalidate, remove, repair and collect what others made."""
    entries, total = store.page()
    assert total == len(entries) > 0
    assert store._index._memory is None, "the index could not be written"
    marks = store.marks
    other = next(stored for stored in entries if stored.origin == "team")
    marks.pin(other.id)
    marks.invalidate_entry(other.id)
    assert marks.is_invalidated(other)
    problems: list[object] = []
    store.verify(problems.append, repair=True)
    assert [problem for problem in problems if not problem.repaired] == []  # type: ignore[attr-defined]
    store.remove(other.id)
    assert store.page()[1] == total - 1
    # What is new could be somebody's who is about to name it.
    collection.GRACE = -10.0
    collector = store.collector(lambda notebook: False)
    collector.carry_out(collector.plan(Limits(entries=1)))
    assert store.page()[1] == 1
    assert store._index._memory is None, "the index could not be written"


def read(store: Store, person: str) -> None:
    """Everything that reads, in a store that cannot be written."""
    entries, total = store.page()
    assert total == len(entries) == 3
    for stored in entries:
        assert store.entries_for(stored.entry.code_key) == [stored]
        assert store.find(stored.id[:20]) == stored
        assert store.has_outputs(stored)
        assert person not in store.outputs_of(stored)[0][0]["text"]
        store.marks.touch_used(stored.id)
        store.marks.note_hit(stored.id)
        assert store.marks.hits(stored.id) == 1
    assert store.notebook_paths() == ["0.ipynb", "1.ipynb", "2.ipynb"]
    assert list(store.problems) == []
    for refused in (
        lambda: store.marks.pin(entries[0].id),
        lambda: store.put(entries[0].entry),
        lambda: store.put(entry_for(store, "more")),
        lambda: store.remove(entries[0].id),
        lambda: store.trust(entries[0], False),
    ):
        must_fail(refused)
    store.verify(lambda problem: None, repair=False)


def must_fail(call: Callable[[], object]) -> None:
    """In words, and leaving everything as it is."""
    try:
        call()
    except (StoreError, OSError) as error:
        assert str(error)
    else:
        raise AssertionError("it should not have been possible")


def become(person: int, group: int, umask: int) -> None:
    """Be a person of a group, whose own group is another one."""
    os.setgroups([group])
    os.setgid(person)
    os.setuid(person)
    os.umask(umask)


if __name__ == "__main__":
    verb, folder, who, its_group, its_umask = sys.argv[1:]
    become(int(who), int(its_group), int(its_umask, 8))
    ring = KeyRing(f"of person {who}".encode(), [TEAM])
    {"write": write, "trust": trust, "use": use, "read": read}[verb](Store(Path(folder), ring), who)
