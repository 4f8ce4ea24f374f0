"""Pages as mystmd reads them, as far as that decides what it executes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from ...notebooks import document as documents
from ...notebooks.code_key import EXECUTION_TAGS, execution_flags, normalise_source
from ...notebooks.errors import one_line
from ...notebooks.expressions import inline_expressions
from ..jupyter_cache.reading import header_of, read_text
from ..other_cache import NotExportable
from .key import SPACE, Executable, has_tag, key_of, without_options

_RAISES, _SKIPPED = EXECUTION_TAGS
_DIRECTIVE = re.compile(r"\s*\{\s*([^}]+)\s*\}\s*(.*)")
_COLON_OPTION = re.compile(r":(?P<option>[^:\s]+?):(\s*(?P<value>.*))?\s*")
_EVAL = re.compile(r"(?<!\\)\{\s*eval\s*\}(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_NESTED = re.compile(r"\{\s*code-cell\b")
_TAG_ENDS = re.compile(r"[,\s]")


class Page(msgspec.Struct, frozen=True):
    """A page of a book.

    Attributes:
        node: As an nbformat 4 node.
        kernelspec: From its header or metadata.
        executables: What mystmd executes.
        key: Under which it looks for the results.
    """

    node: Any
    kernelspec: Mapping[str, Any]
    executables: tuple[Executable, ...]
    key: str


def read_page(notebook: Path, environment: Mapping[str, str]) -> Page:
    """Read a saved notebook as mystmd does.

    Args:
        notebook: Its absolute path.
        environment: The variables that mystmd will have.

    Raises:
        NotExportable: mystmd does not execute it, or more than what is known of it.
        NotebookError: It cannot be read.
    """
    node = documents.with_stored_sources(documents.load(notebook))
    texts = [cell.get("source", "") for cell in node.cells if cell.get("cell_type") == "markdown"]
    if any(map(_NESTED.search, texts)):
        raise NotExportable("it has a code cell inside another directive or list")
    if notebook.suffix == ".md":
        headers = [header_of(read_text(notebook))]
        code = list(_fences(read_text(notebook)))
    elif notebook.suffix == ".ipynb":
        first = node.cells[0] if node.cells else {}
        is_text = first.get("cell_type") == "markdown"
        headers = [header_of(first["source"]) if is_text else {}, node.metadata]
        code = list(_cells(node))
    else:
        raise NotExportable("mystmd reads .ipynb and .md only")
    kernelspec, execute = _page_header(headers)
    cells = [_cell(source, tags) for source, tags in code]
    _compare(cells, [source for source, _ in code], documents.code_cells_with_blank(node))
    executables = tuple(_executables(node, cells))
    if executables and kernelspec is None:
        raise NotExportable("mystmd executes only what names its kernelspec")
    if execute.get("cache") is False:
        raise NotExportable("its header says `execute: cache: false`")
    variables = execute.get("depends_on_env")
    depends = {
        name: environment.get(name)
        for name in (variables if isinstance(variables, list) else ())
        if isinstance(name, str)
    }
    spec = kernelspec or {}
    return Page(node, spec, executables, key_of(str(spec.get("name")), executables, depends))


def _page_header(
    headers: list[Mapping[str, Any]],
) -> tuple[Mapping[str, Any] | None, Mapping[str, Any]]:
    """The kernelspec and the word on execution; the first header that has one decides."""
    spec: Mapping[str, Any] | None = None
    execute: Mapping[str, Any] = {}
    for header in reversed(headers):
        jupyter = header.get("jupyter")
        for found in (header, jupyter if isinstance(jupyter, Mapping) else {}):
            named = found.get("kernelspec")
            if isinstance(named, Mapping) and isinstance(named.get("name", "python3"), str):
                spec = {"name": "python3", **named}
        word = header.get("execute")
        execute = word if isinstance(word, Mapping) else execute
    return spec, execute


class _Cell(msgspec.Struct, frozen=True):
    """A code cell: its code without options, and what its tags say of its execution."""

    content: str
    raises: bool
    skipped: bool


_NOTHING = _Cell("", raises=False, skipped=True)


def _executables(node: Any, code: list[_Cell]) -> Iterator[Executable]:
    """Code cells and expressions in the order of the document."""
    rest = iter(enumerate(code))
    expressions: int = 0
    for cell in node.cells:
        if cell.get("cell_type") == "code":
            place, found = next(rest, (0, _NOTHING))
            if not found.skipped:
                yield Executable("block", found.content, found.raises, place)
        elif cell.get("cell_type") == "markdown":
            source = normalise_source(cell.get("source", ""))
            known = inline_expressions(source)
            # It evaluates each as often as it stands there.
            written = [match[2] for match in _EVAL.finditer(source)]
            if list(dict.fromkeys(written)) != known:
                raise NotExportable("mystmd reads other expressions in its text")
            for expression in written:
                place = expressions + known.index(expression)
                yield Executable("inlineExpression", expression, raises=False, place=place)
            expressions += len(known)


def _cell(source: str, tags: object) -> _Cell:
    content, options = without_options(source) if source else (source, {})
    tags = options.get("tags", tags)
    return _Cell(content, has_tag(tags, _RAISES), has_tag(tags, _SKIPPED))


def _cells(node: Any) -> Iterator[tuple[str, object]]:
    """Code and tags of the code cells of a notebook, without an empty cell at its end."""
    cells = node.cells
    if len(cells) > 1 and not cells[-1].get("source"):
        cells = cells[:-1]
    for cell in cells:
        if cell.get("cell_type") == "code":
            yield cell["source"], cell["metadata"].get("tags")


def _fences(text: str) -> Iterator[tuple[str, object]]:
    """Code and tags of the code cells of a MyST Markdown page."""
    from jupytext.myst import get_parser

    level = 0
    for token in get_parser().parse(text + "\n"):
        level += token.nesting
        match = _DIRECTIVE.fullmatch(token.info) if token.type == "fence" else None
        if match is None or match[1].strip() != "code-cell":
            continue
        if level != 0:
            raise NotExportable("it has a code cell inside another directive or list")
        yield _directive(token.content)


def _directive(content: str) -> tuple[str, object]:
    """Body and tags of a code cell's directive."""
    import yaml

    lines = content.split("\n") if content.strip(SPACE) else []
    options: Mapping[str, Any] = {}
    if lines and lines[0].rstrip(SPACE) == "---":
        fences = [number for number, line in enumerate(lines) if line.rstrip(SPACE) == "---"]
        end = fences[1] if len(fences) > 1 else len(lines)
        try:
            value = yaml.safe_load("\n".join(lines[1:end]))
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            raise NotExportable(f"the options of a cell are no YAML ({one_line(error)})") from error
        if isinstance(value, dict) and value:
            options = value
            lines = [line for line in lines[end + 1 :] if line.rstrip(SPACE) != "---"]
    else:
        found: dict[str, str] = {}
        while lines and (match := _COLON_OPTION.fullmatch(lines[0])):
            found.setdefault(match["option"], match["value"] or "")
            lines = lines[1:]
        options = found
    while lines and not lines[0].strip(SPACE):
        lines = lines[1:]
    tags = options.get("tags", options.get("tag"))
    # It takes a text only, be it a list in brackets.
    return "\n".join(lines).rstrip(SPACE), _tags(tags) if isinstance(tags, str) else None


