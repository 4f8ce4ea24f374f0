"""Edges between notebooks: what is stale because of another notebook, and what is not."""

from __future__ import annotations

import pytest
from scenarios import Project

from jupyterlab_cache.inputs.verdict import Status

# Names are put together by the code, so that nothing can be learned from literals.
_READ = "text = open('{0}' + '.txt').read()\nprint(text)"
_WRITE = "open('{0}' + '.txt', 'w').write({1})"


def link(
    project: Project, name: str, reads: str | None, writes: str | None, more: str = ""
) -> None:
    """A notebook that copies one file into another."""
    cells = [_READ.format(reads)] if reads else ["text = 'start'"]
    if more:
        cells.append(more)
    if writes:
        cells.append(_WRITE.format(writes, "text"))
    project.notebook(*cells, name=name)


def statuses(project: Project) -> dict[str, Status]:
    return {status.path: status for status in project.cache.status()}


def verdicts(project: Project) -> dict[str, str]:
    """Verdicts, of all at once; each alone, in a process of its own, has to be the same."""
    found = statuses(project)
    for path, status in found.items():
        (alone,) = project.new_cache().judge([(path, None)])
        assert (alone.verdict, alone.reasons) == (status.verdict, status.reasons)
    return {path: status.verdict for path, status in found.items()}


def executed(project: Project, *names: str, **options: object) -> dict[str, str]:
    results = project.cache.run([project.root / name for name in names], **options)  # type: ignore[arg-type]
    return {result.path: result.result for result in results}


@pytest.fixture
def chain(project: Project) -> Project:
    """A chain of three that was executed: a → b → c."""
    project.write("in.txt", "one")
    link(project, "a.ipynb", "in", "a")
    link(project, "b.ipynb", "a", "b", "text = text[:1]")
    link(project, "c.ipynb", "b", None)
    assert executed(project) == dict.fromkeys(["a.ipynb", "b.ipynb", "c.ipynb"], "executed")
    assert set(verdicts(project).values()) == {"fresh"}
    return project


def test_what_is_downstream_of_a_stale_notebook_is_stale_down_to_the_end(chain: Project) -> None:
    chain.write("in.txt", "two")
    found = statuses(chain)
    assert [reason.code for reason in found["a.ipynb"].reasons] == ["file-changed"]
    (reason,) = found["b.ipynb"].reasons
    assert (reason.code, reason.subject) == ("upstream-stale", "a.ipynb")
    assert reason.message == "a.ipynb, which writes a.txt, is stale."
    (reason,) = found["c.ipynb"].reasons
    assert (reason.code, reason.subject) == ("upstream-stale", "b.ipynb")
    assert set(verdicts(chain).values()) == {"stale"}

    chain.write("in.txt", "one")
    assert set(verdicts(chain).values()) == {"fresh"}


def test_an_edit_of_an_upstream_notebook_counts_as_it_is_saved(chain: Project) -> None:
    before = (chain.root / "a.ipynb").read_bytes()
    link(chain, "a.ipynb", "in", "a", "text = text.upper()")
    assert set(verdicts(chain).values()) == {"stale"}
    (chain.root / "a.ipynb").write_bytes(before)
    assert set(verdicts(chain).values()) == {"fresh"}


def test_a_document_in_the_browser_has_the_upstream_of_what_is_saved(chain: Project) -> None:
    document = chain.cache.digests_of(chain.root / "c.ipynb")
    assert chain.cache.judge([("c.ipynb", document)])[0].verdict == "fresh"
    chain.write("in.txt", "two")
    (status,) = chain.cache.judge([("c.ipynb", document)])
    assert [(reason.code, reason.subject) for reason in status.reasons] == [
        ("upstream-stale", "b.ipynb")
    ]


