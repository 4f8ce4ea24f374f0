"""Whole notebooks: loading them, putting outputs in, and saving without losing anything."""

from __future__ import annotations

import copy
import errno
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given
from notebook_support import Document, code, notebook, notebooks, prose, write

from jupyterlab_cache.notebooks.code_key import is_blank, normalise_source
from jupyterlab_cache.notebooks.document import (
    code_cells,
    code_cells_with_blank,
    digests_of,
    load,
    put_outputs,
    save,
)
from jupyterlab_cache.notebooks.errors import NotebookInvalid
from jupyterlab_cache.notebooks.reader import read_digests

STREAM = {"output_type": "stream", "name": "stdout", "text": "1\n2"}
IMAGE = {
    "output_type": "display_data",
    "metadata": {"image/png": {"width": 5}},
    "data": {
        "image/png": "iVBORw0KGgo=\n",
        "text/plain": "a\nb",
        "application/json": ["a", "b"],
        "application/javascript": "f()\ng()",
    },
}

GOOD: Document = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {
        "kernelspec": {"name": "python3", "display_name": "P", "language": "python"},
        "own": {"kept": [True, None, 1.5, "\u00e9\u2028"]},
    },
    "cells": [
        {
            "cell_type": "markdown",
            "id": "a",
            "metadata": {"x": 1},
            "source": ["# T\n", "![](attachment:i.png)"],
            "attachments": {"i.png": {"image/png": "iVBORw0KGgo="}},
        },
        {
            "cell_type": "code",
            "id": "b",
            "metadata": {"tags": ["kept"], "execution": {"iopub.status.idle": "2026"}},
            "source": ["print(1)\n", "2"],
            "outputs": [{"output_type": "stream", "name": "stdout", "text": ["old\n"]}],
            "execution_count": 2,
        },
        {"cell_type": "raw", "id": "c", "metadata": {"format": "x"}, "source": []},
        {
            "cell_type": "code",
            "id": "d",
            "metadata": {},
            "source": [" \n"],
            "outputs": [{"output_type": "stream", "name": "stdout", "text": ["old\n"]}],
            "execution_count": 3,
        },
        {
            "cell_type": "code",
            "id": "e",
            "metadata": {},
            "source": ["3"],
            "outputs": [],
            "execution_count": None,
        },
    ],
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write(tmp_path / "a.ipynb", GOOD)


def stored(path: Path) -> Any:
    return json.loads(path.read_bytes())


def test_a_loaded_notebook_is_what_nbformat_would_read(path: Path) -> None:
    loaded = load(path)
    assert loaded == nbformat.read(path, as_version=4)
    assert isinstance(loaded, nbformat.NotebookNode)
    assert loaded.cells[1].source == "print(1)\n2"


def test_code_is_loaded_in_normal_form_and_prose_as_it_is(tmp_path: Path) -> None:
    cells = [code("a\r\nb\ud800"), prose("a\r\nb"), code(["a\r", "\nb"]), code("a\rb")]
    loaded = load(write(tmp_path / "a.ipynb", notebook(*cells)))
    assert [cell.source for cell in loaded.cells] == ["a\nb\ufffd", "a\r\nb", "a\nb", "a\rb"]


def test_cells_that_are_executed(path: Path) -> None:
    loaded = load(path)
    assert [cell.id for cell in code_cells_with_blank(loaded)] == ["b", "d", "e"]
    assert [cell.id for cell in code_cells(loaded)] == ["b", "e"]


def test_what_every_notebook_has_is_there_after_loading(tmp_path: Path) -> None:
    bare = {
        "nbformat": 4,
        "metadata": None,
        "cells": [{"cell_type": "code"}, {"cell_type": "code", "source": "1", "outputs": None}],
    }
    loaded = load(write(tmp_path / "a.ipynb", bare))
    assert loaded.nbformat_minor == 0
    assert loaded.metadata == {}
    for cell in loaded.cells:
        assert (cell.metadata, cell.outputs, cell.execution_count) == ({}, [], None)
    save(loaded, tmp_path / "b.ipynb")
    nbformat.validate(stored(tmp_path / "b.ipynb"))


def test_outputs_go_to_the_cells_that_are_executed(path: Path) -> None:
    loaded = load(path)
    put_outputs(loaded, [([STREAM, IMAGE], 7), ([], None)])
    first, blank, last = code_cells_with_blank(loaded)
    assert (first.outputs, first.execution_count) == ([STREAM, IMAGE], 7)
    assert first.outputs[1].data["text/plain"] == "a\nb"
    assert (blank.outputs, blank.execution_count) == ([], None)
    assert (last.outputs, last.execution_count) == ([], None)


