"""What sets parameters, through the real interpreters: values come out as they went in."""

from __future__ import annotations

import re
import subprocess
from tempfile import NamedTemporaryFile
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from IPython.core.inputtransformer2 import TransformerManager

from jupyterlab_cache.execution.parameter_code import assignments
from jupyterlab_cache.notebooks.parameters import ParametersInvalid, parameters_of

NASTY = [
    "'",
    '"',
    "'''",
    '"""',
    "\\",
    "\\'",
    '\\"; x = 1',
    "a\nb",
    "a\r\nb",
    "\t\tcomplete",
    "$(touch HERE)",
    "`touch HERE`",
    "${HOME}",
    "'; touch HERE; '",
    '"; system("touch HERE"); "',
    "\x03\ntouch HERE\n",
    "\x04",
    "\x1b[A\n",
    "!!",
    "!touch HERE",
    "%run x",
    "what?",
    "{x}",
    "ü€😀\u2028\x85",
    "#",
    " leading and trailing ",
    "",
    "x" * 12_000,
    "ü'" * 6_000,
]
NO_NUL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
TEXTS = st.sampled_from(NASTY) | NO_NUL
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
# To find a smaller example takes hundreds of processes.
SLOW = (Phase.explicit, Phase.generate)
WHOLE = st.integers(-(2**53), 2**53)


def nested(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
        max_leaves=10,
    )


def code(language: str, **values: Any) -> str:
    return assignments(language, parameters_of(values, "here"))


