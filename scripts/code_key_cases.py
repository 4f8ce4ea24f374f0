"""The documents of the code key's test vectors; what they come to is computed elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from expression_vectors import hard_texts

Document = dict[str, Any]


def code(source: Any, outputs: Sequence[Any] = (), **metadata: Any) -> Document:
    """A code cell."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": metadata,
        "outputs": list(outputs),
        "source": source,
    }


def notebook(*cells: Document, kernel: Any = "python3", minor: int = 5, **extra: Any) -> Document:
    """A notebook; without a kernelspec when ``kernel`` is None."""
    metadata = dict(extra)
    if kernel is not None:
        metadata["kernelspec"] = {"name": kernel, "display_name": "Some name", "language": "x"}
    return {"nbformat": 4, "nbformat_minor": minor, "metadata": metadata, "cells": list(cells)}


def stream(text: Any, name: Any = "stdout") -> Document:
    """A stream output."""
    return {"output_type": "stream", "name": name, "text": text}


def display(data: Any, metadata: Any = None, **extra: Any) -> Document:
    """A displayed MIME bundle."""
    return {"output_type": "display_data", "data": data, "metadata": metadata or {}} | extra


def showing(*values: Any) -> Document:
    """A notebook with one cell for each JSON value, which it shows."""
    cells = [
        code(f"show({index})", [display({"application/json": value})])
        for index, value in enumerate(values)
    ]
    return notebook(*cells)


PROSE: Document = {"cell_type": "markdown", "metadata": {}, "source": "# Prose"}
RAW: Document = {"cell_type": "raw", "metadata": {"format": "text/html"}, "source": ["<b>", "x"]}
BOTH = ["raises-exception", "skip-execution"]


def code_cases() -> dict[str, Document]:
    """Documents that differ in what they execute."""
    cases = {
        "no cells": notebook(),
        "no cells and no kernelspec": notebook(kernel=None),
        "nothing but blank cells and prose": notebook(PROSE, code(""), code("\n"), RAW),
        "kernelspec is missing": notebook(code("1"), kernel=None),
        "kernelspec is null": notebook(code("1"), kernel=None, kernelspec=None),
        "kernelspec is text": notebook(code("1"), kernel=None, kernelspec="python3"),
        "kernelspec without a name": notebook(code("1"), kernel=None, kernelspec={"language": "x"}),
        "kernel's name is empty": notebook(code("1"), kernel=""),
        "kernel's name is a number": notebook(code("1"), kernel=3),
        "kernel's name with spaces and CR LF": notebook(code("1"), kernel=" k\r\n"),
        "kernel's name with a lone surrogate": notebook(code("1"), kernel="k\ud800"),
        "another kernel": notebook(code("1"), kernel="ir"),
        "one cell": notebook(code("1 + 1")),
        "source as a string": notebook(code("a = 1\na")),
        "source as lines": notebook(code(["a = 1\n", "a"])),
        "source as lines with an empty one": notebook(code(["a = 1", "", "\n", "a"])),
        "prose and raw cells around": notebook(PROSE, code("a = 1\na"), RAW),
        "CR LF": notebook(code("a = 1\r\na\r\n")),
        "CR LF across two lines": notebook(code(["a = 1\r", "\na"])),
        "CR CR LF": notebook(code("a = 1\r\r\na\r\r\r\n\n")),
        "lone CR": notebook(code("a = 1\ra\r"), code("\ra\r\r")),
        "blank cells": notebook(code(""), code(" \t\n\r\n\v\f\r"), code("x"), code([]), code([""])),
        "cells that only look blank": notebook(
            *[code(space) for space in "\u00a0\ufeff\u2003\u2028\u0085\u200b\u001c\u0000"]
        ),
        "BOM before code": notebook(code("\ufeff1")),
        "magics": notebook(
            *[code(source) for source in ("%matplotlib inline", "%%bash\nls", "!ls", "?x", "x?;")]
        ),
        "comments, spaces and semicolons": notebook(
            *[code(source) for source in ("f()  # a", "f() # a", "f()", "f();", " f()", "f()\n")]
        ),
        "accents, composed and combining": notebook(code("'\u00e9'"), code("'e\u0301'")),
        "astral characters": notebook(code("'\U0001f600\U0010ffff'"), code("'\u4e2d\ufffd\uffff'")),
        "line and paragraph separators": notebook(code("'\u2028\u2029\u0085'\v\f\u001c")),
        "NUL and other controls": notebook(code("'\u0000\u0001\u001b[0m\u007f'")),
        "lone surrogates": notebook(
            *[code(f"'{text}'") for text in ("\ud800", "\udc00", "\udc00\ud800x", "\ud83d\ud83d")]
        ),
        "halves that meet when lines are joined": notebook(
            code(["'\ud83d", "\ude00'"]), code(["'\ude00", "\ud83d'"])
        ),
        "tags": notebook(
            code("1", tags=["raises-exception"]),
            code("1", tags=["skip-execution"]),
            code("1", tags=BOTH),
            code("1", tags=BOTH[::-1]),
            code("1", tags=["a", *BOTH, "hide-input", *BOTH]),
            code("1", tags=["hide-input"]),
            code("1", tags=[]),
            code("1", tags=["Raises-Exception", "raises-exception "]),
        ),
        "malformed tags": notebook(
            *[
                code("1", tags=tags)
                for tags in (
                    None,
                    "raises-exception",
                    {"raises-exception": 1},
                    ["raises-exception", 1],
                )
            ]
        ),
        "tags elsewhere": notebook(code("1", jupyter={"tags": BOTH}), tags=BOTH),
        "metadata without effect": notebook(
            code("1", collapsed=True, trusted=True, execution={"iopub.status.idle": "2026-01-01"}),
            widgets={"application/vnd.jupyter.widget-state+json": {"state": {}}},
            language_info={"name": "python", "version": "3.11"},
        ),
        "two cells": notebook(code("1"), code("2")),
        "two cells, the other way round": notebook(code("2"), code("1")),
        "two equal cells": notebook(code("1"), code("1")),
        "two cells in one": notebook(code("1\n2")),
    }
    no_metadata = {"cell_type": "code", "source": "1"}
    cases["cell without metadata and outputs"] = notebook(no_metadata)
    cases["metadata and outputs are null"] = notebook(
        no_metadata | {"metadata": None, "outputs": None}
    )
    for minor in range(6):
        cell = code("1", [stream("1\n")])
        cases[f"nbformat 4.{minor}"] = notebook(
            cell | ({"id": "an-id"} if minor == 5 else {}), minor=minor
        )
    return cases


