"""A git repository with many notebooks, all fresh: entries put straight into the store."""

from __future__ import annotations

import json
import os
import subprocess
import time
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from random import Random

from jupyterlab_cache.cache import NotebookCache
from jupyterlab_cache.inputs.distributions import installed_versions
from jupyterlab_cache.inputs.fingerprints import (
    ABSENT,
    folder_fingerprint,
    import_names_fingerprint,
    stat_fingerprint,
    variable_fingerprint,
)
from jupyterlab_cache.inputs.kernel_environment import (
    find_kernelspec,
    interpreter_of,
    kernelspec_identity,
)
from jupyterlab_cache.inputs.probe.variables import OBEYED_VARIABLES
from jupyterlab_cache.inputs.startup import (
    IPYTHON_STARTUP,
    STARTUP_HOOKS,
    ipython_startup_fingerprint,
    startup_hooks_fingerprint,
)
from jupyterlab_cache.inputs.stat_cache import StatCache
from jupyterlab_cache.notebooks.code_key import prefix_keys
from jupyterlab_cache.notebooks.reader import read_digests
from jupyterlab_cache.store.outputs import put_outputs
from jupyterlab_cache.store.records import Artefact, CellRecord, Entry, Input

NOTEBOOKS, FOLDERS, FILES, MODULES = 1000, 20, 1200, 500
KERNEL = "python3"
PICTURE_BYTES = 138_000
"""So that a notebook has 186 kB, as the 1,000 have on which other figures were measured."""
PACKAGES = ("ipykernel", "nbclient", "tornado")
RACY_SECONDS = 2.5
"""A file younger than this is not taken into the stat cache."""


@dataclass(frozen=True)
class Tree:
    """The repository, and where a user's own files are for it."""

    root: Path
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        """Variables with which commands use nothing of the person who measures."""
        own = {"HOME": str(self.home), "XDG_CACHE_HOME": str(self.home / "cache")}
        # Commands are measured as people have them: compiled when they were first used.
        inherited = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        return inherited | own | {"JUPYTER_DATA_DIR": str(self.home / "data")}

    @property
    def notebooks(self) -> list[Path]:
        """All notebooks."""
        return sorted(self.root.glob("part-*/*.ipynb"))


def make_tree(folder: Path) -> Tree:
    """Make the repository with its files, modules and notebooks, committed and at rest."""
    tree = Tree(folder / "repository", folder / "home")
    tree.home.mkdir(parents=True)
    (tree.root / "data").mkdir(parents=True)
    for number in range(FILES):
        path = tree.root / "data" / f"{number % 40:02}" / f"table-{number:04}.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"x,y\n{number},1\n" * 20)
    for number in range(MODULES):
        path = tree.root / f"part-{number % FOLDERS:02}" / f"module_{number:03}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"VALUE = {number}\n" * 5)
    for number in range(NOTEBOOKS):
        place = tree.root / f"part-{number % FOLDERS:02}" / f"notebook-{number:04}.ipynb"
        place.write_text(json.dumps(notebook(number), indent=1))
    (tree.root / ".gitignore").write_text("__pycache__/\n*.pyc\n.ipynb_checkpoints/\n")
    git = ["git", "-c", "user.name=b", "-c", "user.email=b@example.org", "-C", str(tree.root)]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "All"]):
        subprocess.run([*git, *command], check=True, env=tree.environment)
    time.sleep(RACY_SECONDS)
    return tree


def notebook(number: int) -> dict[str, object]:
    """A notebook of four cells with outputs: text, and one picture."""
    cells = [
        {
            "cell_type": "code",
            "execution_count": cell + 1,
            "id": f"cell-{cell}",
            "metadata": {},
            "outputs": outputs(number, cell),
            "source": f"print({number}, {cell})",
        }
        for cell in range(4)
    ]
    spec = {"name": KERNEL, "display_name": "Python 3", "language": "python"}
    return {"cells": cells, "metadata": {"kernelspec": spec}, "nbformat": 4, "nbformat_minor": 5}


