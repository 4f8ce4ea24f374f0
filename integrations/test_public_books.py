"""Notebooks that others wrote, as a book: executed once here, and by no builder again.

Pages have to be those that myst-nb makes of its own execution. The notebooks are downloaded, since
the project does not hold files of others.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import NamedTuple

import pytest
from books_support import Book

# Package, and its notebooks that need nothing but what is installed here, and in which nothing is
# drawn by lot. Some are meant to fail.
PACKAGES = {
    "nbclient==0.11.0": (
        "tests/files/Check History in Memory.ipynb",
        "tests/files/Clear Output.ipynb",
        "tests/files/Disable Stdin.ipynb",
        "tests/files/Empty Cell.ipynb",
        "tests/files/Error.ipynb",
        "tests/files/Factorials.ipynb",
        "tests/files/HelloWorld.ipynb",
        "tests/files/JupyterWidgets.ipynb",
        "tests/files/Other Comms.ipynb",
        "tests/files/Output.ipynb",
        "tests/files/SVG.ipynb",
        "tests/files/Skip Exceptions with Cell Tags.ipynb",
        "tests/files/Skip Exceptions.ipynb",
        "tests/files/Skip Execution with Cell Tag.ipynb",
        "tests/files/Unicode.ipynb",
        "tests/files/UnicodePy3.ipynb",
        "tests/files/update-display-id.ipynb",
    ),
    "nbconvert==7.17.2": (
        "tests/exporters/files/prompt_numbers.ipynb",
        "tests/exporters/files/rst_output.ipynb",
        "tests/files/Unexecuted_widget.ipynb",
        "tests/files/Unexecuted_widget_2.ipynb",
        "tests/files/notebook1.ipynb",
        "tests/files/notebook3_with_errors.ipynb",
        "tests/files/notebook_tags.ipynb",
        "tests/preprocessors/files/MixedMarkdown.ipynb",
    ),
    "nbval==0.11.0": (
        "tests/exceptions.ipynb",
        "tests/ipynb-test-samples/test-latex-pass-correctouput.ipynb",
        "tests/ipynb-test-samples/test-stream-fail-missingoutput.ipynb",
        "tests/ipynb-test-samples/test-stream-pass-missing-unexecuted-output.ipynb",
        "tests/minimal_example.ipynb",
    ),
}
FAILING = {"Disable-Stdin", "Error", "Skip-Exceptions", "exceptions", "notebook3_with_errors"}

CONF = """
project = "Book"
exclude_patterns = ["_build"]
"""


class Way(NamedTuple):
    """A way of building from what is cached.

    Attributes:
        before: Arguments of ``jupyter cache``, to be run before.
        options: Those of Sphinx.
        executed: What the builder has to execute nevertheless.
    """

    before: tuple[str, ...]
    options: tuple[str, ...]
    executed: set[str]


WAYS = {
    "extension": Way((), ("-D", "extensions=myst_nb,jupyterlab_cache.builders.sphinx"), set()),
    # Other caches hold no failures.
    "jupyter-cache": Way(
        ("export", "--format", "jupyter-cache", "--output", "exported"),
        (
            *("-D", "extensions=myst_nb", "-D", "nb_execution_mode=cache"),
            *("-D", "nb_execution_cache_path=exported"),
        ),
        FAILING,
    ),
}

VOLATILE = (
    # Where an object lies in memory, as its representation says.
    (re.compile(r"\bat 0x[0-9a-f]{8,16}\b"), "at 0x…"),
    # The model of a widget is named anew in each session; jupyter-cache sorts what is beside it.
    (
        re.compile(r'(<script type="application/vnd.jupyter.widget-view\+json">).*?(</script>)'),
        r"\1…\2",
    ),
    # What is left of a widget that has no page: its state, with names as above.
    (re.compile(r'"[0-9a-f]{32}"|"IPY_MODEL_[0-9a-f]{32}"'), '"…"'),
    # Cells are compiled as files in a folder with the number of the kernel's process.
    (re.compile(r"\bipykernel_\d+/\d+\.py\b"), "ipykernel_…"),
)
"""What differs between two executions, narrowly."""


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """Thirty notebooks, executed by ``jupyter cache run``."""
    place = tmp_path_factory.mktemp("public")
    book = Book(place / "project", place / "machine", CONF)
    download(place / "downloaded")
    for path, content in notebooks(place / "downloaded"):
        book.write(f"{path.stem.replace(' ', '-')}.ipynb", without_outputs(content))
    names = sorted(path.stem for path in book.docs.glob("*.ipynb"))
    assert len(names) == 30
    book.index(*names)
    # What is listed while notebooks are executed, by whomever, is the same when the book is there.
    (book.docs / "_build").mkdir()
    # Else the first notebook with a drawing looks at all fonts of the machine, and lists folders.
    book.program(sys.executable, "-c", "import matplotlib.font_manager")
    book.command("jupyterlab_cache.cli.main", "run", "--jobs", "2", code=1)
    return book


@pytest.mark.xdist_group("public-books")
@pytest.mark.timeout(900)
def test_nothing_is_executed_twice_not_even_what_failed(book: Book) -> None:
    entries = book.executions()
    assert entries
    done = book.command("jupyterlab_cache.cli.main", "run", "--json", code=1)
    results = {Path(item["path"]).stem: item["result"] for item in json.loads(done.stdout)}
    failed = {name for name, result in results.items() if result == "failed"}
    assert failed == FAILING
    assert {results[name] for name in results.keys() - failed} == {"fresh"}
    assert book.executions() == entries


@pytest.fixture(scope="module")
def expected(book: Book) -> dict[str, str]:
    """The pages that myst-nb makes of its own execution."""
    built = book.build("-j", "2", "-D", "extensions=myst_nb", "-D", "nb_execution_mode=force")
    assert built.executed() == {path.stem for path in book.docs.glob("*.ipynb")}
    return pages(book)


@pytest.mark.xdist_group("public-books")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("way", WAYS)
def test_pages_are_those_of_an_execution_and_nothing_is_executed(
    book: Book, expected: dict[str, str], way: str
) -> None:
    before, options, executed = WAYS[way]
    entries = book.executions()
    if before:
        book.command("jupyterlab_cache.cli.main", *before)
    built = book.build("-E", *options)
    assert built.executed() == executed
    assert book.executions() == entries
    found = pages(book)
    different = [name for name in expected if found[name] != expected[name]]
    assert different == []


def pages(book: Book) -> dict[str, str]:
    """The body of each page, without what is volatile."""
    found = {}
    for path in book.docs.glob("*.ipynb"):
        body = book.page(path.stem).partition('<div class="body"')[2]
        assert body
        for pattern, instead in VOLATILE:
            body = pattern.sub(instead, body)
        found[path.stem] = body
    return found


def without_outputs(content: bytes) -> str:
    """A notebook that nobody executed: myst-nb leaves old outputs behind a cell that fails."""
    notebook = json.loads(content)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    return json.dumps(notebook)


def download(target: Path) -> None:
    names = ",".join(package.partition("==")[0] for package in PACKAGES)
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"),
            *("--no-binary", names, "--dest", str(target), *PACKAGES),
        ],
        check=True,
    )


def notebooks(downloaded: Path) -> list[tuple[Path, bytes]]:
    found = []
    for package, wanted in PACKAGES.items():
        (archive,) = downloaded.glob(f"{package.replace('==', '-')}.tar.gz")
        with tarfile.open(archive) as files:
            for member in files:
                name = member.name.partition("/")[2]
                content = files.extractfile(member) if name in wanted else None
                if content is not None:
                    found.append((Path(name), content.read()))
    return found