def prose(source: Any, **metadata: Any) -> Document:
    """A Markdown cell."""
    return {"cell_type": "markdown", "metadata": metadata, "source": source}


def held(expression: Any, **result: Any) -> Document:
    """A result of an inline expression in a cell's metadata."""
    return {"expression": expression, "result": result}


def expression_cases() -> dict[str, Document]:
    """Documents that differ in their inline expressions."""
    ok = {"status": "ok", "data": {"text/plain": "1"}, "metadata": {}}
    error = {"status": "error", "ename": "E", "evalue": "v", "traceback": ["t"]}
    return {
        "an expression": notebook(code("1"), prose("It is {eval}`x`.")),
        "an expression in other words": notebook(code("1"), prose("# A\n\nNow {eval}`x`, see?")),
        "an expression before the cell": notebook(prose("It is {eval}`x`."), code("1")),
        "two expressions": notebook(code("1"), prose("{eval}`x` {eval}`y`")),
        "two expressions in two cells": notebook(code("1"), prose("{eval}`x`"), prose("{eval}`y`")),
        "expressions between cells": notebook(
            prose("{eval}`a`"),
            code("1"),
            code(" "),
            prose("{eval}`b`"),
            code("2"),
            prose("{eval}`c`"),
        ),
        "an expression without code": notebook(prose("{eval}`1 + 1`")),
        "an expression twice in a cell": notebook(prose("{eval}`x` {eval}`x`"), prose("{eval}`x`")),
        "expressions elsewhere": notebook(RAW | {"source": "{eval}`x`"}, code("# {eval}`x`")),
        "expression over two lines": notebook(prose("{eval}`a +\r\nb`"), prose(["{ev", "al}`c`"])),
        "no expressions": notebook(
            *[
                prose(text)
                for text in (
                    "`{eval}`x``",
                    "``{eval}`x` ``",
                    "\\{eval}`x`",
                    "{eval} `x`",
                    "{Eval}`x` {evaluate}`x` {sub}`x`",
                    "{eval}`x``",
                    "{eval}` `",
                    "{eval}`x\n\ny`",
                    "```\n{eval}`x`\n```",
                    "~~~python\n{eval}`x`\n```\n{eval}`x`",
                    "> - ```\n>   {eval}`x`",
                    "% {eval}`x`",
                    "<!-- {eval}`x` -->",
                    "<!--\n\n{eval}`x`\n\n-->",
                    "a <!-- {eval}`x` --> b",
                    "```{code-block} python\n{eval}`x`\n```",
                )
            ]
        ),
        "expressions in places": notebook(
            *[
                prose(text)
                for text in (
                    "# {eval}`x`",
                    "| a | {eval}`x` |",
                    "- {eval}`x`\n- {eval}`y`",
                    "**{eval}`x`**{eval}``a`b``",
                    "\\\\{eval}`x`",
                    "```\ncode\n```\n{eval}`x`",
                    "````{note}\n```{tip} Title\n{eval}`x`\n```\n{eval}`y`\n````\n{eval}`z`",
                    "```{note}\n~~~\n{eval}`x`\n```\n{eval}`y`",
                    ":::{note}\n{eval}`x`\n:::",
                    "<!-- a -->\n{eval}`x` <!-- {eval}`y`",
                    "``` `\n{eval}`x`",
                    "    {eval}`x`",
                    "``` ``{eval}`x`",
                    "{eval}`\ud800`",
                )
            ]
        ),
        "results of expressions": notebook(
            prose("{eval}`x` {eval}`y`", user_expressions=[held("x", **ok), held("y", **error)]),
            prose("{eval}`x` {eval}`y`", user_expressions=[held("y", **ok), held("y", **error)]),
            prose("{eval}`x`", user_expressions=[held("x", status="ok", data=None)]),
            prose("{eval}`x`", user_expressions=[held("x", status="error", traceback="t")]),
            prose("{eval}`x`", user_expressions=[held("x", status="other"), held("x", **ok)]),
            prose("{eval}`x`", user_expressions=[{"expression": "x"}, 5, None, held(["x"], **ok)]),
            prose("{eval}`x`", user_expressions={"x": 1}),
            prose("{eval}`x` {eval}`y`", user_expressions=[held("z", **ok)]),
            prose("no expression", user_expressions=[held("x", **ok)]),
        ),
        "Markdown that is hard to read": notebook(*map(prose, hard_texts(400))),
    }


