"""Random small projects with random histories, and a checker that compares verdicts with the truth.

The truth is what a notebook prints when its cells are executed now: by a plain Python, in a copy of
the project, without anything of ours. A verdict that claims more than that is a *false fresh*.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st
from scenarios import Project

ORACLE = """
import contextlib, io, json, sys
cells, text = json.load(sys.stdin), io.StringIO()
space = {"__name__": "__main__"}
with contextlib.redirect_stdout(text):
    for cell in cells:
        try:
            exec(compile(cell, "cell", "exec"), space)
        except Exception as error:
            print("raised", type(error).__name__)
            break
print(json.dumps(text.getvalue()))
"""

# What cells do with a path p (or the variable, module or own file of that name). Names are put
# together when the cell runs, so that nothing can be learned from literals.
USES = {
    "read": "try:\n    print(open(p).read())\nexcept OSError as e:\n    print(type(e).__name__)",
    "read-if-there": "print(open(p).read() if os.path.isfile(p) else 'none')",
    "pathlib-read": "q = Path(p)\nprint(q.read_text() if q.exists() and q.is_file() else 'none')",
    "os-open": "try:\n    h = os.open(p, os.O_RDONLY)\n    print(os.read(h, 99))\n    os.close(h)\n"
    "except OSError as e:\n    print(type(e).__name__)",
    "exists": "print(os.path.exists(p), os.path.isdir(p))",
    "is-file": "print(Path(p).is_file())",
    "access": "print(os.access(p, os.R_OK))",
    "size": "try:\n    print(os.path.getsize(p) if os.path.isfile(p) else 'none')\n"
    "except OSError as e:\n    print(type(e).__name__)",
    "stat-size": "try:\n    print(os.path.isfile(p) and Path(p).stat().st_size)\n"
    "except OSError as e:\n    print(type(e).__name__)",
    "time": "try:\n    print(os.path.isfile(p) and os.path.getmtime(p))\n"
    "except OSError as e:\n    print(type(e).__name__)",
    "shell-cat": "print(run(['sh', '-c', f'cat {p} 2>/dev/null || echo none']))",
    "shell-test": "print(run(['sh', '-c', f'test -e {p} && echo there']))",
    "python-read": "c = 'import os,sys; p = sys.argv[1]; '\n"
    "c += 'print(open(p).read() if os.path.isfile(p) else 0)'\n"
    "print(run([sys.executable, '-c', c, p]))",
}
FOLDER_USES = {
    "list": "try:\n    print(sorted(n for n in os.listdir(p) if n[0] not in '._'))\n"
    "except OSError as e:\n    print(type(e).__name__)",
    "iterdir": "q = Path(p)\nprint(q.is_dir() and sorted(i.name for i in q.iterdir()))",
    "scan-sizes": "try:\n    print(sorted((i.name, i.stat().st_size) for i in os.scandir(p)"
    " if i.is_file()))\nexcept OSError as e:\n    print(type(e).__name__)",
    "glob": "print(sorted(glob.glob(p + '/*.txt')))",
    "glob-read": "for n in sorted(Path(p).glob('*.txt')):\n"
    "    print(n.name, n.is_file() and n.read_text())",
    "walk": "for top, _, names in sorted(os.walk(p)):\n    print(top, sorted(names))",
    "rglob": "print(sorted(map(str, Path(p).rglob('*.txt'))))",
    "shell-list": "print(run(['sh', '-c', f'ls {p} 2>/dev/null']))",
}
VARIABLE_USES = {
    "getenv": "print(os.environ.get(p), os.getenv(p, 'none'))",
    "in-environ": "print(p in os.environ)",
    "shell-variable": "print(run(['sh', '-c', f'echo ${p}']))",
    "python-variable": "print(run([sys.executable, '-c', "
    "'import os,sys; print(os.environ.get(sys.argv[1]))', p]))",
}
MODULE_USES = {
    "import": "try:\n    m = importlib.import_module(p)\n    print(m.value())\n"
    "except Exception as e:\n    print(type(e).__name__)",
    "find-spec": "print(importlib.util.find_spec(p) is not None)",
    "python-import": "print(run([sys.executable, '-c', 'import sys, importlib; "
    "print(importlib.import_module(sys.argv[1]).value())', p]))",
}
# Files that the notebook makes itself; p is one of its own, q an input. What is made only where it
# is missing is not told apart from what is there, by design, so no cell prints which it was.
OWN_USES = {
    "write-and-read": "open(p, 'w').write('made here')\nprint(open(p).read())",
    "make-if-missing": "if not os.path.isfile(p):\n    open(p, 'w').write('made once')\n"
    "print(open(p).read())",
    "copy-and-read": "q = 'txt.a/atad'[::-1]\nif os.path.isfile(q):\n    shutil.copyfile(q, p)\n"
    "    print(open(p).read())",
    "shell-makes": "print(run(['sh', '-c', f'echo from-shell > {p}; cat {p}']))",
    "write-and-list": "open(p, 'w').write('x')\n"
    "print(os.path.basename(p) in os.listdir(os.path.dirname(p)))",
}
# Files that the notebook before this one makes itself; p is one of them.
EARLIER_USES = {
    "read-earlier": "print(open(p).read() if os.path.isfile(p) else 'none')",
    "list-earlier": "print(sorted(os.listdir(os.path.dirname(p))))",
}
PREAMBLE = """import glob, importlib, importlib.util, os, shutil, subprocess, sys
from pathlib import Path
def run(command):
    return subprocess.run(command, stdout=-1, stderr=-3, text=True).stdout"""

FILES = ("data/a.txt", "data/b.txt", "data/deep/c.txt", "more/d.txt", "data/new.txt", "gone/e.txt")
FOLDERS = ("data", "more", "data/deep", "gone")
MODULES = ("mod_a", "mod_b", "pkg.inner", "extra", "colorsys")
MODULE_FILES = ("mod_a.py", "mod_b.py", "pkg/__init__.py", "pkg/inner.py")
NEW_MODULE_FILES = ("extra.py", "extra/__init__.py", "mod_a/__init__.py", "colorsys.py")
VARIABLES = ("CITY", "RIVER")
CONTENTS = ("one", "two", "three", "")
MODULE_CONTENTS = (
    "def value(): return 1\n",
    "def value(): return 2\n",
    "import mod_b\ndef value(): return [mod_b.value()]\n",
    "def value():\n    with open('data' + '/a.txt') as f:\n        return f.read()\n",
    "try:\n    import extra as e\nexcept ImportError:\n    e = None\n"
    "def value(): return e is None\n",
)


@dataclass(frozen=True)
class Use:
    """What one cell does, with what; ``own`` files are told apart by notebook and cell."""

    way: str
    name: str = ""

    def source(self, own: str, earlier: str) -> str:
        """The cell."""
        name = self.name
        if self.way in OWN_USES:
            name = own
        elif self.way in EARLIER_USES:
            name = earlier
        ways = USES | FOLDER_USES | VARIABLE_USES | MODULE_USES | OWN_USES | EARLIER_USES
        return f"p = {name[::-1]!r}[::-1]\n{ways[self.way]}"


@dataclass(frozen=True)
class Edit:
    """A change of a file, of a variable (``set``), of a notebook's code (``code``); or an execution
    of everything (``run``), or everything as it was (``revert``)."""

    how: str
    name: str = ""
    value: str | None = None
    use: Use | None = None


@dataclass(frozen=True)
class Plan:
    """A project with its history; its ``repr`` can be pasted into a test."""

    files: tuple[tuple[str, str], ...]
    variables: tuple[tuple[str, str], ...]
    notebooks: tuple[tuple[Use, ...], ...]
    jobs: int
    edits: tuple[Edit, ...]


def plans() -> st.SearchStrategy[Plan]:
    """Projects of one to three notebooks, executed at once, and their histories."""
    uses = _uses()
    texts = {name: st.sampled_from(CONTENTS) for name in FILES[:4]}
    modules = {name: st.sampled_from(MODULE_CONTENTS) for name in MODULE_FILES[:2]}
    inner = {name: st.sampled_from(MODULE_CONTENTS[:2]) for name in MODULE_FILES[2:]}
    return st.builds(
        Plan,
        files=st.fixed_dictionaries(texts | modules | inner).map(lambda d: tuple(d.items())),
        variables=st.dictionaries(st.sampled_from(VARIABLES), st.sampled_from("xy")).map(
            lambda d: tuple(d.items())
        ),
        notebooks=st.lists(
            st.lists(uses, min_size=2, max_size=4).map(tuple), min_size=1, max_size=3
        ).map(tuple),
        jobs=st.integers(1, 3),
        edits=st.lists(_edits(), min_size=4, max_size=9).map(tuple),
    )


def _uses() -> st.SearchStrategy[Use]:
    return st.one_of(
        st.builds(Use, st.sampled_from(sorted(USES)), st.sampled_from(FILES)),
        st.builds(Use, st.sampled_from(sorted(FOLDER_USES)), st.sampled_from(FOLDERS)),
        st.builds(Use, st.sampled_from(sorted(VARIABLE_USES)), st.sampled_from(VARIABLES)),
        st.builds(Use, st.sampled_from(sorted(MODULE_USES)), st.sampled_from(MODULES)),
        st.builds(Use, st.sampled_from(sorted(OWN_USES))),
        st.builds(Use, st.sampled_from(sorted(EARLIER_USES))),
    )


def _edits() -> st.SearchStrategy[Edit]:
    own = tuple(f"out/{notebook}/{cell}.txt" for notebook in range(3) for cell in range(2))
    texts = st.sampled_from(FILES + own)
    modules = st.sampled_from(MODULE_FILES + NEW_MODULE_FILES)
    every = st.sampled_from(FILES + own + MODULE_FILES)
    return st.one_of(
        st.builds(Edit, st.just("write"), texts, st.sampled_from(CONTENTS)),
        st.builds(Edit, st.just("write"), modules, st.sampled_from(MODULE_CONTENTS)),
        st.builds(Edit, st.just("delete"), every),
        st.builds(Edit, st.just("rename"), every, st.sampled_from(FILES)),
        st.builds(Edit, st.just("touch"), every),
        st.builds(Edit, st.just("folder"), st.sampled_from(FILES + FOLDERS)),
        st.builds(Edit, st.just("set"), st.sampled_from(VARIABLES), st.sampled_from([None, "z"])),
        st.builds(Edit, st.just("code"), st.sampled_from("012"), st.just("1"), _uses()),
        st.just(Edit("run")),
        st.just(Edit("revert")),
    )


class Played:
    """A project that was made and executed as a plan says."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self.project = Project(folder / "project", folder / "machine")
        self._copy = folder / "copy"
        self._cells: dict[str, list[str]] = {}
        for name, content in plan.files:
            self.project.write(name, content)
        self.project.environment.update(plan.variables)
        for number, uses in enumerate(plan.notebooks):
            self.project.write(f"out/{number}/keep.txt", "")
            sources = [self._source(use, number, cell) for cell, use in enumerate(uses)]
            self._write_notebook(number, [PREAMBLE, *sources])
        self._jobs = plan.jobs
        self.results = self.project.cache.run(jobs=plan.jobs)
        self._put_back = self.project.snapshot()
        self._first_cells = {name: list(cells) for name, cells in self._cells.items()}

    @staticmethod
    def _source(use: Use, number: int, cell: int) -> str:
        earlier = f"out/{number - 1}/0.txt" if number else "data/a.txt"
        return use.source(f"out/{number}/{cell}.txt", earlier)

    def _write_notebook(self, number: int, cells: list[str]) -> None:
        self._cells[f"{number}.ipynb"] = cells
        self.project.notebook(*cells, name=f"{number}.ipynb")

    def verdicts(self) -> dict[str, str]:
        """The present verdicts by notebook; what was seen before must not show in them."""
        found = self.project.cache.status()
        assert found == self.project.new_cache().status()
        return {status.path: status.verdict for status in found}

    def edit(self, edit: Edit) -> None:
        """Change the project; what cannot be done, as to delete what is not there, is not."""
        self.project.rest()  # so that verdicts stand that this may change
        place = self.project.root / edit.name
        if edit.how == "revert":
            self._put_back()
            self._cells = {name: list(cells) for name, cells in self._first_cells.items()}
        elif edit.how == "run":
            self.project.cache.run(jobs=self._jobs)
        elif edit.how == "code":
            self._edit_code(int(edit.name), int(edit.value or 0), edit.use)
        elif edit.how == "set":
            self.project.environment.pop(edit.name, None)
            if edit.value is not None:
                self.project.environment[edit.name] = edit.value
        elif edit.how == "write":
            self._write(place, edit.value or "")
        elif edit.how == "folder" and not place.exists() and not place.parent.is_file():
            place.mkdir(parents=True)
        elif place.is_file():
            if edit.how == "delete":
                place.unlink()
            elif edit.how == "touch":
                os.utime(place, (1_000_000_000, 1_000_000_000))
            elif edit.how == "rename":
                self._write(self.project.root / str(edit.value), place.read_text())
                place.unlink(missing_ok=True)

    def _edit_code(self, number: int, cell: int, use: Use | None) -> None:
        cells = self._cells.get(f"{number}.ipynb")
        if cells is not None and use is not None:
            changed = [*cells]
            changed[1 + cell] = self._source(use, number, cell)
            self._write_notebook(number, changed)

    def _write(self, place: Path, content: str) -> None:
        if not place.is_dir() and not place.parent.is_file():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(content)

    def false_freshs(self) -> list[str]:
        """Notebooks that are called fresh and would print something else now, with both texts."""
        found = []
        for name, verdict in self.verdicts().items():
            if verdict == "fresh":
                claimed, true = self.project.printed(name), self.truth(name)
                if claimed != true:
                    found.append(f"{name}\n  entry: {claimed!r}\n  truth: {true!r}")
        return found

    def truth(self, name: str) -> str:
        """What a notebook prints when it is executed now."""
        shutil.rmtree(self._copy, ignore_errors=True)
        unseen = shutil.ignore_patterns(".jupyterlab_cache", "__pycache__", ".ipynb_checkpoints")
        shutil.copytree(self.project.root, self._copy, ignore=unseen)
        done = subprocess.run(
            [sys.executable, "-B", "-c", ORACLE],
            cwd=self._copy,
            env=self.project.environment,
            input=json.dumps(self._cells[name]),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return str(json.loads(done.stdout))


def check(plan: Plan, folder: Path) -> list[str]:
    """Play a plan to its end; what was wrong, in words, with the edits that led there."""
    played = Played(plan, folder)
    # A notebook with the same code as another has the same entry.
    good = ("executed", "fresh")
    wrong = [f"{r.path} failed: {r.failure}" for r in played.results if r.result not in good]
    first = played.verdicts()
    wrong += [
        f"{name} is {verdict} after its run"
        for name, verdict in first.items()
        if verdict != "fresh"
    ]
    wrong += _told(played, ())
    for number, edit in enumerate(plan.edits, 1):
        played.edit(edit)
        wrong += _told(played, plan.edits[:number])
    played.edit(Edit("revert"))
    last = played.verdicts()
    wrong += [
        f"{name} is {last.get(name)} after everything was put back"
        for name in first
        if last.get(name) != first[name]
    ]
    played.project.cache.close()
    return wrong


def _told(played: Played, edits: Sequence[Edit]) -> list[str]:
    return [f"false fresh after {list(edits)}: {text}" for text in played.false_freshs()]
