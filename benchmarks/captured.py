"""Notebooks whose outputs are in a server's cache without an execution."""

from __future__ import annotations

import base64
import json
import random
import struct
import urllib.request
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_output
from servers import TOKEN


def capture(url: str, path: Path, notebook: Any) -> None:
    """Write a notebook, and store its outputs as they stand.

    Args:
        url: Address of a server's interface.
        path: Where; directly in the server's root.
        notebook: With outputs.
    """
    nbformat.write(notebook, path)
    parts = urlsplit(url)
    request = urllib.request.Request(
        f"{parts.scheme}://{parts.netloc}/jupyterlab-cache/captures",
        data=json.dumps({"path": path.name}).encode(),
        headers={"Authorization": f"token {TOKEN}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as response:
        response.read()


def executed(cells: list[Any]) -> Any:
    """A Python notebook with these code cells, numbered as if they had been executed in order."""
    for number, cell in enumerate(cells, 1):
        cell["execution_count"] = number
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": spec})


def figures(count: int, side: int) -> Any:
    """A notebook of ``count`` cells, each with fifty lines and a square of ``side`` pixels."""
    noise = random.Random(1)
    cells = []
    for number in range(count):
        rows = [b"\0" + noise.randbytes(3 * side) for _ in range(side)]
        cell = new_code_cell(f"show({number})")
        cell["outputs"] = [
            new_output("stream", name="stdout", text=f"line {number}\n" * 50),
            new_output("display_data", data={"image/png": base64.b64encode(png(rows)).decode()}),
        ]
        cells.append(cell)
    return executed(cells)


def png(rows: list[bytes]) -> bytes:
    """A picture of rows, each a zero and then red, green and blue of its pixels.

    Noise cannot be compressed, so the file is as large as its pixels.
    """

    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    width = (len(rows[0]) - 1) // 3
    head = struct.pack(">IIBBBBB", width, len(rows), 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(b"".join(rows), 1))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + pixels + chunk(b"IEND", b"")


def without_outputs(notebook: Any) -> Any:
    """A copy as it would be in a clean repository."""
    cleared = nbformat.from_dict(notebook)
    for cell in cleared["cells"]:
        cell["outputs"], cell["execution_count"] = [], None
    return cleared
