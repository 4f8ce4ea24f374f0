"""Entries that want to write where nothing is to be written."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jupyterlab_cache.cache import NotebookCache
from jupyterlab_cache.execution.artefact_restoring import (
    ArtefactWish,
    RestoredFile,
    restore_artefacts,
)
from jupyterlab_cache.inputs.artefact_places import ArtefactPlaces, PlaceRefused
from jupyterlab_cache.inputs.artefact_states import artefact_states
from jupyterlab_cache.inputs.observation import Places
from jupyterlab_cache.inputs.stat_cache import StatCache
from jupyterlab_cache.projects import Project
from jupyterlab_cache.store.blobs import blob_digest
from jupyterlab_cache.store.manifest import InvalidManifest, encode_payload
from jupyterlab_cache.store.records import Artefact, Entry
from jupyterlab_cache.store.signatures import KeyRing
from jupyterlab_cache.store.store import StoredEntry

EVIL = b"evil"
YES = ArtefactWish(overwrite=True, accept_untrusted=True)


class Scene:
    """A project with one notebook in ``sub``, and things beside it that must stay as they are."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "root" / "project"
        self.notebook = self.root / "sub" / "a.ipynb"
        self.notebook.parent.mkdir(parents=True)
        (self.root / "pyproject.toml").write_text("")
        (self.root / ".git").mkdir()
        self.notebook.write_text("{}")
        self.elsewhere = folder / "elsewhere"
        self.elsewhere.mkdir()
        (self.elsewhere / "victim").write_text("untouched")
        self.cache = NotebookCache(
            folder / "root",
            keys=KeyRing(b"the key of these tests"),
            stat_cache=StatCache(folder / "files.sqlite"),
        )
        self.project: Project = self.cache.projects.of(self.notebook)
        self.content = self.project.store.blobs.put(EVIL)

    def entry(self, *paths: str, trusted: bool = True) -> StoredEntry:
        artefacts = tuple(Artefact(path, self.content, 4, content=self.content) for path in paths)
        return StoredEntry("0" * 32, entry_with(artefacts), trusted)

    def restore(self, *paths: str, trusted: bool = True, wish: ArtefactWish = YES) -> RestoredFile:
        stored = self.entry(*paths, trusted=trusted)
        results = restore_artefacts(
            stored, self.notebook, self.project, self.cache.stat_cache, wish
        )
        return results[0]

    def snapshot(self) -> dict[str, Any]:
        """All that is there, but for what is kept of uses and of files that were looked at."""
        found: dict[str, Any] = {}
        for place, folders, names in os.walk(self.folder):
            for name in [*folders, *names]:
                path = Path(place, name)
                state = path.lstat()
                regular = path.is_file() and not path.is_symlink()
                found[str(path)] = (state.st_mode, path.read_bytes() if regular else None)
        own = ("/marks", "/files.sqlite")
        return {path: state for path, state in found.items() if not any(map(path.count, own))}


def entry_with(artefacts: tuple[Artefact, ...]) -> Entry:
    digest = blob_digest(b"")
    return Entry(
        code_key="ck1-" + "0" * 64,
        kernel_name="python3",
        notebook_path="sub/a.ipynb",
        created=1.0,
        seconds=1.0,
        provenance="executed",
        outcome="ok",
        outputs=digest,
        notebook=digest,
        outputs_digest=digest,
        cells=(),
        artefacts=artefacts,
    )


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


HOSTILE = [
    "../../outside",
    "../../../elsewhere/victim",
    "x/../../../outside",
    "/etc/jupyterlab-cache-evil",
    "//server/share",
    "C:/evil",
    "c:evil",
    "..",
    ".",
    "",
    "../",
    "../.git/config",
    "../.GIT/config",
    "../.git./config",
    "../GIT~1/config",
    "../git~2/config",
    "../.g\u200cit/config",
    "../\u200c.git/config",
    "../.jupyterlab_cache/format.json",
    "../.Jupyterlab_Cache/format.json",
    "../JUPYTE~1/format.json",
    ".hidden",
    ".ssh/authorized_keys",
    "x/.config/y",
    "CON",
    "con.txt",
    "aux.csv",
    "x/NUL",
    "COM1",
    "lpt9.log",
    "x\\..\\..\\evil",
    "trailing.",
    "trailing ",
    "new\nline",
    "a.ipynb",
    "../sub/a.ipynb",
    "x/../a.ipynb",
]


@pytest.mark.parametrize("path", HOSTILE, ids=repr)
def test_a_hostile_path_is_refused_and_nothing_is_written(scene: Scene, path: str) -> None:
    before = scene.snapshot()
    for trusted in (True, False):
        result = scene.restore(path, trusted=trusted)
        assert result.result == "refused", result
        assert result.message
    assert scene.snapshot() == before


@pytest.mark.parametrize(
    "path", ["x.csv", "deep/er/x.csv", "../x.csv", "x/../y", "a b é.csv", "x~1"]
)
def test_a_plain_path_is_written(scene: Scene, path: str) -> None:
    assert scene.restore(path).result == "restored"
    assert (scene.notebook.parent / os.path.normpath(path)).read_bytes() == EVIL


def to_folder(scene: Scene, place: Path) -> None:
    place.symlink_to(scene.elsewhere)


def to_folder_inside(scene: Scene, place: Path) -> None:
    (scene.root / "inside").mkdir()
    (scene.root / "inside" / "victim").write_text("untouched")
    place.symlink_to(scene.root / "inside")