def typed(value: Any) -> str:
    """A value with its types: 1, 1.0 and True are not the same here."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{key!r}:{typed(item)}" for key, item in sorted(value.items())) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(typed, value)) + "]"
    return f"{type(value).__name__} {value!r}"


@given(
    nested(
        st.none()
        | st.booleans()
        | st.integers(-(2**63) + 1, 2**63 - 1)
        | FLOATS
        | TEXTS
        | st.just("\0")
    )
)
def test_python_reads_every_value(value: Any) -> None:
    source = code("python", name=value)
    # As IPython sees it, with magics and help; it adds a line's end.
    transformed = TransformerManager().transform_cell(source)
    assert transformed.removesuffix("\n") == source
    assert len(source.splitlines()) == 2
    namespace: dict[str, Any] = {}
    exec(transformed, namespace)
    assert typed(namespace["name"]) == typed(value)


# Writes a value so that nothing of it is lost: code points, and doubles in hexadecimal.
_SHOW_IN_R = r"""
show <- function(x) {
  if (is.null(x)) "none"
  else if (is.list(x) && length(x) == 0) if (is.null(names(x))) "[]" else "{]"
  else if (is.list(x)) {
    keys <- if (is.null(names(x))) rep("", length(x)) else paste0(sapply(names(x), text), "=")
    paste0(if (is.null(names(x))) "[" else "{", paste0(keys, sapply(x, show), collapse = ","), "]")
  }
  else if (is.logical(x)) paste0("bool ", x)
  else if (is.character(x)) text(x)
  else sprintf("number %a", x)
}
text <- function(x) paste0("text ", paste(utf8ToInt(enc2utf8(x)), collapse = " "))
"""


def _as_r_shows(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return f"bool {str(value).upper()}"
    if isinstance(value, str):
        return f"text {' '.join(str(ord(char)) for char in value)}"
    if isinstance(value, (int, float)):
        return f"number {float(value).hex()}"
    if isinstance(value, dict):
        pairs = (f"{_as_r_shows(key)}={_as_r_shows(value[key])}" for key in sorted(value))
        return "{" + ",".join(pairs) + "]"
    return "[" + ",".join(map(_as_r_shows, value)) + "]"


def _number(match: re.Match[str]) -> str:
    return f"number {float.fromhex(match[1]).hex()}"


@settings(max_examples=6, phases=SLOW, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(nested(st.none() | st.booleans() | WHOLE | FLOATS | TEXTS), min_size=10, max_size=40)
)
def test_r_reads_every_value(values: list[Any]) -> None:
    lines = [_SHOW_IN_R]
    for value in [*values, *NASTY, 1e308, 5e-324, 0.1, {"": {"if": [None]}}, [], {}]:
        # NULL removes a name that is assigned in a list, but not this one.
        lines += [code("R", name=value), "writeLines(show(name))"]
    with NamedTemporaryFile("w", suffix=".R", encoding="ascii") as script:
        script.write("\n".join(lines))
        script.flush()
        done = subprocess.run(
            ["Rscript", "--vanilla", script.name], capture_output=True, text=True, timeout=120
        )
    assert done.returncode == 0, done.stderr[-2000:]
    shown = [
        re.sub(r"number (\S+?)(?=[,\]]|$)", _number, line) for line in done.stdout.splitlines()
    ]
    expected = [*values, *NASTY, 1e308, 5e-324, 0.1, {"": {"if": [None]}}, [], {}]
    assert shown == [_as_r_shows(value) for value in expected]


def _as_bash_has_it(value: Any) -> str:
    words = {None: "", True: "true", False: "false"}
    if value is None or isinstance(value, bool):
        return words[value]
    return str(value)


BASH_VALUES = st.none() | st.booleans() | WHOLE | FLOATS | TEXTS


@settings(max_examples=20, phases=SLOW, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(BASH_VALUES, max_size=20), st.lists(BASH_VALUES, max_size=5))
def test_bash_reads_every_value(values: list[Any], items: list[Any]) -> None:
    lines: list[str] = []
    values = [*values, *NASTY]
    for value in values:
        lines += [code("bash", name=value), r"printf '%s\0' " + '"$name"', "unset name"]
    lines += [code("bash", name=items), r"printf '%s\0' " + '"${#name[@]}" "${name[@]}"']
    done = subprocess.run(
        ["bash", "--norc"],
        input="\n".join(lines).encode(),
        capture_output=True,
        timeout=60,
        # Values are bytes, whatever the locale.
        env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
    )
    assert done.stderr == b""
    expected = [*map(_as_bash_has_it, values), str(len(items)), *map(_as_bash_has_it, items)]
    # printf writes one empty item where an array has none.
    assert done.stdout.decode().split("\0")[: len(expected)] == expected


@given(nested(st.none() | st.booleans() | st.integers(-(2**63) + 1, 2**63 - 1) | FLOATS | TEXTS))
def test_julia_gets_nothing_but_literals(value: Any) -> None:
    source = code("julia", name=value)
    assert source.isascii() and len(source.splitlines()) == 2
    literal = r'"(?:[^"\\$`\n]|\\U[0-9a-f]{8})*"'
    rest = re.sub(literal, "text", source.splitlines()[1])
    assert re.fullmatch(r"name = [\w\[\](), =>.+-]*", rest)


def test_julia_reads_texts_back_by_its_rules() -> None:
    (line,) = code("julia", name='a$(run(`x`))"\\\n😀').splitlines()[1:]
    read = re.sub(r"\\U([0-9a-f]{8})", lambda match: chr(int(match[1], 16)), line)
    assert line.count("$") == 0 and line.count("`") == 0
    assert read == 'name = "a$(run(`x`))"\\\n😀"'
    assert code("julia", name=[1, {"a": None}]).endswith('name = [1, Dict("a" => nothing)]')


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("python", "class"),
        ("python", "None"),
        ("python", "a.b"),
        ("python", "a²"),
        ("R", "if"),
        ("R", "_a"),
        ("R", "größe"),
        ("bash", "a.b"),
        ("bash", "PROMPT_COMMAND"),
        ("bash", "RANDOM"),
        ("bash", "größe"),
        ("julia", "end"),
        ("julia", "a.b"),
    ],
)
def test_names_that_the_language_does_not_have_are_refused(language: str, name: str) -> None:
    with pytest.raises(ParametersInvalid, match=re.escape(repr(name))):
        code(language, **{name: 1})


@pytest.mark.parametrize(
    ("language", "value"),
    [
        ("bash", {"a": 1}),
        ("bash", [[1]]),
        ("bash", "a\0b"),
        ("R", "a\0b"),
        ("R", 2**53 + 1),
    ],
)
def test_values_that_the_language_does_not_have_are_refused(language: str, value: Any) -> None:
    with pytest.raises(ParametersInvalid, match="Parameter name: "):
        code(language, name=value)


def test_a_language_that_is_not_known_is_refused() -> None:
    with pytest.raises(ParametersInvalid, match=r"'scala'.*Python, R, bash, Julia"):
        code("scala", name=1)
