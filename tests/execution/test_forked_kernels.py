"""Kernels that are forked: as new ones would be in all that a notebook can see."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest
from execution_support import ENDLESS, Project, until

from jupyterlab_cache.execution.request import ExecutionSettings

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="forks are for Linux")

PARENT = "import os\nprint(os.getppid())"

STATE = """
import gc, json, locale, os, resource, signal, stat, sys, threading, time, warnings
handles = {}
for name in os.listdir('/proc/self/fd'):
    try:
        kind = stat.S_IFMT(os.stat(f'/proc/self/fd/{name}').st_mode)
    except FileNotFoundError:
        continue
    if kind:  # others are ZeroMQ's, who makes them when it needs them
        handles[kind] = handles.get(kind, 0) + 1
print(json.dumps({
    'modules': sorted(sys.modules),
    'path': sys.path,
    'argv': [item for item in sys.argv if not item.endswith('.json')],
    'original': [item for item in sys.orig_argv if not item.endswith('.json')],
    'flags': list(sys.flags),
    'variables': {k: v for k, v in os.environ.items() if k != 'JPY_PARENT_PID'},
    'folder': os.getcwd(),
    'leads': os.getsid(0) == os.getpgid(0) == os.getpid(),
    'is child of': os.environ['JPY_PARENT_PID'] == str(os.getppid()),
    'signals': [str(signal.getsignal(number)) for number in signal.valid_signals()],
    'blocked': sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
    'wakeup': signal.set_wakeup_fd(-1) >= 0,
    'handles': handles,
    'mask': os.umask(0o22),
    'priority': os.nice(0),
    'limits': [resource.getrlimit(kind) for kind in range(10)],
    'threads': sorted(type(thread).__name__ for thread in threading.enumerate()),
    'frozen': gc.get_freeze_count(),
    'collector': [gc.isenabled(), gc.get_threshold(), gc.get_debug()],
    'warnings': [str(item) for item in warnings.filters],
    'locale': locale.setlocale(locale.LC_ALL),
    'recursion': sys.getrecursionlimit(),
    'main': [sys.modules['__main__'].__name__, sorted(vars(sys.modules['__main__']))],
    'hooks': [getattr(item, '__qualname__', repr(item)) for item in sys.path_hooks],
    'finders': [getattr(item, '__qualname__', type(item).__name__) for item in sys.meta_path],
    'streams': [type(item).__name__ for item in (sys.stdin, sys.stdout, sys.stderr)],
}, default=repr))
"""


@pytest.fixture
def fork() -> bool:
    return True


async def parents(project: Project, path: Path, times: int) -> list[int]:
    """Execute a notebook which tells its kernel's parent at last so many times."""
    found = []
    for _ in range(times):
        outcome = await project.freshen(path, force=True)
        found.append(int(project.texts(outcome.entry)[-1]))
    return found


def templates(project: Project) -> list[psutil.Process]:
    """The templates there are."""
    mine = psutil.Process().children()
    return [child for child in mine if any("kernel_template" in part for part in child.cmdline())]


async def test_a_fork_is_in_the_state_of_a_new_kernel(project: Project) -> None:
    path = project.write("a.ipynb", STATE, PARENT)
    states: list[dict[str, Any]] = []
    parent = []
    for _ in range(3):
        outcome = await project.freshen(path, force=True)
        state, last = project.texts(outcome.entry)
        states.append(json.loads(state))
        parent.append(int(last))
    assert parent[0] == os.getpid()
    assert parent[1] == parent[2] == templates(project)[0].pid
    for name, new in states[0].items():
        for forked in states[1:]:
            assert forked[name] == new, name


async def test_forks_draw_other_numbers(project: Project) -> None:
    draw = "import os, random, secrets, tempfile, uuid\nprint(random.random(), uuid.uuid4(), "
    draw += "secrets.token_hex(), next(tempfile._get_candidate_names()))"
    path = project.write("a.ipynb", draw, PARENT)
    drawn: list[str] = []
    for _ in range(3):
        outcome = await project.freshen(path, force=True)
        drawn += project.texts(outcome.entry)[0].split()
    assert len(set(drawn)) == len(drawn)


async def test_what_is_recorded_is_the_same_with_a_fork(project: Project) -> None:
    (project.folder / "data.csv").write_text("1")
    (project.folder / "tools.py").write_text("import csv\n")
    text = "import json, subprocess, sys, tools\nprint(open('data.csv').read())\n"
    text += "subprocess.run([sys.executable, '-c', 'import tools'], check=True)"
    path = project.write("a.ipynb", text, PARENT)
    entries = []
    for _ in range(3):
        outcome = await project.freshen(path, force=True)
        entries.append(project.store.get(outcome.entry or "").entry)
        assert project.status(path).verdict == "fresh"
    assert templates(project)
    for entry in entries[1:]:
        assert entry.inputs == entries[0].inputs
        assert (entry.coverage, entry.gaps) == (entries[0].coverage, entries[0].gaps)