def outputs(number: int, cell: int) -> list[dict[str, object]]:
    """What a cell shows; the last one of each notebook a picture of its own."""
    printed = {"name": "stdout", "output_type": "stream", "text": f"result {cell}\n" * 20}
    if cell < 3:
        return [printed]
    picture = b64encode(Random(number).randbytes(PICTURE_BYTES)).decode() + "\n"
    return [
        printed,
        {"output_type": "display_data", "data": {"image/png": picture}, "metadata": {}},
    ]


def fill_store(tree: Tree, cache: NotebookCache) -> None:
    """Put an entry for each notebook: 18 inputs, and what each execution of a Python holds."""
    store = cache.projects.of(tree.notebooks[0]).store
    spec = find_kernelspec(KERNEL)
    interpreter = spec and interpreter_of(spec, cache.stat_cache)
    if not interpreter:
        raise RuntimeError(f"There is no kernel {KERNEL}.")
    site, environment = interpreter.site_folders, tree.environment
    unset = tuple(name for name in OBEYED_VARIABLES if name not in environment)
    startup = ipython_startup_fingerprint(spec or {}, environment, site)
    kernel = [
        Input("kernel", "kernel", kernelspec_identity(spec or {})),
        Input("python", "python", interpreter.identity),
        Input("python", STARTUP_HOOKS, startup_hooks_fingerprint(site)),
        Input("python", IPYTHON_STARTUP, startup),
        Input("env", "other variables", variable_fingerprint(None), names=unset),
    ]
    versions = installed_versions(interpreter.site_folders)
    kernel += [Input("package", name, versions[name]) for name in PACKAGES]
    files = sorted((tree.root / "data").rglob("*.csv"))
    for number, path in enumerate(tree.notebooks):
        digests = read_digests(path)
        shown = [outputs(number, cell) for cell in range(4)]
        document, sizes = put_outputs(store.blobs, shown)
        keys = prefix_keys(KERNEL, [cell.digest for cell in digests.cells])
        cells = zip(digests.cells, keys, strict=True)
        store.put(
            Entry(
                code_key=digests.code_key(KERNEL),
                kernel_name=KERNEL,
                notebook_path=path.relative_to(tree.root).as_posix(),
                created=time.time(),
                seconds=1.0,
                provenance="executed",
                outcome="ok",
                outputs=document,
                notebook=store.blobs.put(b"{}"),
                outputs_digest=digests.outputs_digest(),
                cells=tuple(
                    CellRecord(cell.digest, key, cell.outputs_digest) for cell, key in cells
                ),
                inputs=(*kernel, *inputs_of(number, path, files, cache.stat_cache)),
                artefacts=() if number % 10 else (Artefact(f"out/result-{number}.csv"),),
                coverage=("python-audit", "filesystem-watch"),
                output_bytes=sum(sizes),
            )
        )


def inputs_of(number: int, path: Path, files: list[Path], stat_cache: StatCache) -> list[Input]:
    """Fourteen inputs on disk and in the environment."""
    folder = path.parent
    modules = sorted(folder.glob("*.py"))
    used = [files[(number * 7 + step * 171) % len(files)] for step in range(6)]
    found = [_content("file", file, folder, stat_cache) for file in used]
    found += [
        _content("module", modules[(number // FOLDERS + step) % len(modules)], folder, stat_cache)
        for step in range(3)
    ]
    listed, missing = used[0].parent, f"../data/missing-{number % 100}.csv"
    sized, names = used[1], ("extra", "numpy")
    found += [
        Input(
            "directory",
            "data",
            folder_fingerprint(str(listed)),
            path=os.path.relpath(listed, folder),
        ),
        Input("absent", missing, ABSENT, path=missing),
        Input(
            "stat",
            sized.name,
            stat_fingerprint(str(sized), ("size",)),
            path=os.path.relpath(sized, folder),
            names=("size",),
        ),
        Input(
            "import-names", ".", import_names_fingerprint(str(folder), names), path=".", names=names
        ),
        Input("env", "CITY", variable_fingerprint(os.environ.get("CITY"))),
    ]
    return found


def _content(kind: str, path: Path, folder: Path, stat_cache: StatCache) -> Input:
    written, status = os.path.relpath(path, folder), path.stat()
    return Input(
        "module" if kind == "module" else "file",
        path.stem if kind == "module" else written,
        stat_cache.digest(path),
        path=written,
        size=status.st_size,
        modified=status.st_mtime,
    )
