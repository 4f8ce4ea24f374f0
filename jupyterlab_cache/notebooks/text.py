"""Text notebooks: Markdown and scripts that jupytext reads as notebooks."""

from __future__ import annotations

import io
import os
import re
import stat
from pathlib import Path
from typing import Any

from .errors import NotebookInvalid, one_line
from .regular_files import read_regular

_MARKDOWN_SUFFIXES = (".md", ".markdown", ".Rmd")
_COMMENTS = {
    "#": ".py .R .r .jl .sh .sage .coco .gp .ps1 .resource .robot .sos .tcl .xsh",
    "//": ".cpp .cs .do .fs .fsx .go .groovy .java .js .rs .scala .ts",
    ";;": ".clj .scm .ss",
    ";": ".pro",
    "--": ".hs .lua",
    "%": ".lgt .logtalk .m",
    "/": ".q",
}
_COMMENT_OF = {suffix: mark for mark, some in _COMMENTS.items() for suffix in some.split()}

TEXT_SUFFIXES = (*_MARKDOWN_SUFFIXES, *_COMMENT_OF)
"""Files that may be text notebooks; whether they are, their header tells."""

_HEAD_BYTES = 16384
_LARGEST = 16 * 1024**2
_FENCE = re.compile(r"---\s*")
_ENCODING = re.compile(r"#.*?coding[:=]\s*[-\w.]+")
_HEADER_KEY = re.compile(r"\s*(jupytext|kernelspec)\s*:")
# A block of YAML, which may stand in comments; what is nested in it is indented more.
_KERNELSPEC = re.compile(r"^(?P<indent>(?:# ?)? *)kernelspec:[ ]*\n(?:(?P=indent) +.*\n)+", re.M)
_KERNEL_NAME = re.compile(r"^(?P<indent>(?:# ?)? +)name:[ ]*(?P<name>\S+)[ ]*\n", re.M)
# Jupytext hands these to programs of their own; reading a file must not start any.
_FOREIGN_FORMATS = frozenset({"pandoc", "quarto", "marimo"})


def is_text_notebook(place: Path | str) -> bool:
    """Whether a file is text whose header names jupytext or a kernelspec; only its head is read."""
    path = Path(place)
    if path.suffix not in TEXT_SUFFIXES:
        return False
    try:
        return stat.S_ISREG(os.stat(path).st_mode) and has_header(path)
    except (OSError, ValueError):
        return False


def has_header(path: Path) -> bool:
    """Whether a file's header names jupytext or a kernelspec; only its head is read.

    Raises:
        OSError: It cannot be read.
    """
    head = read_regular(path, _HEAD_BYTES, head=True)
    header = _header(head.decode("utf-8", "replace"), path.suffix)
    return any(_HEADER_KEY.match(line) for line in header)


def load_text(path: Path) -> Any:
    """A text notebook as an nbformat 4 node, without outputs.

    Raises:
        NotebookInvalid: It cannot be read.
    """
    import jupytext
    from jupytext.formats import read_format_from_metadata

    try:
        text = _text_of(read_regular(path, _LARGEST))
        name = read_format_from_metadata(text, path.suffix)
        if name not in _FOREIGN_FORMATS:
            return jupytext.reads(with_display_name(text), fmt={"extension": path.suffix})
    except OSError as error:
        raise NotebookInvalid(f"{path.name} cannot be read: {one_line(error.strerror)}") from error
    except Exception as error:  # whatever a reader of free text may raise
        reason = one_line(error)
        raise NotebookInvalid(
            f"{path.name} cannot be read as a text notebook ({reason}); correct its header."
        ) from error
    raise NotebookInvalid(
        f"{path.name} is in jupytext's format {name}, which is not supported; convert it with "
        "`jupytext --to ipynb`."
    )


def with_display_name(text: str) -> str:
    """A text whose kernelspec has a display name, as jupytext demands and other readers do not.

    Args:
        text: A text notebook, with line feeds only.
    """
    match = _KERNELSPEC.search(text[:_HEAD_BYTES])
    if match is None or "display_name:" in match[0]:
        return text
    name = _KERNEL_NAME.search(match[0])
    if name is None:
        return text
    at = match.start() + name.end()
    return f"{text[:at]}{name['indent']}display_name: {name['name']}\n{text[at:]}"


def _text_of(data: bytes) -> str:
    return io.TextIOWrapper(io.BytesIO(data), encoding="utf-8").read()


def _header(text: str, suffix: str) -> list[str]:
    """The lines between the fences of a header, which has to come first; empty without one."""
    lines = text.splitlines()
    if suffix in _MARKDOWN_SUFFIXES:
        if lines and lines[0].startswith("<!--"):
            lines = lines[1:]
        while lines and not lines[0].strip():
            lines = lines[1:]
    else:
        lines = _comments(lines, _COMMENT_OF[suffix])
    if not lines or not _FENCE.fullmatch(lines[0]):
        return []
    for number, line in enumerate(lines[1:], 1):
        if _FENCE.fullmatch(line):
            return lines[1:number]
    return []


def _comments(lines: list[str], mark: str) -> list[str]:
    """The comment that a script begins with, without its marks."""
    if lines and lines[0].startswith("#!"):
        lines = lines[1:]
    if lines and _ENCODING.match(lines[0]):
        lines = lines[1:]
    comment = []
    for line in lines:
        if not line.startswith(mark):
            break
        comment.append(line.removeprefix(mark).removeprefix("'").removeprefix(" "))
    return comment
