"""Writes the test vectors of the code key, computed straight from ``docs/code-key.md``.

This is a third implementation, on purpose: it shares no line with the package, so that three have
to agree. It writes ``tests/vectors/code-key.json``, or the file that is named, as plain ASCII.
"""

from __future__ import annotations

import argparse
import json
import struct
from hashlib import sha256
from pathlib import Path
from typing import Any

from code_key_cases import code_cases, expression_cases, json_cases, output_cases
from expression_vectors import expressions_in

TARGET = Path(__file__).resolve().parent.parent / "tests" / "vectors" / "code-key.json"
DEFAULT_KERNEL = "python3"


def hex_digest(text: str) -> str:
    """SHA-256 of a text as UTF-8."""
    return sha256(text.encode("utf-8")).hexdigest()


def without_lone_surrogates(text: str) -> str:
    """Step 3 of the normalised source, one UTF-16 code unit after the other."""
    data = text.encode("utf-16-be", "surrogatepass")
    units = [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]
    made = []
    while units:
        unit = units.pop(0)
        if 0xD800 <= unit <= 0xDBFF and units and 0xDC00 <= units[0] <= 0xDFFF:
            made.append(chr(0x10000 + (unit - 0xD800) * 0x400 + units.pop(0) - 0xDC00))
        elif 0xD800 <= unit <= 0xDFFF:
            made.append("\ufffd")
        else:
            made.append(chr(unit))
    return "".join(made)


def normalised(source: Any) -> str:
    """The normalised source."""
    text = source if isinstance(source, str) else "".join(source)
    made = ""
    for character in text:
        if character == "\n":
            made = made.rstrip("\r")
        made += character
    return without_lone_surrogates(made)


def is_blank(source: str) -> bool:
    """Whether a normalised source holds nothing but U+0009 to U+000D and U+0020."""
    return all(0x09 <= ord(character) <= 0x0D or character == " " for character in source)


def flags(cell: dict[str, Any]) -> str:
    """The flags of a cell, joined."""
    tags = (cell.get("metadata") or {}).get("tags")
    if not isinstance(tags, list) or any(not isinstance(tag, str) for tag in tags):
        return ""
    return ",".join(flag for flag in ("raises-exception", "skip-execution") if flag in tags)


def encoding(value: Any) -> bytes:
    """The encoding of a value."""
    if value is None:
        return b"z"
    if isinstance(value, bool):
        return b"t" if value else b"f"
    if isinstance(value, (int, float)):
        number = float(value)
        return b"n" + struct.pack(">d", 0.0 if number == 0 else number)
    if isinstance(value, str):
        data = without_lone_surrogates(value).encode("utf-8")
        return f"s{len(data)}:".encode() + data
    if isinstance(value, list):
        return f"l{len(value)}:".encode() + b"".join(map(encoding, value))
    members = sorted(
        value.items(), key=lambda member: member[0].encode("utf-16-be", "surrogatepass")
    )
    return f"o{len(members)}:".encode() + b"".join(
        encoding(part) for member in members for part in member
    )


def is_lines(value: Any) -> bool:
    """Whether a value is a list of strings."""
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def text_of(value: Any) -> str:
    """A text of an output."""
    if is_lines(value):
        return "".join(value)
    return value if isinstance(value, str) else ""


def normal_form(output: dict[str, Any]) -> list[Any] | None:
    """The normal form of one output; None when it takes no part."""
    kind = output.get("output_type")
    if kind == "stream":
        return ["stream", text_of(output.get("name")), text_of(output.get("text"))]
    if kind == "error":
        traceback = output.get("traceback")
        texts = [text_of(output.get(name)) for name in ("ename", "evalue")]
        return ["error", *texts, traceback if isinstance(traceback, list) else []]
    if kind not in ("display_data", "execute_result"):
        return None
    bundle, metadata = (
        part if isinstance(part, dict) else {}
        for part in (output.get("data"), output.get("metadata"))
    )
    data = {}
    for mime, item in bundle.items():
        main, _, sub = mime.partition("/")
        is_json = main == "application" and (sub == "json" or sub.endswith("+json"))
        data[mime] = "".join(item) if is_lines(item) and not is_json else item
    return [kind, data, metadata]


