"""Notebooks with parameters, in real kernels."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from execution_support import ENDLESS, OpenQueue, Project, code, code_cells, ended, until

from jupyterlab_cache.cache import NotebookCache
from jupyterlab_cache.inputs.verdict import Status
from jupyterlab_cache.notebooks.errors import NotebookError
from jupyterlab_cache.notebooks.parameters import parameters_of


def given(**values: Any) -> Any:
    return parameters_of(values, "here")


def status_with(project: Project, notebook: Path, **values: Any) -> Status:
    (status,) = project.cache.status([notebook], parameters=values)
    return status


def _alpha(project: Project, **metadata: Any) -> Path:
    return project.write(
        "a.ipynb",
        "print('first')",
        code("alpha = 1\nbeta = 'default'", "parameters"),
        "print(alpha, beta)",
        **metadata,
    )


async def test_values_follow_the_defaults_and_cells_stay_aligned(project: Project) -> None:
    notebook = _alpha(project)
    plain = await project.execute(notebook)
    entry = await project.execute(notebook, given=given(alpha=[1, {"b": None}]))
    assert project.texts(entry) == ["first\n", "", "[1, {'b': None}] default\n"]
    assert entry.entry.code_key == plain.entry.code_key
    assert [cell.digest for cell in entry.entry.cells] == [
        cell.digest for cell in plain.entry.cells
    ]
    assert [cell.execution_count for cell in entry.entry.cells] == [1, 2, 3]
    assert all(cell.seconds is not None for cell in entry.entry.cells)
    assert entry.entry.variant == {"parameters": '{"alpha":[1,{"b":null}]}', "injected_before": 2}
    assert len(project.store.notebook_of(entry)["cells"]) == 3
    assert plain.entry.variant == {}


async def test_inputs_keep_the_ordinals_of_their_cells(project: Project) -> None:
    (project.folder / "data.txt").write_text("x")
    notebook = project.write(
        "a.ipynb", code("name = ''", "parameters"), "1", "print(open(name).read())"
    )
    entry = await project.execute(notebook, given=given(name="data.txt"))
    (item,) = [item for item in entry.entry.inputs if item.path == "data.txt"]
    assert item.cells == (2,)


async def test_without_a_tagged_cell_they_come_first(project: Project) -> None:
    notebook = project.write("a.ipynb", "print(alpha)")
    entry = await project.execute(notebook, given=given(alpha=2))
    assert project.texts(entry) == ["2\n"]


async def test_an_injected_cell_is_replaced(project: Project) -> None:
    notebook = project.write(
        "a.ipynb",
        code("alpha = 1", "parameters"),
        code("alpha = 2\nprint('injected before')", "injected-parameters"),
        "print(alpha)",
    )
    plain = await project.execute(notebook)
    assert project.texts(plain) == ["", "injected before\n", "2\n"]
    entry = await project.execute(notebook, given=given(alpha=3))
    assert project.texts(entry) == ["", "", "3\n"]
    assert [cell.execution_count for cell in entry.entry.cells] == [1, None, 2]
    assert entry.entry.cells[1].seconds is None


async def test_each_set_has_a_verdict_of_its_own(project: Project) -> None:
    notebook = _alpha(project)
    one = await project.freshen(notebook, parameters=given(alpha=2, beta="x"))
    assert one.result == "executed"
    assert (await project.freshen(notebook, parameters=given(beta="x", alpha=2))).result == "fresh"
    fresh = status_with(project, notebook, alpha=2, beta="x")
    assert (fresh.verdict, fresh.entry) == ("fresh", one.entry)
    assert fresh.variant == {"parameters": {"alpha": 2, "beta": "x"}}

    # 2.0 and true print other texts than 2 and 1 do.
    for other in ({"alpha": 2.0, "beta": "x"}, {"alpha": 2}, {"alpha": True, "beta": "x"}, {}):
        stale = status_with(project, notebook, **other)
        assert stale.verdict == "stale"
        assert {reason.code for reason in stale.reasons} == {"variant-changed"}
    (reason,) = status_with(project, notebook, alpha=7, beta="x").reasons
    assert (reason.subject, reason.before, reason.after) == ("alpha", "2", "7")
    assert reason.message == "Parameter alpha was 2 and is 7 now."

    assert (await project.freshen(notebook)).result == "executed"
    assert (await project.freshen(notebook, parameters=())).result == "fresh"
    assert status_with(project, notebook).verdict == "fresh"
    assert status_with(project, notebook, alpha=2, beta="x").verdict == "fresh"


async def test_a_moved_tag_is_another_variant(project: Project) -> None:
    cells = ["alpha = 1", "print(alpha)"]
    notebook = project.write("a.ipynb", code(cells[0], "parameters"), cells[1])
    await project.freshen(notebook, parameters=given(alpha=2))
    assert status_with(project, notebook, alpha=2).verdict == "fresh"
    project.write("a.ipynb", cells[0], code(cells[1], "parameters"))
    moved = status_with(project, notebook, alpha=2)
    assert moved.verdict == "stale"
    assert [reason.code for reason in moved.reasons] == ["variant-changed"]
    outcome = await project.freshen(notebook, parameters=given(alpha=2))
    assert outcome.result == "executed"
    assert project.texts(outcome.entry) == ["", "1\n"]


async def test_metadata_configure_the_variant(
    project: Project, open_cache: Callable[[], NotebookCache]
) -> None:
    declared = {"parameters": {"alpha": 5, "beta": "declared"}}
    notebook = _alpha(project, jupyterlab_cache=declared)
    assert project.status(notebook).verdict == "uncached"
    outcome = await project.freshen(notebook)
    assert project.texts(outcome.entry)[2] == "5 declared\n"
    for cache in (project.cache, open_cache()):
        for _ in range(3):  # the last ones may be verdicts that stand
            (status,) = cache.status([notebook])
            assert (status.verdict, status.entry) == ("fresh", outcome.entry)
            assert status.variant == {"parameters": declared["parameters"]}
            (other,) = cache.status([notebook], parameters={"alpha": 6})
            assert other.verdict == "stale"

    both = await project.freshen(notebook, parameters=given(alpha=6))
    assert project.texts(both.entry)[2] == "6 declared\n"
    _alpha(project, jupyterlab_cache={"parameters": {"alpha": 6, "beta": "declared"}})
    assert project.status(notebook).entry == both.entry
    assert project.status(notebook).verdict == "fresh"
    _alpha(project)
    assert project.status(notebook).verdict == "stale"


async def test_a_project_configures_all_its_notebooks(project: Project) -> None:
    notebook = _alpha(project)
    file = project.folder / "pyproject.toml"
    file.write_text("[tool.jupyterlab-cache.parameters]\nalpha = 9\n")
    outcome = await project.freshen(notebook)
    assert project.texts(outcome.entry)[2] == "9 default\n"
    file.write_text("[tool.jupyterlab-cache.parameters]\nalpha = 1979-05-27\n")
    with pytest.raises(NotebookError, match=r"parameters: alpha is of the type date"):
        project.status(notebook)


async def test_restored_outputs_enter_the_documents_own_cells(project: Project) -> None:
    notebook = _alpha(project)
    outcome = await project.freshen(notebook, parameters=given(alpha="restored"))
    sources = [cell.source for cell in code_cells(notebook)]
    assert not project.cache.restore(notebook).restored
    result = project.cache.restore(notebook, parameters={"alpha": "restored"})
    assert (result.restored, result.entry) == (True, outcome.entry)
    cells = code_cells(notebook)
    assert [cell.source for cell in cells] == sources
    assert cells[2].outputs[0].text == "restored default\n"
    assert status_with(project, notebook, alpha="restored").outputs == "same"


@pytest.mark.parametrize("allow_errors", [False, True])
async def test_what_cannot_be_set_fails_without_a_cell(
    project: Project, allow_errors: bool
) -> None:
    # A kernel in which nothing can be executed that names alpha.
    sabotage = (
        "import ast\n"
        "class Refusing(ast.NodeTransformer):\n"
        "    def visit(self, node):\n"
        "        return ast.parse('1 / 0') if 'alpha' in ast.dump(node) else node\n"
        "get_ipython().ast_transformers.append(Refusing())"
    )
    notebook = project.write("a.ipynb", sabotage, code("1", "parameters"), "print('after')")
    entry = await project.execute(notebook, given=given(alpha=1), allow_errors=allow_errors)
    failure = entry.entry.failure
    assert entry.entry.outcome == "error" and failure is not None
    assert (failure.name, failure.cell) == ("ZeroDivisionError", None)
    assert failure.message == "The parameters could not be set: division by zero"
    assert failure.traceback
    assert project.texts(entry)[2] == ""
    assert status_with(project, notebook, alpha=1).verdict == (
        "stale" if allow_errors else "failed"
    )


async def test_names_and_languages_are_checked_before_a_kernel_starts(
    project: Project, add_kernelspec: Callable[..., None]
) -> None:
    with pytest.raises(NotebookError, match="'class' cannot be set in Python"):
        await project.execute(_alpha(project), given=given(**{"class": 1}))
    add_kernelspec("odd", "no-such-program", language="odd")
    notebook = project.write("odd.ipynb", "1", kernel="odd")
    with pytest.raises(NotebookError, match="language 'odd'"):
        await project.execute(notebook, given=given(alpha=1))


async def test_hostile_values_are_values(project: Project) -> None:
    values = {
        "a": "'''; open('made', 'w') #",
        "b": '"""\nopen(\'made\', \'w\')\n"""',
        "c": "\\'\nopen('made', 'w')\n",
        "d": "ü😀\u2028!touch made\n%run made\nmade?",
        "e": {"'\n": ["\0"]},
    }
    names = ", ".join(values)
    notebook = project.write("a.ipynb", f"import json\nprint(json.dumps([{names}]))")
    entry = await project.execute(notebook, given=parameters_of(values, "here"))
    assert entry.entry.outcome == "ok"
    assert json.loads(project.texts(entry)[0]) == list(values.values())
    assert not (project.folder / "made").exists()


