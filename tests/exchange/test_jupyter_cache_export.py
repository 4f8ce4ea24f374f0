"""What an export writes to a folder of jupyter-cache, and what it leaves alone."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
from exchange_support import SPEC, Project, files_below, outcome
from nbformat import from_dict
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from jupyterlab_cache.exchange.jupyter_cache.key import key_of
from jupyterlab_cache.exchange.jupyter_cache.reading import is_myst_notebook, read
from jupyterlab_cache.exchange.other_cache import ExportRefused, NotExportable
from jupyterlab_cache.store.files import StoreFiles

MYST = """---
file_format: mystnb
kernelspec:
  name: python3
---
# T
```{code-cell} python
:tags: [hide-input]
:other: 1

x = 1

```
- list
  ```{code-cell}
  nested
  ```
~~~{code-cell}
---
a: {b: [1, 2]}
---
y
~~~
"""


def test_keys_are_those_of_jupyter_cache() -> None:
    # Made by jupyter-cache 1.0.1; integrations/ compares many more.
    trusted = new_code_cell("", metadata={"tags": ["a"], "trusted": True})
    notebook = new_notebook(
        cells=[new_code_cell("print('hé')\n1"), new_markdown_cell("x"), trusted],
        metadata={"kernelspec": SPEC, "language_info": {"name": "python"}},
    )
    assert key_of(notebook) == "4ff4bc77a043b1612f9d6c105e48cbfd"
    odd_lines = new_notebook(cells=[new_code_cell("a\x0cb\u2028c")])
    assert key_of(odd_lines) == "0c1752ab54e60dda44191cc1f78286dc"


def test_markdown_has_the_key_that_myst_nb_gives_it(project: Project) -> None:
    path = project.folder / "a.md"
    path.write_bytes(b"\xef\xbb\xbf" + MYST.replace("\n", "\r\n").encode())
    assert read(path).key == "68421646cfe1c7383f2b2ad4d15aeef2"


@pytest.mark.parametrize(
    ("header", "is_notebook"),
    [
        ("---\nfile_format: mystnb\n---\n", True),
        ("---\njupytext:\n  text_representation:\n    format_name: myst\n---\n", True),
        ("---\njupytext:\n  text_representation:\n    format_name: markdown\n---\n", False),
        ("---\njupyter:\n  jupytext:\n    text_representation:\n      format_name: myst\n---\n", 0),
        ("---\njupytext: [1]\n---\n", False),
        ("---\na: [\n---\n", False),
        ("---\n- file_format\n---\n", False),
        ("\n---\nfile_format: mystnb\n---\n", False),
        ("", False),
    ],
)
def test_what_myst_nb_takes_for_a_notebook_is_told_by_its_header(
    header: str, is_notebook: bool
) -> None:
    assert is_myst_notebook(header + "text\n") == is_notebook


def test_what_has_no_key_is_told(project: Project) -> None:
    with pytest.raises(NotExportable, match=r"format 4\.6"):
        key_of(from_dict({"nbformat": 4, "nbformat_minor": 6, "metadata": {}, "cells": []}))
    with pytest.raises(NotExportable, match="cannot hold"):
        key_of(new_notebook(cells=[new_code_cell("'\ud800'")]))
    path = project.folder / "a.md"
    path.write_text(MYST.replace(":other: 1", ":load: other.py"))
    with pytest.raises(NotExportable, match="another file"):
        read(path)
    path.write_text(MYST.replace("a: {b: [1, 2]}", "a: ]"))
    with pytest.raises(NotExportable, match="cannot read it"):
        read(path)


def test_what_is_fresh_is_written_once(project: Project) -> None:
    path = project.captured("a.ipynb", ("print('hé')", "hé\n"), ("b = 1", ""))
    (result,) = project.export()
    assert (result.path, result.result) == ("a.ipynb", "written")
    assert (project.output / "__version__.txt").read_bytes() == b"1.0.1"
    ((key, uri, data),) = project.records()
    assert (key, uri) == (result.key, str(path))
    assert data["jupyterlab_cache"]["entry"] == result.entry
    base = project.base(key)
    assert [cell["source"] for cell in base["cells"]] == [["print('hé')"], ["b = 1"]]
    assert base["cells"][0]["outputs"][0]["text"] == ["hé\n"]
    assert base["metadata"]["kernelspec"] == SPEC
    text = (project.output / "executed" / key / "base.ipynb").read_text("utf-8")
    assert text.startswith('{\n "cells": [\n  {\n   "cell_type": "code",') and text.endswith("}")

    before = files_below(project.output)
    assert outcome(project.export()) == {"a.ipynb": "unchanged"}
    assert files_below(project.output) == before


def test_what_is_not_fresh_any_more_is_removed(project: Project) -> None:
    (project.folder / "data.csv").write_text("1")
    project.captured("a.ipynb", ("open('data.csv').read()", "1"))
    (result,) = project.export()
    (project.folder / "data.csv").write_text("2")
    (now,) = project.export("a.ipynb")
    assert (now.result, now.key) == ("left-out", result.key)
    assert "data.csv" in now.message
    assert project.records() == []
    assert list((project.output / "executed").iterdir()) == []
    (project.folder / "data.csv").write_text("1")
    assert outcome(project.export()) == {"a.ipynb": "written"}


def test_a_notebook_has_one_record_and_others_keep_theirs(project: Project) -> None:
    path = project.captured("a.ipynb", ("1", "one"))
    (first,) = project.export()
    theirs = ("0" * 32, str(path), "{}")
    with sqlite3.connect(project.output / "global.db") as connection:
        connection.execute(
            "INSERT INTO nbcache (hashkey, uri, description, data, created, accessed)"
            " VALUES (?, ?, '', ?, '2026-01-01 00:00:00.000000', '2026-01-01 00:00:00.000000')",
            theirs,
        )
    project.captured("a.ipynb", ("2", "two"))
    (second,) = project.export()
    assert {key for key, _, _ in project.records()} == {second.key, theirs[0]} != {first.key}
    assert not (project.output / "executed" / str(first.key)).exists()
    project.write("a.ipynb", ("3", ""))
    assert outcome(project.export()) == {"a.ipynb": "left-out"}
    assert [key for key, _, _ in project.records()] == [theirs[0]]


def test_what_another_one_signed_is_left_out_until_it_is_trusted(project: Project) -> None:
    project.write("a.ipynb", ("1", "one"))
    entry = project.cache_of(b"a stranger").capture("a.ipynb")
    (result,) = project.export()
    assert (result.result, result.entry) == ("left-out", None)
    assert "trust" in result.message
    project.store.trust(project.store.get(entry.id))
    assert outcome(project.export()) == {"a.ipynb": "written"}


def test_notebooks_that_jupyter_cache_cannot_tell_apart_are_left_out(project: Project) -> None:
    for folder in "ab":
        (project.folder / folder).mkdir()
        (project.folder / folder / "data.csv").write_text(folder)
        project.captured(f"{folder}/n.ipynb", ("open('data.csv').read()", folder))
    results = project.export()
    assert outcome(results) == {"a/n.ipynb": "left-out", "b/n.ipynb": "left-out"}
    assert "same code" in results[0].message
    assert project.records() == []
    # One after the other it is the same.
    assert outcome(project.export("a/n.ipynb")) == {"a/n.ipynb": "written"}
    assert outcome(project.export("b/n.ipynb")) == {"b/n.ipynb": "left-out"}
    assert project.records() == []


def test_notebooks_with_the_same_code_and_outputs_share_a_record(project: Project) -> None:
    for folder in "ab":
        project.captured(f"{folder}/n.ipynb", ("show()", "same"))
    assert outcome(project.export()) == {"a/n.ipynb": "written", "b/n.ipynb": "written"}
    assert len(project.records()) == 1
    assert set(outcome(project.export()).values()) == {"unchanged"}


def test_a_failed_write_leaves_no_record_without_a_file(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.captured("a.ipynb", ("1", "one"))
    real = StoreFiles.write

    def full(self: StoreFiles, name: str, data: bytes) -> None:
        if name.endswith("base.ipynb"):
            raise OSError(28, "No space left on device")
        real(self, name, data)

    monkeypatch.setattr(StoreFiles, "write", full)
    with pytest.raises(OSError, match="No space left"):
        project.export()
    assert project.records() == []


def test_it_waits_for_who_writes_at_the_same_time(project: Project) -> None:
    project.captured("a.ipynb", ("1", "one"))
    project.export()
    project.captured("b.ipynb", ("2", "two"))
    other = sqlite3.connect(
        project.output / "global.db", check_same_thread=False, isolation_level=None
    )
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.3, lambda: other.execute("COMMIT"))
    release.start()
    assert outcome(project.export()) == {"a.ipynb": "unchanged", "b.ipynb": "written"}
    release.join()
    other.close()


@pytest.mark.parametrize(
    "planted", ["folder", "above", "executed", "record", "database", "journal", "version"]
)
def test_no_planted_link_leads_outside(project: Project, tmp_path: Path, planted: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "global.db").write_bytes(b"")
    project.captured("a.ipynb", ("1", "one"))
    key = project.export()[0].key
    for path in sorted(project.output.rglob("*"), reverse=True):
        if planted in ("folder", "above", "executed", "record"):
            path.rmdir() if path.is_dir() else path.unlink()
    place = {
        "folder": project.output,
        "above": project.output.parent,
        "executed": project.output / "executed",
        "record": project.output / "executed" / str(key),
        "database": project.output / "global.db",
        "journal": project.output / "global.db-journal",
        "version": project.output / "__version__.txt",
    }[planted]
    if planted in ("folder", "above"):
        project.output.rmdir()
        if planted == "above":
            project.output.parent.rmdir()
    place.parent.mkdir(exist_ok=True)
    place.unlink(missing_ok=True)
    is_file = planted in ("database", "journal", "version")
    place.symlink_to(outside / "global.db" if is_file else outside)
    before = files_below(outside)
    project.captured("b.ipynb", ("2", "two"))
    try:
        project.export()
    except (ExportRefused, OSError):
        assert planted != "version"
    assert files_below(outside) == before
    assert list(outside.iterdir()) == [outside / "global.db"]


def test_what_is_no_folder_of_jupyter_cache_is_refused(project: Project) -> None:
    project.captured("a.ipynb", ("1", "one"))
    project.output.mkdir(parents=True)
    with sqlite3.connect(project.output / "global.db") as connection:
        connection.execute("CREATE TABLE nbcache (pk INTEGER)")
    with pytest.raises(ExportRefused, match="no database of jupyter-cache"):
        project.export()
    (project.output / "global.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(OSError, match="not a database"):
        project.export()
    (project.folder / "file").touch()
    with pytest.raises(ExportRefused, match="not a folder"):
        project.cache.export(format="jupyter-cache", output=project.folder / "file")
