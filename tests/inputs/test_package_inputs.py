"""Installed packages: up- and downgrades in an environment of their own, and whom they concern."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pip as pip_package
import pytest
from scenarios import Project

Install = Callable[..., None]

# They share an environment that takes a while to make.
pytestmark = pytest.mark.xdist_group("environment")


def wheel(folder: Path, name: str, version: str, files: dict[str, str]) -> Path:
    """A wheel that holds these files."""
    info = f"{name}-{version}.dist-info"
    content = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    for path, text in content.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=")
        record += f"{path},sha256={digest.decode()},{len(text)}\n"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(target, "w") as archive:
        for path, text in {**content, f"{info}/RECORD": record + f"{info}/RECORD,,\n"}.items():
            archive.writestr(path, text)
    return target


def pip(python: Path, *arguments: str) -> None:
    # Our own pip with the other interpreter, as ``--python`` has it, without starting twice.
    runner = Path(pip_package.__file__).parent / "__pip-runner__.py"
    subprocess.run(
        [str(python), str(runner), *arguments, "--quiet"],
        check=True,
        stdout=subprocess.DEVNULL,
    )


def from_index(python: Path, index: Path, *requirements: str) -> None:
    options = ("--no-index", "--find-links", str(index), "--force-reinstall", "--no-deps")
    pip(python, "install", *options, *requirements)


def default_files(name: str, version: str) -> dict[str, str]:
    return {
        "weirkit": {"weirkit/__init__.py": f"import weirbase\nlevel = '{version}'\n"},
        "weirbase": {"weirbase/__init__.py": f"level = '{version}'\n"},
        "weirother": {"weirother.py": f"level = '{version}'\n"},
    }[name]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a new environment that can run kernels."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    pip(python, "install", "ipykernel")
    return python


@pytest.fixture
def install(
    environment: Path, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Install:
    """Install a version of the packages weirkit (which imports weirbase) and weirbase."""
    place = tmp_path / "jupyter" / "kernels" / "weir"
    place.mkdir(parents=True)
    argv = [str(environment), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": argv, "language": "python", "display_name": "weir"}
    (place / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))

    # From an index, as people do: a file given directly counts as a local build.
    index = tmp_path / "index"

    def install(name: str, version: str, files: dict[str, str] | None = None) -> None:
        wheel(index, name, version, files or default_files(name, version))
        from_index(environment, index, f"{name}=={version}")

    for name in ("weirbase", "weirkit", "weirother"):
        wheel(index, name, "1.0", default_files(name, "1.0"))
    from_index(environment, index, "weirbase==1.0", "weirkit==1.0", "weirother==1.0")
    return install


def reasons(project: Project, name: str = "a.ipynb") -> list[tuple[str, str]]:
    return [(reason.code, reason.message) for reason in project.status(name).reasons]


def test_an_upgrade_concerns_those_who_import_it_and_only_those(
    install: Install, project: Project
) -> None:
    project.notebook("import weirbase; print(weirbase.level)", name="direct.ipynb", kernel="weir")
    project.notebook("import weirkit; print(weirkit.level)", name="through.ipynb", kernel="weir")
    project.notebook("import weirother; print(1)", name="other.ipynb", kernel="weir")
    names = ("direct.ipynb", "through.ipynb", "other.ipynb")
    for name in names:
        project.run(name)
        assert project.status(name).verdict == "fresh"

    install("weirbase", "2.0")
    upgraded = [("package-changed", "weirbase 1.0 → 2.0")]
    assert [reasons(project, name) for name in names] == [upgraded, upgraded, []]
    second = project.run("direct.ipynb").entry

    install("weirbase", "1.0")
    assert [project.status(name).verdict for name in names] == ["fresh"] * 3
    install("weirbase", "2.0")
    assert project.status("direct.ipynb").entry == second
    assert project.status("direct.ipynb").verdict == "fresh"


def test_a_package_that_goes_and_one_that_comes(
    install: Install, environment: Path, project: Project
) -> None:
    project.notebook("import weirother; print(weirother.level)", kernel="weir")
    project.notebook(
        "try:\n    import weirextra\nexcept ImportError:\n    print('without')",
        name="b.ipynb",
        kernel="weir",
    )
    project.run("a.ipynb")
    project.run("b.ipynb")
    pip(environment, "uninstall", "-y", "weirother")
    assert [code for code, _ in reasons(project)] == ["package-changed"]
    install("weirother", "1.0")
    assert project.status().verdict == "fresh"
    install("weirextra", "1.0", {"weirextra.py": ""})
    assert [code for code, _ in reasons(project, "b.ipynb")] == ["package-changed"]
    pip(environment, "uninstall", "-y", "weirextra")
    assert project.status("b.ipynb").verdict == "fresh"


def test_a_local_build_under_the_same_version(
    install: Install, environment: Path, project: Project, tmp_path: Path
) -> None:
    def build(level: str) -> None:
        files = {"weirlocal.py": f"level = {level!r}\n"}
        place = wheel(tmp_path / "local", "weirlocal", "1.0", files)
        pip(environment, "install", "--force-reinstall", "--no-deps", str(place))

    build("one")
    project.notebook("import weirlocal; print(weirlocal.level)", kernel="weir")
    project.run()
    build("two")
    assert [code for code, _ in reasons(project)] == ["package-changed"]
    build("one")
    assert project.status().verdict == "fresh"


def test_an_editable_install_is_known_by_its_files(
    install: Install, environment: Path, project: Project
) -> None:
    source = project.outside / "weiredit"
    (source / "weiredit").mkdir(parents=True)
    (source / "weiredit" / "__init__.py").write_text("level = 1\n")
    (source / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "weiredit"\nversion = "1.0"\n'
    )
    pip(environment, "install", "--no-deps", "-e", str(source))
    project.notebook("import weiredit; print(weiredit.level)", kernel="weir")
    project.run()
    assert project.status().verdict == "fresh"
    put_back = project.snapshot()
    (source / "weiredit" / "__init__.py").write_text("level = 22\n")
    assert [code for code, _ in reasons(project)] == ["module-changed"]
    put_back()
    assert project.status().verdict == "fresh"


def test_namespace_that_two_packages_share(install: Install, project: Project) -> None:
    for name in ("one", "two"):
        install(f"weirspace_{name}", "1.0", {f"weirspace/{name}.py": f"level = '{name}'\n"})
    project.notebook("import weirspace.one; print(weirspace.one.level)", kernel="weir")
    project.run()
    install("weirspace_two", "2.0", {"weirspace/two.py": "level = 'other'\n"})
    assert project.status().verdict == "fresh"
    install("weirspace_one", "2.0", {"weirspace/one.py": "level = 'other'\n"})
    assert reasons(project) == [("package-changed", "weirspace-one 1.0 → 2.0")]


def test_an_edit_in_place_counts_where_a_person_says_so(
    install: Install, environment: Path, project: Project
) -> None:
    (site,) = environment.parent.parent.glob("lib/python*/site-packages")
    module = site / "weirother.py"
    project.notebook("import weirother; print(weirother.level)", kernel="weir")
    project.run()
    before = module.read_text()
    module.write_text("level = 'edited in place'\n")
    assert project.status().verdict == "fresh"
    module.write_text(before)

    project.write("pyproject.toml", '[tool.jupyterlab-cache]\npackages = "content"\n')
    assert [code for code, _ in reasons(project)] == ["declaration-changed"]
    project.run()
    assert project.status().verdict == "fresh"
    module.write_text("level = 'edited in place'\n")
    assert [code for code, _ in reasons(project)] == ["module-changed"]
    module.write_text(before)
    assert project.status().verdict == "fresh"


def test_what_every_python_runs_at_its_start(
    install: Install, environment: Path, project: Project
) -> None:
    (site,) = environment.parent.parent.glob("lib/python*/site-packages")
    project.notebook("import sys; print(getattr(sys, 'hooked', None))", kernel="weir")
    project.run()
    for name, content in {
        "sitecustomize.py": "import sys\nsys.hooked = 1\n",
        "hook.pth": "import sys; sys.hooked = 1\n",
    }.items():
        (site / name).write_text(content)
        assert [code for code, _ in reasons(project)] == ["python-changed"]
        (site / name).unlink()
        assert project.status().verdict == "fresh"
    (site / "folder.pth").write_text(str(project.outside))
    assert project.status().verdict == "fresh"
    (site / "folder.pth").unlink()


def test_settings_of_the_kernelspec(install: Install, project: Project, tmp_path: Path) -> None:
    place = tmp_path / "jupyter" / "kernels" / "weir" / "kernel.json"
    spec = json.loads(place.read_text())
    place.write_text(json.dumps({**spec, "env": {"WEIR": "one"}}))
    project.notebook("import os; print(os.environ['WEIR'])", kernel="weir")
    project.run()
    assert project.printed() == "one\n"
    place.write_text(json.dumps({**spec, "env": {"WEIR": "two"}}))
    assert [code for code, _ in reasons(project)] == ["kernel-changed"]
    place.write_text(json.dumps({**spec, "env": {"WEIR": "one"}}))
    assert project.status().verdict == "fresh"


def test_another_interpreter_version_is_named(install: Install, project: Project) -> None:
    project.notebook("print(1)", kernel="weir")
    project.run()
    stored = project.cache.project_of(project.root / "a.ipynb").store.get(
        project.status().entry or ""
    )
    inputs = {(item.kind, item.subject): item for item in stored.entry.inputs}
    python = inputs["python", "python"]
    assert python.fingerprint.startswith(f"cpython {sys.version.split()[0]} ")
    assert "/" not in python.fingerprint


def test_a_version_that_is_asked_for_without_an_import(install: Install, project: Project) -> None:
    asks = "from importlib import metadata\nprint(metadata.version('weir' + 'other'))"
    project.notebook(asks, kernel="weir")
    project.run()
    assert project.status().verdict == "fresh"
    install("weirother", "2.0")
    assert reasons(project) == [("package-changed", "weirother 1.0 → 2.0")]
    install("weirother", "1.0")
    assert project.status().verdict == "fresh"


def test_a_package_that_is_asked_for_and_not_installed(
    install: Install, environment: Path, project: Project
) -> None:
    pip(environment, "uninstall", "--yes", "weirother")
    asks = """from importlib import metadata
