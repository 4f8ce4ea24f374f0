"""A verdict that stands is not found again, and stands no longer than what it was found with."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from scenarios import REST, Project

from jupyterlab_cache import look as look_module
from jupyterlab_cache import standing as standing_module
from jupyterlab_cache.inputs import stat_cache
from jupyterlab_cache.notebooks.declaration import Declaration
from jupyterlab_cache.store import entries
from jupyterlab_cache.store.store import Store, StoredEntry

CELLS = (
    """import os, pathlib, click, helper
n = "".join
print(open(n(["da", "ta", "/a.csv"])).read(), sorted(os.listdir(n(["da", "ta"]))))
print(os.path.exists(n(["mis", "sing.csv"])), os.path.getsize(n(["si", "zed.bin"])))
print(os.environ.get(n(["CI", "TY"])), helper.value())""",
)
NAME = "deep/a.ipynb"


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project with an executed notebook, to be copied."""
    folder = tmp_path_factory.mktemp("standing")
    project = Project(folder / "project", folder / "machine")
    for name, text in {
        "data/a.csv": "1",
        "sized.bin": "12",
        "helper.py": "def value(): return 1\n",
    }.items():
        project.write(f"deep/{name}", text)
    project.environment["CITY"] = "x"
    project.notebook(*CELLS, name=NAME)
    assert project.run(NAME).result == "executed"
    yield project.root
    project.cache.close()


