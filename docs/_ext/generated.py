"""A Sphinx extension that writes the pages which are made from code, and leads links to sources."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from commands_page import commands_page
from rest_page import rest_page
from settings_page import settings_page
from sphinx.application import Sphinx

_PAGES = {
    "settings.md": settings_page,
    "http.md": rest_page,
    "command-line.md": commands_page,
}
_OUTSIDE = re.compile(r"\]\(\.\./([^)\s]+)\)")


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect to Sphinx."""
    app.add_config_value("source_repository", "", "env", str)
    app.connect("config-inited", lambda app, _: write_pages(Path(app.srcdir)))
    app.connect("source-read", _lead_outside)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def write_pages(folder: Path) -> None:
    """Write what is made from code; a page that is still the same stays as it is.

    Args:
        folder: Where the site's sources are.
    """
    target = folder / "reference" / "generated"
    target.mkdir(parents=True, exist_ok=True)
    for name, make in _PAGES.items():
        path, text = target / name, make()
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")


def _lead_outside(app: Sphinx, docname: str, source: list[str]) -> None:
    """Links to files beside the pages lead to the repository: GitHub has them, the site has not."""
    if "/" not in docname:
        base = f"{app.config.source_repository}/blob/main"
        source[0] = _OUTSIDE.sub(rf"]({base}/\1)", source[0])
