"""The page of all settings: of the server, of JupyterLab, of projects, of the environment."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tables import code, page, prose, table

from jupyterlab_cache.app import CacheApp
from jupyterlab_cache.notebooks.declaration import METADATA_KEY, Declaration
from jupyterlab_cache.store.team_keys import FILES_VARIABLE, KEY_VARIABLE

_KINDS = {
    "Bool": "true or false",
    "Dict": "mapping",
    "Float": "number",
    "Int": "whole number",
    "List": "list",
    "Unicode": "text",
}
_ROOT = Path(__file__).resolve().parents[2]


def settings_page() -> str:
    """The page, as Markdown."""
    return page(
        "Settings",
        "Made from the code that reads them.",
        "## Server",
        "In `jupyter_server_config.py`, as in `c.CacheApp.workers = 2`, or on the command line, as "
        "in `jupyter lab --CacheApp.workers=2`.",
        _traits(),
        "## Projects and notebooks",
        "In `pyproject.toml` below `[tool.jupyterlab-cache]`, or in a notebook's metadata as "
        f"`{METADATA_KEY}`; what a notebook says outdoes its project. "
        "[More on each](../../options.md).",
        _declaration(),
        "## JupyterLab",
        "In *Settings → Settings Editor*, or in `overrides.json`. Parts without settings have "
        "menus and keys only, which can be changed there too.",
        *_schemas(),
        "## Environment variables",
        table(
            ("variable", "what it says"),
            (
                (code(KEY_VARIABLE), "A key that a team shares, for CI."),
                (code(FILES_VARIABLE), "Files with such keys, separated as in `PATH`."),
            ),
        ),
        "[Whose outputs they are](../../trust.md) says what keys are for.",
    )


def _traits() -> str:
    rows = []
    for name, trait in sorted(CacheApp.class_own_traits(config=True).items()):
        # What comes with every server extension is described there.
        if name in CacheApp.__dict__ and trait.help:
            rows.append((code(name), prose(trait.help), _type(trait), _default(trait)))
    return table(("setting", "what it says", "type", "default"), rows)


def _type(trait: Any) -> str:
    values = getattr(trait, "values", None)
    return ", ".join(map(code, values)) if values else _KINDS[type(trait).__name__]


def _default(trait: Any) -> str:
    value = trait.default()
    return "" if value is None or value == "" else code(value)


def _declaration() -> str:
    attributes = (Declaration.__doc__ or "").partition("Attributes:\n")[2]
    rows: list[list[str]] = []
    for line in attributes.splitlines():
        name, separator, text = line.strip().partition(": ")
        if separator and name in Declaration.__struct_fields__:
            rows.append([code(name), text])
        elif rows and line.strip():
            rows[-1][1] += f" {line.strip()}"
    return table(("option", "what it says"), [(name, prose(text)) for name, text in rows])


def _schemas() -> list[str]:
    parts = []
    for path in sorted((_ROOT / "schema").glob("*.json")):
        schema = json.loads(path.read_text("utf-8"))
        rows = [
            (code(name), text, _choices(item), code(item.get("default", "")))
            for name, item in schema["properties"].items()
            if (text := prose(f"{item.get('title', '')}: {item.get('description', '')}"))
        ]
        if rows:
            parts.append(f"### {schema['title']}")
            parts.append(f"`jupyterlab-cache:{path.stem}`: {prose(schema['description'])}.")
            parts.append(table(("setting", "what it says", "type", "default"), rows))
    return parts


def _choices(item: dict[str, Any]) -> str:
    if "oneOf" in item:
        return ", ".join(code(choice["const"]) for choice in item["oneOf"])
    return str(item.get("type", ""))
