"""A process that executes, pushes and pulls: ``python sharing_worker.py FOLDER SHARED NAME``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "store"))

from sharing_support import Person

from jupyterlab_cache.exchange.shared_store.place import open_place
from jupyterlab_cache.exchange.shared_store.pulling import pull
from jupyterlab_cache.exchange.shared_store.pushing import push

folder, shared, name = sys.argv[1:]
person = Person(Path(folder), name.encode())
place = open_place(shared)
for number in range(20):
    # Half of the contents are the same in both processes.
    text = f"{number} of {name} " * 200 if number % 2 else "the same " * 200
    person.put(
        f"code {number % 5}", created=float(number), text=text, path=f"{name}-{number}.ipynb"
    )
    if number % 4 == 3:
        push(person.transport, place, person.entries())
        pull(person.transport, place, None)
