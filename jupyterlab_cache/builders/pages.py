"""Documents of a Sphinx project as myst-nb reads them."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

from myst_nb.core.read import create_nb_reader
from sphinx.errors import SphinxError
from sphinx.util import get_filetype

from ..notebooks.digests import DocumentDigests
from ..notebooks.document import digests_of
from .book import Page

_EVAL_DIRECTIVE = re.compile(
    r"^[ \t>]*(?:`{3,}|~{3,}|:{3,})[ \t]*\{eval(?::[a-z]+)?\}", re.MULTILINE
)

IsSaved = Callable[[Path, DocumentDigests], bool]


def read_page(env: Any, docname: str, is_saved: IsSaved) -> Page | None:
    """What myst-nb will want to show, before it reads the document; None where nothing of ours is.

    Args:
        env: Sphinx's build environment.
        docname: The document.
        is_saved: Whether the cache reads the same in the file.
    """
    path = Path(env.doc2path(docname))
    try:
        if get_filetype(env.config.source_suffix, str(path)) != "myst-nb":
            return None
        text = path.read_text("utf-8-sig")
        reader = create_nb_reader(str(path), env.myst_config, env.mystnb_config, text)
        notebook = None if reader is None else reader.read(text)
    except (SphinxError, OSError, ValueError, KeyError, AttributeError):
        return None  # myst-nb says it better when it comes to it
    if notebook is None:
        return None
    config = env.mystnb_config
    _use_alias(notebook, config.kernel_rgx_aliases)
    with contextlib.suppress(TypeError, ValueError):  # as above
        config = config.copy(**notebook.metadata.get(config.metadata_key, {}))
    return page_for(path, notebook, config, is_saved)


def _use_alias(notebook: Any, aliases: dict[str, str]) -> None:
    kernel = notebook.metadata.get("kernelspec", {})
    for pattern, alias in (aliases or {}).items():
        if kernel.get("name") and re.fullmatch(pattern, kernel["name"]):
            kernel["name"] = alias
            break


def _needs_live_kernel(notebook: Any) -> bool:
    """Whether expressions stand where only myst-nb executes them: in directives."""
    texts = (cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    return any(map(_EVAL_DIRECTIVE.search, texts))


def page_for(path: Path | None, notebook: Any, config: Any, is_saved: IsSaved) -> Page | None:
    """What myst-nb wants to show; None where it does without us.

    Args:
        path: The document's file; None where there is none.
        notebook: What myst-nb read in it.
        config: Its configuration, with what the document says of itself.
        is_saved: Whether the cache reads the same in the file.
    """
    if path is None or config.execution_mode == "off":
        return None
    if config.execution_mode == "inline" and _needs_live_kernel(notebook):
        return None
    place = PurePosixPath(path.as_posix())
    if any(map(place.match, config.execution_excludepatterns or ())):
        return None
    own = notebook.metadata.get("execution", {})  # as jupyter-cache reads it for myst-nb
    timeout = own.get("timeout", config.execution_timeout)
    document = digests_of(notebook)
    return Page(
        path=path,
        document=document,
        is_saved=is_saved(path, document),
        timeout=float(timeout) if timeout and timeout > 0 else None,
        allow_errors=bool(own.get("allow_errors", config.execution_allow_errors)),
        isolated=bool(config.execution_in_temp),
        force=config.execution_mode == "force",
    )
