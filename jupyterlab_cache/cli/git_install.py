"""``jupyter cache git-filter install`` and ``remove``: git's configuration of the filter."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import click

from .common import BadInput, Session, session_options
from .teaching import Taught

FILTER = "jupyterlab-cache"
RULE = f"*.ipynb filter={FILTER}"
_SECTION = f"filter.{FILTER}"


@click.command(
    "install",
    cls=Taught,
    examples=(
        ("jupyter cache git-filter install", "once in each clone"),
        ("jupyter cache git-filter install --local", "without telling colleagues"),
    ),
    exits={0: "It is set up."},
)
@click.option(
    "--local",
    is_flag=True,
    help="Name the filter in .git/info/attributes, which is not committed, instead of in "
    ".gitattributes.",
)
@session_options
def install_command(session: Session, local: bool) -> int:
    """Set the filter up in the git repository of the current folder.

    It writes a line into .gitattributes, which you commit, and a section into the configuration of
    this clone, which nobody else gets: who has not installed the filter commits outputs as before.
    Doing it twice does no harm; do it again when the Python environment has moved.
    """
    top = _top(session)
    attributes = _attributes(top, local)
    words = [sys.executable, "-m", "jupyterlab_cache.cli.main", "git-filter", "process"]
    if (store := session.cache.projects.store_folder) is not None:
        words += ["--store", str(store)]
    _git(top, "config", "--local", f"{_SECTION}.process", shlex.join(words))
    _git(top, "config", "--local", f"{_SECTION}.required", "false")
    lines = _lines(attributes)
    if RULE not in lines:
        _write(attributes, [*lines, RULE])
    changed = _notebooks_with_outputs_in_git(top)
    session.answer({"attributes": str(attributes), "to_commit": changed})
    session.say(f"{RULE!r} is in {attributes}, and the filter in this clone's configuration.")
    if changed:
        session.say(f"{len(changed)} notebooks have outputs in git: `git add --renormalize .`")
        session.say("and a commit take them out; the files keep theirs.")
    session.say("`jupyter cache restore .` puts cached outputs into files that have none now.")
    return 0


@click.command(
    "remove",
    cls=Taught,
    examples=(("jupyter cache git-filter remove", "git sees outputs again"),),
    exits={0: "It is not set up any more."},
)
@session_options
def remove_command(session: Session) -> int:
    """Take the filter out of the git repository of the current folder.

    What is in git stays without outputs until you commit some.
    """
    top = _top(session)
    _git(top, "config", "--local", "--remove-section", _SECTION, check=False)
    for attributes in (_attributes(top, False), _attributes(top, True)):
        lines = _lines(attributes)
        if RULE in lines:
            _write(attributes, [line for line in lines if line != RULE])
    session.answer({})
    session.say("The filter is not set up any more.")
    return 0


def _top(session: Session) -> Path:
    root = session.cache.projects.root
    try:
        found = _git(root, "rev-parse", "--show-toplevel", check=False)
    except FileNotFoundError:
        raise BadInput("There is no program git; install it first.") from None
    if found.returncode != 0:
        raise BadInput(f"{root} is in no git repository; make one with `git init`.")
    return Path(found.stdout.removesuffix("\n"))


def _attributes(top: Path, local: bool) -> Path:
    if not local:
        return top / ".gitattributes"
    return top / _git(top, "rev-parse", "--git-path", "info/attributes").stdout.removesuffix("\n")


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text("utf-8", "surrogateescape").splitlines()
    except FileNotFoundError:
        return []


def _write(file: Path, lines: list[str]) -> None:
    if file.is_symlink():
        # In a clone it may lead anywhere, and git does not read it.
        raise BadInput(f"{file} is a link; put a file in its place.")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{line}\n" for line in lines), "utf-8", "surrogateescape")


def _notebooks_with_outputs_in_git(top: Path) -> list[str]:
    """Tracked notebooks that the filter would change."""
    listed = _git(top, "ls-files", "-z", "--", "*.ipynb").stdout
    return [name for name in listed.split("\0") if name and _has_outputs(top, name)]


def _has_outputs(top: Path, name: str) -> bool:
    from ..notebooks.stripping import stripped

    data = subprocess.run(["git", "show", f":{name}"], cwd=top, stdout=subprocess.PIPE).stdout
    return stripped(data) != data


def _git(folder: Path, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run git.

    Raises:
        BadInput: It fails, and that matters.
        FileNotFoundError: There is no git.
    """
    done = subprocess.run(
        ["git", *words],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
    )
    if check and done.returncode != 0:
        raise BadInput(done.stderr.strip() or f"git {words[0]} failed.")
    return done
