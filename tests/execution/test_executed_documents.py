"""What is executed and stored of a document, whatever it holds and whatever becomes of its file."""

from __future__ import annotations

import json

from execution_support import PNG, Project
from nbformat.v4 import new_markdown_cell

from jupyterlab_cache.notebooks.errors import NotebookMissing


async def test_a_notebook_without_cells_is_executed_and_fresh(project: Project) -> None:
    path = project.folder / "empty.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}))
    outcome = await project.freshen(path)
    assert outcome.result == "executed"
    assert project.outputs(outcome.entry) == []
    assert project.status(path).verdict == "fresh"


async def test_a_notebook_of_prose_and_blank_cells_is_executed_and_fresh(project: Project) -> None:
    path = project.write("a.ipynb", new_markdown_cell("More."), "", " \n\t\n")
    progress: list[tuple[int, int]] = []
    stored = await project.execute(path, on_progress=lambda *step: progress.append(step))
    assert (stored.entry.outcome, stored.entry.cells) == ("ok", ())
    assert progress == [(0, 0)]
    assert project.status(path).verdict == "fresh"


async def test_a_notebook_that_is_edited_while_it_runs_is_stored_as_it_was_executed(
    project: Project,
) -> None:
    path = project.write("a.ipynb", "value = 1", "print(value)")
    before = project.status(path).code_key

    def edit(done: int, _total: int) -> None:
        if done == 1:
            project.write("a.ipynb", "value = 1", "print('edited')")

    stored = await project.execute(path, on_progress=edit)
    assert stored.entry.code_key == before
    assert project.texts(stored) == ["", "1\n"]
    sources = [cell["source"] for cell in project.store.notebook_of(stored)["cells"]]
    assert sources == ["value = 1", "print(value)"]
    status = project.status(path)
    assert (status.verdict, [reason.code for reason in status.reasons]) == (
        "stale",
        ["cell-changed"],
    )

    project.write("a.ipynb", "value = 1", "print(value)")
    status = project.status(path)
    assert (status.verdict, status.entry) == ("fresh", stored.id)


async def test_a_notebook_that_is_deleted_while_it_runs_is_stored_all_the_same(
    project: Project,
) -> None:
    path = project.write("a.ipynb", "value = 1", "print(value)")
    text = path.read_text()
    stored = await project.execute(path, on_progress=lambda *_: path.unlink(missing_ok=True))
    assert stored.entry.outcome == "ok"
    assert not path.exists()
    path.write_text(text)
    status = project.status(path)
    assert (status.verdict, status.entry) == ("fresh", stored.id)


async def test_a_notebook_that_is_gone_before_it_is_read_starts_no_kernel(
    project: Project,
) -> None:
    told: list[str | None] = []
    try:
        await project.execute(project.folder / "gone.ipynb", on_kernel=told.append)
    except NotebookMissing as error:
        assert "gone.ipynb" in str(error)
    else:
        raise AssertionError("nothing was raised")
    assert told == []


async def test_the_file_is_left_as_it_is(project: Project) -> None:
    path = project.write("a.ipynb", "print(1)")
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    await project.freshen(path)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


async def test_what_the_kernel_says_of_its_language_is_kept_as_nbclient_does(
    project: Project,
) -> None:
    stored = await project.execute(project.write("a.ipynb", "print(1)"))
    language = project.store.notebook_of(stored)["metadata"]["language_info"]
    assert (language["name"], language["pygments_lexer"]) == ("python", "ipython3")


async def test_many_lines_are_one_stream_in_their_order(project: Project) -> None:
    path = project.write(
        "a.ipynb", "for number in range(10_000):\n    print(number, flush=number % 100 == 0)"
    )
    stored = await project.execute(path)
    ((output,),) = project.outputs(stored)
    assert output["text"] == "".join(f"{number}\n" for number in range(10_000))


async def test_outputs_that_are_updated_cleared_or_captured_are_stored_as_they_end(
    project: Project,
) -> None:
    path = project.write(
        "a.ipynb",
        "from IPython.display import clear_output, display\n"
        "handle = display('old', display_id=True)",
        "handle.update('new')",
        "print('gone')\nclear_output()\nprint('stays')",
        "import ipywidgets\nbox = ipywidgets.Output()\ndisplay(box)",
        "with box:\n    print('in the box')\nprint('outside')",
    )
    stored = await project.execute(path)
    assert stored.entry.failure is None
    outputs = project.outputs(stored)
    assert [item["data"]["text/plain"] for item in outputs[0]] == ["'new'"]
    assert outputs[1] == []
    assert project.texts(stored)[2] == "stays\n"
    assert "application/vnd.jupyter.widget-view+json" in outputs[3][0]["data"]
    # What went into the box belongs to the widget's state.
    assert project.texts(stored)[4] == "outside\n"


async def test_images_and_unusual_texts_come_back_as_they_were_shown(project: Project) -> None:
    path = project.write(
        "a.ipynb",
        "import base64\nfrom IPython.display import Image, display\n"
        f"Image(data=base64.b64decode({PNG!r}))",
        "display({'application/json': {'$blob': [1, 1e300, None]}, 'text/plain': 'é\\U0001f600'},"
        " raw=True)",
        "print('x' * 300_000)",
    )
    stored = await project.execute(path)
    image, data, text = project.outputs(stored)
    assert image[0]["data"]["image/png"].strip() == PNG
    assert data[0]["data"] == {
        "application/json": {"$blob": [1, 1e300, None]},
        "text/plain": "é\U0001f600",
    }
    assert text[0]["text"] == "x" * 300_000 + "\n"


async def test_code_with_windows_line_ends_is_executed_and_left_as_it_stands(
    project: Project,
) -> None:
    path = project.write("a.ipynb", "text = '''a\r\nb'''\r\nprint(len(text))")
    stored = await project.execute(path)
    assert project.texts(stored) == ["3\n"]
    assert project.cache.restore(path).restored
    assert "\\r\\n" in path.read_text()


async def test_each_execution_begins_with_a_new_kernel(project: Project) -> None:
    path = project.write("a.ipynb", "known = 'seen' in globals()\nseen = True\nprint(known)")
    first = await project.execute(path)
    second = await project.execute(path)
    assert first.id != second.id
    assert project.texts(first) == project.texts(second) == ["False\n"]


async def test_a_display_can_be_updated_after_its_cell_printed_in_parts(project: Project) -> None:
    path = project.write(
        "a.ipynb",
        "import time\n"
        "for number in range(3):\n    print(number, flush=True)\n    time.sleep(0.05)\n"
        "handle = display('old', display_id=True)\nprint('end')",
        "handle.update('new')",
    )
    stored = await project.execute(path)
    assert stored.entry.failure is None
    stream, shown = project.outputs(stored)[0]
    assert stream["text"] == "0\n1\n2\nend\n"
    assert shown["data"]["text/plain"] == "'new'"


async def test_what_a_cell_printed_in_parts_is_joined_even_if_it_did_not_end_well(
    project: Project,
) -> None:
    path = project.write(
        "a.ipynb",
        "import os, sys, time\n"
        "for number in range(3):\n    print(number, flush=True)\n    time.sleep(0.05)\n"
        "print('to stderr', file=sys.stderr, flush=True)\ntime.sleep(0.5)\n"
        "os.kill(os.getpid(), 9)",
    )
    stored = await project.execute(path)
    assert stored.entry.outcome == "died"
    ((out, err),) = project.outputs(stored)
    assert (out["name"], out["text"]) == ("stdout", "0\n1\n2\n")
    assert (err["name"], err["text"]) == ("stderr", "to stderr\n")