def outputs_digest(outputs: list[dict[str, Any]]) -> str:
    """The outputs digest of a cell."""
    forms: list[list[Any]] = []
    for form in map(normal_form, outputs):
        if form is None:
            continue
        if form[0] == "stream" and forms and forms[-1][:2] == form[:2]:
            forms[-1][2] += form[2]
        else:
            forms.append(form)
    return sha256(encoding(forms)).hexdigest()


def kernel_name(notebook: dict[str, Any]) -> str | None:
    """The name of a notebook's kernel, normalised; None when it names none."""
    kernelspec = notebook["metadata"].get("kernelspec")
    name = kernelspec.get("name") if isinstance(kernelspec, dict) else None
    return without_lone_surrogates(name) if isinstance(name, str) and name else None


def expected(notebook: dict[str, Any]) -> dict[str, Any]:
    """Everything that the specification says of a notebook."""
    kernel = kernel_name(notebook)
    cells = [
        cell
        for cell in notebook["cells"]
        if cell["cell_type"] == "code" and not is_blank(normalised(cell["source"]))
    ]
    digests = []
    key = hex_digest("kernel\n" + (kernel or DEFAULT_KERNEL))
    keys = []
    expressions: list[dict[str, Any]] = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            found = expressions_in(normalised(cell["source"]))
            for expression, output in zip(found, results(cell, found), strict=True):
                step = hex_digest("expression\n" + expression.replace("\n", " "))
                key = hex_digest("prefix\n" + key + "\n" + step)
                result = outputs_digest(output)
                expressions.append({"digest": step, "after": len(digests), "outputs": result})
        elif cell in cells:
            digests.append(hex_digest("cell\n" + flags(cell) + "\n" + normalised(cell["source"])))
            key = hex_digest("prefix\n" + key + "\n" + digests[-1])
            keys.append(key)
    outputs = [outputs_digest(cell.get("outputs") or []) for cell in cells]
    all_outputs = outputs + [expression["outputs"] for expression in expressions]
    return {
        "kernel_name": kernel,
        "cell_digests": digests,
        "prefix_keys": keys,
        "code_key": "ck1-" + key,
        "cell_outputs_digests": outputs,
        "expressions": expressions,
        "outputs_digest": sha256(encoding(all_outputs)).hexdigest(),
    }


def results(cell: dict[str, Any], expressions: list[str]) -> list[list[dict[str, Any]]]:
    """What a Markdown cell shows for its expressions."""
    held = (cell.get("metadata") or {}).get("user_expressions")
    shown = []
    for expression in expressions:
        fitting = [
            item
            for item in (held if isinstance(held, list) else [])
            if isinstance(item, dict) and item.get("expression") == expression
        ]
        result = fitting[0].get("result") if fitting else None
        status = result.get("status") if isinstance(result, dict) else None
        kind = {"ok": "display_data", "error": "error"}.get(status) if status else None
        shown.append([{**result, "output_type": kind}] if isinstance(result, dict) and kind else [])
    return shown


def vectors() -> dict[str, Any]:
    """The content of the file of vectors."""
    made = [
        {"name": name, "notebook": notebook, "expected": expected(notebook)}
        for name, notebook in (code_cases() | expression_cases() | output_cases()).items()
    ]
    made += [
        {"name": name, "json": text, "expected": expected(json.loads(text))}
        for name, text in json_cases().items()
    ]
    return {
        "about": "Made by scripts/make_code_key_vectors.py. A vector has a notebook, or its JSON text.",
        "default_kernel": DEFAULT_KERNEL,
        "vectors": made,
    }


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("target", nargs="?", type=Path, default=TARGET)
    target: Path = parser.parse_args().target
    text = json.dumps(vectors(), ensure_ascii=True, indent=1)
    target.write_text(text + "\n", encoding="ascii", newline="\n")


if __name__ == "__main__":
    main()
