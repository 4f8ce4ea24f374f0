"""The documentation site is built without a warning, from the cache, and has no dead links."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).resolve().parent.parent
USED = ["docs", "schema", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "pyproject.toml"]
EXECUTED = re.compile(r"^jupyterlab-cache: executed (\S+)", re.M)


def build(project: Path, site: Path, *options: str) -> set[str]:
    """Build the site and give the notebooks that were executed for it."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "sphinx", "--color", *options),
            *("-b", "html", "-d", str(site.with_suffix(".doctrees")), "docs", str(site)),
        ],
        cwd=project,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return set(EXECUTED.findall(re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)))


class Page(HTMLParser):
    """The links and anchors of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors = {""}
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.anchors |= {found[name] or "" for name in ("id", "name") if name in found}
        for name in ("href", "src"):
            if found.get(name):
                self.links.append(found[name] or "")


def dead_links(site: Path) -> list[str]:
    # What the theme brings along are templates.
    found = (path for path in site.rglob("*.html") if "_static" not in path.parts)
    pages = {path: Page(path) for path in found}
    dead = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            place = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            anchor = unquote(parts.fragment)
            known = pages[place].anchors if place in pages else {"", anchor}
            if not place.exists() or anchor not in known:
                dead.append(f"{path.relative_to(site)}: {link}")
    return dead


@pytest.mark.timeout(400)
def test_the_site_is_built_from_the_cache(tmp_path: Path) -> None:
    project = tmp_path / "project"
    for name in USED:
        source, target = ROOT / name, project / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        elif source.exists():
            shutil.copy(source, target)
    shutil.rmtree(project / "docs" / "reference" / "generated", ignore_errors=True)

    first = build(project, tmp_path / "first", "-W", "--keep-going")
    assert first == {"docs/comparison.ipynb", "docs/howto/reading-a-verdict.md"}
    assert dead_links(tmp_path / "first") == []
    page = (tmp_path / "first" / "howto" / "reading-a-verdict.html").read_text("utf-8")
    assert ">'Sat'\n" in unescape(page) and "<img" in page
    # Sphinx begins anew and remembers nothing; the cache has all outputs. (References take long.)
    no_references = "exclude_patterns=_ext,ci,reference"
    assert build(project, tmp_path / "second", "-D", no_references) == set()

    rides = project / "docs" / "howto" / "rides.csv"
    rides.write_text(rides.read_text().replace("Sun,604", "Sun,999"))
    assert build(project, tmp_path / "first", "-W") == {"docs/howto/reading-a-verdict.md"}
    page = (tmp_path / "first" / "howto" / "reading-a-verdict.html").read_text("utf-8")
    assert ">'Sun'\n" in unescape(page)
