"""``jupyter cache git-filter strip``: outputs out of files, where the cache has them."""

from __future__ import annotations

import click

from ..notebooks.document import replace
from ..notebooks.reader import digests_of_bytes, read_bytes
from ..notebooks.stripping import stripped
from ..notebooks.text import is_text_notebook
from .common import Session, session_options
from .teaching import Taught


@click.command(
    "strip",
    cls=Taught,
    examples=(
        ("jupyter cache git-filter strip report.ipynb", "if its outputs are cached"),
        ("jupyter cache git-filter strip . --discard", "whether they are cached or not"),
    ),
    exits={0: "The files have no outputs now.", 1: "Some have outputs that are not cached."},
)
@click.argument("paths", nargs=-1, required=True, metavar="PATHS...")
@click.option("--discard", is_flag=True, help="Also outputs that are not cached.")
@session_options
def strip_command(session: Session, paths: tuple[str, ...], discard: bool) -> int:
    """Take outputs, execution counts and times out of notebooks' files.

    PATHS are notebooks or folders. For those who do not want the filter in their git: a hook of
    pre-commit does it before each commit. Outputs that no matching entry holds stay where they are,
    since they would be lost; `jupyter cache add` stores them. `jupyter cache restore` brings cached
    ones back.
    """
    results = []
    cache = session.cache
    for notebook in cache.notebooks(paths):
        if is_text_notebook(notebook):
            continue
        data = read_bytes(notebook)
        bare = stripped(data)
        path = cache.projects.relative(notebook)
        result = "unchanged"
        if bare is not data:
            bare_already = not digests_of_bytes(data, notebook.name).has_outputs
            if bare_already or discard or cache.status([notebook])[0].outputs == "same":
                replace(notebook, bare)
                result = "stripped"
            else:
                result = "not-cached"
        if result == "not-cached":
            session.say(f"not stripped {path}: its outputs are not cached; `jupyter cache add` it")
        elif result == "stripped":
            session.say(f"stripped {path}")
        results.append({"path": path, "result": result})
    session.answer(results)
    return 1 if any(item["result"] == "not-cached" for item in results) else 0