def output_cases() -> dict[str, Document]:
    """Documents that differ in what they show."""
    error = {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["t\n", "u"]}
    result = {"output_type": "execute_result", "execution_count": 7, "metadata": {"x": [1]}}
    unknown = {"output_type": "pyout", "text": "x"}
    return {
        "merged streams": notebook(
            code("1", [stream("a"), stream(["b\n", "c"]), stream("e", "stderr"), stream("d")]),
            code("2", [stream("ab\nc"), stream("e", "stderr"), stream("d")]),
            code("3", [stream("a"), display({}), stream("b")]),
            code("4", [stream("a"), unknown, stream("b")]),
        ),
        "streams in part": notebook(
            code("1", [{"output_type": "stream"}]),
            code("2", [stream(None)]),
            code("3", [stream(5), stream("x", None)]),
            code("4", [stream("x", ["std", "out"]), stream(["y", 1]), stream([])]),
        ),
        "carriage returns stay in outputs": notebook(code("1", [stream("10%\r20%\r\n")])),
        "lone surrogates in outputs": notebook(
            code("1", [stream("x\ud800")]),
            code("2", [stream("x\ud83d"), stream("\ude00")]),
            code("3", [display({"text/plain": ["\ud83d", "\ude00"]})]),
        ),
        "MIME bundles": notebook(
            code("1", [display({"text/plain": ["a\n", "b"], "image/png": "iVBORw0KGgo=\n"})]),
            code("2", [display({"image/png": ["iVBORw0KGgo=\n"], "text/plain": "a\nb"})]),
            code("3", [display({"text/plain": []}), display({"text/plain": ["a", 1, None]})]),
            code("4", [display({"text/html": {"a": ["b", "c"]}, "text/plain": 5})]),
            code(
                "5",
                [display({"image/svg+xml": ["<svg>", "</svg>"], "application/pdf": ["a", "b"]})],
            ),
        ),
        "results": notebook(
            code("1", [result | {"data": {"text/html": "<b>x</b>"}}]),
            code("2", [result | {"data": {"text/html": "<b>x</b>"}, "execution_count": 8}]),
            code("3", [{"output_type": "execute_result"}]),
        ),
        "display data in part": notebook(
            code("1", [display({}, transient={"display_id": "x"})]),
            code("2", [{"output_type": "display_data"}]),
            code("3", [display(None), display(["text/plain"]), display("text/plain")]),
            code("4", [display({}) | {"metadata": value} for value in (None, [], "x", 1)]),
        ),
        "metadata of outputs": notebook(
            code("1", [display({}, {"image/png": {"width": 640, "needs_background": "light"}})]),
            code("2", [display({}, {"isolated": True, "tags": ["a", "b"]})]),
        ),
        "errors": notebook(
            code("1", [error]),
            code("2", [{"output_type": "error"}]),
            code("3", [error | {"traceback": "t"}, error | {"traceback": None}]),
            code("4", [error | {"ename": ["a", "b"], "evalue": 5, "traceback": [1, None]}]),
        ),
        "outputs of no known type": notebook(
            code("1", [unknown, {}, {"output_type": None}, {"output_type": ["stream"]}]),
            code("2", []),
        ),
        "JSON types": notebook(
            code("1", [display({"application/json": ["a", "b"]})]),
            code("2", [display({"application/vnd.x+json": ["a", "b"]})]),
            code("3", [display({"application/x+JSON": ["a", "b"], "text/x+json": ["a", "b"]})]),
            code("4", [display({"application/geojson": ["a", "b"], "application/+json": ["a"]})]),
        ),
        "JSON values": showing(
            None,
            True,
            False,
            "",
            [],
            {},
            [[]],
            [{}],
            {"": []},
            "1",
            [None, False, 0],
            {"a": {"b": []}},
        ),
        "text is text": showing("a\r\nb", "\ufeffa", "\u2028", "\u0000", "\ud800\U0001f600"),
        "borders of values": showing(["ab", "c"], ["a", "bc"], [["a"], "b"], {"a": "s1:b"}),
        "order of members": showing(
            {"b": 1, "a": 2, "B": 3, "": 4, "10": 5, "9": 6, "-1": 7},
            {"\U0001f600": 1, "\ufb33": 2, "\uffff": 3, "z": 4, "\u00e9": 5},
            {"\ufb33": 2, "\U0001f600": 1, "\U0001f601": 0},
            dict.fromkeys(("\ud800", "\udfff", "\ufffd", "\ud800\ud800", "\udbff"), 1),
            {"__proto__": 1, "constructor": 2, "toString": {"__proto__": []}},
        ),
        "MIME type __proto__": notebook(code("1", [display({"__proto__": ["a", "b"], "x": "y"})])),
        "integers": showing(
            0, 1, -1, 2**31, 2**53 - 1, 2**53, 2**53 + 1, 2**53 + 3, 2**63, 2**64, -(2**70), 10**308
        ),
        "fractions": showing(
            1.0,
            -0.0,
            0.1,
            -2.5,
            1e-7,
            1e21,
            1e22,
            1 / 3,
            5e-324,
            2.2250738585072014e-308,
            1.7976931348623157e308,
        ),
    }


