"""Much output arrives whole, and output without end is stopped."""

from __future__ import annotations

from execution_support import OpenQueue, Project, ended

from jupyterlab_cache.execution.request import ExecutionSettings

LIMIT = 5_000_000
WITHOUT_END = "print('first', flush=True)\nwhile True:\n    print('x' * 1000{})"


async def test_printing_without_end_is_stopped(project: Project, open_queue: OpenQueue) -> None:
    path = project.write("a.ipynb", "print('before')", WITHOUT_END.format(""), "print('after')")
    queue = open_queue(settings=ExecutionSettings(output_bytes=LIMIT))
    (job,) = await ended(queue, await queue.submit(path))
    assert (job.state, job.result) == ("failed", "failed")
    assert job.failure is not None
    assert (job.failure.name, job.failure.cell) == ("OutputTooLarge", 1)
    assert "5,000,000 bytes" in job.failure.message
    assert "output_bytes" in job.failure.message
    stored = project.store.get(job.entry or "")
    assert stored.entry.outcome == "too-large"
    before, endless, after = project.texts(stored)
    assert (before, after) == ("before\n", "")
    assert endless.startswith("first\n")
    assert len(endless) <= LIMIT
    status = project.status(path)
    assert status.verdict == "stale"
    assert [reason.code for reason in status.reasons] == ["execution-incomplete"]

    path = project.write("b.ipynb", "print('x' * 1_000_000)")
    (job,) = await ended(queue, await queue.submit(path))
    assert (job.state, job.failure) == ("done", None)


async def test_what_came_before_the_limit_is_kept(project: Project) -> None:
    path = project.write("a.ipynb", WITHOUT_END.format(", flush=True"))
    stored = await project.execute(path, settings=ExecutionSettings(output_bytes=LIMIT))
    assert stored.entry.failure is not None
    assert stored.entry.failure.name == "OutputTooLarge"
    (text,) = project.texts(stored)
    first, *lines, last = text.split("\n")
    assert (first, last, set(lines)) == ("first", "", {"x" * 1000})
    # At least what fits even if nothing was read before all had arrived.
    assert LIMIT / 5 < len(text) <= LIMIT


async def test_displays_without_end_are_stopped_as_well(project: Project) -> None:
    cell = "while True:\n    display({'image/png': 'iVBO' * 1000}, raw=True)"
    path = project.write("a.ipynb", cell)
    stored = await project.execute(path, settings=ExecutionSettings(output_bytes=LIMIT))
    assert stored.entry.outcome == "too-large"
    (outputs,) = project.outputs(stored)
    assert 0 < 4000 * len(outputs) <= LIMIT


async def test_one_output_beyond_the_limit_is_left_out(project: Project) -> None:
    path = project.write("a.ipynb", "print('first', flush=True)\n'x' * 6_000_000")
    stored = await project.execute(path, settings=ExecutionSettings(output_bytes=LIMIT))
    assert stored.entry.outcome == "too-large"
    assert project.texts(stored) == ["first\n"]


async def test_long_texts_come_whole_whatever_is_done_with_them(project: Project) -> None:
    path = project.write(
        "a.ipynb",
        "from IPython.display import HTML, clear_output, display\n"
        "shown = display(HTML('x'), display_id=True)",
        "shown.update(HTML('é' * 3_000_000))",
        "print('a')\nclear_output(wait=True)\nprint('€' * 2_000_000)\nprint('end', flush=True)",
        "print('overwritten' * 200_000, end='\\r', flush=True)\nprint('kept')",
        "import base64\n"
        "display({'image/png': base64.encodebytes(bytes(3_000_000)).decode()}, raw=True)",
        "print('x' * 2_000_000, flush=True)\nraise ValueError('wrong')",
    )
    stored = await project.execute(path)
    first, second, third, fourth, fifth, sixth = project.outputs(stored)
    assert first[0]["data"]["text/html"] == "é" * 3_000_000
    assert second == []
    assert [output["text"] for output in third] == ["€" * 2_000_000 + "\nend\n"]
    assert [output["text"] for output in fourth] == ["kept\n"]
    assert len(fifth[0]["data"]["image/png"]) == 4_052_632
    assert [output["output_type"] for output in sixth] == ["stream", "error"]
    assert stored.entry.failure is not None
    assert stored.entry.failure.message == "wrong"


async def test_long_texts_in_the_state_of_widgets_are_kept(project: Project) -> None:
    path = project.write(
        "a.ipynb",
        "from comm import create_comm\n"
        "state = {'_model_name': 'Model', '_model_module': 'none', 'value': 'x' * 2_000_000}\n"
        "widget = create_comm(target_name='jupyter.widget', data={'state': state})",
    )
    stored = await project.execute(path)
    assert stored.entry.failure is None
    widgets = project.store.notebook_of(stored)["metadata"]["widgets"]
    (model,) = widgets["application/vnd.jupyter.widget-state+json"]["state"].values()
    assert model["state"]["value"] == "x" * 2_000_000


async def test_many_tiny_prints_are_one_output(project: Project) -> None:
    cell = "import sys\nfor i in range(3000):\n    print(i, flush=True)\n"
    path = project.write("a.ipynb", cell + "    print(i, file=sys.stderr, flush=True)")
    stored = await project.execute(path)
    out, error = project.outputs(stored)[0]
    expected = "".join(f"{i}\n" for i in range(3000))
    assert (out["text"], error["text"]) == (expected, expected)