@pytest.mark.parametrize("make", [to_folder, to_folder_inside])
def test_no_link_to_a_folder_is_followed(scene: Scene, make: Callable[[Scene, Path], None]) -> None:
    make(scene, scene.notebook.parent / "out")
    before = scene.snapshot()
    for path in ("out/victim", "out/new", "out/deep/new"):
        assert scene.restore(path).result == "refused"
    assert scene.snapshot() == before


@pytest.mark.parametrize("kind", ["link", "dangling", "pipe", "folder", "device"])
def test_nothing_but_a_regular_file_is_written_over(scene: Scene, kind: str) -> None:
    place = scene.notebook.parent / "out"
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
    else:
        target = {"link": scene.elsewhere / "victim", "device": Path("/dev/null")}
        place.symlink_to(target.get(kind, scene.elsewhere / "nowhere"))
    before = scene.snapshot()
    result = scene.restore("out")
    assert result.result == "refused"
    assert scene.snapshot() == before
    assert scene.restore("out/below").result in ("refused", "restored")
    assert (scene.elsewhere / "victim").read_text() == "untouched"
    assert os.listdir(scene.elsewhere) == ["victim"]


def test_a_link_that_takes_the_place_of_a_folder_in_between(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look before is not what is relied on: the folders are opened without following links."""
    from jupyterlab_cache.execution import artefact_restoring

    def looked(self: object, place: str) -> bool:
        (scene.notebook.parent / "out").symlink_to(scene.elsewhere)
        return False

    monkeypatch.setattr(artefact_restoring._Restorer, "_check_target", looked)
    assert scene.restore("out/new").result == "failed"
    assert os.listdir(scene.elsewhere) == ["victim"]


def test_a_file_that_comes_into_being_in_between_is_left(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jupyterlab_cache.execution import artefact_restoring

    def looked(self: object, place: str) -> bool:
        (scene.notebook.parent / "out").write_text("mine")
        return False

    monkeypatch.setattr(artefact_restoring._Restorer, "_check_target", looked)
    assert scene.restore("out").result == "differs"
    assert (scene.notebook.parent / "out").read_text() == "mine"


def test_a_store_with_another_name_is_not_written_into(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    where = ArtefactPlaces(Places(root, root), root / "store")
    for path in ("store/format.json", "store", "x/../store/entries/y"):
        with pytest.raises(PlaceRefused):
            where.place_of(path)
    assert where.place_of("storehouse/x") == "storehouse/x"


@pytest.mark.parametrize("there", ["nothing", "another"])
def test_an_entry_from_elsewhere_writes_nothing_without_a_yes(scene: Scene, there: str) -> None:
    place = scene.notebook.parent / "x.csv"
    if there == "another":
        place.write_text("mine")
    before = scene.snapshot()
    wish = ArtefactWish(overwrite=True)
    assert scene.restore("x.csv", trusted=False, wish=wish).result == "untrusted"
    assert scene.snapshot() == before
    assert scene.restore("x.csv", trusted=False).result in ("restored", "overwritten")
    assert place.read_bytes() == EVIL


def test_a_file_and_a_folder_of_the_same_name(scene: Scene) -> None:
    stored = scene.entry("x", "x/y", "X/y")
    results = restore_artefacts(stored, scene.notebook, scene.project, scene.cache.stat_cache, YES)
    assert [file.result for file in results][:2] == ["restored", "refused"]


def test_states_look_at_nothing_outside(scene: Scene) -> None:
    outside = scene.folder / "secret"
    outside.write_bytes(EVIL)
    (scene.notebook.parent / "link").symlink_to(outside)
    os.mkfifo(scene.notebook.parent / "pipe")
    (scene.notebook.parent / "there").write_bytes(EVIL)
    entry = scene.entry("../../../secret", str(outside), "link", "pipe", "there", "gone").entry
    places = Places(scene.notebook.parent, scene.root)
    states = artefact_states(entry, places, scene.cache.stat_cache, scene.project.store.folder)
    assert [state.state for state in states] == [
        "unknown",
        "unknown",
        "unknown",
        "changed",
        "present",
        "missing",
    ]


def test_an_entry_whose_contents_are_not_what_it_says_is_damaged() -> None:
    wrong = Artefact("x", blob_digest(b"a"), 1, content=blob_digest(b"b"))
    with pytest.raises(InvalidManifest, match="artefact"):
        encode_payload(entry_with((wrong,)))


def test_older_entries_stay_readable() -> None:
    old = b'{"path":"x","digest":"sha256-0","size":3}'
    artefact = msgspec.json.decode(old, type=Artefact)
    assert (artefact.content, artefact.left_out) == (None, None)


names = st.sampled_from(
    ["..", ".", "", "x", "sub", ".git", "CON", "a\\b", "\u200c", "/", "é", "x."]
)


@given(st.one_of(st.text(max_size=40), st.lists(names, max_size=6).map("/".join)))
@example("x/../../sub/../x")
def test_a_place_is_inside_or_refused(tmp_path_factory: pytest.TempPathFactory, path: str) -> None:
    root = tmp_path_factory.getbasetemp()
    where = ArtefactPlaces(Places(root / "sub", root), root / ".jupyterlab_cache")
    try:
        place = where.place_of(path)
    except PlaceRefused:
        return
    absolute = os.path.normpath(os.path.join(root, place))
    assert absolute.startswith(os.path.join(root, ""))
    assert not any(part.startswith(".") or not part for part in place.split("/"))
