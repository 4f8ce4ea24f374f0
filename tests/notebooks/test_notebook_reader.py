"""Reading notebooks' files: what is read, what is refused, and in which words."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from notebook_support import code, notebook, write

from jupyterlab_cache.notebooks import reader
from jupyterlab_cache.notebooks.code_key import cell_digest
from jupyterlab_cache.notebooks.document import digests_of, load
from jupyterlab_cache.notebooks.errors import NotebookInvalid, NotebookMissing
from jupyterlab_cache.notebooks.outputs_digest import NO_OUTPUTS
from jupyterlab_cache.notebooks.reader import digests_of_bytes, read_code_key, read_digests

OLD_CELL = {"cell_type": "code", "input": ["1"], "language": "python", "outputs": []}
FORMAT_3 = {
    "nbformat": 3,
    "nbformat_minor": 0,
    "metadata": {},
    "worksheets": [{"cells": [OLD_CELL]}],
}

REFUSED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "not valid JSON"),
    "cut off": (b'{"nbformat": 4, "cells": [', "not valid JSON .*; restore or repair it"),
    "text": (b"print(1)\n", "not valid JSON"),
    "two values": (b'{"nbformat": 4, "cells": []} {}', "not valid JSON"),
    "a list": (b"[1]", "not a notebook: its JSON is not an object"),
    "null": (b"null", "not a notebook"),
    "a number": (b"4", "not a notebook"),
    "an empty object": (b"{}", "no cells in notebook format 4"),
    "no format": (b'{"cells": []}', "no cells in notebook format 4"),
    "no cells": (b'{"nbformat": 4, "metadata": {}}', "no cells in notebook format 4"),
    "cells are null": (b'{"nbformat": 4, "cells": null}', "no cells in notebook format 4"),
    "cells are an object": (b'{"nbformat": 4, "cells": {}}', "not a valid notebook"),
    "cells are numbers": (b'{"nbformat": 4, "cells": [1]}', r"not a valid notebook.*cells"),
    "source is null": (b'{"nbformat": 4, "cells": [{"source": null}]}', "not a valid notebook"),
    "source is a list of all sorts": (
        b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": ["a", 1]}]}',
        "not a valid notebook",
    ),
    "outputs are an object": (
        b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "1", "outputs": {}}]}',
        "not a valid notebook",
    ),
    "outputs are texts": (
        b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "1", "outputs": ["x"]}]}',
        "not a valid notebook",
    ),
    "format 3": (
        json.dumps(FORMAT_3).encode(),
        r"is in notebook format 3; open and save it in JupyterLab, or run `jupyter nbconvert",
    ),
    "format 3 with lone surrogates and NaN": (
        b'{"metadata": {"a": NaN, "name": "\\ud800"}, "nbformat": 3, "worksheets": []}',
        "format 3; open and save it in JupyterLab",
    ),
    "format 2": (b'{"nbformat": 2, "worksheets": []}', "format 2; open and save it"),
    "format 5": (b'{"nbformat": 5, "cells": []}', "format 5, which is too new"),
    "format 5 with other cells": (b'{"nbformat": 5, "cells": {"a": 1}}', "format 5, which is too"),
    "format is text": (b'{"nbformat": "4", "cells": []}', "not a notebook"),
    "format is true": (b'{"nbformat": true, "cells": []}', "not a notebook"),
    "format is 4.5": (b'{"nbformat": 4.5, "cells": []}', "not a notebook"),
    "bytes that are no UTF-8": (b'{"nbformat": 4, "cells": [], "x": "\xff\xfe"} \xff', "not valid"),
    "Latin-1": (
        '{"nbformat": 4, "cells": [{"source": "\xe9"}]}'.encode("latin-1"),
        "not valid JSON",
    ),
    "deep": (b"[" * 200_000, "not valid JSON .nested too deep"),
    "deep and closed": (b"[" * 200_000 + b"]" * 200_000, "not valid JSON .nested too deep"),
    "deep metadata": (
        b'{"nbformat": 4, "cells": [], "metadata": ' + b'{"a":' * 99_999 + b"1" + b"}" * 100_000,
        "not valid JSON .nested too deep",
    ),
    "a number of 5,000 digits": (
        b'{"nbformat": 4, "cells": [], "metadata": {"a": ' + b"1" * 5000 + b"}}",
        "not valid JSON",
    ),
}


def key_of(path: Path) -> str:
    return read_code_key(path, "python3")


@pytest.mark.parametrize("read", [read_digests, load, key_of])
@pytest.mark.parametrize(("data", "words"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_notebook_is_refused_in_one_line(
    tmp_path: Path, data: bytes, words: str, read: Callable[[Path], Any]
) -> None:
    path = tmp_path / "a.ipynb"
    path.write_bytes(data)
    with pytest.raises(NotebookInvalid, match=words) as refused:
        read(path)
    line = str(refused.value)
    assert line.startswith("a.ipynb ")
    assert len(line.splitlines()) == 1
    assert len(line) < 300
    assert path.read_bytes() == data


def test_outputs_may_be_deep_but_not_absurdly(tmp_path: Path) -> None:
    def with_depth(depth: int) -> bytes:
        value = "[" * depth + "]" * depth
        output = f'{{"output_type": "display_data", "data": {{"application/json": {value}}}}}'
        cell = f'{{"cell_type": "code", "source": "1", "outputs": [{output}]}}'
        return f'{{"nbformat": 4, "cells": [{cell}]}}'.encode()

    assert digests_of_bytes(with_depth(100)).has_outputs
    path = tmp_path / "a.ipynb"
    limit = sys.getrecursionlimit()
    # Decoding, hashing and copying each give up at a depth of their own.
    for depth in (*range(limit // 4, limit, limit // 50), *range(limit - 99, limit + 99, 3)):
        path.write_bytes(with_depth(depth))
        for read in (read_digests, load):
            try:
                read(path)
            except NotebookInvalid as error:
                assert "too deep" in str(error)
            else:
                assert depth < limit


@pytest.mark.parametrize("read", [read_digests, load, key_of])
def test_what_is_no_file_is_refused(tmp_path: Path, read: Callable[[Path], Any]) -> None:
    (tmp_path / "folder.ipynb").mkdir()
    os.mkfifo(tmp_path / "pipe.ipynb")
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "dangling.ipynb").symlink_to(tmp_path / "nowhere.ipynb")
    (tmp_path / "loop.ipynb").symlink_to("loop.ipynb")
    write(tmp_path / "notebook.json", notebook())
    (tmp_path / "script.py").write_text("print(1)\n")
    for name, kind, words in [
        ("missing.ipynb", NotebookMissing, "missing.ipynb does not exist; check the path"),
        ("missing.md", NotebookMissing, "does not exist"),
        ("missing/a.ipynb", NotebookMissing, "does not exist"),
        ("script.py/a.ipynb", NotebookMissing, "does not exist"),
        ("dangling.ipynb", NotebookMissing, "does not exist"),
        ("folder.ipynb", NotebookInvalid, "is a folder; choose a notebook in it"),
        ("pipe.ipynb", NotebookInvalid, "not a regular file"),
        ("pipe.md", NotebookInvalid, "not a regular file"),
        ("loop.ipynb", NotebookInvalid, "cannot be read"),
        ("notebook.json", NotebookInvalid, "neither .ipynb nor text with a jupytext header"),
        ("script.py", NotebookInvalid, "neither .ipynb nor text with a jupytext header"),
        ("x" * 300 + ".ipynb", NotebookInvalid, "cannot be read"),
        ("x" * 300 + ".md", NotebookInvalid, "cannot be read"),
        ("nul\0.ipynb", NotebookInvalid, "cannot be"),
    ]:
        with pytest.raises(kind, match=words) as refused:
            read(tmp_path / name)
        assert str(tmp_path) not in str(refused.value)


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.ipynb", notebook())

    def refuse(path: Path, limit: int) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(reader, "read_regular", refuse)
    with pytest.raises(NotebookInvalid, match="cannot be read: Permission denied"):
        read_digests(path)


def test_a_file_that_goes_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.ipynb", notebook())

    def gone(path: Path, limit: int) -> bytes:
        raise FileNotFoundError(2, "No such file", str(path))

    monkeypatch.setattr(reader, "read_regular", gone)
    with pytest.raises(NotebookMissing, match="does not exist"):
        read_digests(path)


def test_what_a_document_is_known_by() -> None:
    shown = [{"output_type": "stream", "name": "stdout", "text": "1\n"}]
    cells = [code("print(1)", shown, ["raises-exception"]), code(" \n", shown), code("2")]
    digests = digests_of_bytes(json.dumps(notebook(*cells)).encode())
    assert digests.kernel_name == "python3"
    assert [cell.digest for cell in digests.cells] == [
        cell_digest("print(1)", ["raises-exception"]),
        cell_digest("2"),
    ]
    assert [cell.has_outputs for cell in digests.cells] == [True, False]
    assert digests.cells[1].outputs_digest == NO_OUTPUTS
    assert digests.has_outputs
    # What a blank cell shows does not count.
    blank = digests_of_bytes(json.dumps(notebook(code("", shown))).encode())
    assert not blank.has_outputs


@pytest.mark.parametrize("kernel", ["python3", "ir"])
def test_the_default_kernel_is_that_of_a_document_that_names_none(kernel: str) -> None:
    none = digests_of_bytes(json.dumps(notebook(code("1"), kernel=None)).encode())
    named = digests_of_bytes(json.dumps(notebook(code("1"), kernel=kernel)).encode())
    assert none.kernel_name is None
    assert none.code_key(kernel) == named.code_key("another")
    assert none.code_key("another") != named.code_key("another")


LENIENT = {
    "NaN and infinities": b'{"a": [NaN, Infinity, -Infinity]}',
    "a lone surrogate": b'{"a": "\\udc00"}',
    "numbers beyond all": b'{"a": [1e400, ' + b"9" * 400 + b"]}",
}


@pytest.mark.parametrize("value", LENIENT.values(), ids=LENIENT)
def test_json_beyond_what_the_fast_decoder_takes(tmp_path: Path, value: bytes) -> None:
    # In one place that the reader looks at, and in one that it passes over.
    data = (
        b'{"nbformat": 4, "metadata": {"x": %b}, "cells": [{"cell_type": "markdown", "source": "",'
        b' "y": %b}, {"cell_type": "code", "source": "1", "outputs": [{"output_type": '
        b'"display_data", "data": {"application/json": %b}}]}]}' % (value, value, value)
    )
    path = tmp_path / "a.ipynb"
    path.write_bytes(data)
    digests = read_digests(path)
    assert [cell.digest for cell in digests.cells] == [cell_digest("1")]
    assert digests.has_outputs
    assert digests == digests_of(load(path))


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path / "a.ipynb", notebook(code("1")))
    digests = read_digests(path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_digests(path) == digests == digests_of(load(path))


def test_importing_loads_nothing_heavy() -> None:
    rooms = ["reader", "document", "discovery", "project", "text"]
    script = "\n".join(
        [
            "import sys",
            *[f"import jupyterlab_cache.notebooks.{room}" for room in rooms],
            "heavy = {'nbformat', 'jsonschema', 'jupytext', 'yaml', 'pathspec', 'jupyter_client'}",
            "sys.exit(', '.join(heavy & set(sys.modules)) or 0)",
        ]
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