try:
    print(metadata.version('weir' + 'other'))
except metadata.PackageNotFoundError:
    print('none')"""
    project.notebook(asks, kernel="weir")
    project.run()
    assert project.status().verdict == "fresh"
    install("weirother", "1.0")
    assert reasons(project) == [("package-changed", "weirother was not installed and is now: 1.0")]


def test_a_settings_file_that_a_library_looks_for_in_vain(
    install: Install, project: Project
) -> None:
    looks = "import os\ndef level():\n    return os.path.exists('weir' + '.toml')\n"
    install("weirother", "1.0", {"weirother.py": looks})
    project.notebook("import weirother\nprint(weirother.level())", kernel="weir")
    project.run()
    assert project.status().verdict == "fresh"
    project.write("weir.toml", "level = 3")
    assert [code for code, _ in reasons(project)] == ["file-appeared"]
    (project.root / "weir.toml").unlink()
    assert project.status().verdict == "fresh"


def test_a_data_file_that_somebody_put_among_the_packages(
    install: Install, environment: Path, project: Project
) -> None:
    place = next((environment.parent.parent / "lib").glob("python*/site-packages")) / "model.txt"
    place.write_text("one")
    reads = "import weirother, os\nfolder = os.path.dirname(weirother.__file__)\n"
    reads += "print(open(os.path.join(folder, 'mod' + 'el.txt')).read())"
    project.notebook(reads, kernel="weir")
    project.run()
    assert project.status().verdict == "fresh"
    place.write_text("another")
    assert [code for code, _ in reasons(project)] == ["file-changed"]
    place.write_text("one")
    assert project.status().verdict == "fresh"