async def test_hostile_values_are_values_in_bash(
    project: Project, add_kernelspec: Callable[..., None]
) -> None:
    add_kernelspec(
        "bash", sys.executable, "-m", "bash_kernel", "-f", "{connection_file}", language="bash"
    )
    values = {
        "a": "'; touch made; '",
        "b": "$(touch made)`touch made`",
        "c": "\x03\ntouch made\n",
        "d": "\t\t!! ü 😀",
        "e": "x" * 10_000,
        "f": ["a b", 2, None],
    }
    script = 'printf "%s" "$a$b$c$d" | od -An -v -tx1 | tr -d " \\n"; echo; echo ${#e} ${#f[@]}'
    notebook = project.write(
        "a.ipynb", "echo first", code("a=", "parameters"), script, kernel="bash"
    )
    entry = await project.execute(notebook, given=parameters_of(values, "here"))
    assert entry.entry.outcome == "ok", entry.entry.failure
    first, _, last = project.texts(entry)
    assert first == "first\n"
    together = "".join(str(values[name]) for name in "abcd")
    assert last.split() == [together.encode().hex(), "10000", "3"]
    assert not (project.folder / "made").exists()


async def test_values_reach_a_kernel_of_r(project: Project) -> None:
    values = {"a": '"; file.create("made"); "', "b": [1, {"x": "ü😀"}], "c": None}
    show = 'cat(utf8ToInt(a), "|", b[[1]], b[[2]]$x, is.null(c))'
    notebook = project.write("a.ipynb", code("a <- 1", "parameters"), show, kernel="ir")
    entry = await project.execute(notebook, given=parameters_of(values, "here"))
    assert entry.entry.outcome == "ok", entry.entry.failure
    points = " ".join(str(ord(char)) for char in str(values["a"]))
    assert project.texts(entry)[1] == f"{points} | 1 ü😀 TRUE"
    assert not (project.folder / "made").exists()