def test_outputs_for_another_number_of_cells_change_nothing(path: Path) -> None:
    loaded = load(path)
    before = copy.deepcopy(loaded)
    with pytest.raises(ValueError, match="2 code cells, the outputs 1"):
        put_outputs(loaded, [([STREAM], 1)])
    assert loaded == before


def test_outputs_that_were_put_in_are_not_changed_by_saving(path: Path) -> None:
    given_outputs = [copy.deepcopy(STREAM), copy.deepcopy(IMAGE)]
    loaded = load(path)
    put_outputs(loaded, [(given_outputs, 1), ([], 2)])
    digests = digests_of(loaded)
    save(loaded, path)
    assert given_outputs == [STREAM, IMAGE]
    assert loaded.cells[1].outputs == [STREAM, IMAGE]
    assert read_digests(path) == digests


def test_saving_changes_nothing_but_outputs_and_counts(path: Path) -> None:
    loaded = load(path)
    put_outputs(loaded, [([STREAM, IMAGE], 7), ([], 8)])
    save(loaded, path)
    expected = copy.deepcopy(GOOD)
    expected["cells"][1] |= {
        "execution_count": 7,
        "outputs": [
            STREAM | {"text": ["1\n", "2"]},
            IMAGE
            | {
                "data": IMAGE["data"]  # type: ignore[operator]
                | {"text/plain": ["a\n", "b"], "application/javascript": ["f()\n", "g()"]}
            },
        ],
    }
    expected["cells"][3] |= {"execution_count": None, "outputs": []}
    expected["cells"][4] |= {"execution_count": 8}
    assert stored(path) == expected
    nbformat.validate(stored(path))


def test_a_saved_file_looks_as_nbformat_would_write_it(path: Path) -> None:
    save(load(path), path)
    ours = path.read_bytes()
    nbformat.write(nbformat.read(path, as_version=4), path)
    assert ours == path.read_bytes()
    assert ours.endswith(b"}\n")
    save(load(path), path)
    assert path.read_bytes() == ours


def test_code_is_saved_as_it_stood(tmp_path: Path) -> None:
    document = notebook(
        code(["a\r\n", "b\ud800"]), code("c\r\r\nd"), prose("\udc00\r\n"), code("e\r\nf")
    )
    path = write(tmp_path / "a.ipynb", document)
    key = read_digests(path).code_key("x")
    loaded = load(path)
    put_outputs(loaded, [([STREAM], 1), ([], 2), ([], 3)])
    loaded.cells[3]["source"] = "changed"
    save(loaded, path)
    sources = ["".join(cell["source"]) for cell in stored(path)["cells"]]
    assert sources == ["a\r\nb\ud800", "c\r\r\nd", "\udc00\r\n", "changed"]
    assert loaded.cells[0].source == "a\nb\ufffd"
    again = load(path)
    again.cells[3]["source"] = "e\nf"
    save(again, path)
    assert read_digests(path).code_key("x") == key


def test_missing_cell_ids_are_not_made_up(tmp_path: Path) -> None:
    document = notebook(code("1"), prose()) | {"nbformat_minor": 5}
    path = write(tmp_path / "a.ipynb", document)
    save(load(path), path)
    assert not any("id" in cell for cell in stored(path)["cells"])


def canonical(document: Document) -> Document:
    """Without what saving may change: how lines are kept, outputs of blank cells."""
    document = copy.deepcopy(document)
    for cell in document["cells"]:
        cell["source"] = "".join(cell["source"])
        if cell["cell_type"] == "code":
            del cell["outputs"], cell["execution_count"]
    return document


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("notebooks") / "a.ipynb"


@given(document=notebooks())
def test_loading_and_saving_keeps_every_notebook(file: Path, document: Document) -> None:
    write(file, document)
    digests = read_digests(file)
    loaded = load(file)
    kept = [(cell.outputs, cell.execution_count) for cell in code_cells(loaded)]
    put_outputs(loaded, kept)
    save(loaded, file)
    # Half a pair at the end of one line and half at the start of the next have become one.
    assert canonical(stored(file)) == canonical(json.loads(json.dumps(canonical_pairs(document))))
    assert read_digests(file) == digests


