"""Files that child processes and native code read, which Python itself hears nothing of."""

from __future__ import annotations

import asyncio
import sys

import pytest
from scenarios import Project, Scenario, play, writes

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="watching the file system is Linux's"
)

NAME = 'import os, subprocess, sys\nname = "".join(["da", "ta", ".", "csv"])'
SPAWN = """%%writefile worker.py
def read(name):
    with open(name) as file:
        return file.read()
"""
C_LIBRARY = """
import ctypes
c = ctypes.CDLL(None)
c.fopen.restype = ctypes.c_void_p
c.fopen.argtypes = [ctypes.c_char_p, ctypes.c_char_p]
c.fgetc.argtypes = [ctypes.c_void_p]
print(c.fgetc(c.fopen(name.encode(), b'r')))
"""

READS = {
    "shell-escape": "!cat $name",
    "shell-capture": "lines = !cat $name\nprint(lines)",
    "shell-cell": "%%bash\ncat da''ta.csv",
    "subprocess-shell": "print(subprocess.check_output('cat ' + name, shell=True))",
    "subprocess": "print(subprocess.run(['cat', name], capture_output=True).stdout)",
    "os-system": "print(os.system('cat ' + name + ' > /dev/null'))",
    "os-popen": "print(os.popen('cat ' + name).read())",
    "python-child": "print(subprocess.check_output([sys.executable, '-c', "
    "'import sys; print(open(sys.argv[1]).read())', name]))",
    "python-grandchild": "code = 'import subprocess, sys; '\n"
    "code += 'print(subprocess.check_output([\"cat\", sys.argv[1]]))'\n"
    "print(subprocess.check_output([sys.executable, '-c', code, name]))",
    "isolated-python-child": "print(subprocess.check_output([sys.executable, '-I', '-c', "
    "'import sys; print(open(sys.argv[1]).read())', name]))",
    "other-environment": "print(subprocess.check_output(['/bin/cat', name], env={}))",
    "fork": "pid = os.fork()\nif not pid:\n    open(name).read()\n    os._exit(0)\n"
    "print(os.waitpid(pid, 0)[1])",
    "multiprocessing-fork": "import multiprocessing as m\nfrom worker import read\n"
    "with m.get_context('fork').Pool(1) as p:\n    print(p.map(read, [name]))",
    "multiprocessing-spawn": "import multiprocessing as m\nfrom worker import read\n"
    "with m.get_context('spawn').Pool(1) as p:\n    print(p.map(read, [name]))",
    "multiprocessing-forkserver": "import multiprocessing as m\nfrom worker import read\n"
    "with m.get_context('forkserver').Pool(1) as p:\n    print(p.map(read, [name]))",
    "pool-of-processes": "from concurrent.futures import ProcessPoolExecutor\n"
    "from worker import read\nprint(list(ProcessPoolExecutor(1).map(read, [name])))",
    "asyncio": "import asyncio\np = await asyncio.create_subprocess_exec('cat', name, stdout=-1)\n"
    "print((await p.communicate())[0])",
    "c-library": C_LIBRARY,
    "sendfile": "print(subprocess.check_output(['cp', name, '/dev/stdout']))",
}


@pytest.mark.parametrize("code", READS.values(), ids=READS.keys())
def test_a_file_that_nobody_opens_in_python(code: str, project: Project) -> None:
    project.write("data.csv", "before")
    play(
        Scenario(
            "child",
            (SPAWN, NAME, code),
            writes("data.csv", "after all"),
            "file-changed",
            "data.csv",
        ),
        project,
    )


def test_a_script_that_a_child_runs(project: Project) -> None:
    project.write("tool.py", "import helper; print(helper.value)\n")
    project.write("helper.py", "value = 1\n")
    play(
        Scenario(
            "script",
            (NAME, "print(subprocess.check_output([sys.executable, 'to' + 'ol.py']))"),
            writes("helper.py", "value = 22\n"),
            "file-changed",
            "helper",
        ),
        project,
    )


def test_what_a_python_child_asks_of_its_surroundings(project: Project) -> None:
    project.write(
        "tool.py",
        "import os, sys\n"
        "print(os.environ.get('CIT' + 'Y'), os.path.exists('fl' + 'ag'))\n"
        "print(open(sys.argv[1]).read())\n"
        "try:\n    import optional_thing\nexcept ImportError:\n    print('without')\n",
    )
    outside = project.outside / "data.csv"
    outside.write_text("before")
    project.environment["CITY"] = "Weir"
    project.notebook(
        NAME,
        "import subprocess, sys\n"
        f"print(subprocess.check_output([sys.executable, 'to' + 'ol.py', {str(outside)!r}]))",
    )
    project.run()
    for code, edit in {
        "env-changed": lambda: project.environment.update(CITY="Bridge"),
        "file-appeared": lambda: project.write("flag", ""),
        "file-changed": lambda: outside.write_text("after all"),
        "module-changed": lambda: project.write("optional_thing.py", ""),
    }.items():
        assert project.status().verdict == "fresh"
        put_back = project.snapshot()
        edit()
        assert code in [reason.code for reason in project.status().reasons]
        put_back()
    assert project.status().verdict == "fresh"