async def test_a_template_from_before_a_change_is_not_used(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    startup = tmp_path / "ipython" / "profile_default" / "startup" / "00.py"
    startup.parent.mkdir(parents=True)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    startup.write_text("city = 'Rome'")
    path = project.write("a.ipynb", "print(city)", PARENT)
    await parents(project, path, 2)
    (template,) = templates(project)
    startup.write_text("city = 'Paris'")
    outcome = await project.freshen(path, force=True)
    city, parent = project.texts(outcome.entry)
    assert city == "Paris\n"
    assert int(parent) == os.getpid()
    assert (await parents(project, path, 1))[0] not in (os.getpid(), template.pid)


async def test_a_module_that_changed_since_the_template_loaded_it_is_no_false_fresh(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = project.folder / "site"
    site.mkdir()
    (site / "usercustomize.py").write_text("import places")
    (project.folder / "places.py").write_text("city = 'Rome'")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(str, (site, project.folder))))
    path = project.write("a.ipynb", "import places\nprint(places.city)", PARENT)
    await parents(project, path, 2)
    (project.folder / "places.py").write_text("city = 'Paris'")
    for _ in range(2):
        outcome = await project.freshen(path)
        city, _ = project.texts(outcome.entry)
        if project.status(path).verdict == "fresh":
            assert city == "Paris\n"
    assert project.status(path).verdict == "fresh"


async def test_a_fork_that_dies_is_told_of_as_any_kernel(project: Project) -> None:
    path = project.write("a.ipynb", PARENT)
    await parents(project, path, 2)
    path = project.write("a.ipynb", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    outcome = await project.freshen(path)
    assert outcome.failure is not None
    assert outcome.failure.name == "KernelDied"
    assert "SIGKILL" in outcome.failure.message or "memory" in outcome.failure.message
    path = project.write("a.ipynb", "import os\nos._exit(3)")
    outcome = await project.freshen(path)
    assert outcome.failure is not None
    assert "3" in outcome.failure.message


async def test_a_template_that_dies_takes_its_kernels_with_it_and_no_more(
    project: Project,
) -> None:
    path = project.write("a.ipynb", PARENT)
    await parents(project, path, 2)
    slow = project.write("slow.ipynb", ENDLESS)
    running = asyncio.ensure_future(project.freshen(slow))
    (template,) = templates(project)
    await until(lambda: len(project.started) == 3)
    provisioner = project.kernels._manager.get_kernel(project.started[-1]).provisioner
    kernel = psutil.Process(provisioner.pid)
    assert kernel.ppid() == template.pid
    template.kill()
    outcome = await running
    assert outcome.failure is not None
    assert outcome.failure.name == "KernelDied"
    await until(lambda: not is_alive(kernel))
    own, other = await parents(project, path, 2)
    assert own == os.getpid()
    assert other not in (own, template.pid)


async def test_a_fork_that_takes_too_long_is_ended(project: Project) -> None:
    path = project.write("a.ipynb", PARENT)
    await parents(project, path, 2)
    slow = project.write("slow.ipynb", "print('begun', flush=True)", ENDLESS)
    outcome = await project.freshen(slow, settings=ExecutionSettings(cell_timeout=1.0))
    assert outcome.failure is not None
    assert outcome.failure.name == "Timeout"
    await until(lambda: not any(map(is_alive, templates(project)[0].children())))


async def test_a_killed_command_leaves_no_fork(project: Project, runtime_folder: Path) -> None:
    for name in ("a", "b", "c"):
        project.write(f"{name}.ipynb", PARENT)
    project.write("d.ipynb", ENDLESS)
    command = [sys.executable, "-m", "jupyterlab_cache.cli.main", "run"]
    process = await asyncio.create_subprocess_exec(*command, cwd=project.folder)
    running = psutil.Process(process.pid)
    try:
        await until(lambda: bool(forks_of(running)))
        family = running.children(recursive=True)
    finally:
        process.kill()
        await process.wait()
    await until(lambda: not any(map(is_alive, family)))
    await asyncio.to_thread(remove_sockets, runtime_folder)


def remove_sockets(folder: Path) -> None:
    """What is killed cannot tidy up."""
    for left in folder.glob("*-ipc-*"):
        left.unlink()


def forks_of(command: psutil.Process) -> list[psutil.Process]:
    """The kernels that a command has forked."""
    try:
        return [fork for child in command.children() for fork in child.children()]
    except psutil.NoSuchProcess:
        return []


def is_alive(process: psutil.Process) -> bool:
    """Whether it still runs."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
