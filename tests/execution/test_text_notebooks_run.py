"""Text notebooks from verdict to outputs: into the file that they are paired with, or another."""

from __future__ import annotations

from pathlib import Path

import jupytext
import nbformat
import pytest
from execution_support import Project, code_cells

from jupyterlab_cache.cache import NotebookCache
from jupyterlab_cache.notebooks.errors import NotebookError, NotebookInvalid
from jupyterlab_cache.notebooks.text import TEXT_SUFFIXES, is_text_notebook

MYST = """\
---
jupytext:
  formats: {formats}
kernelspec:
  display_name: Python 3
  name: python3
---

# Counted

```{{code-cell}} python3
:tags: [hide-input]

with open("runs", "a") as runs:
    runs.write("x")
"shown"
```

It is {{eval}}`1 + 1`.
"""


def myst(project: Project, name: str = "notes.md", formats: str = "md:myst") -> Path:
    path = project.folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(MYST.format(formats=formats))
    return path


def runs(project: Project) -> int:
    return len((project.folder / "runs").read_text())


async def run(project: Project, *notebooks: Path, **options: object) -> list[tuple[str, str]]:
    cache = NotebookCache(project.folder)
    running = cache.run_each(notebooks, **options)  # type: ignore[arg-type]
    return [(result.path, result.result) async for result in running]


async def test_a_text_notebook_is_executed_and_restored_to_a_named_file(project: Project) -> None:
    path = myst(project)
    text = path.read_text()
    assert await run(project, path, write=True) == [("notes.md", "executed")]
    assert path.read_text() == text
    assert [item.name for item in project.folder.glob("*.ipynb")] == []
    with pytest.raises(NotebookError, match="pair it"):
        project.cache.restore(path)
    target = project.folder / "shown.ipynb"
    assert project.cache.restore(path, output=target).restored
    assert code_cells(target)[0].outputs[0].data["text/plain"] == "'shown'"
    assert code_cells(target)[0].metadata.tags == ["hide-input"]
    prose = nbformat.read(target, 4).cells[-1]
    assert prose.metadata.user_expressions[0].result.data["text/plain"] == "2"
    assert project.status(target).verdict == "fresh"
    assert path.read_text() == text


async def test_outputs_of_a_paired_text_go_into_the_other_file(project: Project) -> None:
    path = myst(project, formats="ipynb,md:myst")
    assert await run(project, path, write=True) == [("notes.md", "executed")]
    paired = project.folder / "notes.ipynb"
    first = paired.read_bytes()
    assert code_cells(paired)[0].outputs
    # Cells keep their identifiers, which text has not.
    assert project.cache.restore(path).restored
    assert paired.read_bytes() == first
    assert project.status(paired).outputs == "same"


async def test_paired_notebooks_are_executed_once(project: Project) -> None:
    path = myst(project, formats="ipynb,md:myst")
    paired = project.folder / "notes.ipynb"
    jupytext.write(jupytext.read(path), paired)
    assert project.status(path).code_key == project.status(paired).code_key
    results = await run(project, paired, path, jobs=2)
    assert sorted(result for _, result in results) == ["executed", "fresh"]
    assert runs(project) == 1


async def test_a_pair_in_another_folder(project: Project) -> None:
    path = myst(project, "texts/notes.md", formats="notebooks///ipynb,texts///md:myst")
    assert await run(project, path, write=True) == [("texts/notes.md", "executed")]
    assert code_cells(project.folder / "notebooks" / "notes.ipynb")[0].outputs


async def test_a_header_cannot_have_other_files_written(project: Project) -> None:
    await project.execute(myst(project))
    for formats in ("../..//ipynb,md:myst", ".hidden//ipynb,md:myst"):
        with pytest.raises(NotebookInvalid, match="outside its project, or with a hidden one"):
            project.cache.restore(myst(project, formats=formats))


def test_scripts_of_all_languages_that_jupytext_reads(tmp_path: Path) -> None:
    from jupytext.languages import _SCRIPT_EXTENSIONS

    simple = {
        suffix: language["comment"]
        for suffix, language in _SCRIPT_EXTENSIONS.items()
        if not language.get("comment_suffix")
    }
    assert {*simple} == {suffix for suffix in TEXT_SUFFIXES if suffix in _SCRIPT_EXTENSIONS}
    for suffix, mark in simple.items():
        path = tmp_path / f"a{suffix}"
        header = ["---", "jupyter:", "  kernelspec:", "    name: x", "---"]
        path.write_text("\n".join(f"{mark} {line}" for line in header) + "\n\n1\n")
        assert is_text_notebook(path), suffix