async def test_a_run_gives_them_to_the_notebooks_that_were_named(project: Project) -> None:
    prepare = project.write(
        "z.ipynb", "alpha = 'own'", "with open('data.txt', 'w') as file:\n    file.write(alpha)"
    )
    report = project.write(
        "a.ipynb", code("alpha = ''", "parameters"), "print(open('data.txt').read(), alpha)"
    )

    async def run(*notebooks: Path, **values: Any) -> dict[str, Any]:
        wish = project.wish(parameters=given(**values))
        running = project.cache.run_each(notebooks, kernels=project.kernels, wish=wish)
        return {result.path: result async for result in running}

    assert (await run(prepare))["z.ipynb"].result == "executed"
    assert (await run(report))["a.ipynb"].result == "executed"
    project.write(
        "z.ipynb", "alpha = 'new'", "with open('data.txt', 'w') as file:\n    file.write(alpha)"
    )
    results = await run(report, alpha="given")
    assert {path: result.result for path, result in results.items()} == {
        "z.ipynb": "executed",
        "a.ipynb": "executed",
    }
    assert project.texts(results["a.ipynb"].entry)[1] == "new given\n"
    assert project.store.get(results["z.ipynb"].entry).entry.variant == {}
    assert {item.result for item in (await run(report, alpha="given")).values()} == {"fresh"}


async def test_jobs_with_other_parameters_are_other_jobs(
    project: Project, open_queue: OpenQueue
) -> None:
    notebook = _alpha(project)
    queue = open_queue()
    one = await queue.submit(notebook, parameters=given(alpha=1))
    same = await queue.submit(notebook, parameters=given(alpha=1))
    other = await queue.submit(notebook, parameters=given(alpha=1.0))
    assert one.id == same.id != other.id
    jobs = await ended(queue, one, other)
    assert [job.result for job in jobs] == ["executed", "executed"]
    assert [project.texts(job.entry)[2] for job in jobs] == ["1 default\n", "1.0 default\n"]


async def test_a_queued_job_keeps_its_parameters_over_a_restart(
    project: Project, open_queue: OpenQueue
) -> None:
    busy = project.write("busy.ipynb", ENDLESS)
    queue = open_queue()
    running = await queue.submit(busy)
    waiting = await queue.submit(_alpha(project), parameters=given(alpha="kept"))
    await until(lambda: queue.get(running.id).kernel_id is not None)
    await queue.stop()
    again = open_queue()
    await again.start([project.folder])
    (job,) = await ended(again, again.get(waiting.id))
    assert project.texts(job.entry)[2] == "kept default\n"


def test_python_offers_the_same(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    cells = [code("alpha = 1", "parameters"), code("print(alpha)")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    cache = NotebookCache(tmp_path)
    with pytest.raises(NotebookError, match="parameters: "):
        cache.run([path], parameters={"alpha": float("nan")})
    (result,) = cache.run([path], parameters={"alpha": "Bonn"}, write=True)
    assert result.result == "executed"
    assert code_cells(path)[1].outputs[0].text == "Bonn\n"
    assert [item.verdict for item in cache.status(parameters={"alpha": "Bonn"})] == ["fresh"]