def test_a_listing_by_a_child(project: Project) -> None:
    project.write("in/a.csv", "1")
    play(
        Scenario("ls", (NAME, "!ls i''n"), writes("in/b.csv", "2"), "directory-changed", "in"),
        project,
    )


def test_a_file_that_a_child_makes_is_an_artefact(project: Project) -> None:
    project.notebook(NAME, "!echo made > res''ult", "print('done')")
    project.run()
    status = project.status()
    assert status.verdict == "fresh"
    assert status.entry is not None
    stored = project.cache.project_of(project.root / "a.ipynb").store.get(status.entry)
    assert [artefact.path for artefact in stored.entry.artefacts] == ["result"]
    (project.root / "result").unlink()
    assert project.status().verdict == "fresh"


def test_a_child_that_overwrites_its_last_result_with_the_same(project: Project) -> None:
    project.notebook(NAME, "!echo made > res''ult", "print('done')")
    project.run()
    project.notebook(NAME, "!echo made > res''ult", "print('done again')")
    project.run()
    assert project.status().verdict == "fresh"


def test_a_child_that_appends_makes_a_run_that_is_not_reused(project: Project) -> None:
    project.write("result", "1\n")
    project.notebook(NAME, "!echo more >> res''ult", "print(open('res' + 'ult').read())")
    project.run()
    assert project.status().verdict == "stale"


def test_gaps_name_what_is_left(project: Project) -> None:
    project.notebook("print(1)")
    project.run()
    assert project.status().coverage == ("python-audit", "filesystem-watch")
    assert project.status().gaps == ()
    project.notebook("!true")
    project.run()
    assert project.status().gaps == ("outside-project",)


def test_what_others_read_at_the_same_time_is_not_charged(project: Project) -> None:
    """Eight notebooks, four at once, while others are judged and files are read."""
    names = [f"{number}.ipynb" for number in range(8)]
    for number, name in enumerate(names):
        project.write(f"{number}.csv", f"a\n{number}\n")
        code = f"import pandas; print(pandas.read_csv('{number}' + '.csv'))"
        project.notebook(code, "import time; time.sleep(0.2)", name=name)

    async def run() -> None:
        async def judge() -> None:
            for _ in range(20):
                await asyncio.to_thread(project.new_cache().status)
                (project.root / "2.csv").read_bytes()
                await asyncio.sleep(0.05)

        judging = asyncio.ensure_future(judge())
        async for _ in project.cache.run_each(project.cache.notebooks(), jobs=4):
            pass
        await judging

    asyncio.run(run())
    assert {status.verdict for status in project.cache.status()} == {"fresh"}
    project.write("2.csv", "a\nanother\n")
    stale = [status.path for status in project.cache.status() if status.verdict != "fresh"]
    assert stale == ["2.ipynb"]


def test_a_file_that_a_child_makes_and_python_reads(project: Project) -> None:
    project.notebook(NAME, "!echo made > res''ult", "print(open('res' + 'ult').read())")
    project.run()
    assert project.status().verdict == "fresh"
    (project.root / "result").unlink()
    assert project.status().verdict == "fresh"
    project.write("result", "by someone else")
    assert project.status().verdict == "stale"


@pytest.mark.parametrize("command", ["!cat {path}", "%%bash\ncat {path}", "!sh -c 'cat {path}'"])
def test_a_file_outside_the_project_that_a_command_names(command: str, project: Project) -> None:
    path = project.outside / "data.csv"
    path.write_text("before\n")
    play(
        Scenario(
            "outside",
            (command.format(path=path),),
            lambda _: path.write_text("after all\n"),
            "file-changed",
            "data.csv",
        ),
        project,
    )


def test_a_file_outside_the_project_that_a_command_writes(project: Project) -> None:
    path = project.outside / "log.txt"
    path.write_text("an older one\n")
    project.notebook(f"!date > {path}")
    project.run()
    path.write_text("something else\n")
    assert project.status().verdict == "fresh"


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("!wget -q -t 1 http://cache.invalid/data.csv || echo none", "stale"),
        ("!git -c http.timeout=1 ls-remote https://cache.invalid/x.git || echo none", "stale"),
        ("!curl -s http://localhost:1/ || echo none", "fresh"),
        ("!ls file:///tmp || echo none", "fresh"),
    ],
    ids=["wget", "git", "this-machine", "file"],
)
def test_a_command_that_names_another_machine(code: str, verdict: str, project: Project) -> None:
    project.notebook(code)
    project.run()
    status = project.status()
    assert (status.verdict, "network" in status.gaps) == (verdict, verdict == "stale")
