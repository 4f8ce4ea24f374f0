"""Parameters as assignments in a kernel's language. Values are data: none of them is ever executed.

What papermill's translators leave open is refused or escaped here: names are checked, Julia's ``$``
does not interpolate, and nothing but printable ASCII gets into a string as it is.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from ..notebooks.parameters import Parameters, ParametersInvalid, values_of

_LARGEST_EXACT_DOUBLE = 2**53
_CHUNK = 300  # characters in one literal: R and terminals cut lines of more than 4,096


class Language(msgspec.Struct, frozen=True):
    """How one language writes assignments.

    Attributes:
        name: What people call it.
        is_name: Whether a text looks like the name of a variable.
        reserved: What looks like a name and is none, or has a meaning when it is assigned.
        assign: Writes one assignment; raises :class:`ParametersInvalid`.
    """

    name: str
    is_name: Callable[[str], object]
    reserved: frozenset[str]
    assign: Callable[[str, Any], str]


def assignments(language: str, parameters: Parameters) -> str:
    """Code that sets variables to the values of parameters.

    Args:
        language: As a kernelspec names it.
        parameters: Names and values.

    Raises:
        ParametersInvalid: The language is not known here, a name is none in it, or it has no
            value like this.
    """
    known = _LANGUAGES.get(language.lower())
    if known is None:
        names = ", ".join(known.name for known in _LANGUAGES.values())
        raise ParametersInvalid(
            f"Parameters cannot be set in the language {language!r}; they can in {names}."
        )
    lines = ["# Parameters"]
    for name, value in values_of(parameters).items():
        if not known.is_name(name) or name in known.reserved:
            raise ParametersInvalid(f"{name!r} cannot be set in {known.name}; rename it.")
        try:
            lines.append(known.assign(name, value))
        except ParametersInvalid as error:
            raise ParametersInvalid(f"Parameter {name}: {error}") from None
    return "\n".join(lines)


def _quoted(text: str, plain: str, escape: Callable[[str], str]) -> str:
    """A text with all characters escaped but letters, digits and some more."""
    return "".join(
        char if char.isascii() and (char.isalnum() or char in plain) else escape(char)
        for char in text
    )


_PLAIN = " _-+*/=.,:;~^@#%&|<>()[]{}?!'"


def _no_nul(text: str, language: str) -> None:
    if "\0" in text:
        raise ParametersInvalid(f"a text with the character NUL cannot be set in {language}.")


# Python


def _python(name: str, value: Any) -> str:
    # JSON values have exact literals, and the text of one has no line break.
    return f"{name} = {value!r}"


# R

_R_NAME = re.compile(r"(?:[A-Za-z]|\.(?![0-9]))[A-Za-z0-9._]*")
_R_SEPARATOR = ",\n"
_R_RESERVED = (
    "if else repeat while function for next break TRUE FALSE NULL Inf NaN NA NA_integer_ NA_real_ "
    "NA_complex_ NA_character_ in ..."
)


def _r(name: str, value: Any) -> str:
    return f"{name} <- {_r_value(value)}"


def _r_value(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        if abs(value) > _LARGEST_EXACT_DOUBLE:
            raise ParametersInvalid("R has no whole numbers beyond 2^53; give it as text.")
        return str(value)
    if isinstance(value, float):
        return value.hex()  # R reads decimals less exactly
    if isinstance(value, str):
        return _r_text(value)
    items = value.values() if isinstance(value, Mapping) else value
    listed = f"list({_R_SEPARATOR.join(map(_r_value, items))})"
    if isinstance(value, Mapping):
        names = f"c({_R_SEPARATOR.join(map(_r_text, value))})" if value else "character(0)"
        # Names of arguments cannot be empty, nor all others mean nothing to list().
        return f"structure({listed}, names = {names})"
    return listed


def _r_text(text: str) -> str:
    _no_nul(text, "R")
    chunks = [text[start : start + _CHUNK] for start in range(0, len(text), _CHUNK)] or [""]
    literals = [f'"{_quoted(chunk, _PLAIN, _r_escape)}"' for chunk in chunks]
    return literals[0] if len(literals) == 1 else f"paste0({_R_SEPARATOR.join(literals)})"


def _r_escape(char: str) -> str:
    return f"\\U{{{ord(char):x}}}"


# bash

_BASH_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Read-only, evaluated as an expression when they are set, or executed as a command later.
_BASH_RESERVED = (
    "BASHOPTS BASHPID BASH_ARGC BASH_ARGV BASH_CMDS BASH_ALIASES BASH_COMMAND BASH_COMPAT BASH_ENV "
    "BASH_LINENO BASH_SUBSHELL BASH_VERSINFO BASH_XTRACEFD COMP_CWORD DIRSTACK ENV EPOCHREALTIME "
    "EPOCHSECONDS EUID FUNCNAME GROUPS HISTCMD HISTSIZE HISTFILE HISTFILESIZE IFS LINENO OPTIND "
    "PIPESTATUS POSIXLY_CORRECT PPID PROMPT_COMMAND PS0 PS1 PS2 PS3 PS4 RANDOM SECONDS SHELLOPTS "
    "SRANDOM UID _"
)


def _bash(name: str, value: Any) -> str:
    if not isinstance(value, list):
        return "\n".join(_bash_lines(name, value))
    lines = [f"{name}=()"]
    for number, item in enumerate(value):
        lines += _bash_lines(f"{name}[{number}]", item)
    return "\n".join(lines)


def _bash_lines(target: str, value: Any) -> list[str]:
    if isinstance(value, (list, Mapping)):
        raise ParametersInvalid("bash has no mappings and no nested lists; give it as text.")
    text = _bash_word(value)
    _no_nul(text, "bash")
    chunks = [text[start : start + _CHUNK] for start in range(0, len(text), _CHUNK)] or [""]
    # A kernel may type this into a terminal, where control characters, tabs and ! have a meaning.
    literals = [f"$'{_quoted(chunk, ' _-+/=.,:@%', _bash_escape)}'" for chunk in chunks]
    return [f"{target}={literals[0]}", *(f"{target}+={more}" for more in literals[1:])]


def _bash_word(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else repr(value)


def _bash_escape(char: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in char.encode())


# Julia

_JULIA_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_JULIA_RESERVED = (
    "baremodule begin break catch const continue do else elseif end export false finally for "
    "function global if import let local macro module quote return struct true try using while in "
    "isa where nothing missing Inf NaN _ ans"
)


def _julia(name: str, value: Any) -> str:
    return f"{name} = {_julia_value(value)}"


def _julia_value(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{_quoted(value, _PLAIN, _julia_escape)}"'
    if isinstance(value, list):
        return f"[{', '.join(map(_julia_value, value))}]"
    if isinstance(value, Mapping):
        pairs = (f"{_julia_value(key)} => {_julia_value(item)}" for key, item in value.items())
        return f"Dict({', '.join(pairs)})"
    return repr(value)


def _julia_escape(char: str) -> str:
    return f"\\U{ord(char):08x}"


_LANGUAGES = {
    "python": Language("Python", str.isidentifier, frozenset(keyword.kwlist), _python),
    "r": Language("R", _R_NAME.fullmatch, frozenset(_R_RESERVED.split()), _r),
    "bash": Language("bash", _BASH_NAME.fullmatch, frozenset(_BASH_RESERVED.split()), _bash),
    "julia": Language("Julia", _JULIA_NAME.fullmatch, frozenset(_JULIA_RESERVED.split()), _julia),
}