def json_cases() -> dict[str, str]:
    """Documents whose exact JSON text matters."""
    cell = (
        '{"cell_type": "code", "metadata": {}, "source": %s, "outputs": [{"output_type": '
        '"display_data", "metadata": {}, "data": {"application/json": %s}}]}'
    )
    document = '{"cells": [%s], "metadata": {"kernelspec": {"name": "python3"}}, "nbformat": 4}'

    def text(source: str, value: str) -> str:
        return document % (cell % (source, value))

    return {
        "ways of writing numbers": text(
            '"1"',
            "[1E5, 1e+5, 100000.0, 1.0e0, -0, -0.0, -0e1, 0.10, 1e-400, 9007199254740993.0,"
            " 123456789012345678901234567890, 0.1000000000000000055511151231257827]",
        ),
        "ways of writing text": text(
            r'"\u0061\u00E9\u00e9\ud83d\ude00\/\b\f\n\r\t\"\\"', r'["\u2028", "\uD800\u0041", "\/"]'
        ),
        "members that are repeated": text('"0", "source": "1"', '{"a": 1, "b": 2, "a": 3}'),
        "no white space": text('["a\\r\\n","b"]', "[1,2]").replace(": ", ":").replace(", ", ","),
        "white space everywhere": text('"1"', "[ 1 ,\\t2 ]".replace("\\t", "\t")).replace(
            "{", "{ \n\r"
        ),
    }
