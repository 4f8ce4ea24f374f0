"""An observed execution gives what a plain one gives."""

from __future__ import annotations

import asyncio
import random
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


DRAWS = ("import random", "print(random.random())", "print(random.random())")


def _at_start(project: Project, text: str) -> Path:
    """Have every kernel of the project run ``text`` when it starts."""
    folder = project.outside / "ipython" / "profile_default" / "startup"
    folder.mkdir(parents=True)
    project.environment["IPYTHONDIR"] = str(project.outside / "ipython")
    path = folder / "00-seed.py"
    path.write_text(text)
    return path


def test_the_random_state_is_that_of_a_seeded_start(project: Project) -> None:
    """Attaching must not draw from ``random``.

    The tip of the day is switched off: each reply to a client that asks whether the kernel is
    there draws one, and how often a client asks depends on how long the kernel takes to start.
    """
    seeded = "import random\nrandom.seed(7)\ndel random\nget_ipython().enable_tip = False\n"
    path = _at_start(project, seeded)
    project.notebook(*DRAWS)
    project.run()
    generator = random.Random(7)
    assert project.printed() == f"{generator.random()}\n{generator.random()}\n"

    # What ran before the first cell is an input, too.
    put_back = project.snapshot()
    path.write_text(seeded.replace("7", "8") + "# another\n")
    assert [reason.code for reason in project.status().reasons] == ["python-changed"]
    put_back()
    assert project.status().verdict == "fresh"


def test_nothing_is_asked_between_the_cells(project: Project) -> None:
    """A kernel that is asked whether it is there draws a tip: the second number would differ."""
    _at_start(project, "import random\nrandom.seed(7)\ndel random\n")
    path = project.notebook(*DRAWS)
    project.run()
    first, second = project.printed().split()
    plain = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell(
                "import random\nrandom.seed(7)\n"
                "for answers in range(1000):\n"
                "    draw = random.getstate()\n"
                f"    if str(random.random()) == '{first}':\n"
                "        print(random.random())\n"
                "        break\n"
                "    random.setstate(draw)\n"
                "    get_ipython().kernel.banner"
            )
        ]
    )
    NotebookClient(plain, resources={"metadata": {"path": str(path.parent)}}).execute(
        env=project.environment
    )
    assert plain.cells[0].outputs[0]["text"].strip() == second


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