@pytest.fixture
def project(executed: Path, tmp_path: Path) -> Iterator[Project]:
    """A copy of the executed project whose verdict stands."""
    made = Project(tmp_path / "project", tmp_path / "machine")
    shutil.copytree(executed, made.root, dirs_exist_ok=True)
    made.environment["CITY"] = "x"
    made.rest()
    made.rest()  # the first look may have made the index
    yield made
    made.cache.close()


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Grows with every verdict that is found anew."""
    calls: list[object] = []
    judge = look_module.judge

    def noting(document: object, **options: object) -> object:
        calls.append(options["notebook"])
        return judge(document, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(look_module, "judge", noting)
    return calls


def store_of(project: Project) -> Store:
    return project.cache.project_of(project.root / NAME).store


def stored(project: Project) -> StoredEntry:
    (entry,) = store_of(project).page()[0]
    return entry


def verdict(project: Project) -> tuple[str, list[str]]:
    """What the cache says that has seen everything, and one that has seen nothing says as well."""
    status = project.status(NAME)
    return status.verdict, [reason.code for reason in status.reasons]


def test_a_verdict_stands_while_all_is_as_it_was(project: Project, judged: list[object]) -> None:
    first = project.cache.status()
    project.write("other/unrelated.txt", "x")
    time.sleep(2 * REST)
    assert project.cache.status() == first
    assert [status.verdict for status in first] == ["fresh"]
    assert judged == []


EDITS: dict[str, tuple[str, Callable[[Project], object]]] = {
    "file": ("file-changed", lambda p: p.write("deep/data/a.csv", "2")),
    "file goes": ("file-missing", lambda p: (p.root / "deep/data/a.csv").unlink()),
    "file of equal size and time": (
        "file-changed",
        lambda p: _same_time(p, "deep/data/a.csv", "2"),
    ),
    "file becomes a folder": ("file-changed", lambda p: _folder_for_file(p, "deep/data/a.csv")),
    "listing": ("directory-changed", lambda p: p.write("deep/data/b.csv", "")),
    "absent": ("file-appeared", lambda p: p.write("deep/missing.csv", "")),
    "absent, by a dangling link": (
        "file-appeared",
        lambda p: (p.root / "deep/missing.csv").symlink_to("nowhere"),
    ),
    "size": ("file-changed", lambda p: p.write("deep/sized.bin", "123")),
    "module": ("module-changed", lambda p: p.write("deep/helper.py", "def value(): return 2\n")),
    "shadowing": ("module-changed", lambda p: p.write("deep/click.py", "")),
    "variable": ("env-changed", lambda p: p.environment.update(CITY="y")),
    "variable goes": ("env-changed", lambda p: p.environment.pop("CITY")),
    "code": ("cell-changed", lambda p: p.notebook(CELLS[0] + "\n1", name=NAME)),
}


def _same_time(project: Project, name: str, content: str) -> None:
    path = project.root / name
    status = path.stat()
    path.write_text(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def _folder_for_file(project: Project, name: str) -> None:
    (project.root / name).unlink()
    (project.root / name).mkdir()


@pytest.mark.parametrize("name", EDITS)
def test_it_falls_with_each_input_and_is_back_with_it(
    project: Project, judged: list[object], name: str
) -> None:
    code, edit = EDITS[name]
    assert verdict(project) == ("fresh", [])
    put_back = project.snapshot()
    edit(project)
    judged.clear()
    assert verdict(project)[0] == "stale"
    assert code in verdict(project)[1]
    assert len(judged) == 4
    put_back()
    assert verdict(project) == ("fresh", [])


STORE_EDITS: dict[str, tuple[tuple[str, list[str]], Callable[[Project], object]]] = {
    "entry invalidated": (
        ("stale", ["invalidated"]),
        lambda p: store_of(p).marks.invalidate_entry(stored(p).id),
    ),
    "notebook invalidated": (
        ("stale", ["invalidated"]),
        lambda p: p.new_cache().invalidate(p.root / NAME),
    ),
    "entry removed": (
        ("uncached", []),
        lambda p: p.new_cache().project_of(p.root / NAME).store.remove(stored(p).id),
    ),
    "store gone": (("uncached", []), lambda p: shutil.rmtree(store_of(p).folder)),
    "another project": (("uncached", []), lambda p: p.write("deep/pyproject.toml", "")),
    "asset declared": (
        ("stale", ["declaration-changed"]),
        lambda p: p.write("pyproject.toml", '[tool.jupyterlab-cache]\nassets = ["*.md"]'),
    ),
    "expiry declared": (("stale", ["expired"]), lambda p: _expire(p)),
    "packages declared": (
        ("stale", ["declaration-changed"]),
        lambda p: setattr(p.cache, "declared", Declaration(packages="content")),
    ),
}


def _blob(project: Project) -> Path:
    name = stored(project).entry.outputs.removeprefix("sha256-")
    (path,) = (store_of(project).folder / "objects" / name[:2]).glob(f"{name}*")
    return path


def _expire(project: Project) -> None:
    path = project.root / NAME
    document = json.loads(path.read_bytes())
    document["metadata"]["jupyterlab_cache"] = {"expires": "1s"}
    path.write_text(json.dumps(document))
    time.sleep(max(0.0, stored(project).entry.created + 1.1 - time.time()))


@pytest.mark.parametrize("name", STORE_EDITS)
def test_it_falls_with_the_entry_and_what_is_declared(project: Project, name: str) -> None:
    expected, edit = STORE_EDITS[name]
    assert verdict(project) == ("fresh", [])
    edit(project)
    assert verdict(project) == expected


def test_the_newest_entry_decides_as_soon_as_it_is_there(project: Project) -> None:
    old = stored(project)
    new = store_of(project).put(msgspec.structs.replace(old.entry, created=old.entry.created + 1))
    assert project.status(NAME).entry == new.id
    project.rest()
    store_of(project).remove(new.id)
    assert project.status(NAME).entry == old.id


def test_an_older_entry_that_matches_does_not_stand(project: Project, judged: list[object]) -> None:
    old = stored(project)
    changed = msgspec.structs.replace(
        old.entry, created=old.entry.created + 1, changed_inputs=("deep/data/a.csv",)
    )
    store_of(project).put(changed)
    project.rest()
    project.rest()
    judged.clear()
    # The newest may match again any time, and would be the one to name.
    assert [status.entry for status in project.cache.status()] == [old.id]
    assert len(judged) == 1


def test_each_variant_has_verdicts_of_its_own(project: Project) -> None:
    def verdicts(**variant: bool) -> list[str]:
        return [status.verdict for status in project.cache.status(variant=variant)]

    assert verdicts() == ["fresh"]
    assert verdicts(allow_errors=True) == ["stale"]
    assert verdicts() == ["fresh"]


def test_what_changed_just_now_does_not_stand(
    project: Project, judged: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stat_cache, "_RACY_SECONDS", 60.0)
    monkeypatch.setattr(entries, "_REST", 60.0)
    cache = project.new_cache()
    for number in range(1, 3):
        assert [status.verdict for status in cache.status()] == ["fresh"]
        assert len(judged) == number


@pytest.mark.parametrize("what", ["entry", "blob"])
def test_it_is_found_again_after_a_while(
    project: Project, judged: list[object], monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    # What somebody takes out of the store by hand shows in no time that is looked at.
    (entry,) = store_of(project).folder.glob("entries/*/*/*.json")
    path = entry if what == "entry" else _blob(project)
    path.unlink()
    assert [status.verdict for status in project.cache.status()] == ["fresh"]
    assert judged == []
    now = time.monotonic
    monkeypatch.setattr(standing_module.time, "monotonic", lambda: now() + 61)
    expected = "uncached" if what == "entry" else "stale"
    assert [status.verdict for status in project.cache.status()] == [expected]


def test_a_foreign_entry_does_not_stand(project: Project, judged: list[object]) -> None:
    (entry,) = store_of(project).folder.glob("entries/*/*/*.json")
    record = entry.read_bytes().partition(b"\n")[0]
    entry.write_bytes(record + b"\n[]\n")
    cache = project.new_cache()
    time.sleep(2 * REST)
    assert [status.trusted for status in cache.status()] == [False]
    judged.clear()
    cache.status()
    assert len(judged) == 1


def test_a_link_that_is_turned_while_it_is_looked_at(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = project.root / "deep/data"
    data.rename(project.root / "one")
    project.write("two/a.csv", "1")
    project.write("two/b.csv", "1")
    data.symlink_to("../one")
    time.sleep(2 * REST)
    cache = project.new_cache()
    assert [status.verdict for status in cache.status()] == ["fresh"]
    judge = look_module.judge

    def judge_and_turn(document: object, **options: object) -> object:
        judgement = judge(document, **options)  # type: ignore[arg-type]
        data.unlink()
        data.symlink_to("../two")
        return judgement

    monkeypatch.setattr(look_module, "judge", judge_and_turn)
    assert [status.verdict for status in cache.status()] == ["fresh"]
    monkeypatch.setattr(look_module, "judge", judge)
    assert [status.verdict for status in cache.status()] == ["stale"]


def test_it_falls_when_outputs_turn_out_to_be_damaged(project: Project) -> None:
    _blob(project).write_bytes(b"something else")
    assert not project.cache.restore(
        project.root / NAME, output=project.root / "out.ipynb"
    ).restored
    assert verdict(project) == ("stale", ["unverifiable"])
    assert project.run(NAME).result == "executed"
