"""Whatever a project is and whatever becomes of it: what is called fresh is what would come out."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from random_projects import Edit, Plan, Played, Use, check, plans

from jupyterlab_cache.inputs.reasons import Reason
from jupyterlab_cache.inputs.verifier import Verifier
from jupyterlab_cache.store.records import Input

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="watching the file system is Linux's"
)

# Each example starts kernels; `make soak` tries more.
EXAMPLES = int(os.environ.get("JUPYTERLAB_CACHE_EXAMPLES", "5"))
ANOTHER = "def value(): return 2\n"


@pytest.mark.timeout(180 + 15 * EXAMPLES)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    # Making a failure smaller would take minutes; the plan can be pasted and cut down by hand.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
@given(plan=plans())
def test_what_is_fresh_is_true(plan: Plan) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert check(plan, Path(folder)) == []


@dataclass(frozen=True)
class Blindness:
    """A kind of input that a broken verifier does not compare, and what shows that."""

    kinds: frozenset[str]
    use: Use
    edit: Edit


BLINDNESSES = {
    "file": Blindness(
        frozenset({"file"}), Use("read", "data/a.txt"), Edit("write", "data/a.txt", "two")
    ),
    "module": Blindness(
        frozenset({"module"}), Use("import", "mod_a"), Edit("write", "mod_a.py", ANOTHER)
    ),
    "env": Blindness(frozenset({"env"}), Use("getenv", "CITY"), Edit("set", "CITY", "z")),
    "directory": Blindness(
        frozenset({"directory"}), Use("list", "data"), Edit("write", "data/new.txt", "x")
    ),
    "absent": Blindness(
        frozenset({"absent"}), Use("exists", "data/new.txt"), Edit("write", "data/new.txt", "x")
    ),
    "stat": Blindness(
        frozenset({"stat"}), Use("size", "data/a.txt"), Edit("write", "data/a.txt", "longer")
    ),
    "import-names": Blindness(
        frozenset({"import-names"}), Use("import", "extra"), Edit("write", "extra.py", ANOTHER)
    ),
    "child": Blindness(
        frozenset({"file"}), Use("shell-cat", "data/a.txt"), Edit("write", "data/a.txt", "two")
    ),
}


@pytest.fixture(scope="module")
def blind_project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """One notebook for each blindness, executed."""
    plan = Plan(
        files=(("data/a.txt", "one"), ("mod_a.py", "def value(): return 1\n")),
        variables=(("CITY", "x"),),
        notebooks=tuple((blindness.use,) for blindness in BLINDNESSES.values()),
        jobs=2,
        edits=(),
    )
    played = Played(plan, tmp_path_factory.mktemp("blind"))
    assert set(played.verdicts().values()) == {"fresh"}
    yield played
    played.project.cache.close()


@pytest.mark.parametrize("name", BLINDNESSES)
def test_the_checker_finds_what_a_broken_verifier_overlooks(
    name: str, blind_project: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    blindness, notebook = BLINDNESSES[name], f"{list(BLINDNESSES).index(name)}.ipynb"
    compare = Verifier._compare

    def overlooking(self: Verifier, item: Input, *arguments: object) -> Reason | None:
        return None if item.kind in blindness.kinds else compare(self, item, *arguments)

    blind_project.edit(blindness.edit)
    try:
        assert blind_project.false_freshs() == []
        monkeypatch.setattr(Verifier, "_compare", overlooking)
        found = [text.partition("\n")[0] for text in blind_project.false_freshs()]
        assert notebook in found
    finally:
        blind_project.edit(Edit("revert"))


# What the search found once: each of these was a false fresh.
FOUND = {
    "imported by importlib": ((Use("import", "extra"),), Edit("write", "extra.py", ANOTHER)),
    "a package before a module": (
        (Use("import", "pkg.inner"),),
        Edit("write", "pkg/inner/__init__.py", ANOTHER),
    ),
    "searched for": ((Use("find-spec", "mod_b"),), Edit("delete", "mod_b.py")),
    "before the standard library": (
        (Use("python-import", "colorsys"),),
        Edit("write", "colorsys.py", ANOTHER),
    ),
    "sizes of a folder's entries": (
        (Use("scan-sizes", "data"),),
        Edit("write", "data/a.txt", "longer"),
    ),
    "a shell finds nothing": (
        (Use("shell-cat", "data/new.txt"), Use("shell-list", "gone")),
        Edit("write", "gone/e.txt", "x"),
    ),
    "a shell asks": ((Use("shell-test", "data/a.txt"),), Edit("delete", "data/a.txt")),
    "a shell's variable": ((Use("shell-variable", "CITY"),), Edit("set", "CITY", "z")),
}


@pytest.fixture(scope="module")
def found_project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """One notebook for each finding, executed."""
    names = ("mod_b.py", "pkg/__init__.py", "pkg/inner.py")
    plan = Plan(
        files=(("data/a.txt", "one"), *((name, "def value(): return 1\n") for name in names)),
        variables=(("CITY", "x"),),
        notebooks=tuple(uses for uses, _ in FOUND.values()),
        jobs=2,
        edits=(),
    )
    played = Played(plan, tmp_path_factory.mktemp("found"))
    assert set(played.verdicts().values()) == {"fresh"}
    yield played
    played.project.cache.close()


@pytest.mark.parametrize("name", FOUND)
def test_what_was_found_before(name: str, found_project: Played) -> None:
    notebook = f"{list(FOUND).index(name)}.ipynb"
    found_project.edit(FOUND[name][1])
    try:
        assert found_project.verdicts()[notebook] == "stale"
    finally:
        found_project.edit(Edit("revert"))
    assert found_project.verdicts()[notebook] == "fresh"
