"""Files that a notebook reads, by every route that Python code itself can take."""

from __future__ import annotations

import gzip
import io
import pickle
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from scenarios import Project, Scenario, play, removes, writes

# "data.csv" without saying so.
NAME = 'name = "".join(["da", "ta", ".", "csv"])'


def reading(name: str, code: str, before: str | bytes, after: str | bytes) -> Scenario:
    """A notebook that reads data.csv in one cell."""
    return Scenario(
        name=name,
        cells=(NAME, code),
        files={"data.csv": before},
        edit=writes("data.csv", after),
        reason="file-changed",
        subject="data.csv",
    )


def text(name: str, code: str) -> Scenario:
    return reading(name, code, "a,b\n1,2\n", "a,b\n1,2\n3,4\n")


def zipped(content: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("inner.txt", content)
    return buffer.getvalue()


def database(value: int) -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.execute("create table t (x)")
    connection.execute("insert into t values (?)", (value,))
    connection.commit()
    return connection.serialize()


READS = [
    text("open", "print(open(name).read())"),
    text("open-by-number", "import os; print(os.read(os.open(name, os.O_RDONLY), 99))"),
    text("pathlib", "import pathlib; print(pathlib.Path(name).read_text())"),
    text("io", "import io; print(io.FileIO(name).read())"),
    text("codecs", "import codecs; print(codecs.open(name).read())"),
    text("fileinput", "import fileinput; print(list(fileinput.input(name)))"),
    text("linecache", "import linecache; print(linecache.getlines(name))"),
    text(
        "mmap",
        "import mmap\nwith open(name, 'rb') as f:\n    print(mmap.mmap(f.fileno(), 0, prot=1)[:])",
    ),
    text("csv-module", "import csv; print(list(csv.reader(open(name))))"),
    text("numpy", "import numpy; print(numpy.loadtxt(name, delimiter=',', skiprows=1))"),
    text("numpy-fromfile", "import numpy; print(numpy.fromfile(name, dtype='u1').sum())"),
    text("pandas", "import pandas; print(pandas.read_csv(name))"),
    text("pandas-python", "import pandas; print(pandas.read_csv(name, engine='python'))"),
    text("copy", "import shutil; shutil.copy(name, 'other.txt')\nprint(open('other.txt').read())"),
    text("run-later", "def f():\n    return open(name).read()\nprint(f())"),
    text(
        "thread",
        "import threading\nt = threading.Thread(target=lambda: print(open(name).read()))\n"
        "t.start()\nt.join()",
    ),
    text(
        "pool-of-threads",
        "from concurrent.futures import ThreadPoolExecutor\n"
        "print(list(ThreadPoolExecutor().map(lambda n: open(n).read(), [name])))",
    ),
    text("coroutine", "async def f():\n    return open(name).read()\nprint(await f())"),
    text("changed-folder", "import os; os.chdir('/'); os.chdir(_dh[0])\nprint(open(name).read())"),
    text("exec", "exec(compile('print(open(name).read())', 'somewhere', 'exec'))"),
    text("magic-cell", "%%time\nprint(open(name).read())"),
    text("pycat", "%pycat {name}"),
    reading("json", "import json; print(json.load(open(name)))", '{"a": 1}', '{"a": 22}'),
    reading(
        "pickle",
        "import pickle; print(pickle.load(open(name, 'rb')))",
        pickle.dumps(1),
        pickle.dumps([2]),
    ),
    reading(
        "gzip",
        "import gzip; print(gzip.open(name).read())",
        gzip.compress(b"one"),
        gzip.compress(b"three"),
    ),
    reading(
        "zip",
        "import zipfile; print(zipfile.ZipFile(name).read('inner.txt'))",
        zipped("one"),
        zipped("three"),
    ),
    reading(
        "configparser",
        "import configparser; c = configparser.ConfigParser(); c.read(name); print(c.sections())",
        "[a]\n",
        "[abc]\n",
    ),
    reading(
        "sqlite",
        "import sqlite3; print(sqlite3.connect(name).execute('select * from t').fetchall())",
        database(1),
        database(23),
    ),
    reading("run", "%run {name}", "print('one')\n", "print('three')\n"),
    reading("load-by-exec", "exec(open(name).read())", "print('one')\n", "print('three')\n"),
]


@pytest.mark.parametrize("scenario", READS, ids=lambda scenario: scenario.name)
def test_a_file_that_is_read(scenario: Scenario, project: Project) -> None:
    play(scenario, project)


@pytest.mark.parametrize(
    "route", ["print(open(name).read())", "import numpy; print(numpy.fromfile(name))"]
)
def test_a_file_that_goes(route: str, project: Project) -> None:
    play(
        Scenario(
            "gone",
            (NAME, route),
            removes("data.csv"),
            "file-missing",
            "data.csv",
            files={"data.csv": "12345678"},
        ),
        project,
    )


def test_a_file_of_another_folder_by_a_relative_path(project: Project) -> None:
    play(
        Scenario(
            "relative",
            (NAME, "print(open('../' + name).read())"),
            writes("data.csv", "longer than before"),
            "file-changed",
            "../data.csv",
            files={"data.csv": "before"},
            notebook="deep/a.ipynb",
        ),
        project,
    )


def test_the_same_name_in_another_folder_is_another_file(project: Project) -> None:
    play(
        Scenario(
            "same name",
            (
                NAME,
                "import os\nprint(open(name).read())\nos.chdir('sub')\nprint(open(name).read())",
            ),
            writes("sub/data.csv", "longer than before"),
            "file-changed",
            "sub/data.csv",
            files={"data.csv": "before", "sub/data.csv": "before"},
        ),
        project,
    )


def test_each_cell_that_reads_a_file_is_known(project: Project) -> None:
    project.write("data.csv", "x")
    read = "for _ in range(3):\n    open(name).read()"
    project.notebook(NAME, read, "1", read)
    project.run()
    (stored,) = project.cache.project_of(project.root / "a.ipynb").store.page()[0]
    (item,) = (item for item in stored.entry.inputs if item.kind == "file")
    assert item.cells == (1, 3)


@pytest.mark.parametrize("how", ["rewritten", "replaced", "removed and made"])
def test_what_is_read_again_after_the_notebook_changed_it(project: Project, how: str) -> None:
    change = {
        "rewritten": "open(name, 'w').write('made here')",
        "replaced": "open('new', 'w').write('made here')\nos.replace('new', name)",
        "removed and made": "os.remove(name)\nopen(name, 'w').write('made here')",
    }[how]
    project.write("data.csv", "before")
    project.notebook(
        NAME, f"import os\nprint(open(name).read())\n{change}\nprint(open(name).read())"
    )
    project.run()
    # The next run would begin with another file.
    assert project.status().verdict == "stale"


def test_a_file_outside_the_project(project: Project) -> None:
    (project.outside / "data.csv").write_text("before")
    project.environment["WHERE"] = str(project.outside)
    play(
        Scenario(
            "outside",
            (NAME, "import os; print(open(os.path.join(os.environ['WHERE'], name)).read())"),
            lambda project: (project.outside / "data.csv").write_text("after all"),
            "file-changed",
            "data.csv",
        ),
        project,
    )


def test_an_edit_of_equal_size_within_the_same_second(project: Project) -> None:
    play(text("equal-size", "print(open(name).read())"), project)
    put_back = project.snapshot()
    project.write("data.csv", "a,b\n1,9\n")
    assert project.status().verdict == "stale"
    put_back()
    assert project.status().verdict == "fresh"


def test_an_edit_that_keeps_size_and_time(project: Project) -> None:
    import os

    play(text("equal-time", "print(open(name).read())"), project)
    put_back = project.snapshot()
    before = (project.root / "data.csv").stat()
    project.write("data.csv", "a,b\n1,9\n")
    os.utime(project.root / "data.csv", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert project.status().verdict == "stale"
    put_back()
    assert project.status().verdict == "fresh"


def test_a_file_whose_name_is_no_text_makes_a_run_that_is_not_reused(project: Project) -> None:
    project.notebook(
        "import os\nname = b'd\\xff'\nopen(name, 'wb').close()\nprint(open(name).read())"
    )
    project.run()
    status = project.status()
    assert status.verdict == "stale"
    assert "unnameable-files" in status.gaps


def test_a_file_that_is_swapped_and_swapped_back_during_the_run(project: Project) -> None:
    """What is there at the end is what was there first, and not what was read in between."""
    data = project.write("data.csv", "one\n")
    other = project.outside / "other.csv"
    other.write_text("another\n")
    project.notebook(
        "name = ''.join(['da', 'ta.csv'])\nopen(name).close()",
        f"!mv data.csv {project.outside}/kept; cp {other} data.csv",
        "print(open(name).read())",
        f"!rm data.csv; cp {project.outside}/kept data.csv",
    )
    project.run()
    assert data.read_text() == "one\n"
    assert project.status().verdict != "fresh"


def make_database(path: Path, *rows: int) -> None:
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    connection.execute("create table t (x)")
    connection.executemany("insert into t values (?)", [(row,) for row in rows])
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    "uri", ["file:{}", "file:{}?mode=ro", "file://{}?immutable=1", "file://localhost{}?mode=ro"]
)
def test_a_database_that_is_named_by_a_uri(uri: str, project: Project) -> None:
    path = project.outside / "a table.db"
    make_database(path, 1)
    where = uri.format(str(path).replace(" ", "%20"))
    reads = "print(sqlite3.connect(where, uri=True).execute('select * from t').fetchall())"
    play(
        Scenario(
            "uri",
            (f"import sqlite3\nwhere = {where!r}", reads),
            lambda _: make_database(path, 2, 3),
            "file-changed",
            "a table.db",
        ),
        project,
    )


WRITER = """import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("pragma journal_mode=wal")
for line in sys.stdin:
    connection.execute("insert into t values (?)", (int(line),))
    connection.commit()
    print("written", flush=True)
"""


def test_a_database_whose_last_rows_are_only_in_its_log(project: Project) -> None:
    path = project.outside / "table.db"
    make_database(path, 1)
    # Another process: one that closes a database's file gives up its own locks on it.
    command = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True, bufsize=1) as writer:
        assert writer.stdin is not None and writer.stdout is not None

        def add(row: int) -> None:
            print(row, file=writer.stdin)
            assert writer.stdout.readline() == "written\n"  # type: ignore[union-attr]

        add(2)
        reads = "print(sqlite3.connect(where).execute('select * from t').fetchall())"
        project.notebook(f"import sqlite3\nwhere = {str(path)!r}", reads)
        project.run()
        assert project.status().verdict == "fresh"
        assert project.printed() == "[(1,), (2,)]\n"
        add(3)
        reasons = [(reason.code, reason.subject) for reason in project.status().reasons]
    assert reasons == [("file-changed", f"{path}-wal")]
