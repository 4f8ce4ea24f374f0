"""What the project promises about its own files."""

from __future__ import annotations

import ast
import json
import re
import subprocess
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKFILES = ["yarn.lock", "ui-tests/yarn.lock", "constraints.txt", "constraints-integrations.txt"]
LONGEST = 400

# Each room, and the rooms that it may import from besides itself.
PYTHON_ROOMS: dict[str, set[str]] = {
    "store": set(),
    "notebooks": set(),
    "inputs": {"notebooks", "store"},
    "projects": {"notebooks", "store"},
    "standing": {"inputs", "notebooks", "projects", "store"},
    "surroundings": {"inputs", "notebooks", "projects", "standing", "store"},
    "moment": {"inputs", "notebooks", "projects", "store", "surroundings"},
    "look": {"inputs", "moment", "notebooks", "projects", "standing", "store"},
    "verdicts": {"inputs", "look", "moment", "notebooks", "surroundings"},
    "execution": {"inputs", "look", "notebooks", "projects", "store"},
    "upkeep": {"execution", "notebooks", "projects", "store", "surroundings", "verdicts"},
    "exchange": {"execution", "inputs", "look", "notebooks", "projects", "store"},
    "waiting": set(),
    "entry_verbs": {"execution", "projects", "store", "upkeep"},
    "sharing": {"entry_verbs", "exchange", "look", "notebooks", "projects", "store"},
    "executing": {"exchange", "execution", "notebooks", "sharing", "waiting"},
    "cache": {
        "exchange",
        "executing",
        "execution",
        "look",
        "moment",
        "notebooks",
        "projects",
        "store",
        "surroundings",
    },
    "aio": {"cache", "executing", "execution"},
    "rest": {"cache", "exchange", "execution", "inputs", "notebooks", "projects", "store"},
    "builders": {
        "cache",
        "execution",
        "inputs",
        "look",
        "notebooks",
        "projects",
        "store",
        "waiting",
    },
    "cli": {"cache", "exchange", "execution", "inputs", "notebooks", "projects", "store"},
}
# The records' small types and long texts belong to both.
PYTHON_EXCEPTIONS = {("notebooks", "store.records"), ("notebooks", "store.long_text")}
# These assemble everything.
PYTHON_ASSEMBLY = {"__init__", "__main__", "app"}

# Front end: a room may import from rooms of its own level or below.
TYPESCRIPT_LEVELS: dict[str, int] = {
    "contract": 0,
    "codeKey": 0,
    "tokens": 1,
    # State and what is done with it, without a view.
    "actions": 2,
    "capture": 2,
    "diff": 2,
    "models": 2,
    "restore": 2,
    "plugins": 4,
    "index": 5,
}
VIEWS = 3


def tracked(*patterns: str) -> list[Path]:
    """Files of the project with these patterns, new ones included."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ).stdout
    paths = [ROOT / name for name in listed.split("\0") if name]
    return [path for path in paths if path.is_file()]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("name", LOCKFILES)
def test_lockfiles_name_versions_and_no_download_addresses(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert (
        re.findall(r"https?://\S+|__archiveUrl\S*|^\s*resolved\b.*|\S+ @ \S+:.*", text, re.M) == []
    )


@pytest.mark.xdist_group("together")
def test_tests_of_a_group_stay_together(request: pytest.FixtureRequest) -> None:
    # What they share takes long to make; the worker is told by the end of a test's name.
    if request.config.getoption("loadgroup", default=False):
        assert request.node.nodeid.endswith("@together")


def test_no_file_names_a_place_on_a_machine() -> None:
    here = [f"{place}/" for place in (ROOT, Path.home()) if place != Path("/")]
    private = re.compile("|".join(map(re.escape, here)))
    found = []
    for path in tracked():
        if path.suffix in {".png", ".lock"}:
            continue
        text = path.read_text("utf-8", errors="replace")
        found += [f"{name_of(path)}: {match}" for match in private.findall(text)]
    assert found == []


def test_examples_have_no_outputs() -> None:
    for path in tracked("examples/*.ipynb"):
        notebook = json.loads(path.read_text("utf-8"))
        assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5), path.name
        for cell in notebook["cells"]:
            assert not cell.get("outputs") and not cell.get("execution_count"), path.name


def test_typescript_has_no_any_and_no_ignored_errors() -> None:
    weak = re.compile(r":\s*any\b|\bas any\b|<any\b|\bany\[\]|@ts-(ignore|nocheck)")
    found = [
        f"{name_of(path)}:{number}: {line.strip()}"
        for path in tracked("*.ts", "*.tsx")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if weak.search(line)
    ]
    assert found == []


def test_files_stay_short_enough_to_read() -> None:
    generated = {"src/contract/schema.d.ts"}
    long = {}
    for path in tracked("src/**", "jupyterlab_cache/**/*.py", "jupyterlab_cache/*.py"):
        count = len(path.read_text("utf-8").splitlines())
        if count > LONGEST and name_of(path) not in generated:
            long[name_of(path)] = count
    assert long == {}


def imported_rooms(path: Path) -> set[str]:
    """Modules of ours that a file imports, relative to the package."""
    package = PurePosixPath(path.relative_to(ROOT).as_posix()).parent.parts
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = list(package[: len(package) - node.level + 1]) if node.level else []
            parts = [*base, *(node.module.split(".") if node.module else [])]
            if parts == ["jupyterlab_cache"]:
                found |= {alias.name for alias in node.names}
            elif parts[:1] == ["jupyterlab_cache"]:
                found.add(".".join(parts[1:]))
        elif isinstance(node, ast.Import):
            names = [alias.name.split(".") for alias in node.names]
            found |= {".".join(name[1:]) for name in names if name[0] == "jupyterlab_cache"}
    return found


def test_python_imports_go_one_way() -> None:
    wrong = []
    for path in tracked("jupyterlab_cache/*.py", "jupyterlab_cache/**/*.py"):
        room = path.relative_to(ROOT / "jupyterlab_cache").parts[0].removesuffix(".py")
        if room in PYTHON_ASSEMBLY:
            continue
        assert room in PYTHON_ROOMS, f"{name_of(path)} is in no room: say here what it may import"
        for module in imported_rooms(path):
            target = module.split(".")[0]
            allowed = {room, *PYTHON_ROOMS[room]}
            is_allowed = target in allowed or (room, module) in PYTHON_EXCEPTIONS
            if target in PYTHON_ROOMS and not is_allowed:
                wrong.append(f"{name_of(path)} imports {module}")
    assert wrong == []


def typescript_level(path: PurePosixPath) -> int:
    room = path.parts[0].split(".")[0]
    return TYPESCRIPT_LEVELS.get(room, VIEWS)


def test_typescript_imports_go_one_way() -> None:
    source = ROOT / "src"
    statement = re.compile(r"(?:from|import\()\s*'(\.[^']*)'")
    wrong = []
    for path in tracked("src/*.ts", "src/**/*.ts", "src/**/*.tsx"):
        if "__tests__" in path.parts:
            continue
        level = typescript_level(PurePosixPath(path.relative_to(source).as_posix()))
        for target in statement.findall(path.read_text("utf-8")):
            resolved = (path.parent / target).resolve()
            if not resolved.is_relative_to(source):
                continue
            other = PurePosixPath(resolved.relative_to(source).as_posix())
            if typescript_level(other) > level:
                wrong.append(f"{name_of(path)} imports {target}")
    assert wrong == []
