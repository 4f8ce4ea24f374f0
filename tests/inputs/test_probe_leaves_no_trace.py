"""An observed execution gives what a plain one gives."""

from __future__ import annotations

import asyncio
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from scenarios import Project

CELLS = {
    "random": "import random\nprint(len(random.getstate()[1]))",
    "names": "print(sorted(n for n in globals() if not n.startswith('_i')))",
    "modules-of-the-user": "import sys; print([n for n in sys.modules if 'cache_probe' in n])",
    "history": "print(In, Out, _dh == [_dh[0]])",
    "functions": "import os; print(os.stat.__name__, os.stat in os.supports_fd, os.access.__doc__)",
    "traceback": "try:\n    open('missing.txt')\nexcept OSError as e:\n"
    "    import traceback; print(len(traceback.extract_tb(e.__traceback__)), e)",
    "environment": "import os; print('CITY' in os.environ, os.environ.get('CITY', 'none'))",
    "dunder-main": "import __main__; print([n for n in vars(__main__) if 'probe' in n])",
    "warnings": "import warnings; print(len(warnings.filters))",
    "count": "print(get_ipython().execution_count)",
}


@pytest.mark.parametrize("fork", [False, True])
def test_outputs_are_those_of_a_plain_execution(fork: bool, project: Project) -> None:
    sources = list(CELLS.values())
    if fork:
        sources.append(
            "import os\npid = os.fork()\nif not pid:\n    os._exit(0)\nprint(os.waitpid(pid, 0)[1])"
        )
    path = project.notebook(*sources)
    plain = nbformat.read(path, 4)
    client = NotebookClient(plain, resources={"metadata": {"path": str(project.root)}})
    client.execute(env={**project.environment, "PYTHONDONTWRITEBYTECODE": "1"})
    expected = ["".join(output.get("text", "") for output in cell.outputs) for cell in plain.cells]

    result = project.run()
    store = project.cache.project_of(path).store
    assert result.entry is not None
    outputs = store.outputs_of(store.get(result.entry))
    assert ["".join(item.get("text", "") for item in cell) for cell in outputs] == expected


def test_the_random_state_is_that_of_a_seeded_start(project: Project) -> None:
    """Attaching must not draw from ``random``: a start-up file that seeds it shows a draw."""
    profile = project.outside / "ipython" / "profile_default" / "startup"
    profile.mkdir(parents=True)
    (profile / "00-seed.py").write_text("import random\nrandom.seed(7)\ndel random\n")
    project.environment["IPYTHONDIR"] = str(project.outside / "ipython")
    cells = ["import random", "print(random.random())", "print(random.random())"]
    path = project.notebook(*cells)
    plain = nbformat.read(path, 4)
    NotebookClient(plain, resources={"metadata": {"path": str(project.root)}}).execute(
        env=project.environment
    )
    expected = "".join(output["text"] for cell in plain.cells for output in cell.outputs)
    project.run()
    assert project.printed() == expected

    # What ran before the first cell is an input, too.
    put_back = project.snapshot()
    (profile / "00-seed.py").write_text("import random\nrandom.seed(8)  # another\ndel random\n")
    assert [reason.code for reason in project.status().reasons] == ["file-changed"]
    put_back()
    assert project.status().verdict == "fresh"


def test_a_notebook_that_meddles_with_what_is_watched(project: Project) -> None:
    """No report, no reuse: the run is stored, but never served."""
    project.notebook("import sys\nsys.path = [object()]\nprint('done')")
    project.run()
    assert project.status().verdict == "stale"
    assert "probe-failed" in project.status().gaps


def test_two_executions_at_once_do_not_mix(project: Project) -> None:
    for name in ("a", "b"):
        project.write(f"{name}.txt", name)
        project.notebook(f"print(open('{name}' + '.txt').read())", name=f"{name}.ipynb")

    async def both() -> list[str]:
        paths: list[Path] = project.cache.notebooks()
        return [item.result async for item in project.cache.run_each(paths, jobs=2)]

    assert asyncio.run(both()) == ["executed", "executed"]
    project.write("a.txt", "another")
    assert project.status("a.ipynb").verdict == "stale"
    assert project.status("b.ipynb").verdict == "fresh"