def test_the_same_artefact_again_makes_downstream_fresh_without_execution(chain: Project) -> None:
    # b writes the first letter of what a wrote.
    chain.write("in.txt", "over")
    assert set(verdicts(chain).values()) == {"stale"}
    assert executed(chain, "a.ipynb") == {"a.ipynb": "executed"}
    assert verdicts(chain) == {"a.ipynb": "fresh", "b.ipynb": "stale", "c.ipynb": "stale"}
    assert executed(chain, "b.ipynb") == {"b.ipynb": "executed"}
    assert verdicts(chain)["c.ipynb"] == "fresh"
    assert executed(chain) == dict.fromkeys(["a.ipynb", "b.ipynb", "c.ipynb"], "fresh")


@pytest.mark.parametrize("how", ["invalidated", "failed", "died"])
def test_an_upstream_notebook_without_good_outputs_counts_as_stale(
    chain: Project, how: str
) -> None:
    if how == "invalidated":
        chain.cache.invalidate(chain.root / "a.ipynb")
    else:
        source = {"failed": "1 / 0", "died": "import os, signal; os.kill(os.getpid(), 9)"}[how]
        link(chain, "a.ipynb", "in", "a", source)
        assert executed(chain, "a.ipynb") == {"a.ipynb": "failed"}
    found = statuses(chain)
    assert [found[name].verdict for name in ("b.ipynb", "c.ipynb")] == ["stale", "stale"]
    (reason,) = found["b.ipynb"].reasons
    ending = "failed." if how == "failed" else "is stale."
    assert (reason.subject, reason.message.endswith(ending)) == ("a.ipynb", True)


def test_an_upstream_notebook_that_takes_the_place_of_another_one(chain: Project) -> None:
    link(chain, "final.ipynb", None, "old")
    assert executed(chain, "final.ipynb") == {"final.ipynb": "executed"}
    (chain.root / "a.ipynb").replace(chain.root / "final.ipynb")
    assert verdicts(chain) == dict.fromkeys(["b.ipynb", "c.ipynb", "final.ipynb"], "fresh")
    chain.write("in.txt", "two")
    found = statuses(chain)
    assert {path: status.verdict for path, status in found.items()} == dict.fromkeys(found, "stale")
    assert [reason.subject for reason in found["b.ipynb"].reasons] == ["final.ipynb"]


def test_an_upstream_notebook_that_is_gone_or_broken_gives_no_reason(chain: Project) -> None:
    chain.write("in.txt", "two")
    (chain.root / "a.ipynb").unlink()
    assert verdicts(chain) == {"b.ipynb": "fresh", "c.ipynb": "fresh"}
    chain.write("a.ipynb", "{")
    assert verdicts(chain) == {"b.ipynb": "fresh", "c.ipynb": "fresh"}


def test_a_restore_of_what_is_stale_because_of_upstream_is_refused(chain: Project) -> None:
    assert chain.cache.restore("c.ipynb").restored
    chain.write("in.txt", "two")
    result = chain.cache.restore("c.ipynb")
    assert not result.restored
    assert "b.ipynb, which writes b.txt, is stale." in result.message


def test_a_notebook_that_reads_what_it_wrote_is_not_upstream_of_itself(project: Project) -> None:
    cells = [_WRITE.format("own", "'1'"), _READ.format("own")]
    project.notebook(*cells, name="a.ipynb")
    executed(project)
    assert verdicts(project) == {"a.ipynb": "fresh"}
    project.notebook(*cells, "2", name="a.ipynb")
    (reason,) = statuses(project)["a.ipynb"].reasons
    assert reason.code == "cell-added"


def test_what_can_never_be_fresh_does_not_count_for_what_is_downstream(project: Project) -> None:
    # Rewritten in place: no execution of this one is ever reused.
    link(project, "a.ipynb", "data", "data", "text = text.strip()")
    link(project, "b.ipynb", "data", None)
    project.write("data.txt", " 1 ")
    executed(project)
    assert verdicts(project)["b.ipynb"] == "fresh"
    project.write("data.txt", " 1 ")
    executed(project, "a.ipynb")
    found = statuses(project)
    assert [reason.code for reason in found["a.ipynb"].reasons] == ["file-changed"]
    assert found["b.ipynb"].verdict == "fresh"

    link(project, "a.ipynb", "data", "data", "text = text.strip() + '2'")
    assert [reason.code for reason in statuses(project)["b.ipynb"].reasons] == ["upstream-stale"]


