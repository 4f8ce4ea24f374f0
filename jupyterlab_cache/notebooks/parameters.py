"""Parameters of a notebook: names and JSON values, in one form for equal ones."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from .code_key import well_formed
from .errors import NotebookInvalid

Parameters = tuple[tuple[str, str], ...]
"""Names in order, each with its value as canonical JSON: equal parameters are equal tuples."""

NO_PARAMETERS: Parameters = ()

LARGEST_NUMBER = 2**63 - 1
"""The largest whole number that a parameter can be."""

_MOST_VALUES = 100_000
_MOST_CHARACTERS = 1_000_000
_DEEPEST = 32
_NAME = re.compile(r"[^\W\d][\w.]{0,199}|\.[^\W\d][\w.]{0,199}")


class ParametersInvalid(NotebookInvalid):
    """Parameters that cannot be given to a notebook; the text says why and what to do."""


def parameters_of(value: object, where: str) -> Parameters:
    """Check parameters and bring them into their canonical form.

    Whether a name can be one of a variable is decided by the notebook's language, when it is
    executed; here only what no language allows is refused.

    Args:
        value: The mapping from names to values, as JSON, YAML, TOML or Python gave it.
        where: What to call it in an error.

    Raises:
        ParametersInvalid: It is no such mapping, or a value is not one that JSON can hold.
    """
    if not isinstance(value, Mapping):
        raise ParametersInvalid(f"{where} has to be a mapping, such as {{alpha: 0.6}}.")
    check = _Check()
    found: dict[str, str] = {}
    for name, item in value.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise ParametersInvalid(
                f"{where}: {_shown(name)} is no name of a variable; use letters, digits and '_'."
            )
        found[name] = _json(check.plain(item, f"{where}: {name}", _DEEPEST))
    if sum(map(len, found.values())) > _MOST_CHARACTERS:
        raise ParametersInvalid(f"{where} is too large; put it into a file, and name that.")
    return tuple(sorted(found.items()))


class _Check:
    """Values so far: a few lines of YAML can stand for billions."""

    def __init__(self) -> None:
        self._count = 0

    def plain(self, value: object, where: str, depth: int) -> Any:
        """A value made of nothing but what JSON has."""
        self._count += 1
        if depth == 0 or self._count > _MOST_VALUES:
            raise ParametersInvalid(f"{where} is too large or nested too deep; name a file.")
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            if value != well_formed(value):
                raise ParametersInvalid(f"{where} is no valid Unicode.")
            return str(value)
        if isinstance(value, int):
            if abs(value) > LARGEST_NUMBER:
                raise ParametersInvalid(f"{where} has more than 64 bits; give it as text.")
            return int(value)
        if isinstance(value, float):
            if not math.isfinite(value):
                raise ParametersInvalid(f"{where} is {value}, which JSON cannot hold; use text.")
            return float(value)
        if isinstance(value, (list, tuple)):
            return [self.plain(item, where, depth - 1) for item in value]
        if isinstance(value, Mapping):
            if not all(isinstance(key, str) and key == well_formed(key) for key in value):
                raise ParametersInvalid(f"{where} has a key that is no text.")
            return {str(key): self.plain(item, where, depth - 1) for key, item in value.items()}
        raise ParametersInvalid(
            f"{where} is of the type {type(value).__name__}; give a text, a number, true, false, "
            "null, a list or a mapping."
        )


def _json(value: object) -> str:
    return json.dumps(
        value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    )


def merged(*places: Parameters) -> Parameters:
    """The parameters of several places together; a later one outdoes those before it."""
    return tuple(sorted(dict(pair for place in places for pair in place).items()))


def values_of(parameters: Parameters) -> dict[str, Any]:
    """Names and values as JSON has them; mappings are in the order of their keys."""
    return {name: json.loads(text) for name, text in parameters}


def text_of(parameters: Parameters) -> str:
    """All parameters as one canonical JSON text."""
    return "{" + ",".join(f"{_json(name)}:{text}" for name, text in parameters) + "}"


def guessed(text: str) -> str | int | float | bool | None:
    """The value that a word of the command line means, as papermill guesses it.

    Args:
        text: The word: ``True``, ``False``, ``None``, a number as Python writes it, or a text.
    """
    constants = {"True": True, "False": False, "None": None}
    if text in constants:
        return constants[text]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _shown(value: object) -> str:
    text = repr(value)
    return well_formed(text if len(text) <= 80 else text[:79] + "…")