def canonical_pairs(document: Document) -> Document:
    document = copy.deepcopy(document)
    for cell in document["cells"]:
        cell["source"] = "".join(cell["source"])
    return document


def names(folder: Path) -> list[str]:
    return sorted(item.name for item in folder.iterdir())


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o755])
def test_saving_keeps_the_mode(path: Path, mode: int) -> None:
    path.chmod(mode)
    save(load(path), path)
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert names(path.parent) == ["a.ipynb"]


@pytest.fixture
def umask() -> Iterator[int]:
    before = os.umask(0o027)
    yield 0o027
    os.umask(before)


def test_a_new_file_gets_the_mode_of_any_new_file(path: Path, umask: int) -> None:
    save(load(path), path.parent / "new.ipynb")
    assert stat.S_IMODE((path.parent / "new.ipynb").stat().st_mode) == 0o666 & ~umask


def test_saving_follows_links(path: Path) -> None:
    folder = path.parent / "links"
    folder.mkdir()
    (folder / "one.ipynb").symlink_to("two.ipynb")
    (folder / "two.ipynb").symlink_to(path)
    loaded = load(folder / "one.ipynb")
    put_outputs(loaded, [([STREAM], 9), ([], 10)])
    save(loaded, folder / "one.ipynb")
    assert names(folder) == ["one.ipynb", "two.ipynb"]
    assert all((folder / name).is_symlink() for name in names(folder))
    assert not path.is_symlink()
    assert stored(path)["cells"][1]["execution_count"] == 9
    assert names(path.parent) == ["a.ipynb", "links"]


def test_a_link_to_nothing_is_filled(path: Path) -> None:
    (path.parent / "link.ipynb").symlink_to("target.ipynb")
    save(load(path), path.parent / "link.ipynb")
    assert (path.parent / "link.ipynb").is_symlink()
    assert stored(path.parent / "target.ipynb") == stored(path.parent / "link.ipynb")


@pytest.mark.parametrize("step", ["fsync", "chmod", "replace"])
def test_saving_is_whole_or_not_at_all(
    path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = path.read_bytes()
    loaded = load(path)

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(OSError, match="No space left"):
        save(loaded, path)
    assert path.read_bytes() == before
    assert names(path.parent) == ["a.ipynb"]


def test_an_interruption_leaves_nothing_behind(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = path.read_bytes()

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        save(load(path), path)
    assert path.read_bytes() == before
    assert names(path.parent) == ["a.ipynb"]


def test_what_cannot_be_written_is_refused_before_anything_is(path: Path) -> None:
    before = path.read_bytes()
    for spoil in ({"source": object()}, {"outputs": [{"output_type": "stream"}]}):
        loaded = load(path)
        loaded.cells[1].update(nbformat.from_dict(spoil))
        with pytest.raises(NotebookInvalid, match=r"a\.ipynb cannot be written as a notebook"):
            save(loaded, path)
        assert path.read_bytes() == before
        assert names(path.parent) == ["a.ipynb"]


def test_a_write_protected_file_is_left_alone(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = path.read_bytes()
    # A superuser may write everywhere, so the answer is given here.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(PermissionError, match="write-protected"):
        save(load(path), path)
    assert path.read_bytes() == before


def test_a_folder_or_pipe_is_not_replaced(path: Path) -> None:
    loaded = load(path)
    (path.parent / "folder.ipynb").mkdir()
    os.mkfifo(path.parent / "pipe.ipynb")
    for name in ("folder.ipynb", "pipe.ipynb"):
        with pytest.raises(OSError, match="not a regular file"):
            save(loaded, path.parent / name)
    with pytest.raises(FileNotFoundError):
        save(loaded, path.parent / "missing" / "a.ipynb")
    assert names(path.parent) == ["a.ipynb", "folder.ipynb", "pipe.ipynb"]


def test_only_ipynb_files_hold_outputs(path: Path) -> None:
    for name in ("a.md", "a.py", "a"):
        with pytest.raises(NotebookInvalid, match="cannot hold outputs; name an"):
            save(load(path), path.parent / name)
    assert names(path.parent) == ["a.ipynb"]


@given(document=notebooks())
def test_a_blank_cell_is_never_among_those_executed(file: Path, document: Document) -> None:
    loaded = load(write(file, document))
    cells = code_cells(loaded)
    assert len(cells) == len(digests_of(loaded).cells)
    assert not any(is_blank(normalise_source(cell.source)) for cell in cells)