def test_notebooks_in_a_circle_keep_their_own_verdicts(project: Project) -> None:
    project.write("b.txt", "x")
    link(project, "a.ipynb", "b", "a")
    link(project, "b.ipynb", "a", "b")
    link(project, "c.ipynb", "b", None)
    executed(project)
    assert set(verdicts(project).values()) == {"fresh"}
    link(project, "a.ipynb", "b", "a", "text = text * 1")
    found = statuses(project)
    assert verdicts(project) == {"a.ipynb": "stale", "b.ipynb": "fresh", "c.ipynb": "fresh"}
    assert found["b.ipynb"].reasons == ()
    assert executed(project)["a.ipynb"] == "executed"
    assert set(verdicts(project).values()) == {"fresh"}


@pytest.mark.parametrize(
    ("use", "is_edge"),
    [
        ("import os; os.path.exists('out/' + '1.txt')", True),
        ("import os; len(os.listdir('o' + 'ut'))", True),
        ("import sys; sys.path.insert(0, 'out'); import made", True),
        ("import os; len(os.listdir('.'))", False),
        ("open('ou' + 't.txt').read()", False),
    ],
)
def test_which_inputs_make_edges(project: Project, use: str, is_edge: bool) -> None:
    project.write("out.txt", "not written by anybody")
    write = "open('out/' + '1.txt', 'w').write('1'); open('out/' + 'made.py', 'w').write('x = 1')"
    cells = ["import os; os.makedirs('out', exist_ok=True)", write]
    project.notebook(*cells, name="a.ipynb")
    project.notebook(use, name="b.ipynb")
    executed(project)
    assert verdicts(project) == {"a.ipynb": "fresh", "b.ipynb": "fresh"}
    project.notebook(*cells, "'edited'", name="a.ipynb")
    assert verdicts(project)["b.ipynb"] == ("stale" if is_edge else "fresh")


def test_what_was_looked_for_before_it_was_written_is_an_edge(project: Project) -> None:
    project.notebook("import os; os.path.exists('la' + 'ter/x.txt')", name="a.ipynb")
    cells = ["import os; os.makedirs('later', exist_ok=True)", "open('later/x.txt', 'w').close()"]
    executed(project)
    project.notebook(*cells, name="b.ipynb")
    executed(project, "b.ipynb")
    (project.root / "later/x.txt").unlink()
    (project.root / "later").rmdir()
    assert verdicts(project) == {"a.ipynb": "fresh", "b.ipynb": "fresh"}
    project.notebook(*cells, "'edited'", name="b.ipynb")
    assert [reason.code for reason in statuses(project)["a.ipynb"].reasons] == ["upstream-stale"]


def test_entries_that_are_not_ours_make_no_edges(chain: Project) -> None:
    from jupyterlab_cache.cache import NotebookCache
    from jupyterlab_cache.store.signatures import KeyRing

    chain.write("in.txt", "two")
    stranger = NotebookCache(
        chain.root,
        keys=KeyRing(b"another key"),
        stat_cache=chain.cache.stat_cache,
        launch_environment=lambda: dict(chain.environment),
    )
    assert {status.path: status.verdict for status in stranger.status()} == {
        "a.ipynb": "stale",
        "b.ipynb": "fresh",
        "c.ipynb": "fresh",
    }


def test_a_shown_verdict_depends_on_everything_upstream(chain: Project) -> None:
    paths = chain.cache.look().states_behind(chain.status("c.ipynb"))
    expected = {"a.ipynb", "b.ipynb", "a.txt", "b.txt", "in.txt"}
    assert {str(chain.root / name) for name in expected} <= set(paths)