def _tags(text: str) -> object:
    import yaml

    value: object = text
    if text.startswith("[") and text.endswith("]"):
        try:
            value = yaml.safe_load(text)
        except (yaml.YAMLError, ValueError, RecursionError):
            return None
    if isinstance(value, str):
        return [tag for tag in _TAG_ENDS.split(value) if tag]
    if isinstance(value, list) and all(isinstance(tag, str) for tag in value):
        return [tag.strip(SPACE) for tag in value]
    return None


def _compare(cells: list[_Cell], sources: list[str], executed: list[Any]) -> None:
    """Refuse a page that mystmd would execute in another way than it was.

    Raises:
        NotExportable: It reads other code or other tags.
    """
    ours = [cell["source"].strip() for cell in executed]
    theirs = [source.strip() for source in sources]
    # An empty cell at the end of a notebook is none to mystmd.
    if ours[: len(theirs)] != theirs or any(ours[len(theirs) :]):
        raise NotExportable("mystmd reads other code in it")
    for cell, read in zip(executed, cells, strict=False):
        flags = execution_flags(cell["metadata"].get("tags"))
        if (_RAISES in flags, _SKIPPED in flags) != (read.raises, read.skipped):
            raise NotExportable("mystmd reads other tags in it; write `:tags: [one, two]`")


def context_of(page: Page, notebook: Path, created: str, seconds: float) -> dict[str, Any]:
    """What mystmd notes of an execution.

    Args:
        page: The page.
        notebook: Its path.
        created: When it ended, as ISO 8601 has it.
        seconds: How long it took.
    """
    spec = json.loads(json.dumps(page.kernelspec, default=str))
    return {
        "kernelspec": spec,
        "path": notebook.name,
        "timestamp": created,
        "duration_ms": round(seconds * 1000),
    }
