"""Entries of somebody else, who says what he likes: what they may do before and after a yes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import nbformat
import pytest
from execution_support import Project, code
from nbformat.sign import MemorySignatureStore, NotebookNotary
from nbformat.v4 import new_output

from jupyterlab_cache.cache import NotebookCache
from jupyterlab_cache.execution.trusting import trust_preview
from jupyterlab_cache.inputs.stat_cache import StatCache
from jupyterlab_cache.inputs.verifier import Verifier
from jupyterlab_cache.store.records import Artefact, Entry, Input
from jupyterlab_cache.store.signatures import KeyRing
from jupyterlab_cache.store.store import StoredEntry

STRANGER = KeyRing(b"the secret of a stranger")
HTML = {"text/html": "<script>window.ran = true</script>", "text/plain": "harmless"}


def shown(count: int = 1, **data: str) -> Any:
    cell = code("show()")
    cell.execution_count = count
    cell.outputs = [new_output("display_data", data=data or HTML)]
    return cell


def plant(project: Project, tmp_path: Path, name: str = "a.ipynb", **claims: Any) -> StoredEntry:
    """Have a stranger put an entry for a notebook's outputs into the store, with what he claims."""
    stranger = NotebookCache(
        project.folder, keys=STRANGER, stat_cache=StatCache(tmp_path / "stranger.sqlite")
    )
    store = stranger.project_of(project.folder / name).store
    stored = stranger.capture(name)
    store.remove(stored.id)
    entry: Entry = msgspec.structs.replace(stored.entry, **{"provenance": "executed", **claims})
    return store.put(entry)


def test_what_it_says_of_itself_makes_it_nobody_s_own(project: Project, tmp_path: Path) -> None:
    path = project.write("a.ipynb", shown())
    foreign = plant(project, tmp_path, created=253_000_000_000.0)
    status = project.status(path)
    assert (status.verdict, status.entry, status.provenance) == ("fresh", foreign.id, "executed")
    assert (status.origin, status.trusted) == ("elsewhere", False)
    # Of two that match, ours decides, however new the other says it is.
    own = project.cache.capture("a.ipynb")
    status = project.status(path)
    assert (status.entry, status.origin, status.trusted) == (own.id, "here", True)
    project.store.trust(project.store.get(foreign.id))
    assert project.status(path).entry == foreign.id


@pytest.mark.parametrize("claimed", ["ok", "error"])
async def test_it_does_not_take_the_place_of_an_execution(
    project: Project, tmp_path: Path, claimed: str
) -> None:
    path = project.write("a.ipynb", shown())
    notebook = nbformat.read(path, 4)
    notebook.cells[1].source = "1 + 1"
    nbformat.write(notebook, path)
    foreign = plant(project, tmp_path, outcome=claimed)
    outcome = await project.freshen(path)
    assert (outcome.result, outcome.entry == foreign.id) == ("executed", False)
    assert project.status(path).origin == "here"
    project.store.remove(outcome.entry or "")
    project.store.trust(project.store.get(foreign.id))
    outcome = await project.freshen(path)
    expected = "fresh" if claimed == "ok" else "failed"
    assert (outcome.result, outcome.entry) == (expected, foreign.id)


def test_outside_the_project_nothing_is_looked_at_before_a_yes(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "outside.txt"
    secret.write_text("secret")
    path = project.write("a.ipynb", shown())
    foreign = plant(
        project,
        tmp_path,
        inputs=(
            Input("file", str(secret), project.cache.stat_cache.digest(secret), path=str(secret)),
        ),
        artefacts=(Artefact("out.csv", None),),
    )
    looked: list[str] = []
    real = Verifier._digest

    def digest(verifier: Verifier, path: str) -> str:
        looked.append(path)
        return real(verifier, path)

    monkeypatch.setattr(Verifier, "_digest", digest)
    status = project.status(path)
    assert [reason.code for reason in status.reasons] == ["unverifiable"]
    assert str(secret) not in looked
    preview = trust_preview(
        project.cache.project_of(path), project.store.get(foreign.id), "a.ipynb"
    )
    assert (preview.active, preview.outside) == (("text/html",), (str(secret),))
    assert (preview.origin, preview.trusted, preview.artefacts) == ("elsewhere", False, ())
    assert str(secret) not in looked

    project.store.trust(project.store.get(foreign.id))
    status = project.status(path)
    assert (status.verdict, status.origin, status.trusted) == ("fresh", "elsewhere", True)
    assert str(secret) in looked
    project.store.trust(project.store.get(foreign.id), False)
    assert project.status(path).verdict == "stale"


@pytest.mark.parametrize("trusted", [False, True])
def test_a_file_that_is_restored_is_signed_by_nobody(
    project: Project, tmp_path: Path, trusted: bool
) -> None:
    path = project.write("a.ipynb", shown())
    foreign = plant(project, tmp_path)
    if trusted:
        project.store.trust(project.store.get(foreign.id))
    project.write("a.ipynb", code("show()"))
    assert project.cache.restore(path).entry == foreign.id
    notebook = nbformat.read(path, 4)
    assert notebook.cells[1].outputs[0].data == HTML
    assert "trusted" not in notebook.cells[1].metadata
    notary = NotebookNotary(secret=b"own", store_factory=MemorySignatureStore)
    assert not notary.check_signature(notebook)
    notary.mark_cells(notebook, False)
    assert not notary.check_cells(notebook)


def test_active_content_is_named(project: Project, tmp_path: Path) -> None:
    path = project.write(
        "a.ipynb",
        shown(
            1,
            **{
                "text/plain": "1",
                "image/png": "iVBORw0KGgo=",
                "application/javascript": "1",
                "image/svg+xml": "<svg/>",
                "text/markdown": "*",
                "text/latex": "$1$",
                "application/vnd.jupyter.widget-view+json": "{}",
            },
        ),
    )
    stored = project.store.get(plant(project, tmp_path).id)
    assert trust_preview(project.cache.project_of(path), stored, "a.ipynb").active == (
        "application/javascript",
        "application/vnd.jupyter.widget-view+json",
        "image/svg+xml",
        "text/markdown",
    )
